// When something is open: occurrences of a rule, each open from its start for a length of elapsed time, or one period
// from … until. Occurrences that touch or overlap are one opening. A start in a DST gap has the offset before the
// gap; one that comes twice is the first. Searches go straight to the moment: none walks from the start of the rule.
// Immutable; safe to share between threads. Format: docs/formats/window.md.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"

namespace weir::window {

// As people give it: one of rrule, cron, or from/until.
struct Timing {
  std::string rrule, cron;
  std::string start;     // with rrule: local, or with an offset
  Duration duration;     // with rrule and cron
  std::string timezone;  // with rrule and cron
  std::optional<Instant> from, until;
  bool operator==(const Timing&) const = default;
};

struct State {
  bool open = false;
  std::optional<Instant> opens;   // the next opening; when open, the one after this
  std::optional<Instant> closes;  // when open; none when no end is in sight
  bool operator==(const State&) const = default;
};

class Schedule {
 public:
  // Refuses what is malformed, zones that do not exist, and rules that never fire; the error names the member.
  static Result<Schedule> parse(const Timing& timing);

  static Schedule between(Instant from, Instant until);

  State state_at(Instant at) const;
  bool open_at(Instant at) const;

 private:
  struct Recurring;
  std::optional<Instant> from_, until_;
  std::shared_ptr<const Recurring> recurring_;
};

}  // namespace weir::window
