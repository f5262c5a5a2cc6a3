#include "evidence/predicate_bounds.h"

#include <algorithm>

namespace weir::evidence {

using format::Json;

std::size_t depth_of(const Json& value) {
  std::size_t below = 0;
  if (const Json::Array* const items = value.array(); items != nullptr)
    for (const Json& item : *items) below = std::max(below, depth_of(item));
  if (const Json::Object* const members = value.object(); members != nullptr)
    for (const auto& [name, member] : *members) below = std::max(below, depth_of(member));
  return value.array() != nullptr || value.object() != nullptr ? below + 1 : 0;
}

}  // namespace weir::evidence
