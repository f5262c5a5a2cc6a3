// apk: numbers, a letter, suffixes, a commit hash that does not count, and a revision. What does not fit that is
// below what does, and ordered as text among its like.
#include <array>

#include "vuln/version_key.h"
#include "vuln/version_rules.h"

namespace weir::vuln {
namespace {

enum Tag : std::uint8_t { end = 0, led_by_zero = 1, plain_number = 2 };
constexpr std::uint8_t no_suffix = 5;

struct Suffix {
  std::string_view text;
  std::uint8_t rank;
};
constexpr std::array suffixes{Suffix{"_alpha", 1}, Suffix{"_beta", 2}, Suffix{"_pre", 3},
                              Suffix{"_rc", 4},    Suffix{"_cvs", 6},  Suffix{"_svn", 7},
                              Suffix{"_git", 8},   Suffix{"_hg", 9},   Suffix{"_p", 10}};

// From the second number on, one that begins with a zero is text, and below those that do not.
std::size_t write_numbers(VersionKey& key, std::string_view text) {
  std::size_t at = 0;
  for (bool first = true; at < text.size() && is_digit(text[at]); first = false) {
    const std::string_view digits = digits_at(text, at);
    const bool as_text = !first && digits.front() == '0';
    key.tag(as_text ? led_by_zero : plain_number);
    if (as_text) key.text(digits);
    else key.number(digits);
    at += digits.size();
    if (at < text.size() && text[at] == '.') ++at;
  }
  key.tag(end);
  return at;
}

std::size_t write_suffixes(VersionKey& key, std::string_view text) {
  std::size_t at = 0;
  for (bool found = true; found;) {
    found = false;
    for (const Suffix& suffix : suffixes) {
      if (!text.substr(at).starts_with(suffix.text)) continue;
      at += suffix.text.size();
      const std::string_view digits = digits_at(text, at);
      key.tag(suffix.rank);
      key.number(digits);
      at += digits.size();
      found = true;
      break;
    }
  }
  key.tag(no_suffix);
  return at;
}

std::size_t hash_size(std::string_view text) {
  if (!text.starts_with('~')) return 0;
  const std::size_t stop = text.find_first_not_of("0123456789abcdef", 1);
  return stop == text.npos ? text.size() : stop;
}

}  // namespace

std::string apk_key(std::string_view version) {
  VersionKey key;
  std::string_view rest = version.substr(write_numbers(key, version));
  const bool letter = !rest.empty() && is_lower(rest.front());
  key.tag(letter ? static_cast<std::uint8_t>(rest.front()) : 0);
  if (letter) rest.remove_prefix(1);
  rest.remove_prefix(write_suffixes(key, rest));
  rest.remove_prefix(hash_size(rest));
  std::string_view revision;
  const bool dashed = rest.starts_with('-');
  if (rest.starts_with("-r")) {
    revision = digits_at(rest, 2);
    rest.remove_prefix(2 + revision.size());
  }
  key.number(revision);
  key.tag(rest.empty() ? 1 : 0);
  if (!rest.empty() && !dashed) key.text(version);
  return key.take();
}

}  // namespace weir::vuln
