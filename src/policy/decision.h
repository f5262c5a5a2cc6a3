// The decision: one verdict on an artifact in an environment at a moment, rule by rule, with the evidence it
// rests on. Its record is the payload of entry `decision-recorded` and holds its whole input, so that anybody
// can decide it again and get the same bytes. Format: docs/formats/decision.md. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "policy/form.h"
#include "policy/input.h"

namespace weir::policy {

enum class Verdict { allow, deny, warn, undecided };  // only allow and warn let pass
constexpr auto names_of(Verdict) {
  return std::array<std::string_view, 4>{"allow", "deny", "warn", "undecided"};
}
constexpr bool passes(Verdict verdict) { return verdict == Verdict::allow || verdict == Verdict::warn; }

enum class Outcome { satisfied, violated, excepted, not_applicable, no_evidence };
constexpr auto names_of(Outcome) {
  return std::array<std::string_view, 5>{"satisfied", "violated", "excepted", "not-applicable", "no-evidence"};
}

struct RuleResult {
  std::string id;
  std::string policy;  // empty: one of the built-in rules `approval` and `window`
  Mode mode = Mode::enforce;
  Outcome result = Outcome::no_evidence;
  std::string message;   // why, for the developer
  std::string who, fix;  // who can supply what is missing, and how
  Severity severity = Severity::medium;
  std::vector<std::string> controls;
  std::vector<std::int64_t> evidence;     // entries it rests on
  std::optional<std::int64_t> exception;  // entry of the exception that excepts it
  std::optional<Instant> next;            // the earliest moment at which time alone may change it
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("policy", self.policy);
    visit("mode", self.mode);
    visit("result", self.result);
    visit("message", self.message);
    visit("who", self.who);
    visit("fix", self.fix);
    visit("severity", self.severity);
    visit("controls", self.controls);
    visit("evidence", self.evidence);
    visit("exception", self.exception);
    visit("next", self.next);
  }
  bool operator==(const RuleResult&) const = default;
};

// What a policy says without deciding: Rego's `warn`, in whatever mode.
struct Warning {
  std::string policy, message;
  static void members(auto& visit, auto& self) {
    visit("policy", self.policy);
    visit("message", self.message);
  }
  bool operator==(const Warning&) const = default;
};

struct PolicyUsed {
  std::string name;
  std::int64_t version = 1;
  Sha256 digest;
  Mode mode = Mode::enforce;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("version", self.version);
    visit("digest", self.digest);
    visit("mode", self.mode);
  }
  bool operator==(const PolicyUsed&) const = default;
};

struct DecisionRecord {
  std::int64_t version = 1;
  std::string artifact;  // digest
  std::string environment;
  Verdict verdict = Verdict::undecided;
  std::vector<RuleResult> rules;
  std::vector<Warning> warnings;
  std::optional<InputWindow> window;
  std::vector<PolicyUsed> policies;
  std::vector<std::int64_t> inputs;  // every entry the input document names
  format::Json input;                // the document
  std::string engine, tzdata;
  std::optional<Sha256> advisories;
  Instant decided_at;
  std::optional<Instant> next_evaluation_at;
  static void members(auto& visit, auto& self) {
    visit("version", self.version);
    visit("artifact", self.artifact);
    visit("environment", self.environment);
    visit("verdict", self.verdict);
    visit("rules", self.rules);
    visit("warnings", self.warnings);
    visit("window", self.window);
    visit("policies", self.policies);
    visit("inputs", self.inputs);
    visit("input", self.input);
    visit("engine", self.engine);
    visit("tzdata", self.tzdata);
    visit("advisories", self.advisories);
    visit("decided_at", self.decided_at);
    visit("next_evaluation_at", self.next_evaluation_at);
  }
};

// What is missing, with who can supply it: the rules that keep the verdict from allow.
struct Missing {
  std::string rule, policy, message, who, fix;
  std::optional<Instant> next;  // when time alone may supply it
  static void members(auto& visit, auto& self) {
    visit("rule", self.rule);
    visit("policy", self.policy);
    visit("message", self.message);
    visit("who", self.who);
    visit("fix", self.fix);
    visit("next", self.next);
  }
};
std::vector<Missing> missing_of(const DecisionRecord& decision);

// For people, a line each: the verdict, what is missing and who supplies it, exceptions, when a window opens.
std::vector<std::string> explain(const DecisionRecord& decision);

// Whether a new entry is worth it: verdict, results, policies or inputs differ; the times alone do not count.
bool says_the_same(const DecisionRecord& one, const DecisionRecord& other);

}  // namespace weir::policy
