#include "api/handlers_window.h"
#include "api/query.h"
#include "store/view_window.h"

namespace weir::api {
namespace {

constexpr Duration length_max = days(62);
constexpr std::size_t openings_max = 2000;  // of one window

}  // namespace

Result<http::Response> window_calendar(const ReadCall& call) {
  const auto from = TRY(instant_of(call.request, "from"));
  const auto until = TRY(instant_of(call.request, "until"));
  if (!from) return invalid("'from' is missing: where the calendar begins", "from");
  if (!until) return invalid("'until' is missing: where the calendar ends", "until");
  if (*until <= *from || *until - *from > length_max)
    return invalid("a calendar ends after it begins, and 62 days later at most", "until");
  WindowCalendar calendar{.from = *from, .until = *until, .windows = {}};
  const store::Windows windows = TRY(store::current_windows(call.db, call.now));
  for (const window::Window& each : windows.list)
    if (each.definition.kind != window::Kind::freeze)
      calendar.windows.push_back(
          {each.name, each.definition.kind, window::openings_between(each.schedule, *from, *until, openings_max)});
  return record_response(calendar);
}

}  // namespace weir::api
