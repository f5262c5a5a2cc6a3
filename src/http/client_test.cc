#include "http/client.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <sys/un.h>

#include <chrono>
#include <latch>
#include <thread>

#include "http/for_tests.h"
#include "http/server.h"
#include "http/stream.h"
#include "http/tls.h"

namespace weir::http {
namespace {

using namespace std::chrono_literals;

void echo(Request request, Respond respond) {
  respond({.body = fmt::format("{} {} {}", request.method, request.path, request.body.size()),
           .content_type = "text/plain"});
}

Server start(Handler handle, ServerConfig config = {}) {
  auto server = Server::start(std::move(config), std::move(handle));
  if (!server.ok()) ADD_FAILURE() << server.error().message;
  return std::move(server).value();
}

// Plays the same bytes to every connection, then closes it (or keeps it open).
class ScriptedServer {
 public:
  enum class Then { close, keep };
  ScriptedServer(std::string bytes, Then then, std::string unix_path = {})
      : bytes_(std::move(bytes)), then_(then) {
    listener_ = ::socket(unix_path.empty() ? AF_INET : AF_UNIX, SOCK_STREAM, 0);
    if (unix_path.empty()) {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
      socklen_t size = sizeof address;
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
      origin_ = fmt::format("http://127.0.0.1:{}", ntohs(address.sin_port));
    } else {
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      unix_path.copy(address.sun_path, sizeof address.sun_path - 1);
      EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
      origin_ = "unix:" + unix_path;
    }
    ::listen(listener_, 16);
    thread_ = std::thread([this] { run(); });
  }
  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  const std::string& origin() const { return origin_; }
  const std::string& last_head() const { return last_head_; }

 private:
  void run() {
    std::vector<int> kept;
    for (int fd = ::accept(listener_, nullptr, nullptr); fd >= 0;
         fd = ::accept(listener_, nullptr, nullptr)) {
      std::string head;
      char byte = 0;
      while (!head.ends_with("\r\n\r\n") && ::recv(fd, &byte, 1, 0) == 1) head += byte;
      last_head_ = head;
      for (std::string_view rest = bytes_; !rest.empty();) {
        const ssize_t count = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (count <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(count));
      }
      if (then_ == Then::close) ::close(fd);
      else kept.push_back(fd);
    }
    for (const int fd : kept) ::close(fd);
  }
  std::string bytes_, origin_, last_head_;
  Then then_;
  int listener_;
  std::thread thread_;
};

TEST(Client, sends_and_receives_on_one_kept_connection) {
  const Server server = start(echo);
  Client client({.origin = server.url()});
  for (int i = 0; i < 10; ++i) {
    const auto response =
        client.send({.method = "POST", .target = "/x?y", .body = std::string(i * 20'000, 'b')});
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, fmt::format("POST /x {}", i * 20'000));
    EXPECT_EQ(response->header("content-type"), "text/plain");
    EXPECT_EQ(server.counts().connections, 1u);
  }
}

TEST(Client, opens_a_new_connection_when_the_server_closed_the_kept_one) {
  auto server = std::make_unique<Server>(start(echo));
  const std::uint16_t port = server->port();
  Client client({.origin = server->url()});
  ASSERT_TRUE(client.send({}).ok());
  server.reset();
  server = std::make_unique<Server>(start(echo, {.port = port}));
  const auto again = client.send({.method = "POST", .body = "x"});
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again->body, "POST / 1");
}

TEST(Client, an_error_status_is_an_answer_even_to_a_body_not_yet_sent) {
  const Server server = start(echo, {.body_limit = [](auto&&, auto) { return BodyLimit{10}; }});
  Client client({.origin = server.url()});
  const auto response = client.send({.method = "POST", .body = std::string(20'000'000, 'x')});
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->status, 413);
}

TEST(Client, head_needs_no_body) {
  const Server server = start(echo);
  Client client({.origin = server.url()});
  for (int i = 0; i < 2; ++i) {
    const auto response = client.send({.method = "HEAD"});
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->header("content-length"), "8");
    EXPECT_EQ(response->body, "");
  }
}

TEST(Client, its_origin_s_path_stands_before_every_target) {
  const Server server = start(echo);
  Client client({.origin = server.url() + "/base/"});
  EXPECT_EQ(client.send({.target = "/x"})->body, "GET /base/x 0");
}

TEST(Client, names_the_address_when_nobody_listens) {
  std::string origin;
  {
    const Server server = start(echo);
    origin = server.url();
  }
  const auto response = Client({.origin = origin}).send({});
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, Errc::unavailable);
  EXPECT_EQ(response.error().message, origin + ": cannot connect: Connection refused");
  EXPECT_EQ(Client({.origin = "unix:/nowhere/x.sock"}).send({}).error().code, Errc::unavailable);
  EXPECT_EQ(Client({.origin = "http://name.invalid"}).send({}).error().code, Errc::unavailable);
}

TEST(Client, refuses_requests_that_would_smuggle) {
  Client client({.origin = "http://127.0.0.1:1"});
  for (const ClientRequest& request : {
           ClientRequest{.method = "GET /x"},
           ClientRequest{.method = ""},
           ClientRequest{.target = "x"},
           ClientRequest{.target = "/a b"},
           ClientRequest{.target = "/\r\n"},
           ClientRequest{.headers = {{"a", "b\r\nc: d"}}},
           ClientRequest{.headers = {{"a b", "c"}}},
           ClientRequest{.body = "x", .content_type = "a\nb"},
       })
    EXPECT_EQ(client.send(request).error().code, Errc::invalid);
  EXPECT_EQ(Client({.origin = "gopher://x"}).send({}).error().code, Errc::invalid);
}

TEST(Client, bounds_the_answer_exactly) {
  const Server server = start([](Request, Respond respond) { respond({.body = std::string(1000, 'x')}); });
  EXPECT_TRUE(Client({.origin = server.url(), .body_bytes_max = 1000}).send({}).ok());
  EXPECT_EQ(Client({.origin = server.url(), .body_bytes_max = 999}).send({}).error().code, Errc::too_large);
}

TEST(Client, gives_up_in_time) {
  std::vector<Respond> kept;
  Server server = start([&](Request, Respond respond) { kept.push_back(std::move(respond)); });
  const auto begun = std::chrono::steady_clock::now();
  const auto response = Client({.origin = server.url(), .request_time_max = milliseconds(100)}).send({});
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, Errc::unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  server.stop({});
}

TEST(Client, stops_at_once_when_asked) {
  std::vector<Respond> kept;
  std::latch handed(1);
  Server server = start([&](Request, Respond respond) {
    kept.push_back(std::move(respond));
    handed.count_down();
  });
  std::stop_source source;
  std::jthread stopper([&] {
    handed.wait();
    source.request_stop();
  });
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(Client({.origin = server.url()}).send({}, source.get_token()).error().code, Errc::unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  server.stop({});
}

TEST(Client, malformed_answers_are_errors_that_name_the_address) {
  for (const std::string bytes :
       {"", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\ncontent-", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n"}) {
    const ScriptedServer server(bytes, ScriptedServer::Then::close);
    const auto response = Client({.origin = server.origin()}).send({});
    ASSERT_FALSE(response.ok()) << bytes;
    EXPECT_EQ(response.error().code, Errc::unavailable) << bytes;
    EXPECT_TRUE(response.error().message.starts_with(server.origin())) << response.error().message;
  }
  const ScriptedServer endless("HTTP/1.1 200 OK\r\nx: " + std::string(1'000'000, 'y'),
                               ScriptedServer::Then::keep);
  EXPECT_EQ(Client({.origin = endless.origin()}).send({}).error().code, Errc::unavailable);
}

TEST(Client, a_body_without_length_ends_with_the_connection) {
  const ScriptedServer server("HTTP/1.1 200 OK\r\n\r\nuntil the end", ScriptedServer::Then::close);
  Client client({.origin = server.origin()});
  EXPECT_EQ(client.send({})->body, "until the end");
  EXPECT_EQ(client.send({})->body, "until the end");
}

TEST(Client, speaks_over_unix_sockets) {
  std::string pattern = (std::filesystem::temp_directory_path() / "weir-socket-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(pattern.data());
  {
    const ScriptedServer server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK", ScriptedServer::Then::close,
                                folder / "s.sock");
    const auto response = Client({.origin = server.origin()}).send({.target = "/_ping"});
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->body, "OK");
    EXPECT_TRUE(server.last_head().starts_with("GET /_ping HTTP/1.1\r\nhost: localhost\r\n"))
        << server.last_head();
  }
  std::filesystem::remove_all(folder);
  EXPECT_FALSE(Client({.origin = "unix:/" + std::string(200, 'x')}).send({}).ok());
}

// ---- streams ----

TEST(ClientStream, hands_on_lines_as_they_arrive_and_ends_with_the_server) {
  const auto stream = std::make_shared<Stream>();
  const Server server = start([&](Request, Respond respond) { respond({.stream = stream}); });
  Client client({.origin = server.url()});
  std::vector<std::string> lines;
  const auto next = [&](std::string_view line) {
    lines.emplace_back(line);
    if (lines.size() == 1) stream->write("ee\r\nth");
    if (lines.size() == 2) {
      stream->write("ird");
      stream->close();
    }
    return Continue::yes;
  };
  stream->write("one\nthr");
  const auto response = client.stream_lines({}, next);
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "three", "third"}));
}

TEST(ClientStream, ends_when_the_callback_has_enough) {
  const auto stream = std::make_shared<Stream>();
  const Server server = start([&](Request, Respond respond) { respond({.stream = stream}); });
  stream->write("a\nb\nc\n");
  int lines = 0;
  const auto response = Client({.origin = server.url()}).stream_lines({}, [&](auto) {
    return ++lines == 2 ? Continue::no : Continue::yes;
  });
  EXPECT_TRUE(response.ok());
  EXPECT_EQ(lines, 2);
}

TEST(ClientStream, a_silent_stream_ends_at_once_when_asked_and_in_time_when_bounded) {
  const Server server = start([](Request, Respond respond) {
    auto stream = std::make_shared<Stream>();
    stream->write("first\n");
    respond({.stream = stream});
  });
  std::stop_source source;
  const auto begun = std::chrono::steady_clock::now();
  const auto stopped = Client({.origin = server.url()})
                           .stream_lines(
                               {},
                               [&](auto) {
                                 std::thread([&] { source.request_stop(); }).join();
                                 return Continue::yes;
                               },
                               source.get_token());
  EXPECT_TRUE(stopped.ok());
  const auto silent =
      Client({.origin = server.url(), .stream_silence_max = milliseconds(50)}).stream_lines({}, [](auto) {
        return Continue::yes;
      });
  EXPECT_EQ(silent.error().code, Errc::unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

TEST(ClientStream, an_error_status_is_not_streamed) {
  const Server server =
      start([](Request, Respond respond) { respond(error_response(not_found("no such thing"))); });
  const auto response = Client({.origin = server.url()}).stream_chunks({}, [](auto) {
    ADD_FAILURE();
    return Continue::no;
  });
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, 404);
  EXPECT_NE(response->body.find("no such thing"), std::string::npos);
}

TEST(ClientStream, a_line_without_end_is_refused) {
  const ScriptedServer server("HTTP/1.1 200 OK\r\n\r\n" + std::string(1024 * 1024 + 1, 'x'),
                              ScriptedServer::Then::close);
  const auto response =
      Client({.origin = server.origin()}).stream_lines({}, [](auto) { return Continue::yes; });
  EXPECT_EQ(response.error().code, Errc::too_large);
}

// ---- TLS ----

struct TlsServer {
  CertificateForTests certificate;
  Server server = start(
      echo, {.tls_certificate_file = certificate.certificate_file(), .tls_key_file = certificate.key_file()});
};

TEST(ClientTls, trusts_a_named_authority_and_keeps_the_connection) {
  const TlsServer tls;
  for (const std::string& origin :
       {tls.server.url(), fmt::format("https://localhost:{}", tls.server.port())}) {
    Client client({.origin = origin, .ca_file = tls.certificate.certificate_file()});
    for (int i = 0; i < 3; ++i) {
      const auto response = client.send({.method = "POST", .body = std::string(100'000, 'x')});
      ASSERT_TRUE(response.ok()) << response.error().message;
      EXPECT_EQ(response->body, "POST / 100000");
    }
  }
  EXPECT_EQ(tls.server.counts().requests, 6u);
}

TEST(ClientTls, refuses_a_stranger_s_certificate) {
  const TlsServer tls;
  const auto response = Client({.origin = tls.server.url()}).send({});
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, Errc::unavailable);
  EXPECT_NE(response.error().message.find("certificate is not accepted: self-signed"), std::string::npos)
      << response.error().message;
  EXPECT_EQ(tls.server.counts().requests, 0u);
}

TEST(ClientTls, refuses_a_trusted_certificate_for_another_name) {
  const TlsServer tls;
  const auto response = Client({.origin = fmt::format("https://127.0.0.2:{}", tls.server.port()),
                                .ca_file = tls.certificate.certificate_file()})
                            .send({});
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(tls.server.counts().requests, 0u);
}

TEST(ClientTls, a_pin_decides_alone) {
  const TlsServer tls;
  const Sha256 pin = *key_sha256_of_certificate(tls.certificate.certificate_file());
  EXPECT_TRUE(Client({.origin = tls.server.url(), .pinned_key_sha256 = pin}).send({}).ok());
  Sha256 wrong = pin;
  wrong.bytes[31] ^= 1;
  const auto refused = Client({.origin = tls.server.url(),
                               .ca_file = tls.certificate.certificate_file(),
                               .pinned_key_sha256 = wrong})
                           .send({});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("another key"), std::string::npos);
  EXPECT_EQ(tls.server.counts().requests, 1u);
  EXPECT_FALSE(key_sha256_of_certificate(tls.certificate.key_file()).ok());
  EXPECT_FALSE(key_sha256_of_certificate("/none").ok());
}

TEST(ClientTls, clear_text_and_tls_do_not_mix) {
  const TlsServer tls;
  EXPECT_FALSE(Client({.origin = fmt::format("http://127.0.0.1:{}", tls.server.port())}).send({}).ok());
  const Server plain = start(echo);
  EXPECT_FALSE(Client({.origin = fmt::format("https://127.0.0.1:{}", plain.port())}).send({}).ok());
}

TEST(ClientTls, speaks_1_2_and_1_3_only) {
  const TlsServer tls;
  for (const int version : {TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, version);
    SSL_CTX_set_max_proto_version(context, version);
    BIO* connection = BIO_new_ssl_connect(context);
    BIO_set_conn_hostname(connection, fmt::format("127.0.0.1:{}", tls.server.port()).c_str());
    EXPECT_EQ(BIO_do_handshake(connection) == 1, version != TLS1_1_VERSION) << version;
    BIO_free_all(connection);
    SSL_CTX_free(context);
  }
}

TEST(ClientTls, streams_and_sees_their_end) {
  const CertificateForTests certificate;
  const auto stream = std::make_shared<Stream>();
  const Server server =
      start([&](Request, Respond respond) { respond({.stream = stream}); },
            {.tls_certificate_file = certificate.certificate_file(), .tls_key_file = certificate.key_file()});
  Client client({.origin = server.url(), .ca_file = certificate.certificate_file()});
  std::string heard;
  stream->write("one");
  const auto response = client.stream_chunks({}, [&](std::string_view chunk) {
    heard += chunk;
    if (heard == "one") {
      stream->write("two");
      stream->close();
    }
    return Continue::yes;
  });
  EXPECT_TRUE(response.ok());
  EXPECT_EQ(heard, "onetwo");
}

}  // namespace
}  // namespace weir::http
