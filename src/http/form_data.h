// multipart/form-data (RFC 7578), as uploads send it: parts with a name, and their bytes. Strict: every part
// has a content-disposition with a name, lines end with CRLF, the closing boundary is there. A part's own
// headers beside that are not looked at; transfer encodings other than binary are refused. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weir::http {

inline constexpr std::size_t form_parts_max = 64;

struct FormPart {
  std::string name;
  std::string_view bytes;  // of the body it was read from
};

// Errors: invalid, naming what is wrong; too_large beyond form_parts_max.
Result<std::vector<FormPart>> parse_form_data(std::string_view content_type, std::string_view body);

}  // namespace weir::http
