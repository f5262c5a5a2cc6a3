#include "http/server.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "http/connection.h"

namespace weir::http {
namespace {

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Endpoint = asio::ip::tcp::endpoint;

std::string text_of(const Endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return fmt::format(fmt::runtime(endpoint.address().is_v6() ? "[{}]:{}" : "{}:{}"), address,
                     endpoint.port());
}

Result<Endpoint> endpoint_of(const ServerConfig& config) {
  ErrorCode error;
  const auto address =
      asio::ip::make_address(config.address == "localhost" ? "127.0.0.1" : config.address, error);
  if (error) return invalid(fmt::format("'{}' is not a numeric address to listen on", config.address));
  const Endpoint endpoint(address, config.port);
  if (config.tls_certificate_file.empty() && !address.is_loopback())
    return invalid(
        fmt::format("refused to serve clear text on {}, which others can reach: give a certificate and its "
                    "key, or listen on 127.0.0.1",
                    text_of(endpoint)));
  return endpoint;
}

// The one application protocol spoken here (RFC 7301); a client that offers others only goes on without.
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  static constexpr unsigned char http11[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, out_size, http11, sizeof http11 - 1, offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

Result<std::optional<asio::ssl::context>> tls_of(const ServerConfig& config) {
  if (config.tls_certificate_file.empty() != config.tls_key_file.empty())
    return invalid("TLS needs both a certificate file and a key file");
  if (config.tls_certificate_file.empty()) return std::optional<asio::ssl::context>{};
  asio::ssl::context tls(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(tls.native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(tls.native_handle(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(tls.native_handle(), select_protocol, nullptr);
  ErrorCode error;
  tls.set_password_callback([](std::size_t, auto) { return std::string(); },
                            error);  // rather than ask on the terminal
  tls.use_certificate_chain_file(config.tls_certificate_file, error);
  if (error)
    return invalid(
        fmt::format("{} holds no usable certificate: {}", config.tls_certificate_file, error.message()));
  tls.use_private_key_file(config.tls_key_file, asio::ssl::context::pem, error);
  if (error)
    return invalid(
        fmt::format("{} holds no key for that certificate: {}", config.tls_key_file, error.message()));
  return std::optional<asio::ssl::context>(std::move(tls));
}

Error listen_error(const Endpoint& endpoint, const ErrorCode& error) {
  std::string_view remedy;
  if (error == asio::error::address_in_use)
    remedy = "; another program listens there: stop it or choose another port";
  if (error == asio::error::access_denied)
    remedy = "; ports below 1024 need a privilege: choose a higher one";
  return {Errc::unavailable,
          fmt::format("cannot listen on {}: {}{}", text_of(endpoint), error.message(), remedy)};
}

Status listen(Acceptor& acceptor, const Endpoint& endpoint) {
  ErrorCode error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error ? Status(listen_error(endpoint, error)) : Status();
}

Duration sweep_interval_of(const ServerConfig& config) {
  const std::int64_t shortest = std::min(config.idle_time_max.micros, config.request_time_max.micros);
  return {std::clamp<std::int64_t>(shortest / 4, 5'000, 250'000)};
}

}  // namespace

void ServerShared::opened() { open_.fetch_add(1); }

void ServerShared::closed() {
  const std::lock_guard lock(mutex_);
  if (open_.fetch_sub(1) == 1) none_.notify_all();
}

void ServerShared::wait_for_none(Duration at_most) {
  std::unique_lock lock(mutex_);
  none_.wait_for(lock, std::chrono::microseconds(at_most.micros), [&] { return open_ == 0; });
}

struct Server::State {
  std::shared_ptr<ServerShared> shared = std::make_shared<ServerShared>();
  std::vector<std::unique_ptr<IoThread>> threads;
  std::optional<Acceptor> acceptor;  // on the first thread
  Endpoint endpoint;
  std::size_t next_thread = 0;
  bool stopped = false;

  void accept();
  void accepted(IoThread& io, ErrorCode error, Socket socket);
  void accept_later();
  void each_connection(void (Connection::*act)());
};

void Server::State::accept() {
  IoThread& io = *threads[next_thread++ % threads.size()];
  acceptor->async_accept(io.context.get_executor(), [this, &io](ErrorCode error, Socket socket) {
    accepted(io, error, std::move(socket));
  });
}

void Server::State::accepted(IoThread& io, ErrorCode error, Socket socket) {
  if (shared->stopping || error == asio::error::operation_aborted) return;
  if (error) return accept_later();
  if (shared->open() >= shared->config.connections_max + shared->refusals)
    refuse_connection(io, shared, std::move(socket));
  else serve_connection(io, shared, std::move(socket));
  accept();
}

// Out of descriptors: others must end first.
void Server::State::accept_later() {
  auto timer = std::make_shared<asio::steady_timer>(threads.front()->context, std::chrono::milliseconds(50));
  timer->async_wait([this, timer](ErrorCode) {
    if (!shared->stopping) accept();
  });
}

void Server::State::each_connection(void (Connection::*act)()) {
  for (auto& io : threads)
    asio::post(io->context, [&io = *io, act] {
      const std::vector<Connection*> all(io.connections.begin(), io.connections.end());
      for (Connection* connection : all)
        if (io.connections.contains(connection)) (connection->*act)();
    });
}

Result<Server> Server::start(ServerConfig config, Handler handle) {
  const Endpoint wanted = TRY(endpoint_of(config));
  auto tls = TRY(tls_of(config));
  auto state = std::make_unique<State>();
  const Duration sweep_interval = sweep_interval_of(config);
  for (int i = 0; i < std::max(1, config.threads); ++i)
    state->threads.push_back(std::make_unique<IoThread>(sweep_interval));
  state->acceptor.emplace(state->threads.front()->context.get_executor());
  TRY(listen(*state->acceptor, wanted));
  ErrorCode ignored;
  state->endpoint = state->acceptor->local_endpoint(ignored);
  state->shared->config = std::move(config);
  state->shared->handle = std::move(handle);
  state->shared->tls = std::move(tls);
  state->accept();
  for (auto& io : state->threads) io->start();
  return Server(std::move(state));
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::Server(Server&&) noexcept = default;

Server& Server::operator=(Server&& other) noexcept {
  if (state_) stop();
  state_ = std::move(other.state_);
  return *this;
}

Server::~Server() {
  if (state_) stop();
}

std::uint16_t Server::port() const { return state_->endpoint.port(); }

std::string Server::url() const {
  return fmt::format("{}://{}", state_->shared->tls ? "https" : "http", text_of(state_->endpoint));
}

ServerCounts Server::counts() const {
  const ServerShared& shared = *state_->shared;
  return {.requests = shared.requests, .refused = shared.refused, .connections = shared.open()};
}

void Server::stop(Duration grace) {
  if (std::exchange(state_->stopped, true)) return;
  state_->shared->stopping = true;
  asio::post(state_->threads.front()->context, [state = state_.get()] {
    ErrorCode ignored;
    state->acceptor->close(ignored);
  });
  state_->each_connection(&Connection::finish);
  state_->shared->wait_for_none(grace);
  state_->each_connection(&Connection::abort);
  for (auto& io : state_->threads) io->stop();
}

}  // namespace weir::http
