// What a bill of materials lists, to hold two of them against each other: components by their package URL without
// version and qualifiers, or by type and name where they have none, each with its versions in order.
// CycloneDX 1.x in JSON and XML, SPDX 2.x in JSON, SPDX 3.0 in JSON-LD. Pure.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace weir::evidence {

using Components = std::map<std::string, std::vector<std::string>>;

// Errors: invalid for what is no bill of materials of these forms.
Result<Components> read_components(BytesView content);

}  // namespace weir::evidence
