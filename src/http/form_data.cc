#include "http/form_data.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::http {
namespace {

constexpr std::size_t boundary_bytes_max = 70;  // RFC 2046 §5.1.1

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 0x20);
  return made;
}

// The value of `name=` in "form-data; name=\"a\"; filename=b"; quoted ones may hold "%22" for a quotation
// mark, as browsers send it, or a backslash before it.
std::string parameter_of(std::string_view header, std::string_view name) {
  for (std::size_t at = header.find(';'); at != header.npos; at = header.find(';', at)) {
    at = header.find_first_not_of("; \t", at);
    if (at == header.npos) return {};
    const std::size_t equals = header.find('=', at);
    if (equals == header.npos) return {};
    const bool is_it = lower(header.substr(at, equals - at)) == name;
    std::string value;
    at = equals + 1;
    if (at < header.size() && header[at] == '"') {
      for (++at; at < header.size() && header[at] != '"'; ++at) {
        if (header[at] == '\\' && at + 1 < header.size()) ++at;
        value += header[at];
      }
    } else {
      const std::size_t end = std::min(header.find_first_of("; \t", at), header.size());
      value = header.substr(at, end - at);
      at = end;
    }
    if (is_it) return value;
  }
  return {};
}

Result<FormPart> read_part(std::string_view part) {
  FormPart made;
  for (;;) {
    const std::size_t end = part.find("\r\n");
    if (end == part.npos) return invalid("a part of the form has no end of its headers");
    const std::string_view line = part.substr(0, end);
    part.remove_prefix(end + 2);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == line.npos) return invalid("a part of the form has a header without a colon");
    const std::string header = lower(line.substr(0, colon));
    const std::string_view value = line.substr(colon + 1);
    if (header == "content-disposition") made.name = parameter_of(value, "name");
    if (header != "content-transfer-encoding") continue;
    const std::size_t first = value.find_first_not_of(' ');
    const std::string encoding = lower(first == value.npos ? "" : value.substr(first));
    if (encoding != "binary" && encoding != "8bit" && encoding != "7bit")
      return invalid(fmt::format("a part of the form is encoded as '{}'", encoding.substr(0, 32)));
  }
  if (made.name.empty()) return invalid("a part of the form has no name");
  made.bytes = part;
  return made;
}

}  // namespace

Result<std::vector<FormPart>> parse_form_data(std::string_view content_type, std::string_view body) {
  if (!lower(content_type).starts_with("multipart/form-data")) return invalid("expected multipart/form-data");
  const std::string boundary = parameter_of(content_type, "boundary");
  if (boundary.empty() || boundary.size() > boundary_bytes_max)
    return invalid("multipart/form-data without a boundary");
  const std::string delimiter = "\r\n--" + boundary;
  const std::string_view opening = std::string_view(delimiter).substr(2);
  // What stands before the first boundary is nobody's.
  std::size_t at = body.starts_with(opening) ? opening.size() : body.find(delimiter);
  if (at == body.npos) return invalid("the form does not hold its boundary");
  if (!body.starts_with(opening)) at += delimiter.size();
  std::vector<FormPart> parts;
  for (;;) {
    if (body.substr(at).starts_with("--")) return parts;
    const std::size_t line = body.find_first_not_of(" \t", at);
    if (line == body.npos || !body.substr(line).starts_with("\r\n"))
      return invalid("a boundary is no whole line");
    const std::size_t end = body.find(delimiter, line);
    if (end == body.npos) return invalid("the form has no closing boundary");
    if (parts.size() == form_parts_max)
      return Error{Errc::too_large, fmt::format("the form has more than {} parts", form_parts_max)};
    FormPart part = TRY(read_part(body.substr(line + 2, std::max(end, line + 2) - line - 2)));
    parts.push_back(std::move(part));
    at = end + delimiter.size();
  }
}

}  // namespace weir::http
