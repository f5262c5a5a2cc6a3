// What goes through the server: a Request as a value, a Response as a value, and Respond, which brings the one to the
// other. Header names are lower case. `path` is as sent (percent-encoded, without the query); `query_fields` and
// `parameters` are decoded UTF-8 bytes. Values; a Respond may be called once, from any thread, and when it is destroyed
// uncalled the client is told 500. Sources: RFC 9110, RFC 9112; error body as in docs/api.md.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "http/error_table.h"

namespace weir::http {

class Stream;

struct Field {
  std::string name, value;
  bool operator==(const Field&) const = default;
};

// A `{name}` of the route's pattern with what stood in its place. `name` refers to the Router.
struct Parameter {
  std::string_view name;
  std::string value;
};

struct Request {
  std::string method = {};  // "GET"
  std::string path = {};    // "/v1/orgs/default/flows/a%20b"
  std::vector<Field> query_fields = {};
  std::vector<Field> headers = {};
  std::vector<Parameter> parameters = {};  // by the Router, in the pattern's order
  std::string body = {};
  std::string remote_address = {};  // numeric, without the port

  // The first of that name; nullopt when there is none. `name` of a header in lower case.
  std::optional<std::string_view> query(std::string_view name) const;
  std::optional<std::string_view> header(std::string_view name) const;
  std::string_view parameter(std::string_view name) const;  // "" when the pattern has no such name
};

struct Response {
  int status = 200;
  std::string body = {};
  std::string_view constant = {};  // instead of `body`: bytes that outlive every answer, held once for all of them
  std::string content_type = "application/json";  // empty: the answer has no content-type
  std::vector<Field> headers = {};      // in addition; content-length and connection are the server's
  std::shared_ptr<Stream> stream = {};  // when set, follows `body` until closed; see stream.h
  // When set, makes status and body on the io thread: for answers whose encoding would hold up who gives them.
  std::function<void(Response&)> complete = {};

  std::string_view content() const { return constant.empty() ? std::string_view(body) : constant; }
};

using Respond = std::move_only_function<void(Response)>;

// {"error":{"code","message","field"?}} with the status of error_table.h, and Retry-After where its kind says "later".
Response error_response(const Error& error, Duration retry_after = seconds(1));
Response error_response(Refusal refusal, std::string message);

// RFC 3986 §2.1. `invalid` for a broken %-sequence.
Result<std::string> decode_percent(std::string_view text);
// Everything but unreserved characters becomes %XX: for one segment of a path, or one name or value of a query.
std::string encode_percent(std::string_view text);
// "a=1&b=x+y" as forms send it. `invalid` for a broken %-sequence, too_large beyond 256 fields.
Result<std::vector<Field>> parse_query(std::string_view text);

}  // namespace weir::http
