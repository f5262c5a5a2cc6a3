#include "window/calendar.h"

#include <algorithm>

namespace weir::window {

std::vector<Opening> openings_between(const Schedule& schedule, Instant from, Instant until, std::size_t most) {
  std::vector<Opening> found;
  for (Instant at = from; at < until && found.size() < most;) {
    const State state = schedule.state_at(at);
    if (state.open) {
      found.push_back({at, std::min(until, state.closes.value_or(until))});
      at = found.back().until;
    } else {
      at = state.opens.value_or(until);
    }
  }
  return found;
}

}  // namespace weir::window
