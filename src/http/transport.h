// A connected byte stream for the client: TCP or a unix socket, plain or under TLS. Every call ends by its deadline,
// and at once when the stop token says so. Errors are `unavailable` and don't name the address; the client adds it.
// Private to this folder. One thread at a time.
#pragma once
#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <stop_token>

#include "http/client.h"

namespace weir::http {

using SteadyTime = std::chrono::steady_clock::time_point;

// Until when, and what else ends the waiting.
class Patience {
 public:
  explicit Patience(std::stop_token stop);
  ~Patience();
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

  SteadyTime deadline = SteadyTime::max();
  bool stopped() const { return stop_.stop_requested(); }
  const std::stop_token& stop() const { return stop_; }
  // Until `fd` is ready for one of the poll(2) events.
  Status wait(int fd, short events) const;

 private:
  struct Wake {
    int fd;
    void operator()() const;
  };
  std::stop_token stop_;
  int event_fd_ = -1;  // readable when stop was requested
  std::optional<std::stop_callback<Wake>> callback_;
};

struct CloseSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
struct CloseSslContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, CloseSslContext>;

// Trusts the system's authorities and `ca_file`; with a pin nobody, because the pin decides.
Result<SslContext> client_tls(const ClientConfig& config);

class Transport {
 public:
  // `tls` may be null unless the scheme is https.
  static Result<Transport> connect(const Url& url, const ClientConfig& config, SSL_CTX* tls,
                                   const Patience& patience);
  Transport(Transport&& other) noexcept : fd_(std::exchange(other.fd_, -1)), ssl_(std::move(other.ssl_)) {}
  Transport& operator=(Transport&& other) noexcept;
  ~Transport();

  Result<std::size_t> read_some(char* to, std::size_t size,
                                const Patience& patience);  // 0: the other side is done
  // Stops early, without an error, when the server answers before it has everything (plain connections).
  Status write(std::string_view bytes, const Patience& patience);
  bool quiet() const;  // open, and nothing has arrived unasked

 private:
  explicit Transport(int fd) : fd_(fd) {}
  Status start_tls(const Url& url, const ClientConfig& config, SSL_CTX* tls, const Patience& patience);
  Status wait_for_ssl(int result, const Patience& patience);

  int fd_;
  std::unique_ptr<SSL, CloseSsl> ssl_;
};

}  // namespace weir::http
