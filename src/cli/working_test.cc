#include "cli/working.h"

#include <gtest/gtest.h>

#include <sstream>

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
  EXPECT_EQ(said_of(true, std::chrono::milliseconds(0)), "\r\x1b[K");
  EXPECT_EQ(said_of(false, std::chrono::milliseconds(1200)), "");
}

}  // namespace
}  // namespace weir::cli
