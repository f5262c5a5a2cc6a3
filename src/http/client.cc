#include "http/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>

#include "http/response_parser.h"
#include "http/transport.h"

namespace weir::http {
namespace {

using ParseError = boost::beast::http::error;
constexpr std::size_t read_bytes = 16 * 1024;
constexpr std::size_t line_bytes_max = 1024 * 1024;
constexpr std::size_t unparsed_bytes_max = 128 * 1024;

SteadyTime after(Duration by) {
  return std::chrono::steady_clock::now() + std::chrono::microseconds(by.micros);
}

bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  const auto good = [&](unsigned char c) {
    return std::isalnum(c) != 0 || others.find(static_cast<char>(c)) != others.npos;
  };
  return !text.empty() && std::ranges::all_of(text, good);
}

bool is_target(std::string_view text) {
  const auto good = [](unsigned char c) { return c > 0x20 && c < 0x7F; };
  return text.starts_with('/') && std::ranges::all_of(text, good);
}

bool is_value(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
}

Status check_request(const ClientRequest& request) {
  if (!is_token(request.method)) return invalid("the request's method is not a token");
  if (!is_target(request.target))
    return invalid("the request's target must be an encoded path that starts with '/'");
  if (!is_value(request.content_type)) return invalid("the request's content type has a line break");
  for (const Field& field : request.headers)
    if (!is_token(field.name) || !is_value(field.value))
      return invalid("a header of the request has a wrong name or a line break in its value");
  return {};
}

bool may_repeat(const ClientRequest& request) {
  if (request.method != "POST" && request.method != "PATCH") return true;
  const auto is_key = [](const Field& field) {
    return field.name == "idempotency-key" || field.name == "Idempotency-Key";
  };
  return std::ranges::any_of(request.headers, is_key);
}

std::string host_of(const Url& url) {
  if (url.scheme == Scheme::unix_socket) return "localhost";
  const std::string origin = origin_of(url);
  return origin.substr(origin.find("//") + 2);
}

std::string head_of(const Url& base, const ClientRequest& request) {
  const std::string_view prefix = base.target == "/" ? std::string_view{} : std::string_view(base.target);
  std::string head =
      fmt::format("{} {}{} HTTP/1.1\r\nhost: {}\r\n", request.method, prefix, request.target, host_of(base));
  for (const Field& field : request.headers) head += fmt::format("{}: {}\r\n", field.name, field.value);
  const bool expects_body = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (!request.body.empty()) head += fmt::format("content-type: {}\r\n", request.content_type);
  if (!request.body.empty() || expects_body)
    head += fmt::format("content-length: {}\r\n", request.body.size());
  return head + "\r\n";
}

// What came of one attempt on one connection.
struct Attempt {
  Status status = {};
  bool answered = false;  // some byte of an answer came
  bool reusable = false;
};

}  // namespace

std::optional<std::string_view> ClientResponse::header(std::string_view name) const {
  for (const Field& field : headers)
    if (field.name == name) return field.value;
  return std::nullopt;
}

struct Client::State {
  ClientConfig config;
  Result<Url> base;
  std::optional<Transport> connection;
  SslContext tls;

  explicit State(ClientConfig from) : config(std::move(from)), base(parse_url(config.origin)) {
    if (!base.ok() || base->scheme == Scheme::unix_socket) return;
    while (base->target.size() > 1 && base->target.ends_with('/')) base->target.pop_back();
  }

  Result<ClientResponse> exchange(const ClientRequest& request, const OnChunk* on_chunk,
                                  std::stop_token stop);
  Status connect(Patience& patience, SteadyTime deadline);
  Attempt attempt(const ClientRequest& request, ResponseParser& parser, Patience& patience);
  Attempt read_answer(ResponseParser& parser, Patience& patience);
  Result<bool> read_more(boost::beast::flat_buffer& buffer, ResponseParser& parser, Attempt& so_far,
                         Patience& patience);
  Error named(Error error) const;
};

Error Client::State::named(Error error) const {
  error.message = fmt::format("{}: {}", config.origin, error.message);
  return error;
}

Status Client::State::connect(Patience& patience, SteadyTime deadline) {
  connection.reset();
  if (base->scheme == Scheme::https && !tls) tls = TRY(client_tls(config));
  patience.deadline = std::min(deadline, after(config.connect_time_max));
  auto made = Transport::connect(*base, config, tls.get(), patience);
  patience.deadline = deadline;
  if (!made.ok()) return made.error();
  connection.emplace(std::move(made).value());
  return {};
}

// Reads and parses one piece. False when the answer is complete.
Result<bool> Client::State::read_more(boost::beast::flat_buffer& buffer, ResponseParser& parser,
                                      Attempt& so_far, Patience& patience) {
  const auto target = buffer.prepare(read_bytes);
  const std::size_t count =
      TRY(connection->read_some(static_cast<char*>(target.data()), target.size(), patience));
  buffer.commit(count);
  ErrorCode error;
  if (count > 0) {
    so_far.answered = true;
    buffer.consume(parser.put(boost::asio::const_buffer(buffer.data()), error));
  } else {
    if (!parser.got_some()) return Error{Errc::unavailable, "the connection was closed without an answer"};
    parser.put_eof(error);
  }
  if (parser.refused()) return false;
  if (error == ParseError::body_limit)
    return Error{Errc::too_large, fmt::format("the answer has more than {} bytes", config.body_bytes_max)};
  if (error && error != ParseError::need_more)
    return Error{Errc::unavailable,
                 fmt::format("the answer is not well-formed HTTP/1.1: {}", error.message())};
  if (buffer.size() > unparsed_bytes_max) return Error{Errc::unavailable, "the answer's head is too long"};
  return !parser.is_done();
}

Attempt Client::State::read_answer(ResponseParser& parser, Patience& patience) {
  Attempt attempt;
  boost::beast::flat_buffer buffer;
  for (bool more = true; more;) {
    Result<bool> read = read_more(buffer, parser, attempt, patience);
    const bool ended_by_us = parser.streaming() && patience.stopped();
    if (!read.ok() && !ended_by_us) {
      attempt.status = read.error();
      return attempt;
    }
    if (ended_by_us) return attempt;
    more = *read;
    if (parser.streaming())
      patience.deadline = config.stream_silence_max ? after(*config.stream_silence_max) : SteadyTime::max();
  }
  attempt.reusable = parser.is_done() && parser.keep_alive() && buffer.size() == 0;
  return attempt;
}

Attempt Client::State::attempt(const ClientRequest& request, ResponseParser& parser, Patience& patience) {
  std::string head = head_of(*base, request);
  constexpr std::size_t joined_bytes_max = 16 * 1024;
  const bool joined = request.body.size() <= joined_bytes_max;
  if (joined) head += request.body;
  Status sent = connection->write(head, patience);
  if (sent.ok() && !joined) sent = connection->write(request.body, patience);
  Attempt done = read_answer(parser, patience);  // a server that refuses a body answers before it has read it
  if (!sent.ok() && !done.answered) done.status = sent;
  if (!sent.ok()) done.reusable = false;
  return done;
}

Result<ClientResponse> Client::State::exchange(const ClientRequest& request, const OnChunk* on_chunk,
                                               std::stop_token stop) {
  if (!base.ok()) return base.error();
  TRY(check_request(request));
  Patience patience(std::move(stop));
  const SteadyTime deadline = after(config.request_time_max);
  patience.deadline = deadline;
  for (bool reused = connection && connection->quiet();; reused = false) {
    if (!reused)
      if (const Status connected = connect(patience, deadline); !connected) return named(connected.error());
    ResponseParser parser(config.body_bytes_max, on_chunk);
    parser.skip(request.method == "HEAD");
    const Attempt done = attempt(request, parser, patience);
    if (!done.reusable) connection.reset();
    if (done.status.ok()) return std::move(parser.response);
    if (!reused || done.answered || !may_repeat(request) || patience.stopped())
      return named(done.status.error());
  }
}

Client::Client(ClientConfig config) : state_(std::make_unique<State>(std::move(config))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<ClientResponse> Client::send(const ClientRequest& request, std::stop_token stop) {
  return state_->exchange(request, nullptr, std::move(stop));
}

Result<ClientResponse> Client::stream_chunks(const ClientRequest& request, const OnChunk& on_chunk,
                                             std::stop_token stop) {
  return state_->exchange(request, &on_chunk, std::move(stop));
}

Result<ClientResponse> Client::stream_lines(const ClientRequest& request, const OnLine& on_line,
                                            std::stop_token stop) {
  std::string partial;
  bool too_long = false, ended = false;
  const auto give = [&](std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    ended = on_line(line) == Continue::no;
    return ended ? Continue::no : Continue::yes;
  };
  const OnChunk split = [&](std::string_view chunk) {
    for (std::size_t end = chunk.find('\n'); end != chunk.npos; end = chunk.find('\n')) {
      partial += chunk.substr(0, end);
      const std::string line = std::exchange(partial, {});
      if (give(line) == Continue::no) return Continue::no;
      chunk.remove_prefix(end + 1);
    }
    partial += chunk;
    too_long = partial.size() > line_bytes_max;
    return too_long ? Continue::no : Continue::yes;
  };
  Result<ClientResponse> response = state_->exchange(request, &split, stop);
  if (too_long)
    return state_->named(
        {Errc::too_large, fmt::format("a line of the answer has more than {} bytes", line_bytes_max)});
  if (response.ok() && !ended && !partial.empty() && !stop.stop_requested()) give(partial);
  return response;
}

}  // namespace weir::http
