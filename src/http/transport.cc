#include "http/transport.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "http/resolve.h"
#include "http/tls_key.h"

namespace weir::http {
namespace {

Error unavailable(std::string message) { return {Errc::unavailable, std::move(message)}; }
Error system_error(std::string_view what, int code) {
  return unavailable(fmt::format("{}: {}", what, std::strerror(code)));
}

std::string ssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(code);
  return reason == nullptr ? "the connection was closed" : reason;
}

int milliseconds_until(SteadyTime deadline) {
  if (deadline == SteadyTime::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

// OpenSSL's own socket BIO raises SIGPIPE.
int bio_write(BIO* bio, const char* bytes, int size) {
  const int fd = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
  BIO_clear_retry_flags(bio);
  const ssize_t count = ::send(fd, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(count);
}

int bio_read(BIO* bio, char* to, int size) {
  const int fd = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
  BIO_clear_retry_flags(bio);
  const ssize_t count = ::recv(fd, to, static_cast<std::size_t>(size), 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  if (count == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(count);
}

long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* bio_method() {
  static const BIO_METHOD* method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

// Where distributions keep the authorities. OpenSSL's own default would listen to the environment.
constexpr std::array authority_files{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                     "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};

int open_socket(int family) { return ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

void set_tcp_options(int fd) {
  const int on = 1, idle_seconds = 30;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
}

Status connect_socket(int fd, const sockaddr* address, socklen_t size, const Patience& patience) {
  if (::connect(fd, address, size) == 0) return {};
  if (errno != EINPROGRESS) return system_error("cannot connect", errno);
  TRY(patience.wait(fd, POLLOUT));
  int code = 0;
  socklen_t code_size = sizeof code;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &code_size);
  return code == 0 ? Status() : Status(system_error("cannot connect", code));
}

}  // namespace

// ---- waiting ----

Patience::Patience(std::stop_token stop) : stop_(std::move(stop)) {
  if (!stop_.stop_possible()) return;
  event_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  callback_.emplace(stop_, Wake{event_fd_});
}

Patience::~Patience() {
  callback_.reset();
  if (event_fd_ >= 0) ::close(event_fd_);
}

void Patience::Wake::operator()() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one);
}

Status Patience::wait(int fd, short events) const {
  std::array<pollfd, 2> fds{pollfd{fd, events, 0}, pollfd{event_fd_, POLLIN, 0}};
  for (;;) {
    const int ready = ::poll(fds.data(), fds.size(), milliseconds_until(deadline));
    if (stopped()) return unavailable("stopped");
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return system_error("cannot wait", errno);
    if (std::chrono::steady_clock::now() >= deadline) return unavailable("no answer in time");
  }
}

// ---- connecting ----

Result<SslContext> client_tls(const ClientConfig& config) {
  SslContext context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (config.pinned_key_sha256) return context;  // checked after the handshake
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  for (const char* file : authority_files)
    if (::access(file, R_OK) == 0 && SSL_CTX_load_verify_file(context.get(), file) == 1) break;
  if (!config.ca_file.empty() && SSL_CTX_load_verify_file(context.get(), config.ca_file.c_str()) != 1)
    return invalid(fmt::format("cannot read authorities from {}", config.ca_file));
  ERR_clear_error();
  return context;
}

namespace {

Result<int> connect_unix(const std::string& file, const Patience& patience) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (file.size() >= sizeof address.sun_path) return invalid("the socket's path is too long");
  std::memcpy(address.sun_path, file.data(), file.size());
  const int fd = open_socket(AF_UNIX);
  if (fd < 0) return system_error("cannot open a socket", errno);
  const Status done =
      connect_socket(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address, patience);
  if (done.ok()) return fd;
  ::close(fd);
  return done.error();
}

// One address after the other; all share the time there is.
Result<int> connect_tcp(const Url& url, const Patience& patience) {
  const Addresses addresses = TRY(resolve(url.host, url.port, patience));
  Error last = unavailable("the name has no address");
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    const int fd = open_socket(address->ai_family);
    if (fd < 0) continue;
    Patience share(patience.stop());
    const auto now = std::chrono::steady_clock::now();
    share.deadline = address->ai_next == nullptr ? patience.deadline : now + (patience.deadline - now) / 2;
    const Status done = connect_socket(fd, address->ai_addr, address->ai_addrlen, share);
    if (done.ok()) {
      set_tcp_options(fd);
      return fd;
    }
    ::close(fd);
    last = done.error();
    if (patience.stopped()) break;
  }
  return last;
}

}  // namespace

Result<Transport> Transport::connect(const Url& url, const ClientConfig& config, SSL_CTX* tls,
                                     const Patience& patience) {
  const int fd =
      TRY(url.scheme == Scheme::unix_socket ? connect_unix(url.host, patience) : connect_tcp(url, patience));
  Transport transport(fd);
  if (url.scheme == Scheme::https) TRY(transport.start_tls(url, config, tls, patience));
  return transport;
}

Transport& Transport::operator=(Transport&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(ssl_, other.ssl_);
  return *this;
}

Transport::~Transport() {
  if (ssl_ && SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());  // says that nothing follows
  ERR_clear_error();
  ssl_.reset();
  if (fd_ >= 0) ::close(fd_);
}

Status Transport::start_tls(const Url& url, const ClientConfig& config, SSL_CTX* tls,
                            const Patience& patience) {
  ssl_.reset(SSL_new(tls));
  BIO* bio = BIO_new(bio_method());
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd_)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  in6_addr numeric{};
  const bool is_address = ::inet_pton(AF_INET, url.host.c_str(), &numeric) == 1 ||
                          ::inet_pton(AF_INET6, url.host.c_str(), &numeric) == 1;
  if (is_address) X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), url.host.c_str());
  else SSL_set1_host(ssl_.get(), url.host.c_str());
  if (!is_address) SSL_set_tlsext_host_name(ssl_.get(), url.host.c_str());
  for (;;) {
    ERR_clear_error();
    const int result = SSL_connect(ssl_.get());
    if (result == 1) break;
    if (const long verdict = SSL_get_verify_result(ssl_.get());
        verdict != X509_V_OK && !config.pinned_key_sha256)
      return unavailable(fmt::format("the server's certificate is not accepted: {}",
                                     X509_verify_cert_error_string(verdict)));
    TRY(wait_for_ssl(result, patience));
  }
  if (!config.pinned_key_sha256) return {};
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate != nullptr && key_sha256(certificate) == *config.pinned_key_sha256) return {};
  return unavailable("the server has another key than the one it is known by");
}

// ---- bytes ----

Status Transport::wait_for_ssl(int result, const Patience& patience) {
  const int code = SSL_get_error(ssl_.get(), result);
  if (code == SSL_ERROR_WANT_READ) return patience.wait(fd_, POLLIN);
  if (code == SSL_ERROR_WANT_WRITE) return patience.wait(fd_, POLLOUT);
  return unavailable(fmt::format("TLS failed: {}", ssl_reason()));
}

Result<std::size_t> Transport::read_some(char* to, std::size_t size, const Patience& patience) {
  for (;;) {
    if (patience.stopped()) return unavailable("stopped");
    if (ssl_) {
      ERR_clear_error();
      std::size_t count = 0;
      const int result = SSL_read_ex(ssl_.get(), to, size, &count);
      if (result == 1) return count;
      if (SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN) return std::size_t{0};
      TRY(wait_for_ssl(result, patience));
      continue;
    }
    const ssize_t count = ::recv(fd_, to, size, 0);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EAGAIN && errno != EINTR) return system_error("reading failed", errno);
    TRY(patience.wait(fd_, POLLIN));
  }
}

Status Transport::write(std::string_view bytes, const Patience& patience) {
  while (!bytes.empty()) {
    if (ssl_) {
      ERR_clear_error();
      std::size_t count = 0;
      const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
      if (result != 1) TRY(wait_for_ssl(result, patience));
      bytes.remove_prefix(count);
      continue;
    }
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return system_error("sending failed", errno);
    TRY(patience.wait(fd_, POLLIN | POLLOUT));
    if (!quiet()) return {};
  }
  return {};
}

bool Transport::quiet() const {
  pollfd one{fd_, POLLIN, 0};
  return ::poll(&one, 1, 0) == 0;
}

}  // namespace weir::http
