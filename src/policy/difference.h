// The difference of two texts as `diff -u` writes it, for people who are asked to consent. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace weir::policy {

// Of what stands between a common head and tail; longer parts are shown as replaced.
inline constexpr std::size_t compared_lines_max = 2000;

// Empty when they are equal.
std::string unified_difference(std::string_view was, std::string_view is, std::string_view was_name,
                               std::string_view is_name);

}  // namespace weir::policy
