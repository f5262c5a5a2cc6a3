// A policy's own tests: `tests:` in its file. Each lays its `input` over a small standard document (an artifact
// recorded by a flow, in environment `production`, at 2026-01-01T12:00:00Z), decides with the policy enforced,
// and compares. What an item leaves out has a plain default, so that a test says only what it is about. Pure.
#pragma once
#include <map>
#include <set>

#include "policy/decide.h"

namespace weir::policy {

// Objects are merged, lists are replaced, their items filled up. Errors name the field.
Result<Input> input_of_test(const format::Json& overlay);

struct TestOutcome {
  std::string name;
  std::vector<std::string> faults;  // empty: passed
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("faults", self.faults);
  }
};
struct RuleCoverage {
  std::string id;
  std::set<Outcome> seen;  // in any of the tests
  bool both_ways() const { return seen.contains(Outcome::satisfied) && seen.size() > 1; }
};
struct TestReport {
  std::vector<TestOutcome> tests;
  std::vector<RuleCoverage> rules;  // of the policy, in its order
  bool passed() const;
  std::size_t covered() const;      // rules that were seen satisfied and not satisfied
};

TestReport run_tests(Prepared& policy);  // of the YAML form; none for the others

}  // namespace weir::policy
