// The bytes that go before an answer's body (RFC 9112 §4): status line, fields, empty line. Values are cleaned of line
// breaks, so nothing a handler puts into a header can start another one. A pure function; any thread.
#pragma once
#include <string>
#include <string_view>

#include "http/message.h"

namespace weir::http {

enum class KeepAlive { no, yes };
enum class Framing { length, chunked, until_close };

struct HeadForm {
  Framing framing = Framing::length;
  KeepAlive keep_alive = KeepAlive::yes;
  std::string_view date_line = {};
};

void append_head(std::string& out, const Response& response, const HeadForm& form);
bool has_body(int status);  // 1xx, 204 and 304 never do
std::string_view reason_of(int status);

}  // namespace weir::http
