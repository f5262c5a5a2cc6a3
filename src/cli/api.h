// The server's HTTP API as a command sees it: JSON in, JSON out, errors by their code. Every write carries
// an Idempotency-Key, one per invocation unless the caller derives one from content, so it may be tried
// again: up to three times when the server is unavailable or asks to slow down, with growing pauses or as
// Retry-After says. An Api belongs to one thread. Source: docs/api.md.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "format/json.h"
#include "http/client.h"

namespace weir::cli {

using Query = std::vector<std::pair<std::string, std::string>>;

// "env/a%20b" from {"env", "a b"}: a name never leaves its segment.
std::string path_of(std::initializer_list<std::string_view> segments);
std::string query_of(const Query& query);  // "?a=b", "" when there is nothing; empty values are left out

struct ApiConfig {
  std::string url;
  std::string organization;
  std::string token;
  std::string ca_file;
};

struct Write {
  std::string method = "POST";
  std::string path;
  format::Json body = {};
  std::string key = {};  // Idempotency-Key; minted when empty
};

enum class Follow { more, enough };

class Api {
 public:
  // What `busy` makes lives while an answer is waited for.
  using Busy = std::function<std::shared_ptr<void>()>;
  Api(ApiConfig config, std::function<void(Duration)> wait, Busy busy = {});

  // Paths stand under the organization, or under the server's root when they start with "//".
  Result<format::Json> read(std::string_view path, const Query& query = {});
  Result<std::string> text(std::string_view path, const Query& query = {});
  Result<format::Json> write(const Write& request);
  // Accepted all or not at all (limits::batch_writes_max of them at most); an answer for each, in order.
  Result<format::Json::Array> write_together(std::span<const Write> requests);
  // The rows of a list, page after page until `limit` (0: all).
  Result<format::Json::Array> list(std::string_view path, std::string_view plural, Query query,
                                   std::size_t limit = 0);
  // Server-sent events over a connection of their own: each `data`, and null for a comment (keep-alive).
  // Comes back when the callback has enough or the server ended the stream. Goes on after the last event
  // seen when called again.
  Status follow(std::string_view path, const std::function<Follow(const format::Json& data)>& on_event);

 private:
  Result<http::ClientResponse> send(http::ClientRequest request);
  std::string target_of(std::string_view path, const Query& query) const;
  http::ClientConfig client_config() const;
  http::ClientRequest request_for(std::string method, std::string_view path, const Query& query) const;

  ApiConfig config_;
  std::function<void(Duration)> wait_;
  Busy busy_;
  http::Client client_;
  std::string last_event_;
};

// The server's error body (docs/api.md) back to an Error; what is no such body gets its code from the status.
Error error_from(const http::ClientResponse& response);

}  // namespace weir::cli
