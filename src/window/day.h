// One day as rules of recurrence see it. Days are counted from 1970-01-01.
#pragma once
#include <cstdint>

#include "window/rule.h"

namespace weir::window {

struct Day {
  std::int64_t number = 0;
  int year = 1970, month = 1, of_month = 1, of_year = 1, month_length = 31, year_length = 365;
  int week_day = 3;  // Monday is 0
};

Day day_of(std::int64_t number);
std::int64_t day_number(int year, int month, int of_month);
int month_length(int year, int month);
// Whether the rule lets it through: BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY and BYDAY.
bool day_matches(const Rule& rule, const Day& day);
// Whether the rule's BYWEEKNO names the week this day is in, as ISO 8601 numbers weeks, beginning on WKST.
bool week_matches(const Rule& rule, const Day& day);

}  // namespace weir::window
