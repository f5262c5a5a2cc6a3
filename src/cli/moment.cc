#include "cli/moment.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/time.h"

namespace weir::cli {

Result<Moment> parse_moment_of(std::string_view text) {
  const std::size_t mark = text.find_first_of("@#");
  Moment moment{.environment = std::string(text.substr(0, mark))};
  if (moment.environment.empty()) return invalid(fmt::format("'{}' names no environment", text));
  if (mark == std::string_view::npos) return moment;
  const std::string_view rest = text.substr(mark + 1);
  if (text[mark] == '@') {
    const Result<Instant> at = parse_instant(rest);
    if (!at) return invalid(fmt::format("'{}' is no time such as 2026-11-22T19:46:16Z", rest));
    moment.at = to_string(*at);
    return moment;
  }
  const bool digits = !rest.empty() && rest.size() <= 18 &&
                      std::all_of(rest.begin(), rest.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return invalid(fmt::format("'#{}' is no number of a snapshot, such as #7", rest));
  moment.snapshot = rest;
  return moment;
}

}  // namespace weir::cli
