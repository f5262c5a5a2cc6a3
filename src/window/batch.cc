#include "window/batch.h"

#include <cmath>

#include "base/limits.h"
#include "window/rule.h"

namespace weir::window {
namespace {

using format::Json;

Result<std::string> text_of(const Json& line, std::string_view name) {
  const Json* found = line.find(name);
  if (found == nullptr || found->is_null()) return std::string();
  if (found->string() != nullptr) return *found->string();
  return invalid(fmt::format("'{}' must be text", name), std::string(name));
}

Result<std::string> required(const Json& line, std::string_view name) {
  std::string text = TRY(text_of(line, name));
  if (text.empty()) return invalid(fmt::format("'{}' is missing", name), std::string(name));
  return text;
}

Result<Instant> instant_of(std::string_view text, std::string_view name) {
  Result<Instant> at = parse_instant(text);
  if (!at || text.size() < 20)
    return invalid(fmt::format("'{}' is '{}'; it is a time such as 2026-11-22T19:46:16Z", name, text.substr(0, 64)),
                   std::string(name));
  return at;
}

Result<Duration> duration_of(const Json& line) {
  const Json& found = line.at("duration");
  if (found.string() != nullptr) return parse_length(*found.string(), "duration");
  double length = 0;
  if (found.integer() != nullptr) length = static_cast<double>(*found.integer());
  else if (found.real() != nullptr) length = *found.real();
  else return invalid("'duration' is missing: text such as PT4H, or seconds", "duration");
  if (!(length <= static_cast<double>(limits::window_duration_max.micros) / 1e6))
    return Error{Errc::too_large, "'duration' is longer than 366 days", "duration"};
  const Duration duration{std::llround(std::max(length, -1.0) * 1e6)};
  if (duration.micros <= 0) return invalid("'duration' must be longer than nothing", "duration");
  return duration;
}

}  // namespace

Result<Check> read_check(std::string_view line) {
  const Json json = TRY(format::parse_json(line));
  if (json.object() == nullptr) return invalid("the line must be an object {rrule, start, duration, timezone, at}");
  Check check;
  check.timing.rrule = TRY(text_of(json, "rrule"));
  check.timing.cron = TRY(text_of(json, "cron"));
  for (auto& [name, target] : {std::pair{"from", &check.timing.from}, std::pair{"until", &check.timing.until}})
    if (const std::string text = TRY(text_of(json, name)); !text.empty()) *target = TRY(instant_of(text, name));
  const bool recurs = !check.timing.from && !check.timing.until;
  if (recurs && check.timing.cron.empty()) {
    check.timing.rrule = TRY(required(json, "rrule"));
    check.timing.start = TRY(required(json, "start"));
  }
  if (recurs) {
    check.timing.duration = TRY(duration_of(json));
    check.timing.timezone = TRY(required(json, "timezone"));
  }
  check.at = TRY(instant_of(TRY(required(json, "at")), "at"));
  return check;
}

Json describe(const State& state) {
  const auto told = [](const std::optional<Instant>& at) { return at ? Json(to_string(*at)) : Json(); };
  return Json::object({{"open", state.open}, {"closes", told(state.closes)}, {"opens", told(state.opens)}});
}

Checked answer_check(std::string_view line) {
  const auto answer = [&]() -> Result<Json> {
    const Check check = TRY(read_check(line));
    const Schedule schedule = TRY(Schedule::parse(check.timing));
    return describe(schedule.state_at(check.at));
  }();
  if (answer) return {*answer, true};
  const Error& error = answer.error();
  Json told = Json::object({{"code", row_of(error.code).name}, {"message", error.message}});
  if (!error.field.empty()) told.set("field", error.field);
  return {Json::object({{"error", std::move(told)}}), false};
}

}  // namespace weir::window
