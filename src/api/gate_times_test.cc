#include "api/gate_times.h"

#include <gtest/gtest.h>

namespace weir::api {
namespace {

constexpr Instant noon{days(20'000).micros + hours(12).micros};

TEST(GateTimes, nobody_asked_means_no_time_to_state) { EXPECT_FALSE(GateTimes().p99(noon).has_value()); }

TEST(GateTimes, one_in_a_hundred_may_take_longer_than_p99) {
  GateTimes times;
  for (int i = 0; i < 990; ++i) times.note(Duration{200}, noon);
  for (int i = 0; i < 10; ++i) times.note(milliseconds(90), noon);
  const std::int64_t p99 = times.p99(noon)->micros;
  EXPECT_GE(p99, 200);
  EXPECT_LE(p99, 250);
  times.note(milliseconds(90), noon);
  EXPECT_GE(times.p99(noon)->micros, 90'000);
}

TEST(GateTimes, a_new_day_begins_anew) {
  GateTimes times;
  times.note(milliseconds(90), noon);
  EXPECT_FALSE(times.p99(noon + days(1)).has_value());
  times.note(Duration{0}, noon + days(1));
  EXPECT_EQ(times.p99(noon + days(1))->micros, 1);
}

}  // namespace
}  // namespace weir::api
