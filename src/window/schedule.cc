#include "window/schedule.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "window/recurrence.h"
#include "window/zone.h"

namespace weir::window {
namespace {

// An opening joined of more than this, or longer, has no end in sight.
constexpr int joins_max = 1'000'000;
constexpr Duration opening_max = days(36'525);
constexpr Local start_of_time = -62'135'596'800;  // 0001-01-01

Second floor_second(std::int64_t micros) { return micros / 1'000'000 - (micros % 1'000'000 < 0 ? 1 : 0); }

}  // namespace

// A rule in its zone. Local times go up with the moments they stand for, except that what a gap skipped stands for
// moments after it: there, both sides are looked at.
struct Schedule::Recurring {
  Zone zone;
  Recurrence recurrence;
  Duration duration;
  std::int64_t micros = 0;           // every start has this fraction of a second
  std::optional<Second> until = {};  // of a rule that ends at a moment

  Instant instant(Second at) const { return {at * 1'000'000 + micros}; }
  std::optional<Instant> next_after(Instant at) const;
  std::optional<Instant> last_at(Instant at, Instant least) const;
  std::optional<Instant> within(std::optional<Second> at) const;
  std::optional<Second> first_local(Local from) const;
  std::optional<Instant> closing(Instant opened) const;
  std::optional<Instant> leap(Instant opened) const;
};

std::optional<Instant> Schedule::Recurring::within(std::optional<Second> at) const {
  if (!at || (until && *at > *until)) return std::nullopt;
  return instant(*at);
}

// The moment of the first occurrence at or after a local time; what follows a gap may come before what fell into it.
std::optional<Second> Schedule::Recurring::first_local(Local from) const {
  const auto first = recurrence.first_from(from);
  if (!first) return std::nullopt;
  const Second at = zone.second_of(*first);
  const auto turn = zone.turn_until(at);
  if (!turn || turn->gap() <= 0 || *first < turn->from || *first >= turn->to) return at;
  const auto beyond = recurrence.first_from(turn->to);
  return beyond ? std::min(at, zone.second_of(*beyond)) : at;
}

std::optional<Instant> Schedule::Recurring::next_after(Instant when) const {
  const Second at = floor_second(when.micros - micros);
  const Local local = zone.local_of(at);
  const auto turn = zone.turn_until(at);
  const Second since = turn ? at - turn->at : 0;
  if (turn && turn->gap() < 0 && since < -turn->gap())  // the second time: these starts have been
    return within(first_local(turn->from));
  std::optional<Second> found = first_local(local + 1);
  if (turn && turn->gap() > 0 && since < turn->gap())
    if (const auto skipped = recurrence.first_from(turn->from + since + 1); skipped && *skipped < turn->to) {
      const Second there = turn->at + *skipped - turn->from;
      found = found ? std::min(*found, there) : there;
    }
  return within(found);
}

std::optional<Instant> Schedule::Recurring::last_at(Instant when, Instant least) const {
  Second at = floor_second(when.micros - micros);
  if (until) at = std::min(at, *until);
  const Local floor = std::max(
      start_of_time, std::min(zone.local_of(floor_second(least.micros)), zone.local_of(at)) - 90'000);
  Local local = zone.local_of(at);
  if (const auto turn = zone.turn_until(at); turn && turn->gap() < 0 && at - turn->at < -turn->gap())
    local = turn->from - 1;
  const auto last = recurrence.last_until(local, floor);
  std::optional<Second> found;
  if (last) found = zone.second_of(*last);
  if (found && *found > at) found.reset();  // it fell into a gap, and stands for later
  const auto turn = zone.turn_until(at);
  if (turn && turn->gap() > 0 && (!found || *found < turn->at + turn->gap())) {
    const Local skipped_last = std::min(turn->to - 1, turn->from + (at - turn->at));
    if (const auto skipped = recurrence.last_until(skipped_last, floor)) {
      const Second there = zone.second_of(*skipped);
      if (there <= at) found = found ? std::max(*found, there) : there;
    }
  }
  return found && instant(*found) >= least ? std::optional(instant(*found)) : std::nullopt;
}

// Where a rule repeats at one distance, no longer than the duration, it stays open until clocks are set back: the last
// start before that.
std::optional<Instant> Schedule::Recurring::leap(Instant opened) const {
  const auto step = recurrence.step();
  if (!step || seconds(*step) > duration) return std::nullopt;
  const auto turn = zone.turn_after(floor_second(opened.micros));
  if (!turn) return Instant{std::numeric_limits<std::int64_t>::max()};
  return last_at(instant(turn->at - 1), opened);
}

// The end of the opening that holds this start; none when it is not in sight.
std::optional<Instant> Schedule::Recurring::closing(Instant opened) const {
  const Instant horizon = opened + opening_max;
  Instant latest = opened;
  for (int joined = 0; joined < joins_max && latest < horizon; ++joined) {
    if (const auto far = leap(latest); far && *far > latest) {
      latest = *far;
      continue;
    }
    const auto next = last_at(latest + duration, latest);
    if (!next || *next <= latest) return latest + duration;
    latest = *next;
  }
  return std::nullopt;
}

Result<Schedule> Schedule::parse(const Timing& timing) {
  const int given = !timing.rrule.empty() + !timing.cron.empty() + (timing.from || timing.until);
  if (given == 0) return invalid("'rrule', 'cron' or 'from' is missing: when it is", "rrule");
  if (given > 1) return invalid("only one of 'rrule', 'cron' and 'from'/'until' says when it is", "rrule");
  Schedule schedule;
  if (timing.from || timing.until) {
    if (timing.from && timing.until && *timing.until <= *timing.from)
      return invalid("'until' must be later than 'from'", "until");
    schedule.from_ = timing.from;
    schedule.until_ = timing.until;
    return schedule;
  }
  const bool by_rule = !timing.rrule.empty();
  const std::string_view field = by_rule ? "rrule" : "cron";
  Zone zone = TRY(Zone::find(timing.timezone));
  if (timing.duration.micros <= 0) return invalid("'duration' must be longer than nothing", "duration");
  if (timing.duration > limits::window_duration_max)
    return Error{Errc::too_large, "'duration' is longer than 366 days", "duration"};
  Rule rule = TRY(by_rule ? parse_rrule(timing.rrule) : parse_cron(timing.cron));
  DateTime start;
  if (by_rule && timing.start.empty())
    return invalid("'start' is missing: the local time the rule begins at", "start");
  if (by_rule) start = TRY(parse_date_time(timing.start, "start"));
  const Local begin = start.offset ? zone.local_of(start.second - *start.offset) : start.second;
  const std::optional<Second> until = rule.until_second;
  schedule.recurring_ = std::make_shared<const Recurring>(
      Recurring{std::move(zone), Recurrence(std::move(rule), begin), timing.duration, start.micros, until});
  if (!schedule.recurring_->within(schedule.recurring_->first_local(start_of_time)))
    return invalid(fmt::format("'{}' never fires: no day has such a start", field), std::string(field));
  return schedule;
}

Schedule Schedule::between(Instant from, Instant until) {
  Schedule schedule;
  schedule.from_ = from;
  schedule.until_ = until;
  return schedule;
}

bool Schedule::open_at(Instant at) const {
  if (!recurring_) return (!from_ || *from_ <= at) && (!until_ || at < *until_);
  const auto last = recurring_->last_at(at, at - recurring_->duration);
  return last && at < *last + recurring_->duration;
}

State Schedule::state_at(Instant at) const {
  if (!recurring_) {
    const bool open = open_at(at);
    return {.open = open,
            .opens = from_ && *from_ > at ? from_ : std::nullopt,
            .closes = open ? until_ : std::nullopt};
  }
  const auto last = recurring_->last_at(at, at - recurring_->duration);
  if (!last || at >= *last + recurring_->duration) return {.opens = recurring_->next_after(at)};
  State state{.open = true, .closes = recurring_->closing(*last)};
  if (state.closes) state.opens = recurring_->next_after(*state.closes);
  return state;
}

}  // namespace weir::window
