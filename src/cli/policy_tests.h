// Tests that policies bring along, whatever their form: one report per form, shown and counted together.
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "rego/engine.h"

namespace weir::cli {

enum class TestOutcome { passed, failed, skipped };

struct PolicyTest {
  std::string name;  // "data.app_test.test_denies_unsigned"
  std::string file;
  std::int64_t line = 0;
  TestOutcome outcome = TestOutcome::failed;
  std::string message = {};  // why it failed
  std::vector<std::string> prints = {};
};

// Of a rule of the YAML form: the results that its policy's tests saw it give.
struct RuleSeen {
  std::string file, rule;
  std::vector<std::string> results;
  bool both_ways = false;  // satisfied, and something else
};

struct TestReport {
  std::vector<PolicyTest> tests;
  std::vector<rego::Coverage> coverage;  // of policies, not of their tests
  std::vector<RuleSeen> rules;
};

enum class MeasureCoverage { no, yes };

// Rules named `test_…` pass when they are true; `todo_test_…` are skipped.
Result<TestReport> run_rego_tests(std::span<const rego::Module> modules, MeasureCoverage coverage);

// `tests:` of a policy in YAML. Errors name the file and what is wrong in it.
Result<TestReport> run_yaml_tests(const rego::Module& file);

}  // namespace weir::cli
