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

struct TestReport {
  std::vector<PolicyTest> tests;
  std::vector<rego::Coverage> coverage;  // of policies, not of their tests
};

enum class MeasureCoverage { no, yes };

// Rules named `test_…` pass when they are true; `todo_test_…` are skipped.
Result<TestReport> run_rego_tests(std::span<const rego::Module> modules, MeasureCoverage coverage);

}  // namespace weir::cli
