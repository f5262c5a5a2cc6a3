#include "vuln/version_key.h"

#include <algorithm>

namespace weir::vuln {
namespace {

constexpr std::size_t short_length_max = 0xFE;

std::uint32_t clipped(std::size_t count) {
  return static_cast<std::uint32_t>(std::min<std::size_t>(count, UINT32_MAX));
}

}  // namespace

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return out;
}

std::string_view digits_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  return text.substr(at, end - at);
}

void VersionKey::big_endian(std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes_ += static_cast<char>(value >> shift);
}

void VersionKey::number(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.size() <= short_length_max) {
    tag(static_cast<std::uint8_t>(digits.size()));
  } else {
    tag(0xFF);
    big_endian(clipped(digits.size()));
  }
  bytes_ += digits;
}

// A zero byte within becomes 00 FF, the end is 00 01.
void VersionKey::text(std::string_view text) {
  for (const char c : text) {
    bytes_ += c;
    if (c == 0) tag(0xFF);
  }
  tag(0);
  tag(1);
}

void VersionKey::rising(std::size_t count) { big_endian(clipped(count)); }
void VersionKey::falling(std::size_t count) { big_endian(UINT32_MAX - clipped(count)); }

}  // namespace weir::vuln
