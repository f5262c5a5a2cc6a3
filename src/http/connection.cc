#include "http/connection.h"

#include <fmt/format.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>

#include "http/request_parser.h"
#include "http/response_head.h"
#include "http/stream.h"

namespace weir::http {
namespace {

using TlsSocket = asio::ssl::stream<Socket>;
template <class T>
using Awaitable = asio::awaitable<T, Executor>;
constexpr asio::use_awaitable_t<Executor> use_awaitable;
using ParseError = boost::beast::http::error;

constexpr std::size_t read_bytes = 4096;
constexpr std::size_t body_step_bytes = 64 * 1024;
constexpr std::size_t joined_body_bytes_max = 16 * 1024;  // copying a body up to this beats a second write
constexpr std::size_t write_bytes = 256 * 1024;           // of one deadline
constexpr SteadyTime never = SteadyTime::max();
// Where connections run out, who within this has not said what he wants, or read what he is told, makes room.
constexpr auto crowded_time_max = std::chrono::seconds(2);

void rethrow(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

enum class Phase { idle, reading, handling, writing, streaming, lingering };
enum class Read { complete, ended, refused };

template <class S>
class HttpConnection final : public Connection, public std::enable_shared_from_this<HttpConnection<S>> {
 public:
  template <class... StreamArguments>
  HttpConnection(IoThread& io, std::shared_ptr<ServerShared> shared, StreamArguments&&... arguments)
      : io_(io), shared_(std::move(shared)), stream_(std::forward<StreamArguments>(arguments)...) {}

  static Awaitable<void> run(std::shared_ptr<HttpConnection> self) {
    self->enter_service();
    bool more = !self->shared_->stopping && co_await self->handshake();
    while (more) more = co_await self->serve_one();
    self->leave_service();
  }

  // One connection too many is told so.
  static Awaitable<void> turn_away(std::shared_ptr<HttpConnection> self) {
    self->enter_service();
    self->keep_alive_ = false;
    self->refuse_connection();
    const bool written = co_await self->write_response(*self->refusal_);
    if (written) co_await self->linger();
    self->shared_->refusals.fetch_sub(1);
    self->leave_service();
  }

  void sweep(SteadyTime now) override;
  void answer(Response response) override;
  void stream_changed() override;
  void finish() override;
  void abort() override;

 private:
  static constexpr bool has_tls = !std::is_same_v<S, Socket>;
  Socket& socket() {
    if constexpr (has_tls) return stream_.next_layer();
    else return stream_;
  }
  const ServerConfig& config() const { return shared_->config; }

  void enter_service();
  void leave_service();
  void enter(Phase phase, Duration at_most);
  bool makes_room(SteadyTime now) const;
  void close_socket();
  void wake();
  Awaitable<void> woken();

  Awaitable<bool> handshake();
  Awaitable<bool> serve_one();
  Awaitable<Read> read_head();
  Awaitable<Read> read_body();
  Awaitable<Read> read_sized(std::size_t length);
  Awaitable<Read> read_chunked();
  Awaitable<std::size_t> read_some();
  Awaitable<std::size_t> read_into(asio::mutable_buffer target);
  Awaitable<bool> send_continue();
  Awaitable<bool> write_all(std::string_view bytes);
  Awaitable<bool> write_response(const Response& response);
  Awaitable<void> write_stream(const Response& response);
  static Awaitable<void> watch(std::shared_ptr<HttpConnection> self);
  Awaitable<void> linger();

  // Each prepares `refusal_`. Not inside the coroutines, because g++ 12 destroys braced temporaries there twice.
  Read refuse(const Error& error) { return refuse_with(error_response(error)); }
  Read refuse(Refusal how, std::string message) {
    return refuse_with(error_response(how, std::move(message)));
  }
  Read refuse_with(Response response);
  Read refuse_parse(ErrorCode error);
  Read refuse_head_size();
  Read refuse_trailer();
  Read refuse_room();
  void refuse_connection();
  Read check_head();
  Read cut_short();
  Result<BodyLimit> body_limit(std::optional<std::size_t> announced);
  bool hold(std::size_t bytes);
  void release();
  void hand_over();

  IoThread& io_;
  std::shared_ptr<ServerShared> shared_;
  S stream_;
  std::shared_ptr<Exchange> exchange_ = std::make_shared<Exchange>();
  std::string remote_address_;
  boost::beast::flat_buffer buffer_;
  std::optional<RequestParser> parser_;
  std::string out_;
  std::optional<Response> refusal_, answer_;
  std::shared_ptr<Stream> streaming_;
  std::move_only_function<void()> resume_;

  Phase phase_ = Phase::idle;
  SteadyTime deadline_ = never;
  SteadyTime entered_at_ = never;  // the phase
  bool expired_ = false;  // the deadline passed while reading
  bool aborted_ = false;
  bool keep_alive_ = true;
  bool head_only_ = false;
  bool http11_ = true;
  Sender sender_ = Sender::stranger;  // of the request at hand
  std::size_t held_bytes_ = 0;
};

// ---- what happens to it from outside ----

template <class S>
bool HttpConnection<S>::makes_room(SteadyTime now) const {
  const bool waits = phase_ == Phase::idle || phase_ == Phase::reading || phase_ == Phase::writing;
  const bool has_said = phase_ == Phase::reading && sender_ == Sender::known;
  return waits && !has_said && now - entered_at_ > crowded_time_max && shared_->is_crowded();
}

template <class S>
void HttpConnection<S>::sweep(SteadyTime now) {
  if (now < deadline_ && !makes_room(now)) return;
  deadline_ = never;
  if (phase_ == Phase::idle || phase_ == Phase::reading) {
    expired_ = true;
    ErrorCode ignored;
    socket().cancel(ignored);
  } else if (phase_ == Phase::handling) {
    ++exchange_->number;
    keep_alive_ = false;
    answer(error_response(
        {Errc::unavailable, "the answer took too long; whether the request had an effect is not known"}));
  } else {
    close_socket();
  }
}

template <class S>
void HttpConnection<S>::answer(Response response) {
  if (const auto complete = std::exchange(response.complete, nullptr)) complete(response);
  answer_ = std::move(response);
  wake();
}

template <class S>
void HttpConnection<S>::stream_changed() {
  if (resume_) wake();
  else if (streaming_ && streaming_->dropped()) close_socket();
}

template <class S>
void HttpConnection<S>::finish() {
  keep_alive_ = false;
  ErrorCode ignored;
  if (phase_ == Phase::idle) socket().cancel(ignored);
  else if (phase_ == Phase::lingering) close_socket();
  else if (streaming_) streaming_->close();
}

template <class S>
void HttpConnection<S>::abort() {
  aborted_ = true;
  close_socket();
  wake();
}

template <class S>
void HttpConnection<S>::wake() {
  if (auto resume = std::exchange(resume_, nullptr)) resume();
}

template <class S>
Awaitable<void> HttpConnection<S>::woken() {
  return asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(
      [this](auto handler) { resume_ = std::move(handler); }, use_awaitable);
}

// ---- its life ----

template <class S>
void HttpConnection<S>::enter_service() {
  io_.connections.insert(this);
  exchange_->completions = io_.completions;
  exchange_->connection = this;
  ErrorCode ignored;
  socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  const auto remote = socket().remote_endpoint(ignored);
  if (!ignored) remote_address_ = remote.address().to_string();
}

template <class S>
void HttpConnection<S>::leave_service() {
  release();
  close_socket();
  exchange_->connection = nullptr;
  io_.connections.erase(this);
  shared_->closed();
}

template <class S>
void HttpConnection<S>::enter(Phase phase, Duration at_most) {
  phase_ = phase;
  expired_ = false;
  entered_at_ = std::chrono::steady_clock::now();
  deadline_ = after(at_most);
}

template <class S>
void HttpConnection<S>::close_socket() {
  ErrorCode ignored;
  socket().close(ignored);
}

template <class S>
Awaitable<bool> HttpConnection<S>::handshake() {
  if constexpr (has_tls) {
    enter(Phase::reading, config().request_time_max);
    ErrorCode error;
    co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                     asio::redirect_error(use_awaitable, error));
    co_return !error;
  } else {
    co_return true;
  }
}

template <class S>
Awaitable<bool> HttpConnection<S>::serve_one() {
  parser_.emplace();
  sender_ = Sender::stranger;
  Read read = co_await read_head();
  if (read == Read::complete) read = co_await read_body();
  if (read == Read::ended || aborted_) co_return false;
  if (read == Read::refused) {
    shared_->refused.fetch_add(1, std::memory_order_relaxed);
    keep_alive_ = false;
    answer_ = std::move(refusal_);
  } else {
    hand_over();
    while (!answer_ && !aborted_) co_await woken();
  }
  if (aborted_) co_return false;
  release();
  const bool written = co_await write_response(*answer_);
  answer_.reset();
  if (written && keep_alive_) co_return true;
  if (written) co_await linger();
  co_return false;
}

template <class S>
void HttpConnection<S>::hand_over() {
  enter(Phase::handling, config().request_time_max);
  shared_->requests.fetch_add(1, std::memory_order_relaxed);
  shared_->handle(std::move(parser_->request), Reply(exchange_, ++exchange_->number));
}

// ---- reading ----

template <class S>
Read HttpConnection<S>::refuse_with(Response response) {
  refusal_ = std::move(response);
  return Read::refused;
}

template <class S>
Read HttpConnection<S>::refuse_parse(ErrorCode error) {
  if (error == ParseError::body_limit)
    return refuse({Errc::too_large, fmt::format("the body has more than {} bytes", parser_->body_bytes_max)});
  return refuse(invalid(fmt::format("not a well-formed HTTP/1.1 request: {}", error.message())));
}

template <class S>
Read HttpConnection<S>::refuse_head_size() {
  return refuse(Refusal::head_size,
                fmt::format("the head has more than {} bytes", config().header_bytes_max));
}

template <class S>
Read HttpConnection<S>::refuse_trailer() {
  return refuse(invalid("a chunk's head or the trailer is too long"));
}

template <class S>
Read HttpConnection<S>::refuse_room() {
  return refuse({Errc::unavailable, "too many large requests at once"});
}

template <class S>
void HttpConnection<S>::refuse_connection() {
  refuse({Errc::unavailable, fmt::format("more than {} connections", config().connections_max)});
}

template <class S>
Read HttpConnection<S>::check_head() {
  keep_alive_ = parser_->keep_alive() && !shared_->stopping;
  parser_->request.remote_address = remote_address_;
  head_only_ = parser_->request.method == "HEAD";
  http11_ = parser_->version() >= 11;
  if (const Status good = parser_->check_head(); !good) return refuse(good.error());
  if (parser_->expects_other())
    return refuse(Refusal::expectation, "the only expectation met here is 100-continue");
  return Read::complete;
}

template <class S>
Read HttpConnection<S>::cut_short() {
  if (!expired_ || phase_ != Phase::reading) return Read::ended;
  return refuse(Refusal::time, fmt::format("the request did not arrive within {} ms",
                                           config().request_time_max.micros / 1000));
}

template <class S>
Result<BodyLimit> HttpConnection<S>::body_limit(std::optional<std::size_t> announced) {
  if (!config().body_limit) return BodyLimit{limits::request_body_bytes_max, Sender::known};
  return config().body_limit(parser_->request, announced);
}

// Counts `bytes` more of this request's body against what all bodies of such senders together may take. What a stranger
// may send is always taken.
template <class S>
bool HttpConnection<S>::hold(std::size_t bytes) {
  held_bytes_ += bytes;
  const bool is_little = held_bytes_ <= limits::stranger_body_bytes_max;
  if (sender_ == Sender::known)
    return shared_->body_bytes.fetch_add(bytes) + bytes <= limits::bodies_bytes_max || is_little;
  return shared_->stranger_body_bytes.fetch_add(bytes) + bytes <= limits::stranger_bodies_bytes_max || is_little;
}

template <class S>
void HttpConnection<S>::release() {
  auto& held = sender_ == Sender::known ? shared_->body_bytes : shared_->stranger_body_bytes;
  if (held_bytes_ > 0) held.fetch_sub(std::exchange(held_bytes_, 0));
}

template <class S>
Awaitable<std::size_t> HttpConnection<S>::read_into(asio::mutable_buffer target) {
  ErrorCode error;
  const std::size_t count =
      co_await stream_.async_read_some(target, asio::redirect_error(use_awaitable, error));
  if (phase_ == Phase::reading && count > 0)  // what came quickly is no leave to stall for long
    deadline_ = std::min(after(config().request_time_max),
                         deadline_ + std::chrono::microseconds(count * 1'000'000 / limits::read_bytes_per_second_min));
  co_return expired_&& phase_ == Phase::reading ? 0 : count;
}

template <class S>
Awaitable<std::size_t> HttpConnection<S>::read_some() {
  const asio::mutable_buffer target = buffer_.prepare(read_bytes);
  const std::size_t count = co_await read_into(target);
  buffer_.commit(count);
  co_return count;
}

template <class S>
Awaitable<Read> HttpConnection<S>::read_head() {
  enter(Phase::idle, config().idle_time_max);
  std::size_t head_bytes = 0;
  while (!parser_->is_header_done()) {
    if (buffer_.size() > 0) {
      if (phase_ == Phase::idle) enter(Phase::reading, config().request_time_max);
      ErrorCode error;
      const std::size_t used = parser_->put(asio::const_buffer(buffer_.data()), error);
      buffer_.consume(used);
      head_bytes += used;
      if (error && error != ParseError::need_more) co_return refuse_parse(error);
      const std::size_t waiting = parser_->is_header_done() ? 0 : buffer_.size();
      if (head_bytes + waiting > config().header_bytes_max) co_return refuse_head_size();
      if (parser_->is_header_done()) break;
    }
    if (phase_ == Phase::idle && shared_->stopping) co_return Read::ended;
    const std::size_t count = co_await read_some();
    if (count == 0) co_return cut_short();
  }
  co_return check_head();
}

template <class S>
Awaitable<Read> HttpConnection<S>::read_body() {
  const bool chunked = parser_->chunked();
  const std::size_t length = parser_->content_length().value_or(0);
  if (!chunked && length == 0) co_return Read::complete;
  const auto announced = chunked ? std::nullopt : std::optional(length);
  const Result<BodyLimit> limit = body_limit(announced);
  if (!limit.ok()) co_return refuse(limit.error());
  parser_->body_bytes_max = limit->bytes_max;
  sender_ = limit->sender;
  if (length > parser_->body_bytes_max) co_return refuse_parse(ParseError::body_limit);
  if (parser_->expects_continue() && buffer_.size() == 0) {
    const bool sent = co_await write_all("HTTP/1.1 100 Continue\r\n\r\n");
    if (!sent) co_return Read::ended;
  }
  if (chunked) co_return co_await read_chunked();
  co_return co_await read_sized(length);
}

template <class S>
Awaitable<Read> HttpConnection<S>::read_sized(std::size_t length) {
  std::string& body = parser_->request.body;
  std::size_t filled = std::min(length, buffer_.size());
  body.assign(static_cast<const char*>(buffer_.data().data()), filled);
  buffer_.consume(filled);
  bool room = hold(filled);
  while (filled < length && room) {
    if (filled == body.size()) {  // grows as it comes, so that an announced size alone costs nothing
      const std::size_t step = std::min(length - filled, std::max(filled, body_step_bytes));
      room = hold(step);
      if (!room) break;
      body.resize(filled + step);
    }
    const std::size_t count = co_await read_into(asio::buffer(body.data() + filled, body.size() - filled));
    if (count == 0) co_return cut_short();
    filled += count;
  }
  co_return room ? Read::complete : refuse_room();
}

template <class S>
Awaitable<Read> HttpConnection<S>::read_chunked() {
  while (!parser_->is_done()) {
    ErrorCode error;
    const std::size_t used = parser_->put(asio::const_buffer(buffer_.data()), error);
    buffer_.consume(used);
    if (error && error != ParseError::need_more) co_return refuse_parse(error);
    if (!error && buffer_.size() > 0) continue;
    if (parser_->is_done()) break;
    if (buffer_.size() > config().header_bytes_max) co_return refuse_trailer();
    const std::size_t count = co_await read_some();
    if (count == 0) co_return cut_short();
    if (!hold(count)) co_return refuse_room();
  }
  co_return Read::complete;
}

// ---- writing ----

template <class S>
Awaitable<bool> HttpConnection<S>::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    ErrorCode error;
    const asio::const_buffer piece = asio::buffer(bytes.data(), std::min(bytes.size(), write_bytes));
    const std::size_t count =
        co_await stream_.async_write_some(piece, asio::redirect_error(use_awaitable, error));
    if (error) co_return false;
    bytes.remove_prefix(count);
    if (!bytes.empty() && phase_ == Phase::writing) enter(Phase::writing, config().request_time_max);
  }
  co_return true;
}

template <class S>
Awaitable<bool> HttpConnection<S>::write_response(const Response& response) {
  enter(Phase::writing, config().request_time_max);
  keep_alive_ = keep_alive_ && !shared_->stopping;
  if (response.stream) {
    keep_alive_ = false;
    co_await write_stream(response);
    co_return true;
  }
  out_.clear();
  append_head(out_, response,
              {.keep_alive = keep_alive_ ? KeepAlive::yes : KeepAlive::no, .date_line = io_.date_line()});
  const bool with_body = has_body(response.status) && !head_only_;
  const std::string_view content = response.content();
  if (with_body && content.size() <= joined_body_bytes_max) out_ += content;
  const bool head_written = co_await write_all(out_);
  if (!head_written || !with_body || content.size() <= joined_body_bytes_max) co_return head_written;
  co_return co_await write_all(content);
}

void append_piece(std::string& out, std::string_view piece, Framing framing) {
  if (piece.empty()) return;
  if (framing == Framing::chunked) fmt::format_to(std::back_inserter(out), "{:x}\r\n", piece.size());
  out += piece;
  if (framing == Framing::chunked) out += "\r\n";
}

template <class S>
Awaitable<void> HttpConnection<S>::write_stream(const Response& response) {
  streaming_ = response.stream;
  const Framing framing = http11_ ? Framing::chunked : Framing::until_close;
  out_.clear();
  append_head(out_, response,
              {.framing = framing, .keep_alive = KeepAlive::no, .date_line = io_.date_line()});
  if (!head_only_) append_piece(out_, response.content(), framing);
  bool good = co_await write_all(out_);
  if (head_only_) streaming_->client_gone();
  streaming_->attach([exchange = exchange_] { exchange->completions->push(exchange, 0, std::nullopt); });
  if (shared_->stopping) streaming_->close();
  asio::co_spawn(io_.context.get_executor(), watch(this->shared_from_this()), rethrow);
  std::string piece;
  while (good && !aborted_) {
    const Stream::State state = streaming_->take(piece);
    if (state == Stream::State::dropped) break;
    if (piece.empty() && state == Stream::State::open) {
      phase_ = Phase::streaming;
      deadline_ = never;
      co_await woken();
      continue;
    }
    out_.clear();
    append_piece(out_, piece, framing);
    if (piece.empty() && framing == Framing::chunked) out_ = "0\r\n\r\n";
    enter(Phase::writing, config().request_time_max);
    good = co_await write_all(out_);
    if (piece.empty()) break;
  }
  streaming_->client_gone();
}

// Sees the client of a stream go away; what it sends meanwhile is of no interest.
template <class S>
Awaitable<void> HttpConnection<S>::watch(std::shared_ptr<HttpConnection> self) {
  std::array<char, 512> scratch;
  std::size_t count = 1;
  while (count > 0) count = co_await self->read_into(asio::buffer(scratch));
  self->streaming_->client_gone();
  self->stream_changed();
}

// Closing while the client still sends would destroy the answer on its way (RFC 9112 §9.6): say that nothing follows,
// then read on for a while.
template <class S>
Awaitable<void> HttpConnection<S>::linger() {
  if (streaming_) co_return;  // watch() reads
  enter(Phase::lingering, limits::lingering_time_max);
  ErrorCode error;
  if constexpr (has_tls) co_await stream_.async_shutdown(asio::redirect_error(use_awaitable, error));
  socket().shutdown(Socket::shutdown_send, error);
  std::array<char, 2048> scratch;
  std::size_t count = 1;
  while (count > 0 && !error)
    count =
        co_await socket().async_read_some(asio::buffer(scratch), asio::redirect_error(use_awaitable, error));
}

}  // namespace

// ---- the server's side ----

void serve_connection(IoThread& io, const std::shared_ptr<ServerShared>& shared, Socket socket) {
  shared->opened();
  const Executor executor = io.context.get_executor();
  if (shared->tls) {
    auto connection =
        std::make_shared<HttpConnection<TlsSocket>>(io, shared, std::move(socket), *shared->tls);
    asio::co_spawn(executor, HttpConnection<TlsSocket>::run(std::move(connection)), rethrow);
  } else {
    auto connection = std::make_shared<HttpConnection<Socket>>(io, shared, std::move(socket));
    asio::co_spawn(executor, HttpConnection<Socket>::run(std::move(connection)), rethrow);
  }
}

void refuse_connection(IoThread& io, const std::shared_ptr<ServerShared>& shared, Socket socket) {
  shared->refused.fetch_add(1, std::memory_order_relaxed);
  if (shared->tls || shared->refusals >= limits::refusals_max) return;  // closed without a word
  shared->refusals.fetch_add(1);
  shared->opened();
  auto connection = std::make_shared<HttpConnection<Socket>>(io, shared, std::move(socket));
  asio::co_spawn(io.context.get_executor(), HttpConnection<Socket>::turn_away(std::move(connection)),
                 rethrow);
}

}  // namespace weir::http
