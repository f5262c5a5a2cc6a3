// A version as bytes whose order is the order of versions: two versions compare as memcmp compares their keys, so
// every order is total and transitive by construction, and an index may sort by them. A key is a row of tagged
// parts; which tag stands below which is each order's own affair.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::vuln {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_letter(char c) { return is_lower(static_cast<char>(c | 0x20)); }
std::string lower_ascii(std::string_view text);

// "0012.5" at 0 → "0012"; empty when no digit stands there.
std::string_view digits_at(std::string_view text, std::size_t at);

class VersionKey {
 public:
  void tag(std::uint8_t value) { bytes_ += static_cast<char>(value); }
  void number(std::string_view digits);  // of any length; leading zeros do not count; "" is 0
  void text(std::string_view text);      // bytewise; a text before its own continuations
  void rising(std::size_t count);        // more is higher
  void falling(std::size_t count);       // more is lower
  std::string take() { return std::move(bytes_); }

 private:
  void big_endian(std::uint32_t value);
  std::string bytes_;
};

}  // namespace weir::vuln
