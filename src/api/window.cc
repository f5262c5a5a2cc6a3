#include <algorithm>

#include "api/answers.h"
#include "api/handlers.h"
#include "base/name.h"
#include "base/suggest.h"
#include "policy/form_check.h"
#include "store/view_access.h"
#include "store/view_deploy.h"
#include "store/view_window.h"

namespace weir::api {
namespace {

using sequencer::Appended;
using sequencer::Decision;

// Who is narrowed to some environments touches only windows that name nothing else.
Status check_window_scope(const access::Actor& actor, const window::Selector& selector) {
  if (actor.environments.empty()) return {};
  if (selector.environments.empty()) return access::check_environment_scope(actor, "*");
  for (const std::string& each : selector.environments) TRY(access::check_environment_scope(actor, each));
  return {};
}

// Its roles, and the groups it is of.
std::vector<std::string> roles_of(const access::Actor& actor) {
  std::vector<std::string> roles = actor.groups;
  for (const access::Role role : actor.roles) roles.emplace_back(format::name_of(role));
  return roles;
}

// Whom nobody is, and a class that no change has, would never select anything.
Status check_words(store::Database& db, const window::Definition& definition) {
  for (const std::string& pattern : definition.selector.classes)
    TRY(policy::check_change_class(pattern, "selector.classes"));
  if (!definition.override_) return {};
  std::vector<std::string> known;
  for (const std::string_view role : names_of(access::Role{})) known.emplace_back(role);
  for (const store::GroupView& each : TRY(store::list_groups(db))) known.push_back(each.group.name);
  for (const std::string& role : definition.override_->roles)
    if (std::ranges::find(known, role) == known.end())
      return invalid(fmt::format("'{}' is neither a role nor a group{}", role, did_you_mean(role, known)),
                     "override.roles");
  return {};
}

std::string window_json(const window::WindowDeclared& declared, const std::string& actor, const Appended& at) {
  store::WindowView view{.name = declared.name,
                         .actor = actor,
                         .definition = declared.definition,
                         .was_open = declared.was_open,
                         .declared_at = at.at,
                         .entry = at.index};
  const auto window = window::prepare(declared.name, declared.definition, at.index);
  return format::encode(window.ok() ? store::view_at(std::move(view), *window, at.at) : view);
}

}  // namespace

Result<Write> declare_window(const Call& call) {
  const auto request = TRY(body_of<window::WindowRequest>(call.request));
  const std::string name(call.request.parameter("name"));
  TRY(check_window_scope(call.actor, request.definition.selector));
  return Write{[name, request, actor = call.actor](store::Database& db, Instant now) -> Result<Decision> {
    window::DeclareFacts facts;
    facts.known = TRY(store::find_window_ready(db, name));
    facts.count = TRY(query_count(db, "SELECT count(*) FROM window_version WHERE ended_at IS NULL"));
    if (facts.known) TRY(check_window_scope(actor, facts.known->definition.selector));
    TRY(check_words(db, request.definition));
    const window::WindowDeclared declared = TRY(window::declare(name, request, facts, now));
    if (facts.known && facts.known->definition == declared.definition) {
      const auto view = TRY(store::find_window(db, name, now));
      return Decision{.answer = [view](auto) { return format::encode(*view); }};
    }
    return Decision{.events = {declared}, .answer = [declared, actor = actor.name](auto appended) {
                      return window_json(declared, actor, appended[0]);
                    }};
  }};
}

Result<http::Response> list_windows(const ReadCall& call) {
  return whole_list_response(call.request, "windows", TRY(store::list_windows(call.db, call.now)));
}

Result<Write> remove_window(const Call& call) {
  const std::string name(call.request.parameter("name"));
  const auto confirm = flag_of(call.request, "confirm") ? window::Confirm::yes : window::Confirm::no;
  return Write{[name, confirm, actor = call.actor](store::Database& db, Instant now) -> Result<Decision> {
    const auto known = TRY(store::find_window_ready(db, name));
    if (known) TRY(check_window_scope(actor, known->definition.selector));
    const window::WindowRemoved removed = TRY(window::remove(name, known, confirm, now));
    return Decision{.events = {removed}, .answer = [removed](auto) {
                      return format::encode(WindowGone{true, removed.was_open});
                    }};
  }};
}

Result<http::Response> window_state(const ReadCall& call) {
  const std::string name = text_of(call.request, "environment");
  if (name.empty()) return invalid("'environment' is missing: where it would be deployed", "environment");
  if (!TRY(store::environment_exists(call.db, name)))
    return not_found(fmt::format("there is no environment '{}'", name));
  const Instant at = TRY(instant_of(call.request, "at")).value_or(call.now);
  const window::Subject subject = TRY(store::window_subject(
      call.db, name, text_of(call.request, "flow"), text_of(call.request, "class")));
  const bool past = at < call.now;
  const store::Windows windows =
      TRY(past ? store::windows_at(call.db, at) : store::current_windows(call.db, at));
  WindowState state{.environment = name, .at = at, .answer = windows.decide(subject, at)};
  for (const window::Window& each : windows.list)
    if (window::selects(each.definition.selector, subject)) {
      const window::State now = each.schedule.state_at(at);
      state.windows.push_back({each.name, each.definition.kind, now.open, now.opens, now.closes,
                               window::lifted(each, name, at, windows.lifts), each.incident,
                               each.definition.reason, each.entry});
    }
  return record_response(state);
}

Result<Write> declare_freeze(const Call& call) {
  const auto request = TRY(body_of<window::FreezeRequest>(call.request));
  TRY(access::check_environment_scope(call.actor, request.environment));
  return Write{[request, actor = call.actor.name](store::Database& db, Instant now) -> Result<Decision> {
    const bool exists = TRY(store::environment_exists(db, request.environment));
    const window::FreezeDeclared declared = TRY(window::freeze(request, exists, now));
    return Decision{.events = {declared}, .answer = [declared, actor](auto appended) {
                      return format::encode(store::view_at(window::Freeze{.id = appended[0].index,
                                                                          .environment = declared.environment,
                                                                          .incident = declared.incident,
                                                                          .reason = declared.reason,
                                                                          .actor = actor,
                                                                          .from = appended[0].at,
                                                                          .until = declared.until},
                                                           appended[0].at));
                    }};
  }};
}

Result<http::Response> list_freezes(const ReadCall& call) {
  const std::int64_t limit = TRY(limit_of(call.request));
  const store::FreezeFilter filter{text_of(call.request, "environment"), limit, TRY(cursor_of(call.request))};
  const auto freezes = TRY(store::list_freezes(call.db, filter, call.now));
  const bool full = freezes.size() == static_cast<std::size_t>(limit);
  return list_response("freezes", freezes, full ? std::to_string(freezes.back().freeze.id) : "");
}

Result<Write> thaw(const Call& call) {
  const auto request = TRY(body_of<window::ThawRequest>(call.request));
  const std::int64_t id = TRY(id_of(call.request, "id"));
  return Write{[request, id, actor = call.actor](store::Database& db, Instant now) -> Result<Decision> {
    const auto freeze = TRY(store::find_freeze(db, id));
    if (freeze) TRY(access::check_environment_scope(actor, freeze->environment));
    const window::FreezeEnded ended = TRY(window::thaw(request, freeze, now));
    return Decision{.events = {ended}, .answer = [freeze = *freeze, ended, name = actor.name](auto appended) mutable {
                      freeze.ended_at = appended[0].at;
                      freeze.ended_by = name;
                      freeze.ended_reason = ended.reason;
                      return format::encode(store::view_at(freeze, appended[0].at));
                    }};
  }};
}

Result<Write> override_window(const Call& call) {
  const auto request = TRY(body_of<window::OverrideRequest>(call.request));
  const std::string name(call.request.parameter("name"));
  TRY(access::check_environment_scope(call.actor, request.environment));
  return Write{[name, request, actor = call.actor](store::Database& db, Instant now) -> Result<Decision> {
    window::OverrideFacts facts{.roles = roles_of(actor)};
    facts.window = TRY(store::find_window_ready(db, name));
    facts.environment_exists = TRY(store::environment_exists(db, request.environment));
    const window::WindowOverridden overridden = TRY(window::override_window(name, request, facts, now));
    auto lifts = TRY(store::current_windows(db, now)).lifts;
    return Decision{.events = {overridden}, .answer = [overridden, facts, lifts, actor](auto appended) mutable {
                      const Appended& at = appended[0];
                      lifts.push_back({overridden.window, overridden.environment, actor.id, at.at,
                                       overridden.until});
                      return format::encode(store::OverrideView{
                          at.index, overridden.window, overridden.environment, overridden.reason, overridden.ticket,
                          actor.name, at.at, overridden.until,
                          window::lifted(*facts.window, overridden.environment, at.at, lifts)});
                    }};
  }};
}

}  // namespace weir::api
