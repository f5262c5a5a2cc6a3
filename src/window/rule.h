// What recurs: a rule of RFC 5545 (the value of RRULE), or a cron line, taken apart and checked. Parts that RFC 5545
// forbids together are refused, each error names the part. Cron: five fields (minute, hour, day of month, month, day
// of week) with lists, ranges, steps, names and 7 for Sunday; where both days are given, a day matches by either, as
// crontab(5) says. Pure.
#pragma once
#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace weir::window {

enum class Frequency { secondly, minutely, hourly, daily, weekly, monthly, yearly };
constexpr auto names_of(Frequency) {
  return std::array<std::string_view, 7>{"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
}

struct Weekday {
  int ordinal = 0;  // 2 the second, −1 the last, 0 every
  int day = 0;      // Monday is 0
};

struct Rule {
  Frequency frequency = Frequency::yearly;
  std::int64_t interval = 1;
  std::optional<std::int64_t> count;
  std::optional<std::int64_t> until_local, until_second;  // of one of them; seconds
  int week_start = 0;
  std::vector<int> months, month_days, year_days, weeks, hours, minutes, seconds, positions;  // sorted
  std::vector<Weekday> week_days;
  bool either_day = false;  // cron: the day of the month or the day of the week
};

Result<Rule> parse_rrule(std::string_view text, std::string_view field = "rrule");
Result<Rule> parse_cron(std::string_view text, std::string_view field = "cron");

// "2026-03-29T02:30:00", with a fraction, without seconds or time; or "20260329T023000" as calendars write it. With "Z"
// or an offset it is a moment, not a time on the wall.
struct DateTime {
  std::int64_t second = 0;  // as if it were UTC
  std::int64_t micros = 0;
  std::optional<std::int64_t> offset;  // seconds east of UTC
};
Result<DateTime> parse_date_time(std::string_view text, std::string_view field);

// ISO 8601 in elapsed time (PT4H, P1DT2H, P2W; a day is 24 hours), or "4h", "90m", "1h30m".
Result<Duration> parse_length(std::string_view text, std::string_view field);

}  // namespace weir::window
