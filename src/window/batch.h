// `weir window check --batch`: one JSON object a line asks whether a schedule is open at a moment, one object a line
// answers. What is wrong with a line is said in its answer and stops nothing. Pure. Format: docs/formats/window.md.
#pragma once
#include "format/json.h"
#include "window/window.h"

namespace weir::window {

struct Check {
  Timing timing;
  Instant at;
};
// {rrule|cron|from+until, start, duration, timezone, at}: every one that its kind needs must be there. A duration is
// text or a number of seconds. Other members are ignored.
Result<Check> read_check(std::string_view line);

// {"open": …, "closes": …, "opens": …}, or {"error": {code, message, field}}.
struct Checked {
  format::Json answer;
  bool sound = false;
};
Checked answer_check(std::string_view line);
format::Json describe(const State& state);

}  // namespace weir::window
