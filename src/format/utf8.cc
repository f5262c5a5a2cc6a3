#include "format/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace weir::format {

std::size_t utf8_sequence_size(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(at);
  if (first < 0x80) return 1;
  const std::size_t size = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  const unsigned second = byte(at + 1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
  return (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F) ? 0 : size;
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::uint64_t eight = 0;  // most of what is written here is ASCII
    if (text.size() - at >= sizeof eight) {
      std::memcpy(&eight, text.data() + at, sizeof eight);
      if ((eight & 0x8080'8080'8080'8080) == 0) {
        at += sizeof eight;
        continue;
      }
    }
    const std::size_t size = utf8_sequence_size(text, at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

std::string utf8_text(std::string_view bytes, std::size_t bytes_max) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = utf8_sequence_size(bytes, at);
    if (text.size() + std::max<std::size_t>(size, 1) > bytes_max) break;
    if (size == 0) text += '?';
    else text += bytes.substr(at, size);
    at += std::max<std::size_t>(size, 1);
  }
  return text;
}

}  // namespace weir::format
