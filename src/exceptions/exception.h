// An exception is a recorded permission to live, until a given time, with a missed rule, a finding, or a workload that
// nobody approved. It covers exactly what was shown when it was asked for: its scope, which the grant names by digest.
// It ends by time, by a person, by its renewal, or by what it was told to end on; then what it covered counts at once.
// Format of the scope: docs/formats/exception.md. Pure: what an exception is worth at a moment is computed.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "access/account.h"
#include "format/members.h"

namespace weir::exceptions {

enum class EndsOn { fix_available, known_exploitation, scope_growth, evidence_change, likelihood_rise };
constexpr auto names_of(EndsOn) {
  return std::array<std::string_view, 5>{"fix-available", "known-exploitation", "scope-growth",
                                         "evidence-change", "likelihood-rise"};
}

enum class Ending {
  time,
  fix_available,
  known_exploitation,
  scope_growth,
  evidence_change,
  renewed,
  person,
  likelihood_rise
};
constexpr auto names_of(Ending) {
  return std::array<std::string_view, 8>{"time",    "fix-available", "known-exploitation", "scope-growth",
                                         "evidence-change", "renewed", "person",    "likelihood-rise"};
}

enum class State { requested, in_force, refused, ended };
constexpr auto names_of(State) {
  return std::array<std::string_view, 4>{"requested", "in-force", "refused", "ended"};
}

struct ScopedWorkload {
  std::string id, name, host;
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("name", self.name);
    visit("host", self.host);
  }
  bool operator==(const ScopedWorkload&) const = default;
};

// What an exception would cover of what is there now: live workloads, and every digest that is the artifact.
struct Coverage {
  std::vector<ScopedWorkload> workloads;  // by id
  std::vector<Sha256> digests;            // in order
};

// Everything that is shown to who grants. One of `rule`, `finding` and `workload` is set.
struct ExceptionScope {
  std::string environment;
  std::optional<Sha256> artifact;
  std::string rule, policy, finding, workload;
  std::string owner, reason, compensating_control;
  Instant until;
  std::vector<EndsOn> ends_on;
  std::string evidence;  // type of attestation that the rule looks at; empty: any
  std::vector<ScopedWorkload> workloads;
  std::vector<Sha256> digests;
  static void members(auto& visit, auto& self) {
    visit("environment", self.environment);
    visit("artifact", self.artifact);
    visit("rule", self.rule);
    visit("policy", self.policy);
    visit("finding", self.finding);
    visit("workload", self.workload);
    visit("owner", self.owner);
    visit("reason", self.reason);
    visit("compensating_control", self.compensating_control);
    visit("until", self.until);
    visit("ends_on", self.ends_on);
    visit("evidence", self.evidence);
    visit("workloads", self.workloads);
    visit("digests", self.digests);
  }
};
Sha256 digest_of(const ExceptionScope& scope);  // of its canonical JSON (RFC 8785)

struct ExceptionRequest {
  std::string rule, policy, finding, workload;
  std::optional<Sha256> artifact;
  std::string environment, owner, reason, compensating_control;
  Instant until;
  std::vector<EndsOn> ends_on;
  std::string evidence;
  std::optional<std::int64_t> renews;
  std::optional<Sha256> scope;  // digest of what was shown to who asks, if anything was
  static void members(auto& visit, auto& self) {
    visit.maybe("rule", self.rule);
    visit.maybe("policy", self.policy);
    visit.maybe("finding", self.finding);
    visit.maybe("workload", self.workload);
    visit.maybe("artifact", self.artifact);
    visit("environment", self.environment);
    visit("owner", self.owner);
    visit("reason", self.reason);
    visit("compensating_control", self.compensating_control);
    visit("until", self.until);
    visit.maybe("ends_on", self.ends_on);
    visit.maybe("evidence", self.evidence);
    visit.maybe("renews", self.renews);
    visit.maybe("scope", self.scope);
  }
};

struct ExceptionRequested {
  ExceptionScope scope;
  Sha256 scope_digest;
  std::optional<std::int64_t> renews;
  std::int64_t renewals = 0;  // of this and of those it follows
  static void members(auto& visit, auto& self) {
    visit("scope", self.scope);
    visit("scope_digest", self.scope_digest);
    visit.maybe("renews", self.renews);
    visit.maybe("renewals", self.renewals);
  }
};

struct ExceptionGranted {
  std::int64_t exception = 0;
  Sha256 scope_digest;
  Instant until;
  std::string note;
  static void members(auto& visit, auto& self) {
    visit("exception", self.exception);
    visit("scope_digest", self.scope_digest);
    visit("until", self.until);
    visit.maybe("note", self.note);
  }
};
struct ExceptionRefused {
  std::int64_t exception = 0;
  std::string note;
  static void members(auto& visit, auto& self) {
    visit("exception", self.exception);
    visit.maybe("note", self.note);
  }
};
struct ExceptionEnded {
  std::int64_t exception = 0;
  Ending how = Ending::time;
  std::string note;
  static void members(auto& visit, auto& self) {
    visit("exception", self.exception);
    visit("how", self.how);
    visit.maybe("note", self.note);
  }
};
struct ExceptionWarned {
  std::int64_t exception = 0;
  Instant until;
  static void members(auto& visit, auto& self) {
    visit("exception", self.exception);
    visit("until", self.until);
  }
};

// An exception as the tables hold it.
struct Exception {
  std::int64_t id = 0;  // entry of the request
  ExceptionRequested asked;
  std::string artifact_name, account, requester;  // account: id of who asked
  Instant requested_at;
  State state = State::requested;       // as recorded
  std::optional<std::int64_t> granted;  // entry of the grant
  std::optional<Instant> decided_at;    // granted or refused
  std::string decided_by, decided_note;
  Instant until;
  std::optional<Instant> warned_at, ended_at;
  std::optional<Ending> ended;
  std::string ended_note;
};

State state_at(const Exception& exception, Instant now);
Instant warn_at(const Exception& exception);  // 7 days before its end, of short ones a tenth of their length

struct AskFacts {
  bool environment_exists = false;
  bool workload_exists = false;  // where one is named, in that environment
  Coverage coverage;
  std::optional<Exception> renewed;  // where one is named
};
Result<ExceptionRequested> ask(const ExceptionRequest& request, const AskFacts& facts, Instant now);

struct GrantRequest {
  Sha256 scope;                  // digest, as it was shown
  std::optional<Instant> until;  // earlier than what was asked for
  std::string note;
  static void members(auto& visit, auto& self) {
    visit("scope", self.scope);
    visit.maybe("until", self.until);
    visit.maybe("note", self.note);
  }
};
struct Person {
  std::string account, name;
};
// Conflict when another scope was shown, or what it would cover has grown since.
Result<ExceptionGranted> grant(const Exception& exception, const Person& by, const GrantRequest& request,
                               const Coverage& now_there, Instant now);
Result<ExceptionRefused> refuse(const Exception& exception, const Person& by, const std::string& note,
                                Instant now);
// By a person or a scanner: `because` is `person`, or what the exception was told to end on.
Result<ExceptionEnded> end(const Exception& exception, Ending because, const std::string& note, Instant now);

// What is known that may end an exception, and was not so when it was granted. Unset: not known.
struct Facts {
  Coverage coverage;
  std::optional<std::int64_t> newest_evidence;  // entry of the newest attestation it rests on
  std::optional<bool> fix_available, known_exploited, likelihood_risen;
  std::string note;  // which of the flaw's findings say so; of the last three
};
// Whether it is over now, and by what; of one that is in force.
std::optional<ExceptionEnded> ending_of(const Exception& exception, const Facts& facts, Instant now);
// What is there and was not shown; empty when nothing is.
std::string growth_of(const ExceptionScope& scope, const Coverage& coverage);
bool ends_on(const Exception& exception, EndsOn condition);

}  // namespace weir::exceptions
