// How bad a flaw is, in the words of CVSS's qualitative scale: the one place that knows their order, and what becomes
// of a flaw that nobody scored. Pure.
#pragma once
#include <array>
#include <optional>
#include <string_view>

namespace weir {

enum class Rating { none, low, medium, high, critical };  // from what counts least
constexpr auto names_of(Rating) {
  return std::array<std::string_view, 5>{"none", "low", "medium", "high", "critical"};
}

// Nothing: nobody scored it, or in other words.
constexpr std::optional<Rating> rating_said(std::string_view word) {
  constexpr auto words = names_of(Rating{});
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == word) return static_cast<Rating>(i);
  return std::nullopt;
}

// What nobody scored may be anything; it is taken for medium, wherever one has to count for something.
constexpr Rating rating_taken(std::string_view word) { return rating_said(word).value_or(Rating::medium); }

}  // namespace weir
