// Why a rule came out as it did, for people: each condition with the value that was seen, each piece of evidence
// that was looked at with what kept it from counting, and of rules in Rego the values of their parts. The result is
// the engine's own; what stands beside it is read from the same input document and decides nothing. Pure.
#pragma once
#include <string>
#include <vector>

#include "policy/decide.h"

namespace weir::policy {

// One condition: "summary.failed at most 0", what was seen instead, and whether it holds.
struct Observation {
  std::string wanted, seen;
  bool holds = false;
  static void members(auto& visit, auto& self) {
    visit("wanted", self.wanted);
    visit("seen", self.seen);
    visit("holds", self.holds);
  }
};

struct EvidenceSeen {
  std::int64_t entry = 0;
  std::string what;      // "test unit-tests"
  std::string excluded;  // why it does not count; empty when it does
  std::vector<Observation> facts;
  static void members(auto& visit, auto& self) {
    visit("entry", self.entry);
    visit("what", self.what);
    visit("excluded", self.excluded);
    visit("facts", self.facts);
  }
};

// A part of a rule in Rego, by its name there.
struct PartValue {
  std::string name, value;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("value", self.value);
  }
};

struct RuleTrace {
  std::string id, policy, title;
  Mode mode = Mode::enforce;
  Outcome result = Outcome::no_evidence;
  std::string message;
  std::vector<Observation> when;      // whether it applies
  std::vector<Observation> required;  // what is asked besides evidence
  std::vector<EvidenceSeen> evidence;
  std::vector<PartValue> parts;
  std::vector<std::int64_t> not_reached;  // lines of its Rego
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("policy", self.policy);
    visit("title", self.title);
    visit("mode", self.mode);
    visit("result", self.result);
    visit("message", self.message);
    visit("when", self.when);
    visit("required", self.required);
    visit("evidence", self.evidence);
    visit("parts", self.parts);
    visit("not_reached", self.not_reached);
  }
};

// Of every rule of a decision, in its order. `policies` are those that it names; what is missing there has no details.
std::vector<RuleTrace> trace(const DecisionRecord& decision, std::span<Prepared* const> policies);

// What the parts of a trace are made of, for their own tests.
std::vector<Observation> observe(const Condition& when, const Input& input);
bool meets(const format::Json& value, const Expectation& expected);

std::vector<std::string> trace_lines(const RuleTrace& trace);  // for people

}  // namespace weir::policy
