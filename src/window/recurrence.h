// The occurrences of a rule from a start on, in local time: a set that is searched, never walked from its beginning.
// The day of DTSTART is an occurrence only when the rule yields it. What a rule leaves open comes from its start, as
// RFC 5545 says. Periods (years, months, weeks, days, or hours and less) are found by arithmetic; within one, days are
// filtered and joined with the times of the day. Immutable; safe to share between threads.
#pragma once
#include <limits>

#include "window/rule.h"
#include "window/zone.h"

namespace weir::window {

class Recurrence {
 public:
  // Counts COUNT out. Nothing is refused here: what never fires has no first occurrence.
  Recurrence(Rule rule, Local start);

  std::optional<Local> first_from(Local from) const;  // the earliest at or after
  std::optional<Local> last_until(Local until,
                                  Local least) const;  // the latest at or before; none before `least`
  std::optional<Local> step() const {
    return step_;
  }  // every occurrence follows at this distance, without end

 private:
  struct Period;
  bool has_days() const { return rule_.frequency >= Frequency::daily; }
  std::int64_t period_of(Local at) const;  // that holds it, or the last one before
  bool fill(std::int64_t index, Period& period) const;
  void fill_days(std::int64_t index, Period& period) const;
  bool fill_unit(std::int64_t index, Period& period) const;
  std::int64_t next_unit(std::int64_t index, Local beyond) const;
  void choose(Period& period) const;
  Local count_out(std::int64_t count) const;
  void fill_gaps(Local start);
  void prepare_times();
  void prepare_step();
  bool may_fire() const;
  bool time_matches(std::size_t second) const;  // of a day

  Rule rule_;
  Local start_ = 0, last_ = 0;  // no occurrence lies outside
  std::int64_t unit_ = 0;       // seconds of a period below a day
  std::int64_t first_unit_ = 0;
  std::vector<std::int32_t> times_;  // of each day, or of each unit
  std::bitset<13> months_;
  std::bitset<24> hours_;
  std::bitset<60> minutes_, seconds_;
  std::optional<Local> step_;
};

}  // namespace weir::window
