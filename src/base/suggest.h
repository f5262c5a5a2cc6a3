// What somebody probably meant to type. Pure.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace weir {

// "; did you mean 'flow'?" for the nearest of `known` within two edits (three for long words), else "".
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

}  // namespace weir
