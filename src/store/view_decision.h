// Decisions as the API shows them, and which of them are still good: every subject that was ever asked for, or runs
// where a policy counts, is watched. An entry that bears on it (touch_decisions) or a moment (`due`) makes its
// decision stale; a stale one is made again before anybody is answered by it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "store/decision_input.h"
#include "store/project.h"
#include "store/view_rollback.h"

namespace weir::store {

struct DecisionView {
  std::int64_t entry = 0;
  Sha256 artifact;
  std::string artifact_name, environment, change_class;
  policy::Purpose purpose = policy::Purpose::start;
  policy::Verdict verdict = policy::Verdict::undecided;
  Instant decided_at;
  bool current = false;  // the newest of its subject
  static void members(auto& visit, auto& self) {
    visit("entry", self.entry);
    visit("artifact", self.artifact);
    visit("artifact_name", self.artifact_name);
    visit("environment", self.environment);
    visit("change_class", self.change_class);
    visit("purpose", self.purpose);
    visit("verdict", self.verdict);
    visit("decided_at", self.decided_at);
    visit("current", self.current);
  }
};

// What a gate answers: the decision without its input.
struct GateAnswer {
  policy::Verdict verdict = policy::Verdict::undecided;
  std::int64_t decision = 0;  // its entry
  std::string artifact, environment, change_class;
  std::vector<policy::RuleResult> rules;
  std::vector<policy::Warning> warnings;
  std::optional<policy::InputWindow> window;
  std::vector<policy::PolicyUsed> policies;
  std::vector<policy::Missing> missing;
  std::vector<std::string> explanation;
  std::optional<RollbackTarget> rollback;  // where it was asked for; no part of the decision
  Instant decided_at;
  std::optional<Instant> next_evaluation_at;
  static void members(auto& visit, auto& self) {
    visit("verdict", self.verdict);
    visit("decision", self.decision);
    visit("artifact", self.artifact);
    visit("environment", self.environment);
    visit("change_class", self.change_class);
    visit("rules", self.rules);
    visit("warnings", self.warnings);
    visit("window", self.window);
    visit("policies", self.policies);
    visit("missing", self.missing);
    visit("explanation", self.explanation);
    visit.maybe("rollback", self.rollback);
    visit("decided_at", self.decided_at);
    visit("next_evaluation_at", self.next_evaluation_at);  // the last one: see `answer` of table decision
  }
};

// Of a record that stands at `entry`; 0: it stands nowhere.
GateAnswer gate_answer(std::int64_t entry, const policy::DecisionRecorded& event);

struct DecisionFilter {
  std::string environment, verdict;
  std::optional<Sha256> artifact;
  std::int64_t limit = 100;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
};
Result<std::vector<DecisionView>> list_decisions(Database& db, const DecisionFilter& filter);  // newest first

// A watched subject. `checked` < `cause`: an entry came that it has not been decided with.
struct Watched {
  DecisionSubject subject;
  std::int64_t cause = 0, checked = -1;
  std::optional<Instant> due;
  std::optional<std::int64_t> entry;  // of its current decision
  std::optional<Sha256> meaning;      // of that
  std::optional<policy::Verdict> verdict;
  std::string answer;                 // as the gate gives it, JSON; empty without a decision
  bool is_good_at(Instant now) const { return entry && checked >= cause && (!due || now < *due); }
};
Result<std::optional<Watched>> find_watched(Database& db, const DecisionSubject& subject);
// What a new decision on a watched subject is held against.
struct Standing {
  std::int64_t cause = 0;
  std::optional<Sha256> meaning;  // of the current one
};
Result<std::optional<Standing>> find_standing(Database& db, const DecisionSubject& subject);
// Only who they are, their cause and what they were checked with.
Result<std::vector<Watched>> list_stale(Database& db, Instant now, std::int64_t limit);

// Artifacts of which decisions are kept up to date.
Result<std::vector<Sha256>> watched_artifacts(Database& db);
Result<bool> is_watched(Database& db, const Sha256& artifact);
Result<bool> is_any_watched(Database& db);

// Owned rows; part of a command.
// From the newest entry on: the next one that bears on it is a new cause.
Status watch_subject(Database& db, const DecisionSubject& subject);
Status note_checked(Database& db, const DecisionSubject& subject, std::int64_t cause,
                    std::optional<Instant> due);
// Makes stale what an accepted entry bears on, and watches what it made worth watching.
Status touch_decisions(Database& db, const Stamp& stamp, const Event& event);

// Why a workload of this artifact should not go on running here; none when it may, or nobody decided.
Result<std::optional<runtime::Objection>> policy_objection(Database& db, const Sha256& artifact,
                                                           std::string_view environment);

}  // namespace weir::store
