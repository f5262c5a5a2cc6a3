#include "http/server.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <thread>

#include "http/for_tests.h"
#include "http/stream.h"
#include "http/worker_pool.h"

namespace weir::http {
namespace {

using namespace std::chrono_literals;

// Answers with what it was asked: method, path, query, body size.
void echo(Request request, Respond respond) {
  std::string text = fmt::format("{} {}", request.method, request.path);
  for (const Field& field : request.query_fields) text += fmt::format(" {}={}", field.name, field.value);
  text += fmt::format(" {}", request.body.size());
  respond({.body = std::move(text), .content_type = "text/plain"});
}

Server start(Handler handle, ServerConfig config = {}) {
  auto server = Server::start(std::move(config), std::move(handle));
  if (!server.ok()) ADD_FAILURE() << server.error().message;
  return std::move(server).value();
}

std::string get(std::string_view target) { return fmt::format("GET {} HTTP/1.1\r\nhost: h\r\n\r\n", target); }

std::string post(std::string_view body, std::string_view more = {}) {
  return fmt::format("POST /p HTTP/1.1\r\nhost: h\r\n{}content-length: {}\r\n\r\n{}", more, body.size(),
                     body);
}

int status_of(std::string_view answer) {
  return answer.size() > 12 ? std::stoi(std::string(answer.substr(9, 3))) : 0;
}

// Says `bytes`, then listens until the server closes.
std::string say_and_hear(const Server& server, std::string_view bytes) {
  RawConnection connection(server.port());
  connection.say(bytes);
  connection.say_no_more();
  std::string answer = connection.hear_all();
  EXPECT_TRUE(connection.closed()) << "the server did not close";
  return answer;
}

TEST(Server, answers_with_length_date_and_body) {
  const Server server = start(echo);
  const std::string answer = say_and_hear(server, get("/a%20b?q=1+2"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\ndate: ")) << answer;
  EXPECT_NE(answer.find("content-type: text/plain\r\ncontent-length: 18\r\n\r\nGET /a%20b q=1 2 0"),
            answer.npos)
      << answer;
  EXPECT_EQ(server.counts().requests, 1u);
}

TEST(Server, keeps_connections_and_answers_pipelined_requests_in_order) {
  WorkerPool pool(2, 64);
  const Server server = start([&](Request request, Respond respond) {
    const bool taken =
        pool.submit([request = std::move(request), respond = std::move(respond)](std::stop_token) mutable {
          echo(std::move(request), std::move(respond));
        });
    EXPECT_TRUE(taken);
  });
  std::string all;
  for (int i = 0; i < 50; ++i)
    all += i % 2 == 0 ? get(fmt::format("/{}", i)) : post(std::string(i * 100, 'x'));
  const std::string answers = say_and_hear(server, all);
  std::size_t at = 0;
  for (int i = 0; i < 50; ++i) {
    const std::string expected =
        i % 2 == 0 ? fmt::format("GET /{} 0", i) : fmt::format("POST /p {}", i * 100);
    at = answers.find(expected, at);
    ASSERT_NE(at, answers.npos) << expected;
  }
}

TEST(Server, obeys_connection_close_and_http_1_0) {
  const Server server = start(echo);
  RawConnection one(server.port());
  one.say("GET / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n");
  EXPECT_NE(one.hear_all().find("connection: close"), std::string::npos);
  EXPECT_TRUE(one.closed());
  RawConnection two(server.port());
  two.say("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(status_of(two.hear_all()), 200);
  EXPECT_TRUE(two.closed());
}

TEST(Server, head_has_the_length_but_no_body) {
  const Server server = start(echo);
  const std::string answer = say_and_hear(server, "HEAD /x HTTP/1.1\r\nhost: h\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("content-length: 9\r\n\r\n")) << answer;
}

TEST(Server, refuses_malformed_requests_with_a_json_error_and_never_hands_them_on) {
  std::atomic<int> handed = 0;
  const Server server = start([&](Request request, Respond respond) {
    ++handed;
    echo(std::move(request), std::move(respond));
  });
  for (const std::string& bytes : {
           std::string("nonsense\r\n\r\n"),
           std::string("GET /\r\n\r\n"),
           std::string("GET / HTTP/3.0\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n"),
           std::string("GET x HTTP/1.1\r\nhost: h\r\n\r\n"),
           std::string("GET /?a=% HTTP/1.1\r\nhost: h\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\nhost: h\r\nbad header\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\nhost : h\r\n\r\n"),
           std::string("G\0T / HTTP/1.1\r\nhost: h\r\n\r\n", 28),
           std::string("POST / HTTP/1.1\r\nhost: h\r\ncontent-length: -1\r\n\r\n"),
           std::string("POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 99999999999999999999\r\n\r\n"),
           std::string("POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"),
           std::string("POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\ntransfer-encoding: "
                       "chunked\r\n\r\n0\r\n\r\n"),
           std::string("POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
           std::string("POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: identity\r\n\r\n"),
           std::string("POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n\r\n"),
           std::string(
               "POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n"),
       }) {
    const std::string answer = say_and_hear(server, bytes + get("/smuggled"));
    EXPECT_EQ(status_of(answer), 400) << bytes << "\n" << answer;
    EXPECT_NE(answer.find(R"({"error":{"code":"invalid","message":")"), answer.npos) << answer;
    EXPECT_EQ(answer.find("HTTP/1.1 ", 1) == answer.npos ||
                  answer.find("HTTP/1.1 ", 1) == answer.find("HTTP/1.1 request"),
              true)
        << "a second answer to " << bytes;
  }
  EXPECT_EQ(handed, 0);
  EXPECT_EQ(server.counts().refused, 18u);
}

TEST(Server, says_nothing_to_a_request_cut_short) {
  const Server server = start(echo);
  for (const std::string bytes : {"", "GET", "GET / HTTP/1.1\r\nhost: h\r\n",
                                  "POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\nab"})
    EXPECT_EQ(say_and_hear(server, bytes), "") << bytes;
  EXPECT_EQ(server.counts().requests, 0u);
}

TEST(Server, body_limit_is_exact_and_decided_by_method_and_path) {
  const Server server =
      start(echo, {.body_limit = [](const Request& head, auto) {
              return BodyLimit{head.method == "POST" && head.path == "/p" ? 100'000u : 0};
            }});
  EXPECT_EQ(status_of(say_and_hear(server, post(std::string(100'000, 'x')))), 200);
  const std::string refused = say_and_hear(server, post(std::string(100'001, 'x')));
  EXPECT_EQ(status_of(refused), 413);
  EXPECT_NE(refused.find(R"("code":"too_large","message":"the body has more than 100000 bytes")"),
            refused.npos)
      << refused;
  EXPECT_EQ(status_of(say_and_hear(server, "PUT /p HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\n\r\nx")), 413);
  EXPECT_EQ(status_of(say_and_hear(server, "PUT /p HTTP/1.1\r\nhost: h\r\ncontent-length: 0\r\n\r\n")), 200);
}

TEST(Server, a_request_refused_by_its_head_is_answered_before_its_body_comes) {
  const Server server = start(
      echo, {.body_limit = [](const Request& head, std::optional<std::size_t> length) -> Result<BodyLimit> {
        if (head.header("authorization")) return BodyLimit{length.value_or(7)};
        return Error{Errc::unauthenticated, "who is it from " + head.remote_address};
      }});
  const std::string refused =
      say_and_hear(server, "POST /p HTTP/1.1\r\nhost: h\r\ncontent-length: 9999999\r\n\r\n");
  EXPECT_EQ(status_of(refused), 401);
  EXPECT_NE(refused.find("who is it from 127.0.0.1"), refused.npos) << refused;
  EXPECT_EQ(server.counts().requests, 0u);
  const std::string known = "POST /p HTTP/1.1\r\nhost: h\r\nauthorization: me\r\n";
  EXPECT_EQ(status_of(say_and_hear(server, known + "content-length: 9\r\n\r\n123456789")), 200);
  EXPECT_EQ(
      status_of(say_and_hear(server, known + "transfer-encoding: chunked\r\n\r\n8\r\n12345678\r\n0\r\n\r\n")),
      413);
}

TEST(Server, chunked_bodies_are_joined_and_limited) {
  const Server server = start(echo, {.body_limit = [](auto&&, auto) { return BodyLimit{6}; }});
  const std::string head = "POST /p HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n";
  EXPECT_TRUE(say_and_hear(server, head + "3\r\nabc\r\n3;x=y\r\ndef\r\n0\r\nhost: trailer\r\n\r\n")
                  .ends_with("POST /p 6"));
  EXPECT_EQ(status_of(say_and_hear(server, head + "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")), 413);
  EXPECT_EQ(status_of(say_and_hear(server, head + "ffffffffffffffff\r\n")), 413);
  EXPECT_EQ(status_of(say_and_hear(server, head + "1;" + std::string(40'000, 'x'))), 400);
}

TEST(Server, header_limit_is_exact) {
  const Server server = start(echo, {.header_bytes_max = 1000});
  const std::string start_line = "GET / HTTP/1.1\r\nhost: h\r\nx: ";
  const auto of_size = [&](std::size_t size) {
    return start_line + std::string(size - start_line.size() - 4, 'y') + "\r\n\r\n";
  };
  EXPECT_EQ(status_of(say_and_hear(server, of_size(1000))), 200);
  EXPECT_EQ(status_of(say_and_hear(server, of_size(1001))), 431);
  EXPECT_EQ(status_of(say_and_hear(server, start_line + std::string(100'000, 'y'))), 431);
}

TEST(Server, asks_for_the_body_when_the_client_waits_to_be_asked) {
  const Server server = start(echo);
  RawConnection connection(server.port());
  connection.say("POST /p HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n");
  EXPECT_EQ(connection.hear_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  connection.say("abc");
  EXPECT_NE(connection.hear_until("POST /p 3").find("200 OK"), std::string::npos);
  EXPECT_EQ(status_of(say_and_hear(server,
                                   "POST /p HTTP/1.1\r\nhost: h\r\nexpect: x\r\ncontent-length: 0\r\n\r\n")),
            417);
}

TEST(Server, a_slow_request_is_told_408_and_an_idle_connection_is_closed) {
  const Server server =
      start(echo, {.idle_time_max = milliseconds(100), .request_time_max = milliseconds(150)});
  RawConnection slow_head(server.port()), slow_body(server.port()), idle(server.port());
  slow_head.say("GET / HTTP/1.1\r\nho");
  slow_body.say("POST /p HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\nab");
  EXPECT_EQ(idle.hear_all(), "");
  EXPECT_TRUE(idle.closed());
  EXPECT_EQ(status_of(slow_head.hear_all()), 408);
  EXPECT_EQ(status_of(slow_body.hear_all()), 408);
}

TEST(Server, dripping_bytes_do_not_extend_a_head_s_time) {
  const Server server = start(echo, {.request_time_max = milliseconds(200)});
  RawConnection connection(server.port());
  const auto begun = std::chrono::steady_clock::now();
  std::jthread dripping([&](std::stop_token stop) {
    connection.say("GET / HTTP/1.1\r\n");
    while (!stop.stop_requested() && connection.say("x: y\r\n"))
      std::this_thread::sleep_for(5ms);  // the attack itself
  });
  EXPECT_EQ(status_of(connection.hear_until("\r\n\r\n")), 408);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

TEST(Server, an_answer_that_never_comes_becomes_503_and_a_dropped_one_500) {
  std::vector<Respond> kept;
  const Server server = start(
      [&](Request request, Respond respond) {
        if (request.path == "/keep") kept.push_back(std::move(respond));
      },
      {.request_time_max = milliseconds(100)});
  const std::string late = say_and_hear(server, get("/keep"));
  EXPECT_EQ(status_of(late), 503);
  EXPECT_NE(late.find("retry-after: 1"), late.npos);
  EXPECT_EQ(status_of(say_and_hear(server, get("/drop"))), 500);
  ASSERT_EQ(kept.size(), 1u);
  kept.front()({.body = "too late"});  // reaches nobody
}

TEST(Server, an_answer_after_the_server_is_gone_is_harmless) {
  std::latch handed(1);
  std::optional<Respond> kept;
  {
    Server server = start([&](Request, Respond respond) {
      kept = std::move(respond);
      handed.count_down();
    });
    RawConnection connection(server.port());
    connection.say(get("/"));
    handed.wait();
    server.stop(milliseconds(10));
    EXPECT_EQ(connection.hear_all(), "");
  }
  (*kept)({.body = "nobody hears"});
}

TEST(Server, one_connection_too_many_is_told_503_and_the_next_one_served_when_another_ends) {
  const Server server = start(echo, {.connections_max = 2});
  auto first = std::make_unique<RawConnection>(server.port());
  RawConnection second(server.port());
  for (RawConnection* each : {first.get(), &second}) {
    each->say(get("/"));
    EXPECT_EQ(status_of(each->hear_until("GET / 0")), 200);
  }
  RawConnection third(server.port());
  EXPECT_EQ(status_of(third.hear_all()), 503);
  first.reset();
  int status = 0;
  for (const auto until = std::chrono::steady_clock::now() + 5s;
       status != 200 && std::chrono::steady_clock::now() < until;)
    status = status_of(say_and_hear(server, get("/")));
  EXPECT_EQ(status, 200);
}

TEST(Server, who_keeps_all_connections_without_a_word_locks_nobody_out_for_long) {
  const Server server = start(echo, {.connections_max = 4});
  std::vector<std::unique_ptr<RawConnection>> silent;
  for (int i = 0; i < 4; ++i) silent.push_back(std::make_unique<RawConnection>(server.port()));
  silent[0]->say("GET / HTT");
  int status = 0;
  for (const auto until = std::chrono::steady_clock::now() + 10s;
       status != 200 && std::chrono::steady_clock::now() < until;)
    status = status_of(say_and_hear(server, get("/")));
  EXPECT_EQ(status, 200) << "idle ones may stay for two minutes only while there is room";
}

TEST(Server, who_keeps_all_connections_with_half_a_body_or_reads_no_answer_locks_nobody_out_for_long) {
  const std::string large(50'000'000, 'z');
  const auto handle = [&](Request request, Respond respond) {
    if (request.path == "/large") return respond({.constant = large});
    respond({.body = "small"});
  };
  const auto limit = [](const Request& head, auto) {
    return BodyLimit{1000, head.header("authorization") ? Sender::known : Sender::stranger};
  };
  const Server server = start(handle, {.connections_max = 4, .body_limit = limit});
  const std::string half = "content-length: 9\r\n\r\n1234";
  RawConnection known(server.port());
  known.say("POST /p HTTP/1.1\r\nhost: h\r\nauthorization: me\r\n" + half);
  std::vector<std::unique_ptr<RawConnection>> stalling;
  for (int i = 0; i < 2; ++i) {
    stalling.push_back(std::make_unique<RawConnection>(server.port()));
    stalling.back()->say("POST /p HTTP/1.1\r\nhost: h\r\n" + half);
  }
  stalling.push_back(std::make_unique<RawConnection>(server.port(), 4096));
  stalling.back()->say(get("/large"));
  int status = 0;
  for (const auto until = std::chrono::steady_clock::now() + 10s;
       status != 200 && std::chrono::steady_clock::now() < until;)
    status = status_of(say_and_hear(server, get("/")));
  EXPECT_EQ(status, 200);
  known.say("56789");
  known.say_no_more();
  EXPECT_EQ(status_of(known.hear_all()), 200) << "who is known may take his time";
}

TEST(Server, strangers_share_less_room_for_bodies_and_little_ones_always_find_some) {
  const auto limit = [](const Request& head, auto) {
    return BodyLimit{limits::report_bytes_max, head.header("authorization") ? Sender::known : Sender::stranger};
  };
  const Server server = start(echo, {.body_limit = limit});
  const std::string head =
      fmt::format("POST /p HTTP/1.1\r\nhost: h\r\ncontent-length: {}\r\n", limits::report_bytes_max);
  const std::string most(limits::report_bytes_max - 1, 'x');
  std::vector<std::unique_ptr<RawConnection>> holding;
  for (std::size_t i = 0; i < limits::stranger_bodies_bytes_max / limits::report_bytes_max; ++i) {
    holding.push_back(std::make_unique<RawConnection>(server.port()));
    holding.back()->say(head + "\r\n" + most);
  }
  const std::string large(limits::report_bytes_max / 2, 'x');
  int status = 0;
  for (const auto until = std::chrono::steady_clock::now() + 10s;
       status != 503 && std::chrono::steady_clock::now() < until;)
    status = status_of(say_and_hear(server, post(large)));
  EXPECT_EQ(status, 503);
  EXPECT_EQ(status_of(say_and_hear(server, post("little"))), 200);
  EXPECT_EQ(status_of(say_and_hear(server, post(large, "authorization: me\r\n"))), 200);
}

TEST(Server, what_came_quickly_is_no_leave_to_stall) {
  const Server server = start(echo, {.request_time_max = milliseconds(200)});
  RawConnection stalls(server.port());
  stalls.say("POST /p HTTP/1.1\r\nhost: h\r\ncontent-length: 900000\r\n\r\n" + std::string(800'000, 'x'));
  EXPECT_EQ(status_of(stalls.hear_all()), 408) << "800,000 bytes would have earned twelve seconds";
}

TEST(Server, header_values_cannot_start_another_header) {
  const Server server = start([](Request, Respond respond) {
    respond({.headers = {{"location", "/x\r\nset-cookie: a=b"}, {"a\r\nb", "c"}}});
  });
  const std::string answer = say_and_hear(server, get("/"));
  EXPECT_NE(answer.find("location: /x  set-cookie: a=b\r\n"), answer.npos);
  EXPECT_NE(answer.find("a  b: c\r\n"), answer.npos);
}

TEST(Server, large_answers_arrive_whole) {
  const std::string large(5'000'000, 'z');
  const Server server = start([&](Request, Respond respond) { respond({.body = large}); });
  const std::string answer = say_and_hear(server, get("/") + get("/"));
  EXPECT_GT(answer.size(), 2 * large.size());
  EXPECT_TRUE(answer.ends_with(large));
}

TEST(Server, a_client_that_does_not_read_is_dropped) {
  const Server server =
      start([](Request, Respond respond) { respond({.body = std::string(50'000'000, 'z')}); },
            {.request_time_max = milliseconds(200)});
  RawConnection connection(server.port(), 4096);
  connection.say(get("/"));
  for (const auto until = std::chrono::steady_clock::now() + 10s;
       server.counts().requests == 0 || server.counts().connections > 0;)
    ASSERT_LT(std::chrono::steady_clock::now(), until);
  EXPECT_LT(connection.hear_all().size(), 50'000'000u);
}

TEST(Server, stop_lets_a_request_in_flight_finish_and_closes_idle_connections) {
  std::latch handed(1);
  std::optional<Respond> kept;
  Server server = start([&](Request, Respond respond) {
    kept = std::move(respond);
    handed.count_down();
  });
  RawConnection idle(server.port()), busy(server.port());
  busy.say(get("/"));
  handed.wait();
  std::jthread stopping([&] { server.stop(); });
  EXPECT_EQ(idle.hear_all(), "");
  EXPECT_TRUE(idle.closed());
  (*kept)({.body = "done"});
  const std::string answer = busy.hear_all();
  EXPECT_NE(answer.find("connection: close"), answer.npos);
  EXPECT_TRUE(answer.ends_with("done"));
  stopping.join();
  EXPECT_EQ(server.counts().connections, 0u);
}

TEST(Server, stop_gives_up_after_its_grace) {
  std::vector<Respond> kept;
  std::latch handed(1);
  Server server = start([&](Request, Respond respond) {
    kept.push_back(std::move(respond));
    handed.count_down();
  });
  RawConnection connection(server.port());
  connection.say(get("/"));
  handed.wait();
  const auto begun = std::chrono::steady_clock::now();
  server.stop(milliseconds(100));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 3s);
  EXPECT_EQ(connection.hear_all(), "");
}

TEST(Server, refuses_clear_text_off_loopback_and_names_the_remedy) {
  for (const char* address : {"0.0.0.0", "::", "192.0.2.1"}) {
    const auto server = Server::start({.address = address}, echo);
    ASSERT_FALSE(server.ok());
    EXPECT_EQ(server.error().code, Errc::invalid);
    EXPECT_NE(server.error().message.find("give a certificate"), std::string::npos) << server.error().message;
  }
  EXPECT_FALSE(Server::start({.address = "not an address"}, echo).ok());
  EXPECT_FALSE(Server::start({.tls_certificate_file = "/only/one"}, echo).ok());
  EXPECT_FALSE(Server::start({.tls_certificate_file = "/none", .tls_key_file = "/none"}, echo).ok());
}

TEST(Server, a_port_in_use_is_named_with_a_remedy) {
  const Server first = start(echo);
  const auto second = Server::start({.port = first.port()}, echo);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Errc::unavailable);
  EXPECT_NE(second.error().message.find(fmt::format("127.0.0.1:{}", first.port())), std::string::npos);
  EXPECT_NE(second.error().message.find("another program"), std::string::npos);
}

TEST(Server, many_connections_on_many_threads_each_get_their_own_answers) {
  WorkerPool pool(2, 4096);
  const Server server = start(
      [&](Request request, Respond respond) {
        const bool taken = pool.submit([request = std::move(request), respond = std::move(respond)](
                                           std::stop_token) mutable { respond({.body = request.path}); });
        EXPECT_TRUE(taken);
      },
      {.threads = 2});
  std::vector<std::jthread> clients;
  std::atomic<int> good = 0;
  for (int c = 0; c < 16; ++c)
    clients.emplace_back([&, c] {
      RawConnection connection(server.port());
      for (int i = 0; i < 100; ++i) {
        const std::string path = fmt::format("/{}/{}/end", c, i);
        connection.say(get(path));
        if (connection.hear_until("/end").ends_with(path)) ++good;
      }
    });
  clients.clear();
  EXPECT_EQ(good, 1600);
  EXPECT_EQ(server.counts().requests, 1600u);
}

// ---- streams ----

TEST(ServerStream, what_any_thread_writes_arrives_in_chunks_until_closed) {
  std::shared_ptr<Stream> stream;
  std::latch ready(1);
  const Server server = start([&](Request, Respond respond) {
    stream = std::make_shared<Stream>();
    stream->write("before ");
    respond({.body = "head ", .content_type = "text/event-stream", .stream = stream});
    ready.count_down();
  });
  RawConnection connection(server.port());
  connection.say(get("/"));
  ready.wait();
  EXPECT_NE(connection.hear_until("5\r\nhead \r\n7\r\nbefore \r\n").find("transfer-encoding: chunked"),
            std::string::npos);
  EXPECT_TRUE(stream->write("later"));
  EXPECT_EQ(connection.hear_until("later\r\n"), "5\r\nlater\r\n");
  EXPECT_TRUE(stream->write("last"));
  stream->close();
  EXPECT_EQ(connection.hear_all(), "4\r\nlast\r\n0\r\n\r\n");
  EXPECT_TRUE(connection.closed());
}

TEST(ServerStream, sees_its_client_go) {
  const auto stream = std::make_shared<Stream>();
  std::latch gone(1);
  stream->on_close([&] { gone.count_down(); });
  const Server server = start([&](Request, Respond respond) { respond({.stream = stream}); });
  {
    RawConnection connection(server.port());
    connection.say(get("/"));
    connection.hear_until("\r\n\r\n");
  }
  gone.wait();
  EXPECT_FALSE(stream->write("x"));
}

TEST(ServerStream, a_slow_reader_is_dropped_and_does_not_hold_the_writer) {
  const auto stream = std::make_shared<Stream>(64 * 1024);
  const Server server = start([&](Request, Respond respond) { respond({.stream = stream}); });
  RawConnection connection(server.port(), 4096);
  connection.say(get("/"));
  connection.hear_until("\r\n\r\n");
  const std::string chunk(16 * 1024, 'x');
  std::size_t written = 0;
  while (stream->write(chunk) && written < 1'000'000'000) written += chunk.size();
  EXPECT_TRUE(stream->dropped());
  const std::string heard = connection.hear_all();
  EXPECT_TRUE(connection.closed());
  EXPECT_FALSE(heard.ends_with("0\r\n\r\n"));
}

TEST(ServerStream, stop_ends_streams_properly) {
  const auto stream = std::make_shared<Stream>();
  Server server = start([&](Request, Respond respond) { respond({.stream = stream}); });
  RawConnection connection(server.port());
  connection.say(get("/"));
  connection.hear_until("\r\n\r\n");
  const auto begun = std::chrono::steady_clock::now();
  server.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 3s);
  EXPECT_EQ(connection.hear_all(), "0\r\n\r\n");
  EXPECT_TRUE(stream->closed());
}

}  // namespace
}  // namespace weir::http
