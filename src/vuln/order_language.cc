// RubyGems (Gem::Version), and the two orders of plain lists of numbers: R's and Haskell's packages.
#include <vector>

#include "vuln/version_key.h"
#include "vuln/version_rules.h"

namespace weir::vuln {
namespace {

bool is_zero(std::string_view part) { return part.find_first_not_of('0') == part.npos; }

void drop_zeros(std::vector<std::string_view>& parts, std::size_t from) {
  while (parts.size() > from && is_digit(parts.back().front()) && is_zero(parts.back())) parts.pop_back();
}

// Runs of digits and runs of letters; a "-" reads as ".pre.". Zeros before the first word and at the end go.
std::vector<std::string_view> gem_segments(std::string_view version) {
  std::vector<std::string_view> segments;
  bool has_word = false;
  const auto add_word = [&](std::string_view word) {
    if (!has_word) drop_zeros(segments, 0);
    has_word = true;
    segments.push_back(word);
  };
  for (std::size_t at = 0; at < version.size();) {
    std::size_t stop = at + 1;
    if (is_digit(version[at])) {
      segments.push_back(digits_at(version, at));
      stop = at + segments.back().size();
    } else if (is_letter(version[at])) {
      while (stop < version.size() && is_letter(version[stop])) ++stop;
      add_word(version.substr(at, stop - at));
    } else if (version[at] == '-') {
      add_word("pre");
    }
    at = stop;
  }
  drop_zeros(segments, 0);
  return segments;
}

// A shorter version goes on with zeros, so zeros within are counted together with what ends them: below the end when
// a word follows, above it when a number does.
enum GemTag : std::uint8_t { word = 1, zeros_word, end, zeros_number, number };

std::string list_key(std::string_view version, std::string_view separators) {
  enum ListTag : std::uint8_t { list_end = 0, text_part = 1, number_part = 2 };
  VersionKey key;
  while (!version.empty()) {
    const std::size_t stop = version.find_first_of(separators);
    const std::string_view part = version.substr(0, stop);
    const bool numeric = !part.empty() && digits_at(part, 0).size() == part.size();
    key.tag(numeric ? number_part : text_part);
    if (numeric) key.number(part);
    else key.text(part);
    version.remove_prefix(stop == version.npos ? version.size() : stop + 1);
  }
  key.tag(list_end);
  return key.take();
}

}  // namespace

std::string rubygems_key(std::string_view version) {
  VersionKey key;
  std::size_t zeros = 0;
  for (const std::string_view segment : gem_segments(version)) {
    const bool numeric = is_digit(segment.front());
    if (numeric && is_zero(segment)) {
      ++zeros;
      continue;
    }
    if (zeros == 0) {
      key.tag(numeric ? number : word);
    } else {
      key.tag(numeric ? zeros_number : zeros_word);
      if (numeric) key.falling(zeros);
      else key.rising(zeros);
    }
    if (numeric) key.number(segment);
    else key.text(segment);
    zeros = 0;
  }
  key.tag(end);
  return key.take();
}

std::string cran_key(std::string_view version) { return list_key(version, ".-"); }
std::string hackage_key(std::string_view version) { return list_key(version, "."); }

}  // namespace weir::vuln
