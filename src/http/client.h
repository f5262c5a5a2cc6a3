// A synchronous HTTP/1.1 client for one origin: "http://host:port", "https://host:port" or "unix:/path/of/socket".
// Keeps its connection between requests and opens a new one when the server has closed it. Takes nothing from the
// environment: no proxy, no credentials; no redirect is followed. A status of 4xx or 5xx is an answer, not an Error.
// Errors: unavailable (no connection, time-out, broken answer, server's identity not proved), too_large (answer beyond
// its bound), invalid (URL or request), each naming the address. A Client belongs to one thread at a time.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "http/message.h"

namespace weir::http {

enum class Scheme { http, https, unix_socket };

// "https://example.org:8443/a?b" is {https, "example.org", 8443, "/a?b"}; "unix:/run/x.sock" has only a host.
struct Url {
  Scheme scheme = Scheme::http;
  std::string host = {};  // without brackets; of unix_socket the file
  std::uint16_t port = 0;
  std::string target = "/";  // path and query
};
Result<Url> parse_url(std::string_view text);
std::string origin_of(const Url& url);  // what a ClientConfig wants

struct ClientConfig {
  std::string origin;  // a path behind it is put before every request's target
  // Who the server must be, for https. With a pin the certificate's chain and name don't matter, only its key.
  std::string ca_file = {};                      // PEM, in addition to the system's
  std::optional<Sha256> pinned_key_sha256 = {};  // of the DER SubjectPublicKeyInfo (RFC 7469 §2.4)
  Duration connect_time_max = seconds(5);        // name, connection and TLS handshake
  Duration request_time_max = seconds(30);  // of the whole exchange; of a stream: until its head is there
  std::optional<Duration> stream_silence_max =
      {};  // between two pieces of a stream; none: it may be silent for ever
  std::size_t body_bytes_max = limits::blob_bytes_max;
};

struct ClientRequest {
  std::string method = "GET";
  std::string target = "/";  // path and query, encoded
  std::vector<Field> headers = {};
  std::string body = {};
  std::string content_type = "application/json";  // sent when there is a body
};

struct ClientResponse {
  int status = 0;
  std::vector<Field> headers = {};  // names in lower case
  std::string body = {};
  std::optional<std::string_view> header(std::string_view name) const;
};

// What a stream's callback wants next.
enum class Continue { yes, no };

class Client {
 public:
  explicit Client(ClientConfig config);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // Asked to stop it ends at once with `unavailable`. A request is sent a second time only when the kept connection
  // turned out to be closed before any byte of an answer came, and its method is idempotent or it has an
  // Idempotency-Key.
  Result<ClientResponse> send(const ClientRequest& request, std::stop_token stop = {});

  // Hands on the body piece by piece as it arrives; the response returned has an empty body. An answer that is not
  // 2xx is not streamed: its body is in the response. Ends when the server ends, the callback says no, or `stop` is
  // requested (the latter two are no Error). body_bytes_max does not bound it; a line has at most 1 MiB.
  using OnChunk = std::function<Continue(std::string_view chunk)>;
  using OnLine = std::function<Continue(std::string_view line)>;  // without its line end
  Result<ClientResponse> stream_chunks(const ClientRequest& request, const OnChunk& on_chunk,
                                       std::stop_token stop = {});
  Result<ClientResponse> stream_lines(const ClientRequest& request, const OnLine& on_line,
                                      std::stop_token stop = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::http
