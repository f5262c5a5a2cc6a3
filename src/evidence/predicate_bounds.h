// How much of a predicate stands in its entry, and so in each decision on its artifact, whose record nests around it.
// What is larger, or nests deeper, is kept as content. Values only.
#pragma once
#include "base/limits.h"
#include "format/json.h"

namespace weir::evidence {

inline constexpr std::size_t predicate_bytes_max = limits::payload_inline_bytes_max / 2;
inline constexpr std::size_t predicate_depth_max = 48;  // of limits::json_depth_max

// How many levels of objects and arrays it nests.
std::size_t depth_of(const format::Json& value);

}  // namespace weir::evidence
