#include "window/act.h"

#include <algorithm>

#include "base/limits.h"
#include "base/name.h"
#include "window/rule.h"

namespace weir::window {
namespace {

Status check_url(std::string_view url, std::string_view field) {
  TRY(check_text(url, field));
  if (url.empty() || url.starts_with("https://") || url.starts_with("http://")) return {};
  return invalid(fmt::format("'{}' is an address: https://…", field), std::string(field));
}

Status check_end(Instant until, Instant now, Duration longest, std::string_view what) {
  if (until <= now) return invalid("'until' lies in the past", "until");
  if (until - now <= longest) return {};
  return invalid(fmt::format("{} lasts at most {} hours", what, longest.micros / hours(1).micros), "until");
}

Error no_environment(std::string_view name) {
  return not_found(
      fmt::format("environment '{}' does not exist; create it with `weir env create {} --kind host`", name, name));
}

// What it was, when it is open: then the change must be confirmed.
Result<std::optional<WindowWas>> was_open(const Window& known, Confirm confirm, Instant now) {
  const State state = known.schedule.state_at(now);
  if (!state.open) return std::optional<WindowWas>();
  if (confirm == Confirm::no)
    return Error{Errc::conflict,
                 fmt::format("window '{}' is open {}; changing it now must be confirmed", known.name,
                             state.closes ? "until " + to_string(*state.closes) : "without an end in sight"),
                 "confirm"};
  return std::optional(WindowWas{known.entry, known.definition});
}

}  // namespace

Result<WindowDeclared> declare(const std::string& name, const WindowRequest& request, const DeclareFacts& facts,
                               Instant now) {
  TRY(check_name(name, "name"));
  if (request.definition.kind == Kind::freeze)
    return invalid("'kind' is allow or deny; a freeze is declared with `weir freeze`", "kind");
  if (!facts.known && facts.count >= static_cast<std::int64_t>(limits::windows_max))
    return Error{Errc::too_large, fmt::format("there are {} windows, at most {} are allowed", facts.count,
                                              limits::windows_max)};
  const State state = TRY(prepare(name, request.definition)).schedule.state_at(now);
  if (!state.open && !state.opens)
    return invalid("it never opens: all its occurrences have passed", "definition");
  WindowDeclared declared{.name = name, .definition = request.definition};
  if (facts.known && facts.known->definition != request.definition)
    declared.was_open = TRY(was_open(*facts.known, request.confirm ? Confirm::yes : Confirm::no, now));
  return declared;
}

Result<WindowRemoved> remove(const std::string& name, const std::optional<Window>& known, Confirm confirm,
                             Instant now) {
  if (!known) return not_found(fmt::format("there is no window '{}'", name));
  auto was = TRY(was_open(*known, confirm, now));
  return WindowRemoved{name, std::move(was)};
}

Result<FreezeDeclared> freeze(const FreezeRequest& request, bool environment_exists, Instant now) {
  TRY(check_name(request.environment, "environment"));
  TRY(check_text(request.reason, "reason"));
  TRY(check_url(request.incident, "incident"));
  if (!environment_exists) return no_environment(request.environment);
  if (request.incident.empty() && request.reason.empty())
    return invalid("a freeze says why: 'incident' or 'reason'", "incident");
  TRY(check_end(request.until, now, limits::window_duration_max, "a freeze"));
  return FreezeDeclared{request.environment, request.incident, request.reason, request.until};
}

Result<FreezeEnded> thaw(const ThawRequest& request, const std::optional<Freeze>& freeze, Instant now) {
  TRY(check_text(request.reason, "reason"));
  if (!freeze) return not_found("there is no such freeze");
  if (freeze->ended_at || freeze->until <= now) return Error{Errc::conflict, "this freeze has already ended"};
  return FreezeEnded{freeze->id, request.reason};
}

Result<WindowOverridden> override_window(const std::string& name, const OverrideRequest& request,
                                         const OverrideFacts& facts, Instant now) {
  TRY(check_text(request.reason, "reason"));
  TRY(check_text(request.ticket, "ticket"));
  if (!facts.window) return not_found(fmt::format("there is no window '{}'", name));
  if (!facts.environment_exists) return no_environment(request.environment);
  const auto& terms = facts.window->definition.override_;
  if (!terms) return Error{Errc::forbidden, fmt::format("window '{}' has no terms of override", name)};
  const bool may = terms->roles.empty() ||
                   std::any_of(facts.roles.begin(), facts.roles.end(), [&](const std::string& role) {
                     return std::find(terms->roles.begin(), terms->roles.end(), role) != terms->roles.end();
                   });
  if (!may)
    return Error{Errc::forbidden,
                 fmt::format("window '{}' is overridden only by {}", name, fmt::join(terms->roles, ", "))};
  if (!any_environment(facts.window->definition.selector, request.environment))
    return invalid(fmt::format("window '{}' does not select '{}'", name, request.environment), "environment");
  if (request.reason.empty()) return invalid("'reason' is missing: why it is overridden", "reason");
  if (terms->ticket && request.ticket.empty()) return invalid("'ticket' is missing: where it was agreed", "ticket");
  TRY(check_end(request.until, now, TRY(parse_length(terms->longest, "longest")), "an override of this window"));
  return WindowOverridden{name, request.environment, request.reason, request.ticket, request.until};
}

}  // namespace weir::window
