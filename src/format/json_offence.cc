#include "format/json_offence.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "base/limits.h"

namespace weir::format {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// One pass with a stack of open brackets. Every `expect_…` stands at the byte it judges and leaves `what_`
// set on offence.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<JsonOffence> run() {
    while (what_.empty() && step()) {}
    if (what_.empty()) return std::nullopt;
    const std::string_view before = text_.substr(0, at_);
    const std::size_t line_start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
    const auto starts_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
    return JsonOffence{
        .byte = at_,
        .line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
        .column = 1 + static_cast<std::size_t>(
                          std::count_if(before.begin() + line_start, before.end(), starts_character)),
        .what = what_};
  }

 private:
  enum class Next { value, value_or_end, key, key_or_end, comma_or_end, end_of_text };

  bool offence(std::string what) {
    what_ = std::move(what);
    return false;
  }
  bool ended() const { return at_ >= text_.size(); }
  char here() const { return ended() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (ended() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (!ended() && (here() == ' ' || here() == '\t' || here() == '\n' || here() == '\r')) ++at_;
  }

  bool step() {
    skip_space();
    switch (next_) {
      case Next::value_or_end:
        if (take(']')) return close();
        return value();
      case Next::value: return value();
      case Next::key_or_end:
        if (take('}')) return close();
        return key();
      case Next::key: return key();
      case Next::comma_or_end: return comma_or_end();
      case Next::end_of_text: return ended() ? false : offence("expected the end of the text");
    }
    return false;
  }

  bool close() {
    open_.pop_back();
    next_ = open_.empty() ? Next::end_of_text : Next::comma_or_end;
    return true;
  }

  bool open(char closing, Next next) {
    if (open_.size() >= limits::json_depth_max) {
      --at_;
      return offence(fmt::format("nested deeper than {} levels", limits::json_depth_max));
    }
    open_.push_back(closing);
    next_ = next;
    return true;
  }

  bool comma_or_end() {
    const char closing = open_.back();
    if (take(closing)) return close();
    if (!take(',')) return offence(fmt::format("expected ',' or '{}'", closing));
    next_ = closing == ']' ? Next::value : Next::key;
    return true;
  }

  bool key() {
    if (here() != '"')
      return offence(next_ == Next::key ? "expected a key in quotes" : "expected a key in quotes or '}'");
    if (!string()) return false;
    skip_space();
    if (!take(':')) return offence("expected ':'");
    next_ = Next::value;
    return true;
  }

  bool value() {
    if (take('{')) return open('}', Next::key_or_end);
    if (take('[')) return open(']', Next::value_or_end);
    const bool read = here() == '"' ? string() : here() == '-' || is_digit(here()) ? number() : word();
    next_ = open_.empty() ? Next::end_of_text : Next::comma_or_end;
    return read;
  }

  bool word() {
    for (const std::string_view word : {"true", "false", "null"}) {
      if (here() != word[0]) continue;
      for (const char c : word)
        if (!take(c)) return offence(fmt::format("expected '{}'", word));
      return true;
    }
    return offence(next_ == Next::value_or_end ? "expected a value or ']'" : "expected a value");
  }

  bool string() {
    for (++at_; !ended(); ++at_) {
      if (here() == '"') return ++at_, true;
      if (static_cast<unsigned char>(here()) < 0x20)
        return offence("expected control characters in strings to be escaped");
      if (here() == '\\' && !escape()) return false;
    }
    return offence("expected the string's closing '\"'");
  }

  // Leaves `at_` on the last byte of the escape.
  bool escape() {
    ++at_;
    if (here() != 'u')
      return !ended() && std::string_view("\"\\/bfnrt").find(here()) != std::string_view::npos
                 ? true
                 : offence("expected one of \"\\/bfnrtu after '\\'");
    const std::size_t start = at_ - 1;
    unsigned unit = 0;
    if (!hex_unit(unit)) return false;
    if (unit < 0xD800 || unit > 0xDFFF) return true;
    unsigned low = 0;
    const bool paired = unit < 0xDC00 && text_.substr(at_ + 1, 2) == "\\u" && (at_ += 2, hex_unit(low)) &&
                        low >= 0xDC00 && low <= 0xDFFF;
    if (!paired && what_.empty()) at_ = start;
    return paired || offence("expected a pair of surrogates");
  }

  // From the 'u' to the last of its four digits.
  bool hex_unit(unsigned& unit) {
    for (int i = 0; i < 4; ++i) {
      ++at_;
      if (!is_hex(here())) return offence("expected four hexadecimal digits after '\\u'");
    }
    std::from_chars(text_.data() + at_ - 3, text_.data() + at_ + 1, unit, 16);
    return true;
  }

  bool digits() {
    if (!is_digit(here())) return offence("expected a digit");
    while (is_digit(here())) ++at_;
    return true;
  }

  bool number() {
    const std::size_t start = at_;
    bool whole = true;
    take('-');
    if (take('0')) {
      if (is_digit(here())) return offence("expected no digit after a leading zero");
    } else if (!digits()) {
      return false;
    }
    if (take('.')) {
      whole = false;
      if (!digits()) return false;
    }
    if (take('e') || take('E')) {
      whole = false;
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    return fits(start, whole);
  }

  bool fits(std::size_t start, bool whole) {
    const std::string literal(text_.substr(start, at_ - start));
    std::int64_t integer = 0;
    const auto read = std::from_chars(literal.data(), literal.data() + literal.size(), integer);
    const char* problem = nullptr;
    if (whole && read.ec != std::errc()) problem = "the integer does not fit into 64 bits with sign";
    if (!whole && std::isinf(std::strtod(literal.c_str(), nullptr))) problem = "the number is too large";
    if (problem == nullptr) return true;
    at_ = start;
    return offence(problem);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Next next_ = Next::value;
  std::vector<char> open_;  // the closing brackets still to come
  std::string what_;
};

// Bytes of the well-formed sequence at the front of `text`, 0 when there is none.
std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4 || !follows(1)) return 0;
  if (first < 0xE0) return 2;
  if (first < 0xF0) {
    const bool overlong = first == 0xE0 && second < 0xA0, surrogate = first == 0xED && second > 0x9F;
    return overlong || surrogate || !follows(2) ? 0 : 3;
  }
  const bool overlong = first == 0xF0 && second < 0x90, beyond = first == 0xF4 && second > 0x8F;
  return overlong || beyond || !follows(2) || !follows(3) ? 0 : 4;
}

}  // namespace

std::size_t first_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_sequence(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::optional<JsonOffence> locate_json_offence(std::string_view text) {
  const std::size_t broken = first_invalid_utf8(text);
  auto offence = Scanner(text.substr(0, std::min(broken, text.size()))).run();
  if (broken == std::string_view::npos || (offence && offence->byte < broken)) return offence;
  JsonOffence utf8 = offence.value_or(JsonOffence{.byte = broken});
  utf8.what = "expected UTF-8";
  return utf8;
}

std::string to_string(const JsonOffence& offence) {
  return fmt::format("at byte {} (line {}, column {}): {}", offence.byte, offence.line, offence.column,
                     offence.what);
}

}  // namespace weir::format
