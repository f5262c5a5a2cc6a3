// Where a text stops being the JSON that parse_json accepts. A second, slower reader that builds nothing: it
// runs only after the quick reader said no, so that the error can name the place. It holds the text to the
// same rules: RFC 8259, UTF-8, integers within 64 bits with sign, finite numbers, limits::json_depth_max.
// Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::format {

struct JsonOffence {
  std::size_t byte = 0;           // offset from 0 of the first byte that can't stand there
  std::size_t line = 1, column = 1;  // from 1; columns count characters
  std::string what;               // "expected ',' or '}'"
};

// Nothing when the text is accepted. Duplicate keys are not looked for.
std::optional<JsonOffence> locate_json_offence(std::string_view text);

// The first byte of the first ill-formed UTF-8 sequence (Unicode 15, table 3-7); npos when all is well.
std::size_t first_invalid_utf8(std::string_view text);

std::string to_string(const JsonOffence& offence);  // "at byte 17 (line 2, column 5): expected ',' or '}'"

}  // namespace weir::format
