#include "cli/working.h"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/session_test_support.h"

namespace weir::cli {
namespace {

// What stands on standard error after so much work.
std::string said_of(bool on_terminal, std::chrono::milliseconds work) {
  std::ostringstream out, err;
  const SystemClock clock;
  Environment environment{.out = out, .err = err, .err_is_terminal = on_terminal, .clock = clock};
  Session session(environment, {.output = "table", .color = "never"}, commands().front());
  {
    Working working(session, "reading");
    working.reached("1 of 2");
    std::this_thread::sleep_for(work);
  }
  return err.str();
}

TEST(Working, says_on_a_terminal_what_takes_longer_than_a_second_and_wipes_it) {
  EXPECT_EQ(said_of(true, std::chrono::milliseconds(1200)), "\r\x1b[Kreading: 1 of 2, 1 s …\r\x1b[K");
}

TEST(Working, says_nothing_of_what_is_done_at_once_or_where_nobody_looks) {
  EXPECT_EQ(said_of(true, std::chrono::milliseconds(0)), "");
  EXPECT_EQ(said_of(false, std::chrono::milliseconds(1200)), "");
}

TEST(Working, of_one_within_another_the_outer_speaks) {
  std::ostringstream out, err;
  const SystemClock clock;
  Environment environment{.out = out, .err = err, .err_is_terminal = true, .clock = clock};
  Session session(environment, {.output = "table", .color = "never"}, commands().front());
  {
    const Working outer(session, "baking");
    const Working inner(session, "stirring");
    std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  }
  EXPECT_EQ(err.str(), "\r\x1b[Kbaking, 1 s …\r\x1b[K");
}

// Whatever command it is: a server that keeps one waiting is named.
TEST(Working, a_server_that_keeps_a_command_waiting_is_named_on_a_terminal) {
  CannedServer server;
  server.on("GET flows?limit=100", 503, R"({"error":{"code":"unavailable","message":"busy"}})");
  server.on("GET flows?limit=100", 503, R"({"error":{"code":"unavailable","message":"busy"}})");
  server.on("GET flows?limit=100", 200, R"({"flows":[],"next":null})");
  std::ostringstream out, err;
  const SystemClock clock;
  Environment environment{
      .out = out,
      .err = err,
      .err_is_terminal = true,
      .variables = {{"WEIR_URL", server.url()}},
      .clock = clock,
      .wait = [](Duration) { std::this_thread::sleep_for(std::chrono::milliseconds(600)); }};
  const std::vector<std::string> words{"flow", "list"};
  EXPECT_EQ(cli::run(words, environment), 0);
  EXPECT_EQ(err.str().find("\r\x1b[Kwaiting for " + server.url() + ", 1 s …\r\x1b[K"), 0u) << err.str();
}

}  // namespace
}  // namespace weir::cli
