// Composer's versions in the order of PHP's version_compare: parts at dots, dashes and changes between digits and
// others; words by their beginning: any other < dev < alpha < beta < RC < (end) < number < pl.
// A part "#" stands for any number there. It equals every number and the end, so it has no place in an order of its
// own and is compared pair by pair.
#include <array>
#include <vector>

#include "vuln/version_key.h"
#include "vuln/version_rules.h"

namespace weir::vuln {
namespace {

enum Rank : std::uint8_t { other, dev, alpha, beta, candidate, end, any_number, number, patch };

struct Word {
  std::string_view start;
  Rank rank;
};
constexpr std::array words{Word{"dev", dev},      Word{"a", alpha},      Word{"b", beta},
                           Word{"RC", candidate}, Word{"rc", candidate}, Word{"#", any_number},
                           Word{"p", patch}};

struct Part {
  Rank rank = end;
  std::string_view digits = {};
};

Part part_of(std::string_view text) {
  if (!text.empty() && digits_at(text, 0).size() == text.size()) return {number, text};
  for (const Word& word : words)
    if (text.starts_with(word.start)) return {word.rank};
  return {other};
}

constexpr bool divides(char c) { return c == '.' || c == '-' || c == '_' || c == '+'; }

std::vector<Part> parts_of(std::string_view version) {
  if (version.starts_with('v') || version.starts_with('V')) version.remove_prefix(1);
  std::vector<Part> parts;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= version.size(); ++i) {
    const bool at_end = i == version.size() || divides(version[i]);
    if (!at_end && (i == start || is_digit(version[i]) == is_digit(version[i - 1]))) continue;
    if (i == start && i == version.size() && !parts.empty()) break;
    parts.push_back(part_of(version.substr(start, i - start)));
    start = at_end ? i + 1 : i;
  }
  return parts;
}

// "#" is any number: equal to each and to the end; words order around it.
std::weak_ordering compare(const Part& a, const Part& b) {
  const auto stands_for_number = [](const Part& part) { return part.rank == number || part.rank == end; };
  if (a.rank == any_number && stands_for_number(b)) return std::weak_ordering::equivalent;
  if (b.rank == any_number && stands_for_number(a)) return std::weak_ordering::equivalent;
  if (a.rank != b.rank) return a.rank <=> b.rank;
  VersionKey left, right;
  left.number(a.digits);
  right.number(b.digits);
  return left.take().compare(right.take()) <=> 0;
}

}  // namespace

std::string packagist_key(std::string_view version) {
  VersionKey key;
  for (const Part& part : parts_of(version)) {
    key.tag(part.rank);
    if (part.rank == number) key.number(part.digits);
  }
  key.tag(end);
  return key.take();
}

bool has_any_number(std::string_view packagist_version) {
  return packagist_version.find('#') != packagist_version.npos;
}

std::weak_ordering compare_packagist(std::string_view a, std::string_view b) {
  const std::vector<Part> left = parts_of(a), right = parts_of(b);
  for (std::size_t i = 0; i < left.size() || i < right.size(); ++i) {
    const Part x = i < left.size() ? left[i] : Part{}, y = i < right.size() ? right[i] : Part{};
    if (const std::weak_ordering order = compare(x, y); order != 0) return order;
  }
  return std::weak_ordering::equivalent;
}

}  // namespace weir::vuln
