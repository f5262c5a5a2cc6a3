// What a bill of materials lists, to hold two of them against each other: components by their package URL without
// version and qualifiers, or by type and name where they have none, each with its versions and its licences in order.
// The forms of inventory.h. Pure.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace weir::evidence {

using Components = std::map<std::string, std::vector<std::string>>;

struct ComponentLists {
  Components versions;
  Components licences;  // SPDX expressions in one form (format/licence.h); only of components that say theirs
};

// Errors: invalid for what is no bill of materials of these forms.
Result<ComponentLists> read_components(BytesView content);

}  // namespace weir::evidence
