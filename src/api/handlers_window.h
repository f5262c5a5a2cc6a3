// When windows are open in a stretch of time; see handlers.h.
#pragma once
#include <string>
#include <vector>

#include "api/routes.h"
#include "window/calendar.h"
#include "window/window.h"

namespace weir::api {

struct WindowOpenings {
  std::string name;
  window::Kind kind = window::Kind::allow;
  std::vector<window::Opening> openings;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("kind", self.kind);
    visit("openings", self.openings);
  }
};
struct WindowCalendar {
  Instant from, until;
  std::vector<WindowOpenings> windows;
  static void members(auto& visit, auto& self) {
    visit("from", self.from);
    visit("until", self.until);
    visit("windows", self.windows);
  }
};
Result<http::Response> window_calendar(const ReadCall& call);

}  // namespace weir::api
