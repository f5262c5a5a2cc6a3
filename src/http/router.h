// Finds the row of a route table for a method and a path. A pattern is literal segments and `{name}` parameters:
// "/v1/orgs/{org}/flows/{flow}". A last segment `{name...}` takes the rest of the path, slashes included. Literals win
// over parameters, and HEAD is answered by the GET row. The path is split first and each segment decoded after, so %2F
// never separates; it is data. Refused (400) are segments that are, or between slashes have, nothing, "." or "..", and
// NUL, control characters, backslashes and non-UTF-8: no parameter is a way out of a directory. The rows are referred
// to, not copied: they are a static table. Immutable once made; safe to share between threads.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/message.h"

namespace weir::http {

struct RouteRow {
  std::string_view method;  // "GET"
  std::string_view pattern;
  std::size_t index;  // whatever the caller wants back
};

struct RouteFound {
  std::size_t index;
};
// No such path (404), no such method on it (405, with Allow), or a path that is wrong in itself (400).
struct RouteRefused {
  Error error;
  std::string allow = {};  // of a method: "GET, HEAD, PUT"
};

class Router {
 public:
  // A bug of the table (two rows alike, pattern without leading slash, rest not last) fails a CHECK.
  explicit Router(std::span<const RouteRow> rows);
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // On success fills request.parameters.
  std::variant<RouteFound, RouteRefused> match(Request& request) const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

Response refusal_response(const RouteRefused& refused);

}  // namespace weir::http
