// UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing beyond U+10FFFF.
#pragma once
#include <cstddef>
#include <string_view>

namespace weir::format {

// The length of the sequence that begins at `at`, 0 when none does.
std::size_t utf8_sequence_size(std::string_view text, std::size_t at);
bool is_utf8(std::string_view text);

}  // namespace weir::format
