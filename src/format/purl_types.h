// What the purl specification says of each registered type.
#pragma once
#include <string_view>

#include "base/result.h"
#include "format/purl.h"

namespace weir::format {

// Puts name, namespace and version into the form of the type: letter case, dashes.
void normalise_by_type(Purl& purl);

// Whether the parts are those the type asks for.
Status check_by_type(const Purl& purl);

// git: everything after the host is the name.
bool name_has_segments(std::string_view type);

}  // namespace weir::format
