// UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing beyond U+10FFFF.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace weir::format {

// The length of the sequence that begins at `at`, 0 when none does.
std::size_t utf8_sequence_size(std::string_view text, std::size_t at);
bool is_utf8(std::string_view text);
// The beginning of a UTF-8 text, at most `bytes_max` long, that cuts no character in two.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max);
// The same of bytes that may be no UTF-8: what is none becomes "?".
std::string utf8_text(std::string_view bytes, std::size_t bytes_max);

}  // namespace weir::format
