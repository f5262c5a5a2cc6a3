#include "window/day.h"

#include <algorithm>
#include <chrono>

namespace weir::window {
namespace {

namespace chrono = std::chrono;

bool holds(const std::vector<int>& sorted, int value) {
  return std::binary_search(sorted.begin(), sorted.end(), value);
}

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

// The ordinal of a day among those of its name, from the front and from the back.
bool ordinal_matches(int ordinal, int index, int length) {
  return ordinal > 0 ? (index - 1) / 7 + 1 == ordinal : (length - index) / 7 + 1 == -ordinal;
}

bool week_day_matches(const Rule& rule, const Day& day) {
  const bool in_month = rule.frequency == Frequency::monthly || !rule.months.empty();
  return std::any_of(rule.week_days.begin(), rule.week_days.end(), [&](const Weekday& each) {
    if (each.day != day.week_day) return false;
    if (each.ordinal == 0) return true;
    return in_month ? ordinal_matches(each.ordinal, day.of_month, day.month_length)
                    : ordinal_matches(each.ordinal, day.of_year, day.year_length);
  });
}

// Where week 1 of a year begins: the first week with four days in it.
std::int64_t first_week_of(int year, int week_start) {
  const Day january = day_of(day_number(year, 1, 1));
  const int into = (january.week_day - week_start + 7) % 7;
  return january.number - into + (into > 3 ? 7 : 0);
}

}  // namespace

std::int64_t day_number(int year, int month, int of_month) {
  const chrono::year_month_day date{chrono::year{year}, chrono::month{static_cast<unsigned>(month)},
                                    chrono::day{static_cast<unsigned>(of_month)}};
  return chrono::sys_days{date}.time_since_epoch().count();
}

int month_length(int year, int month) {
  constexpr std::array<int, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return lengths[static_cast<std::size_t>(month - 1)] + (month == 2 && is_leap(year) ? 1 : 0);
}

Day day_of(std::int64_t number) {
  const chrono::year_month_day date{chrono::sys_days{chrono::days{number}}};
  Day day{.number = number,
          .year = int(date.year()),
          .month = static_cast<int>(unsigned(date.month())),
          .of_month = static_cast<int>(unsigned(date.day())),
          .week_day = static_cast<int>(((number + 3) % 7 + 7) % 7)};
  day.month_length = month_length(day.year, day.month);
  day.year_length = is_leap(day.year) ? 366 : 365;
  constexpr std::array<int, 12> before{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  day.of_year = before[static_cast<std::size_t>(day.month - 1)] + day.of_month +
                (day.month > 2 && day.year_length == 366 ? 1 : 0);
  return day;
}

bool day_matches(const Rule& rule, const Day& day) {
  if (!rule.months.empty() && !holds(rule.months, day.month)) return false;
  if (!rule.year_days.empty() && !holds(rule.year_days, day.of_year) &&
      !holds(rule.year_days, day.of_year - day.year_length - 1))
    return false;
  const bool by_month_day = rule.month_days.empty() || holds(rule.month_days, day.of_month) ||
                            holds(rule.month_days, day.of_month - day.month_length - 1);
  const bool by_week_day = rule.week_days.empty() || week_day_matches(rule, day);
  if (rule.either_day) return by_month_day || by_week_day;
  return by_month_day && by_week_day && (rule.weeks.empty() || week_matches(rule, day));
}

bool week_matches(const Rule& rule, const Day& day) {
  int year = day.year;
  std::int64_t first = first_week_of(year, rule.week_start), next = first_week_of(year + 1, rule.week_start);
  if (day.number < first) {
    next = first;
    first = first_week_of(--year, rule.week_start);
  } else if (day.number >= next) {
    first = next;
    next = first_week_of(++year + 1, rule.week_start);
  }
  const int week = static_cast<int>((day.number - first) / 7) + 1;
  const int weeks = static_cast<int>((next - first) / 7);
  return holds(rule.weeks, week) || holds(rule.weeks, week - weeks - 1);
}

}  // namespace weir::window
