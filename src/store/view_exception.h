// Exceptions and break-glass as the API shows them, and as the rules, the gate and the judge need them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "deploy/break_glass.h"
#include "exceptions/exception.h"
#include "runtime/judge.h"
#include "store/sql.h"

namespace weir::store {

struct ExceptionView {
  exceptions::Exception exception;
  exceptions::State state = exceptions::State::requested;
  Instant warn_at;
  static void members(auto& visit, auto& self) {
    visit("id", self.exception.id);
    visit("state", self.state);
    visit("environment", self.exception.asked.scope.environment);
    visit("artifact", self.exception.asked.scope.artifact);
    visit("artifact_name", self.exception.artifact_name);
    visit("rule", self.exception.asked.scope.rule);
    visit("policy", self.exception.asked.scope.policy);
    visit("finding", self.exception.asked.scope.finding);
    visit("workload", self.exception.asked.scope.workload);
    visit("owner", self.exception.asked.scope.owner);
    visit("reason", self.exception.asked.scope.reason);
    visit("compensating_control", self.exception.asked.scope.compensating_control);
    visit("until", self.exception.until);
    visit("ends_on", self.exception.asked.scope.ends_on);
    visit("scope", self.exception.asked.scope);
    visit("scope_digest", self.exception.asked.scope_digest);
    visit("renews", self.exception.asked.renews);
    visit("renewals", self.exception.asked.renewals);
    visit("requester", self.exception.requester);
    visit("requested_at", self.exception.requested_at);
    visit("granted", self.exception.granted);
    visit("decided_by", self.exception.decided_by);
    visit("decided_at", self.exception.decided_at);
    visit("decided_note", self.exception.decided_note);
    visit("warn_at", self.warn_at);
    visit("warned_at", self.exception.warned_at);
    visit("ended_at", self.exception.ended_at);
    visit("ended", self.exception.ended);
    visit("ended_note", self.exception.ended_note);
    visit("entry", self.exception.id);
  }
};
ExceptionView view_of(exceptions::Exception exception, Instant now);

struct ExceptionFilter {
  std::string environment;
  std::optional<Sha256> artifact;
  std::int64_t limit = 100;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
};
Result<std::vector<exceptions::Exception>> list_exceptions(Database& db, const ExceptionFilter& filter);
Result<std::optional<exceptions::Exception>> find_exception(Database& db, std::int64_t id);

// What an exception would cover of what is there now.
struct Covered {
  bool workload_exists = false;  // where one is named
  exceptions::Coverage coverage;
};
Result<Covered> coverage_of(Database& db, std::string_view environment, std::string_view workload,
                            const std::optional<Sha256>& artifact);
// What is known that may end it.
Result<exceptions::Facts> ending_facts(Database& db, const exceptions::Exception& exception);

// For the gate and for decisions: those for rules and findings that are in force for an artifact in an environment,
// in the order of their entries. One whose time or condition has come is not among them, even before its end is an
// entry.
struct ExceptionInForce {
  std::int64_t entry = 0;  // of the grant
  std::int64_t id = 0;     // of the request
  std::string rule, policy, finding;
  Instant until;
  std::string owner, reason;
};
Result<std::vector<ExceptionInForce>> exceptions_in_force(Database& db, const Sha256& artifact,
                                                          std::string_view environment, Instant now);
// Whether any for findings may be in force there; without one, no artifact need be asked about.
Result<bool> has_finding_exceptions(Database& db, std::string_view environment);
// For the judge: the one that covers this workload, the longest of several.
Result<std::optional<runtime::Excepted>> exception_of_workload(Database& db, std::string_view workload,
                                                               Instant now);

// What a timer has to look at: whose time is over, who is to be warned, and what may end by what has happened.
Result<std::vector<exceptions::Exception>> exceptions_due(Database& db, Instant now);

struct BreakGlassView {
  deploy::BreakGlass glass;
  deploy::BreakGlassState state = deploy::BreakGlassState::open;
  static void members(auto& visit, auto& self) {
    visit("id", self.glass.id);
    visit("state", self.state);
    visit("artifact", self.glass.opened.artifact);
    visit("artifact_name", self.glass.artifact_name);
    visit("environment", self.glass.opened.environment);
    visit("until", self.glass.opened.until);
    visit("reason", self.glass.opened.reason);
    visit("ticket", self.glass.opened.ticket);
    visit("actor", self.glass.actor);
    visit("opened_at", self.glass.opened_at);
    visit("approval", self.glass.approval);
    visit("reviewed_at", self.glass.reviewed_at);
    visit("reviewed_by", self.glass.reviewed_by);
    visit("note", self.glass.note);
    visit("entry", self.glass.id);
  }
};
Result<std::vector<deploy::BreakGlass>> list_break_glass(Database& db, std::string_view environment,
                                                         std::int64_t before, std::int64_t limit);
Result<std::optional<deploy::BreakGlass>> find_break_glass(Database& db, std::int64_t id);

}  // namespace weir::store
