// Version ranges as VERS writes them ("vers:npm/>=1.2.0|<2.0.0", "vers:pypi/*"), held against a version.
// Source: package-url/vers-spec, "Containment". Pure.
#pragma once
#include <string_view>

#include "base/result.h"
#include "vuln/version_order.h"

namespace weir::vuln {

// Whether the version is within. Errors: invalid for what is no range, too_large beyond vers_constraints_max.
Result<bool> vers_contains(std::string_view range, std::string_view version);

// The order of a VERS type or purl type ("npm", "deb", "golang"); semver for those that are not known.
VersionOrder order_of_type(std::string_view type);

}  // namespace weir::vuln
