// Facts of a decision table, written as words: "started=100 marks=foreign package". A word is a key, or a key and a
// value
// behind '='; several words are separated by spaces.
#pragma once
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"

namespace weir::test {

using Word = std::pair<std::string_view, std::string_view>;  // key, value

inline std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

inline Word word_of(std::string_view part) {
  const std::size_t equals = part.find('=');
  if (equals == std::string_view::npos) return {part, {}};
  return {part.substr(0, equals), part.substr(equals + 1)};
}

inline std::vector<Word> words(std::string_view text, char separator = ' ') {
  std::vector<Word> found;
  for (const std::string_view part : split(text, separator)) found.push_back(word_of(part));
  return found;
}

inline std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  CHECK(error == std::errc() && end == text.data() + text.size());
  return value;
}

}  // namespace weir::test
