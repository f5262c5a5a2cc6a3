#include "alert/alert.h"

#include <algorithm>
#include <map>

#include "crypto/digest.h"
#include "runtime/environment.h"

namespace weir::alert {
namespace {

using runtime::ReasonCode;
using runtime::WorkloadKind;

constexpr bool in_order = [] {
  for (std::size_t i = 0; i < cause_table.size(); ++i)
    if (cause_table[i].cause != static_cast<Cause>(i)) return false;
  return true;
}();
static_assert(in_order, "cause_table is in the order of Cause");

std::string digest_of_parts(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (const std::string_view part : parts) {
    joined += part;
    joined += '\n';
  }
  return to_hex(crypto::sha256(joined)).substr(0, 32);
}

bool is_service_unit(std::string_view unit) {
  return unit.ends_with(".service") && !unit.starts_with("user@");
}

// Container, service unit, or login session: the narrowest thing that started it and has a life of its own.
std::string anchor_of(const IncidentOrigin& origin) {
  if (!origin.container.empty()) return "container " + origin.container;
  if (is_service_unit(origin.unit)) return "unit " + origin.unit;
  if (origin.session != 0) return fmt::format("session {}", origin.session);
  return origin.unit.empty() ? "host" : "unit " + origin.unit;
}

// A program of which nothing could be looked at goes by what it calls itself, "[date]": that is no place.
bool is_nameless(std::string_view name) { return name.starts_with('[') && name.ends_with(']'); }

bool is_out_of_sight(const JudgedWorkload& workload) {
  return workload.kind == WorkloadKind::process && workload.digests.empty() && is_nameless(workload.name);
}

std::string directory_of(const JudgedWorkload& workload) {
  if (workload.kind == WorkloadKind::container || is_out_of_sight(workload)) return {};
  return gathering_directory(workload.origin.directory.empty() ? workload.name : workload.origin.directory);
}

IncidentOrigin origin_of(const JudgedWorkload& workload) {
  const bool is_container = workload.kind == WorkloadKind::container;
  return {.environment = workload.environment,
          .host = workload.host,
          .user = workload.origin.user,
          .login_user = workload.origin.login_user,
          .unit = workload.origin.unit,
          .container = is_container ? std::string() : workload.origin.container,
          .directory = directory_of(workload),
          .session = is_container || is_out_of_sight(workload) ? 0 : workload.origin.session};
}

std::string who_of(const JudgedWorkload& workload) {
  const runtime::Origin& origin = workload.origin;
  std::string who = origin.user.empty() ? std::string("an unknown user") : "user " + origin.user;
  if (!origin.login_user.empty() && origin.login_user != origin.user)
    who += " (logged in as " + origin.login_user + ")";
  for (const runtime::Ancestor& parent : origin.parents) who += " ← " + parent.name;
  if (!origin.unit.empty()) who += " ← " + origin.unit;
  if (!origin.container.empty() && workload.kind != WorkloadKind::container)
    who += " in container " + origin.container.substr(0, 12);
  return who;
}

std::string_view what_of(ReasonCode code) {
  switch (code) {
    case ReasonCode::unknown_digest:
      return "Unknown";
    case ReasonCode::not_approved_here:
      return "Unapproved";
    case ReasonCode::approval_expired:
      return "Approval expired of";
    case ReasonCode::approval_revoked:
      return "Approval revoked of";
    case ReasonCode::approval_not_yet_valid:
      return "Not yet approved";
    case ReasonCode::changed_content:
      return "Changed";
    case ReasonCode::program_unseen:
      return "Unseen program in";
    case ReasonCode::unhashed:
      return "Unreadable";
    case ReasonCode::foreign_content:
      return "Foreign";
    case ReasonCode::started_in_freeze:
      return "Started in a freeze:";
    case ReasonCode::started_outside_window:
      return "Started outside its window:";
    case ReasonCode::outside_runtime:
      return "Outside any runtime:";
    default:
      return "Unknown";
  }
}

std::string_view noun_of(WorkloadKind kind) {
  constexpr std::array<std::string_view, 4> nouns{"program", "container", "file", "unit"};
  return nouns[static_cast<std::size_t>(kind)];
}

std::string title_of(const JudgedWorkload& workload, ReasonCode code) {
  const bool unseen = code == ReasonCode::program_unseen;
  return fmt::format("{} {}{} on {}", what_of(code), unseen ? "" : fmt::format("{} ", noun_of(workload.kind)),
                     workload.name, workload.host);
}

// A glob for where it lies.
std::string place_of(const runtime::Instance& instance) {
  const bool lies_somewhere = instance.kind == WorkloadKind::process || instance.kind == WorkloadKind::file;
  if (is_nameless(instance.name)) return "[*]";
  const std::string directory = gathering_directory(instance.name);
  if (!lies_somewhere || instance.seen == runtime::Seen::unseen || directory == instance.name)
    return instance.name;
  return directory + "/**";
}

}  // namespace

std::optional<AlertOpened> alert_for(const JudgedWorkload& workload) {
  if (workload.judgement.reasons.empty()) return std::nullopt;
  const runtime::Reason& reason = workload.judgement.reasons.front();
  const runtime::ReasonRow& row = runtime::row_of(reason.code);
  if (row.severity.empty()) return std::nullopt;
  // What an agent without rights can't look at is its own blindness more often than somebody's disguise.
  const bool is_unseen = reason.code == ReasonCode::unhashed && is_out_of_sight(workload);
  const Severity severity = is_unseen ? Severity::medium : *format::enum_from<Severity>(row.severity);
  const IncidentOrigin origin = origin_of(workload);
  const std::string content = workload.digests.empty() ? workload.name : to_hex(workload.digests.front());
  const bool is_container = workload.kind == WorkloadKind::container && !workload.digests.empty();
  const std::string place = is_container ? std::string() : incident_key(origin);
  return AlertOpened{.key = digest_of_parts({"runtime", workload.environment, content, place}),
                     .cause = std::string(row.name),
                     .severity = severity,
                     .workload = workload.id,
                     .title = title_of(workload, reason.code),
                     .who = who_of(workload),
                     .why = reason.message,
                     .remedy = std::string(row.remedy),
                     .service = workload.service,
                     .origin = origin,
                     .incident = incident_key(origin),
                     .started_at = workload.started_at};
}

std::string incident_key(const IncidentOrigin& origin) {
  return digest_of_parts({origin.environment, origin.host, anchor_of(origin), origin.user, origin.directory});
}

std::string incident_title(const IncidentOrigin& origin) {
  std::string title = origin.user.empty() ? "Something" : "User " + origin.user;
  if (!origin.directory.empty()) title += " in " + origin.directory;
  title += fmt::format(" on {}", origin.host.empty() ? origin.environment : origin.host);
  if (!origin.container.empty()) title += ", container " + origin.container.substr(0, 12);
  else if (!origin.unit.empty()) title += ", " + origin.unit;
  return title;
}

std::string gathering_directory(std::string_view path) {
  constexpr std::array<std::string_view, 4> shared{"/tmp", "/var/tmp", "/dev/shm", "/run"};
  for (const std::string_view directory : shared)
    if (path == directory || (path.starts_with(directory) && path.substr(directory.size()).starts_with('/')))
      return std::string(directory);
  std::size_t end = 0;
  for (int component = 0; component < 2 && end != std::string_view::npos && end < path.size(); ++component)
    end = path.find('/', end + 1);
  return std::string(path.substr(0, end));
}

runtime::ScopeRule suggest_scope(const IncidentOrigin& origin, Instant now) {
  runtime::ScopeRule rule{.effect = runtime::ScopeEffect::exclude, .expires_at = now + days(7)};
  if (!origin.container.empty()) rule.container = origin.container;
  else if (is_service_unit(origin.unit)) rule.unit = origin.unit;
  if (!origin.directory.empty() && origin.directory != "/") rule.path = origin.directory + "/**";
  rule.user = origin.user;
  return rule;
}

runtime::ScopeRule suggest_scope(const IncidentOrigin& origin, std::span<const runtime::Instance> alerted,
                                 Instant now) {
  runtime::ScopeRule best = suggest_scope(origin, now);
  std::map<std::string, std::size_t> places;
  for (const runtime::Instance& instance : alerted) ++places[place_of(instance)];
  const auto busiest = std::max_element(places.begin(), places.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; });
  if (busiest == places.end()) return best;
  runtime::ScopeRule other = best;
  other.path = busiest->first;
  const auto silenced = [&](const runtime::ScopeRule& rule) {
    return std::count_if(alerted.begin(), alerted.end(),
                         [&](const runtime::Instance& instance) { return matches(rule, instance); });
  };
  return best.path.empty() || silenced(other) > silenced(best) ? other : best;
}

}  // namespace weir::alert
