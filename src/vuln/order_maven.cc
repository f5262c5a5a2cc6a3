// Maven's ComparableVersion as its specification states it: tokens with the separator before them, trailing nulls
// dropped, then token by token; a shorter version goes on with nulls.
// Stated so, the order has circles: 1.0-1 < 1.0.0.rc < 1.0 < 1.0-1. The key breaks them at one place, a word below
// the release after zeros ("1.0.0.rc"), which it puts below the end; compare_maven says for that pair alone what the
// specification says.
#include <algorithm>
#include <array>
#include <vector>

#include "vuln/version_key.h"
#include "vuln/version_rules.h"

namespace weir::vuln {
namespace {

enum Rank : std::uint8_t {
  alpha = 1,
  beta,
  milestone,
  candidate,
  snapshot,
  released,
  service_pack,
  other_word
};

struct Word {
  std::string_view text;
  Rank rank;
};
constexpr std::array words{Word{"alpha", alpha},    Word{"beta", beta},    Word{"milestone", milestone},
                           Word{"rc", candidate},   Word{"cr", candidate}, Word{"snapshot", snapshot},
                           Word{"final", released}, Word{"ga", released},  Word{"release", released},
                           Word{"sp", service_pack}};

struct Token {
  bool dash = false;  // what stands before it; a change between digits and letters is a dash too
  bool numeric = false;
  Rank rank = other_word;  // of a word
  std::string_view text = {};
  bool is_null() const { return numeric ? text.find_first_not_of('0') == text.npos : rank == released; }
};

Rank rank_of(std::string_view text, bool before_digit) {
  if (before_digit && text.size() == 1) {
    if (text == "a") return alpha;
    if (text == "b") return beta;
    if (text == "m") return milestone;
  }
  for (const Word& word : words)
    if (word.text == text) return word.rank;
  return other_word;
}

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  bool dash = false;
  std::size_t at = 0;
  while (true) {
    std::string_view token = digits_at(text, at);
    const bool numeric = !token.empty();
    std::size_t stop = at + token.size();
    while (!numeric && stop < text.size() && text[stop] != '.' && text[stop] != '-' && !is_digit(text[stop]))
      ++stop;
    token = text.substr(at, stop - at);
    const bool before_digit = stop < text.size() && is_digit(text[stop]);
    if (numeric || token.empty()) tokens.push_back({dash, true, other_word, token});
    else tokens.push_back({dash, false, rank_of(token, before_digit), token});
    if (stop == text.size()) return tokens;
    const bool separator = text[stop] == '.' || text[stop] == '-';
    dash = text[stop] != '.';
    at = stop + (separator ? 1 : 0);
  }
}

// Nulls before the end or before a hyphen say nothing.
std::vector<Token> significant(const std::vector<Token>& tokens) {
  std::vector<Token> kept;
  for (std::size_t i = tokens.size(); i-- > 0;)
    if (!tokens[i].is_null() || (!kept.empty() && !kept.back().dash)) kept.push_back(tokens[i]);
  return {kept.rbegin(), kept.rend()};
}

// From lowest to highest. "low" words stand below the release; `end` is a version that has no further token.
enum Tag : std::uint8_t {
  dot_low,
  dash_low,
  zeros_low,
  end,
  dot_high,
  dash_high,
  dash_number,
  zeros_high,
  zeros_number,
  dot_number,
};

// Zeros after dots count with what ends them.
struct Item {
  Tag tag = end;
  std::size_t zeros = 0;
  Token token = {};
};

Tag tag_of(const Token& token, bool after_zeros) {
  if (token.numeric) return token.dash ? dash_number : after_zeros ? zeros_number : dot_number;
  const bool low = token.rank < released;
  if (token.dash) return low ? dash_low : dash_high;
  if (after_zeros) return low ? zeros_low : zeros_high;
  return low ? dot_low : dot_high;
}

std::vector<Item> items_of(std::string_view lowered) {
  std::vector<Item> items;
  std::size_t zeros = 0;
  for (const Token& token : significant(tokens_of(lowered))) {
    if (token.numeric && !token.dash && token.is_null()) {
      ++zeros;
      continue;
    }
    items.push_back({tag_of(token, zeros > 0), zeros, token});
    zeros = 0;
  }
  items.push_back({});
  return items;
}

void write_item(VersionKey& key, const Item& item) {
  key.tag(item.tag);
  if (item.tag == zeros_low || item.tag == zeros_high) key.rising(item.zeros);
  if (item.tag == zeros_number) key.falling(item.zeros);
  if (item.tag == end) return;
  if (item.token.numeric) return key.number(item.token.text);
  key.tag(item.token.rank);
  if (item.token.rank == other_word) key.text(item.token.text);
}

std::string item_key(const Item& item) {
  VersionKey key;
  write_item(key, item);
  return key.take();
}

bool dash_above_end(const Item& item) { return item.tag == dash_high || item.tag == dash_number; }

}  // namespace

std::string maven_key(std::string_view version) {
  const std::string lowered = lower_ascii(version);
  VersionKey key;
  for (const Item& item : items_of(lowered)) write_item(key, item);
  return key.take();
}

std::weak_ordering compare_maven(std::string_view a, std::string_view b) {
  const std::string left_text = lower_ascii(a), right_text = lower_ascii(b);
  const std::vector<Item> left = items_of(left_text), right = items_of(right_text);
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (left[i].tag == zeros_low && dash_above_end(right[i])) return std::weak_ordering::greater;
    if (right[i].tag == zeros_low && dash_above_end(left[i])) return std::weak_ordering::less;
    if (const int order = item_key(left[i]).compare(item_key(right[i])); order != 0) return order <=> 0;
  }
  return std::weak_ordering::equivalent;  // both end at `end`
}

}  // namespace weir::vuln
