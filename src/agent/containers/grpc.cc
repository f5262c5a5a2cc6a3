#include "agent/containers/grpc.h"

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <memory>

namespace weir::agent {
namespace {

constexpr std::size_t answer_bytes_max = 16 * 1024 * 1024;
constexpr std::string_view status_ok = "0", status_not_found = "5";

struct Exchange {
  int socket = -1;
  Bytes request;  // framed
  std::size_t request_sent = 0;
  Bytes body;
  std::string http_status, grpc_status, grpc_message;
  bool closed = false;
  ~Exchange() {
    if (socket >= 0) close(socket);
  }
};

Exchange& exchange_of(void* user_data) { return *static_cast<Exchange*>(user_data); }

ssize_t send_bytes(nghttp2_session*, const std::uint8_t* data, std::size_t size, int, void* user_data) {
  const ssize_t sent = send(exchange_of(user_data).socket, data, size, MSG_NOSIGNAL);
  if (sent < 0) return NGHTTP2_ERR_CALLBACK_FAILURE;
  return sent;
}

ssize_t read_request(nghttp2_session*, std::int32_t, std::uint8_t* out, std::size_t room,
                     std::uint32_t* flags, nghttp2_data_source*, void* user_data) {
  Exchange& exchange = exchange_of(user_data);
  const std::size_t count = exchange.request.copy(reinterpret_cast<char*>(out), room, exchange.request_sent);
  exchange.request_sent += count;
  if (exchange.request_sent == exchange.request.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(count);
}

int on_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_size,
              const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user_data) {
  const std::string_view key(reinterpret_cast<const char*>(name), name_size);
  const std::string_view text(reinterpret_cast<const char*>(value), value_size);
  Exchange& exchange = exchange_of(user_data);
  if (key == ":status") exchange.http_status = text;
  if (key == "grpc-status") exchange.grpc_status = text;
  if (key == "grpc-message") exchange.grpc_message = text.substr(0, 256);
  return 0;
}

int on_data(nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* data, std::size_t size,
            void* user_data) {
  Exchange& exchange = exchange_of(user_data);
  if (exchange.body.size() + size > answer_bytes_max) return NGHTTP2_ERR_CALLBACK_FAILURE;
  exchange.body.append(reinterpret_cast<const char*>(data), size);
  return 0;
}

int on_close(nghttp2_session*, std::int32_t, std::uint32_t, void* user_data) {
  exchange_of(user_data).closed = true;
  return 0;
}

Error unavailable(const GrpcCall& call, std::string_view why) {
  return {Errc::unavailable, fmt::format("{}: {}: {}", call.socket, call.method, why)};
}

Result<int> connect_socket(const GrpcCall& call) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (call.socket.size() >= sizeof address.sun_path)
    return unavailable(call, "the path of the socket is too long");
  call.socket.copy(address.sun_path, call.socket.size());
  const int socket_file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_file >= 0 && connect(socket_file, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
    return socket_file;
  const std::string why = strerror(errno);
  if (socket_file >= 0) close(socket_file);
  return unavailable(call, why);
}

using Session = std::unique_ptr<nghttp2_session, void (*)(nghttp2_session*)>;

Session open_session(Exchange& exchange) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session* session = nullptr;
  CHECK(nghttp2_session_callbacks_new(&callbacks) == 0);
  nghttp2_session_callbacks_set_send_callback(callbacks, send_bytes);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
  CHECK(nghttp2_session_client_new(&session, callbacks, &exchange) == 0);
  nghttp2_session_callbacks_del(callbacks);
  return Session(session, nghttp2_session_del);
}

nghttp2_nv header(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

void submit(nghttp2_session* session, const GrpcCall& call) {
  std::vector<nghttp2_nv> headers{header(":method", "POST"),    header(":scheme", "http"),
                                  header(":path", call.method), header(":authority", "localhost"),
                                  header("te", "trailers"),     header("content-type", "application/grpc")};
  for (const auto& [name, value] : call.metadata) headers.push_back(header(name, value));
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
  const nghttp2_data_provider body{{0}, read_request};
  nghttp2_submit_request(session, nullptr, headers.data(), headers.size(), &body, nullptr);
}

// Sends and receives until the one stream is closed.
Status run(nghttp2_session* session, Exchange& exchange, const GrpcCall& call) {
  using clock = std::chrono::steady_clock;
  const auto deadline = clock::now() + std::chrono::microseconds(call.time_max.micros);
  std::uint8_t buffer[32 * 1024];
  while (!exchange.closed) {
    if (nghttp2_session_send(session) != 0) return unavailable(call, "the connection broke");
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now()).count();
    pollfd readable{exchange.socket, POLLIN, 0};
    if (left <= 0 || poll(&readable, 1, static_cast<int>(left)) <= 0)
      return unavailable(call, "no answer in time");
    const ssize_t count = recv(exchange.socket, buffer, sizeof buffer, 0);
    if (count <= 0) return unavailable(call, "the connection broke");
    if (nghttp2_session_mem_recv(session, buffer, static_cast<std::size_t>(count)) < 0)
      return unavailable(call, "a broken or too large answer");
  }
  return {};
}

}  // namespace

Result<std::vector<Bytes>> split_grpc_messages(BytesView body) {
  std::vector<Bytes> messages;
  while (!body.empty()) {
    if (body.size() < 5 || body[0] != 0) return invalid("a gRPC message is cut off or compressed");
    const auto* size_bytes = reinterpret_cast<const std::uint8_t*>(body.data() + 1);
    const std::size_t size =
        std::size_t{size_bytes[0]} << 24 | size_bytes[1] << 16 | size_bytes[2] << 8 | size_bytes[3];
    if (size > body.size() - 5) return invalid("a gRPC message is cut off");
    messages.emplace_back(body.substr(5, size));
    body.remove_prefix(5 + size);
  }
  return messages;
}

Result<std::vector<Bytes>> call_grpc(const GrpcCall& call) {
  Exchange exchange;
  exchange.socket = TRY(connect_socket(call));
  exchange.request += '\0';
  append_u32(exchange.request, static_cast<std::uint32_t>(call.request.size()));
  exchange.request += call.request;
  const Session session = open_session(exchange);
  submit(session.get(), call);
  TRY(run(session.get(), exchange, call));
  if (exchange.grpc_status == status_not_found)
    return not_found(fmt::format("{}: {}: {}", call.socket, call.method, exchange.grpc_message));
  if (exchange.http_status != "200" || exchange.grpc_status != status_ok)
    return unavailable(call, fmt::format("HTTP status {}, gRPC status {}: {}", exchange.http_status,
                                         exchange.grpc_status, exchange.grpc_message));
  return split_grpc_messages(exchange.body);
}

}  // namespace weir::agent
