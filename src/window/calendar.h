// The openings of a schedule in a stretch of time, as a calendar draws them. Pure.
#pragma once
#include <vector>

#include "format/members.h"
#include "window/schedule.h"

namespace weir::window {

struct Opening {
  Instant from, until;
  static void members(auto& visit, auto& self) {
    visit("from", self.from);
    visit("until", self.until);
  }
  bool operator==(const Opening&) const = default;
};

// Those that touch [from, until), cut to it; `most` of them at most, the first ones.
std::vector<Opening> openings_between(const Schedule& schedule, Instant from, Instant until, std::size_t most);

}  // namespace weir::window
