// An alert is something a person must know: it has a cause, a subject, a state and a story. One alert per content and
// origin, never one per replica. Alerts of one origin gather into an incident. Pure: facts in, acts out.
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/judge.h"

namespace weir::alert {

enum class Severity { critical, high, medium, low };
constexpr auto names_of(Severity) {
  return std::array<std::string_view, 4>{"critical", "high", "medium", "low"};
}

enum class State { open, acknowledged, resolved };
constexpr auto names_of(State) { return std::array<std::string_view, 3>{"open", "acknowledged", "resolved"}; }

// Causes beyond the reasons of a verdict.
enum class Cause {
  runtime,  // named by the reason code of the verdict
  first_sight,
  first_sight_unseen,
  deployment_missed,
  deployment_gone,
  deployment_short,
  superseded_still_running,
  reporter_silent,
  reporter_replay,
  reporter_gap,
  reporter_backwards,
  reporter_second_key,
  ledger_damaged,
  exception_ending,
  break_glass,
  vulnerable,
  consent_vacant,
};
struct CauseRow {
  Cause cause;
  std::string_view name;
  Severity severity;
  std::string_view remedy;
};
inline constexpr std::array cause_table{
    CauseRow{Cause::runtime, "runtime", Severity::high, ""},
    CauseRow{Cause::first_sight, "first-sight", Severity::medium,
             "look through what ran before Weir came, then adopt it or stop it"},
    CauseRow{Cause::first_sight_unseen, "first-sight-unseen", Severity::low,
             "run them from files that can be approved, exclude them by scope rules that end, or stop them"},
    CauseRow{
        Cause::deployment_missed, "deployment-missed", Severity::high,
        "find out why the deployment did not start; it resolves when the artifact is seen; or end it: weir "
        "deployment end ID --reason …"},
    CauseRow{Cause::deployment_gone, "deployment-gone", Severity::high,
             "start it again, declare what replaces it, or end it: weir deployment end ID --reason …"},
    CauseRow{Cause::deployment_short, "deployment-short", Severity::medium,
             "start the missing instances, or declare fewer"},
    CauseRow{Cause::superseded_still_running, "superseded-still-running", Severity::medium,
             "stop the older artifact, or declare the newer one alongside it"},
    CauseRow{Cause::reporter_silent, "reporter-silent", Severity::high,
             "look after the host and its agent; until it reports, the state of the environment is unknown"},
    CauseRow{Cause::reporter_replay, "reporter-replay", Severity::critical,
             "a report came twice: find out who else holds the reporter's key, then enrol it anew"},
    CauseRow{Cause::reporter_gap, "reporter-gap", Severity::medium,
             "reports were lost on the way; the agent sends everything again"},
    CauseRow{Cause::reporter_backwards, "reporter-backwards", Severity::critical,
             "the reporter's sequence ran backwards: its state was restored or copied; enrol it anew"},
    CauseRow{
        Cause::reporter_second_key, "reporter-second-key", Severity::high,
        "find out who enrolled it: of a host that was set up anew remove the reporter it had (weir reporter "
        "list, "
        "weir reporter remove ID --reason …); if nobody did, remove this one, and revoke what it joined with "
        "(weir env join-token revoke ENV ID); two hosts of one name need two names"},
    CauseRow{Cause::ledger_damaged, "ledger-damaged", Severity::critical,
             "stop the server, run `weir ledger verify`, restore from the last good copy"},
    CauseRow{Cause::exception_ending, "exception-ending", Severity::medium,
             "mend what it covers, or ask to renew it; when it ends, what it covered counts again"},
    CauseRow{Cause::break_glass, "break-glass", Severity::critical,
             "another person looks at what was let in, and says so: weir break-glass review ID --note …"},
    CauseRow{
        Cause::vulnerable, "vulnerable", Severity::high,
        "deploy a release with the fixed version; weir vuln where says what runs and what is fixed already"},
    CauseRow{Cause::consent_vacant, "consent-vacant", Severity::critical,
             "an administrator will be able to consent in their place: if that is not wanted, refuse it in "
             "time, and "
             "propose people for the group: weir group create GROUP --member … --propose"},
};
constexpr const CauseRow& row_of(Cause cause) { return cause_table[static_cast<std::size_t>(cause)]; }

// Who, where and from what directory: what alerts of one incident have in common.
struct IncidentOrigin {
  std::string environment, host, user, login_user, unit, container, directory;
  std::int64_t session = 0;
  static void members(auto& visit, auto& self) {
    visit("environment", self.environment);
    visit.maybe("host", self.host);
    visit.maybe("user", self.user);
    visit.maybe("login_user", self.login_user);
    visit.maybe("unit", self.unit);
    visit.maybe("container", self.container);
    visit.maybe("directory", self.directory);
    visit.maybe("session", self.session);
  }
  bool operator==(const IncidentOrigin&) const = default;
};

struct AlertOpened {
  std::string key;    // what makes two alerts the same; stable over states
  std::string cause;  // a reason code's or a cause's name
  Severity severity = Severity::high;
  std::string workload;  // id, empty when nothing was seen
  std::string title, who, why, remedy;
  std::string service;
  std::string subject;  // deployment or reporter, when it is not a workload
  IncidentOrigin origin;
  std::string incident;  // key of the incident it belongs to
  std::optional<Instant> started_at;
  static void members(auto& visit, auto& self) {
    visit("key", self.key);
    visit("cause", self.cause);
    visit("severity", self.severity);
    visit.maybe("workload", self.workload);
    visit("title", self.title);
    visit.maybe("who", self.who);
    visit.maybe("why", self.why);
    visit.maybe("remedy", self.remedy);
    visit.maybe("service", self.service);
    visit.maybe("subject", self.subject);
    visit("origin", self.origin);
    visit("incident", self.incident);
    visit.maybe("started_at", self.started_at);
  }
};

struct AlertsResolved {
  std::vector<std::int64_t> alerts;
  std::string why;
  static void members(auto& visit, auto& self) {
    visit("alerts", self.alerts);
    visit("why", self.why);
  }
};

struct AlertsAcknowledged {
  std::vector<std::int64_t> alerts;
  std::string note;
  static void members(auto& visit, auto& self) {
    visit("alerts", self.alerts);
    visit.maybe("note", self.note);
  }
};

// A workload that has just been judged, with what its alert needs.
struct JudgedWorkload {
  std::string id, environment, host, name, service;
  runtime::WorkloadKind kind = runtime::WorkloadKind::process;
  std::vector<Sha256> digests;
  runtime::Origin origin;  // of the instance that decided
  Instant started_at;
  runtime::Judgement judgement;
};

// The alert this verdict asks for; none when the verdict needs nobody.
std::optional<AlertOpened> alert_for(const JudgedWorkload& workload);

std::string incident_key(const IncidentOrigin& origin);
std::string incident_title(const IncidentOrigin& origin);
// The directory incidents gather under: the first components of where something ran.
std::string gathering_directory(std::string_view path);

// A rule that would silence what comes from an origin, ending after a week.
runtime::ScopeRule suggest_scope(const IncidentOrigin& origin, Instant now);
// Of the rules for an origin's directory and for the places its alerts name, the one that silences the most of them.
// What an interpreter runs unseen, and what is no program, is only ever meant by its whole name.
runtime::ScopeRule suggest_scope(const IncidentOrigin& origin, std::span<const runtime::Instance> alerted,
                                 Instant now);

}  // namespace weir::alert
