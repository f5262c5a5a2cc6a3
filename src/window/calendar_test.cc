#include "window/calendar.h"

#include <gtest/gtest.h>

namespace weir::window {
namespace {

Instant at(std::string_view text) { return parse_instant(text).value(); }

std::string told(const Timing& timing, std::string_view from, std::string_view until, std::size_t most = 100) {
  std::string text;
  const Schedule schedule = Schedule::parse(timing).value();
  for (const Opening& each : openings_between(schedule, at(from), at(until), most))
    text += to_string(each.from).substr(5, 11) + " " + to_string(each.until).substr(5, 11) + "\n";
  return text;
}

const Timing weekdays{.rrule = "FREQ=WEEKLY;BYDAY=MO,TU",
                      .start = "2026-01-05T09:00:00",
                      .duration = hours(8),
                      .timezone = "Europe/Berlin"};

TEST(Calendar, holds_the_openings_of_a_week_on_the_wall_of_their_zone) {
  EXPECT_EQ(told(weekdays, "2026-03-23T00:00:00Z", "2026-04-01T00:00:00Z"),
            "03-23T08:00 03-23T16:00\n"
            "03-24T08:00 03-24T16:00\n"
            "03-30T07:00 03-30T15:00\n"  // the clocks were changed in between
            "03-31T07:00 03-31T15:00\n");
}

TEST(Calendar, cuts_what_began_before_and_what_ends_after) {
  EXPECT_EQ(told(weekdays, "2026-01-05T10:00:00Z", "2026-01-06T09:00:00Z"),
            "01-05T10:00 01-05T16:00\n"
            "01-06T08:00 01-06T09:00\n");
  const Timing once{.from = at("2026-01-01T00:00:00Z")};
  EXPECT_EQ(told(once, "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"), "01-05T00:00 01-06T00:00\n");
}

TEST(Calendar, is_bounded_and_empty_where_nothing_opens) {
  const Timing often{.cron = "*/2 * * * *", .duration = minutes(1), .timezone = "UTC"};
  const Schedule schedule = Schedule::parse(often).value();
  EXPECT_EQ(openings_between(schedule, at("2026-01-05T00:00:00Z"), at("2026-01-12T00:00:00Z"), 50).size(), 50U);
  EXPECT_EQ(told(weekdays, "2026-01-07T00:00:00Z", "2026-01-11T00:00:00Z"), "");
  EXPECT_EQ(told(weekdays, "2026-01-07T00:00:00Z", "2026-01-07T00:00:00Z"), "");
}

}  // namespace
}  // namespace weir::window
