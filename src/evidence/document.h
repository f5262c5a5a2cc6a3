// Reading JSON that others wrote: a byte order mark is allowed, the number of values is bounded before
// anything is built. `outline` looks at the members of the outermost object without reading the rest, and so
// works on damaged files too. Pure.
#pragma once
#include <map>
#include <string_view>

#include "base/bytes.h"
#include "format/json.h"

namespace weir::evidence {

Result<format::Json> read_json(BytesView content);

// Key → the text of its value: a string without its quotes and undecoded, anything else as it stands (cut
// short at `outline_value_bytes_max`). The first of equal keys. Empty when the content does not begin as an
// object.
inline constexpr std::size_t outline_keys_max = 64;
inline constexpr std::size_t outline_value_bytes_max = 512;
std::map<std::string_view, std::string_view> outline(BytesView content);

BytesView without_mark(BytesView content);  // without a UTF-8 byte order mark

}  // namespace weir::evidence
