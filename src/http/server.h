// The HTTP/1.1 server: sockets on its own threads (coroutines, nowhere else), requests as values to one handler.
// It promises: sizes and times of ServerConfig are kept whatever the client does; malformed input gets a JSON error and
// is never handed on; answers to pipelined requests come in order. A Respond called from another thread costs a lock
// and, once per batch, one wake-up. Not here: HTTP/2, compression, routing (router.h), authentication.
// Threads: `handle` and `body_limit` run on an io thread and must not block; all functions of Server are for one
// owner thread. Source: RFC 9112.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "http/message.h"

namespace weir::http {

// Whether it is proven who sends a request, before its body is read. Who only claims it shares less room with others
// like him, and makes room when connections run out.
enum class Sender { stranger, known };

struct BodyLimit {
  std::size_t bytes_max = 0;  // beyond: 413
  Sender sender = Sender::known;
};

struct ServerConfig {
  std::string address = "127.0.0.1";      // numeric; off loopback only with a certificate
  std::uint16_t port = 0;                 // 0: the system picks one, see Server::port()
  std::string tls_certificate_file = {};  // PEM chain; both or none; TLS 1.2 and newer
  std::string tls_key_file = {};
  int threads = 1;

  std::size_t header_bytes_max = limits::header_bytes_max;  // beyond: 431
  std::size_t connections_max = limits::connections_max;    // beyond: 503 and closed
  Duration idle_time_max = limits::idle_connection_time_max;
  // Bounds, each by itself, reading a whole request (408), waiting for its answer (503), and writing that.
  Duration request_time_max = limits::request_time_max;
  // Of the body of one request, decided when its head is there. An error refuses the request before its body is read.
  // `length` is what it announces, nothing when it comes in chunks. Unset: limits::request_body_bytes_max of somebody
  // who is known.
  std::function<Result<BodyLimit>(const Request& head, std::optional<std::size_t> length)> body_limit = {};
};

using Handler = std::function<void(Request, Respond)>;

struct ServerCounts {
  std::uint64_t requests = 0;   // handed to the handler
  std::uint64_t refused = 0;    // answered by the server itself: malformed, too large, too slow, too many
  std::size_t connections = 0;  // open now
};

class Server {
 public:
  // Listens when it returns. Errors name the address and, where there is one, the remedy.
  static Result<Server> start(ServerConfig config, Handler handle);

  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  ~Server();  // as stop()

  std::uint16_t port() const;
  std::string url() const;  // "http://127.0.0.1:8080", "https://[::1]:8443"
  ServerCounts counts() const;

  // Stops accepting, ends streams, lets requests in flight finish for `grace`, then closes what is left.
  void stop(Duration grace = seconds(5));

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace weir::http
