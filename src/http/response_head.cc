#include "http/response_head.h"

#include <fmt/format.h>

#include <boost/beast/http/status.hpp>
#include <iterator>

namespace weir::http {
namespace {

void append_clean(std::string& out, std::string_view value) {
  for (const char c : value) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  append_clean(out, name);
  out += ": ";
  append_clean(out, value);
  out += "\r\n";
}

}  // namespace

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

std::string_view reason_of(int status) {
  return boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(status)));
}

void append_head(std::string& out, const Response& response, const HeadForm& form) {
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
  out += form.date_line;
  if (!response.content_type.empty() && has_body(response.status))
    append_field(out, "content-type", response.content_type);
  for (const Field& field : response.headers) append_field(out, field.name, field.value);
  if (form.keep_alive == KeepAlive::no) out += "connection: close\r\n";
  if (form.framing == Framing::chunked) out += "transfer-encoding: chunked\r\n";
  if (form.framing == Framing::length && has_body(response.status))
    fmt::format_to(std::back_inserter(out), "content-length: {}\r\n", response.content().size());
  out += "\r\n";
}

}  // namespace weir::http
