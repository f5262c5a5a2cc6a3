#include "cli/policy_tests.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "cli/families.h"
#include "cli/policy_files.h"
#include "cli/session.h"
#include "policy/test_cases.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr Duration test_time_max = seconds(5);  // a busy machine must not fail a test

struct OutcomeRow {
  TestOutcome outcome;
  std::string_view word, json;
  Weight weight;
};
constexpr std::array outcome_rows{OutcomeRow{TestOutcome::passed, "PASS", "passed", Weight::quiet},
                                  OutcomeRow{TestOutcome::failed, "FAIL", "failed", Weight::red},
                                  OutcomeRow{TestOutcome::skipped, "SKIP", "skipped", Weight::amber}};

const OutcomeRow& row_of(TestOutcome outcome) { return outcome_rows[static_cast<std::size_t>(outcome)]; }

std::string_view last_name(std::string_view name) { return name.substr(name.rfind('.') + 1); }
bool is_test(const rego::Rule& rule) { return !rule.function && last_name(rule.name).starts_with("test_"); }
bool is_todo(const rego::Rule& rule) { return last_name(rule.name).starts_with("todo_test_"); }

PolicyTest run_one(rego::Engine& engine, const rego::Rule& rule) {
  PolicyTest test{.name = rule.package + "." + rule.name, .file = rule.file, .line = rule.line};
  if (is_todo(rule)) {
    test.outcome = TestOutcome::skipped;
    return test;
  }
  const auto value = engine.query_text(test.name, "");
  if (!value.ok())
    test.message = value.error().message;
  else if (!*value)
    test.message = "undefined";
  else if (**value != "true")
    test.message = **value;
  else
    test.outcome = TestOutcome::passed;
  if (auto prints = engine.prints(); prints.ok()) test.prints = *prints;
  return test;
}

std::size_t count(const TestReport& report, TestOutcome outcome) {
  return static_cast<std::size_t>(std::count_if(report.tests.begin(), report.tests.end(),
                                                [&](const PolicyTest& test) { return test.outcome == outcome; }));
}

double percent(const rego::Coverage& file) {
  const std::size_t all = file.covered.size() + file.not_covered.size();
  return all == 0 ? 100.0 : 100.0 * static_cast<double>(file.covered.size()) / static_cast<double>(all);
}

// "3-5, 9"
std::string line_ranges(const std::vector<std::int64_t>& lines) {
  std::vector<std::string> ranges;
  for (std::size_t i = 0; i < lines.size();) {
    std::size_t end = i + 1;
    while (end < lines.size() && lines[end] == lines[end - 1] + 1) ++end;
    ranges.push_back(end - i == 1 ? fmt::format("{}", lines[i]) : fmt::format("{}-{}", lines[i], lines[end - 1]));
    i = end;
  }
  return fmt::format("{}", fmt::join(ranges, ", "));
}

// Rules that the tests saw met and not met; those they did not by name.
std::string rule_lines(const TestReport& report) {
  if (report.rules.empty()) return "";
  std::string out;
  std::size_t both = 0;
  for (const RuleSeen& rule : report.rules) {
    both += rule.both_ways ? 1 : 0;
    if (rule.both_ways) continue;
    const std::string seen =
        rule.results.empty() ? "never asked" : fmt::format("only {}", fmt::join(rule.results, ", "));
    out += fmt::format("not covered: {} ({}): {}\n", cleaned(rule.rule), cleaned(rule.file), seen);
  }
  return out + fmt::format("{} of {} rules seen met and not met\n", both, report.rules.size());
}

std::string people_read(const TestReport& report, Color color) {
  std::string out;
  for (const PolicyTest& test : report.tests) {
    const OutcomeRow& row = row_of(test.outcome);
    out += fmt::format("{} {} ({}{})", styled(row.word, row.weight, color), cleaned(test.name), cleaned(test.file),
                       test.line == 0 ? "" : fmt::format(":{}", test.line));
    out += test.message.empty() ? "\n" : fmt::format(": {}\n", cleaned(test.message));
    if (test.outcome == TestOutcome::failed)
      for (const std::string& line : test.prints) out += fmt::format("     {}\n", cleaned(line));
  }
  for (const rego::Coverage& file : report.coverage) {
    out += fmt::format("{:5.1f} % {}", percent(file), cleaned(file.file));
    out += file.not_covered.empty() ? "\n" : fmt::format(", not lines {}\n", line_ranges(file.not_covered));
  }
  out += rule_lines(report);
  out += fmt::format("{} passed, {} failed", count(report, TestOutcome::passed), count(report, TestOutcome::failed));
  const std::size_t skipped = count(report, TestOutcome::skipped);
  return out + (skipped == 0 ? "\n" : fmt::format(", {} skipped\n", skipped));
}

Json machines_read(const TestReport& report) {
  Json::Array tests, coverage;
  for (const PolicyTest& test : report.tests)
    tests.push_back(Json::object({{"name", test.name},
                                  {"file", test.file},
                                  {"line", test.line},
                                  {"result", row_of(test.outcome).json},
                                  {"message", test.message},
                                  {"prints", Json::Array(test.prints.begin(), test.prints.end())}}));
  for (const rego::Coverage& file : report.coverage)
    coverage.push_back(
        Json::object({{"file", file.file},
                      {"percent", percent(file)},
                      {"not_covered", Json::Array(file.not_covered.begin(), file.not_covered.end())}}));
  Json::Array rules;
  for (const RuleSeen& rule : report.rules)
    rules.push_back(Json::object({{"file", rule.file},
                                  {"rule", rule.rule},
                                  {"results", Json::Array(rule.results.begin(), rule.results.end())},
                                  {"both_ways", rule.both_ways}}));
  return Json::object({{"passed", static_cast<std::int64_t>(count(report, TestOutcome::passed))},
                       {"failed", static_cast<std::int64_t>(count(report, TestOutcome::failed))},
                       {"skipped", static_cast<std::int64_t>(count(report, TestOutcome::skipped))},
                       {"tests", std::move(tests)},
                       {"coverage", std::move(coverage)},
                       {"rules", std::move(rules)}});
}

struct Arguments {
  std::vector<std::string> paths;
  bool coverage = false;
};

Result<Exit> test(Session& session, const Arguments& arguments) {
  const PolicyFiles files = TRY(read_policies(arguments.paths));
  TestReport report =
      TRY(run_rego_tests(files.modules, arguments.coverage ? MeasureCoverage::yes : MeasureCoverage::no));
  for (const rego::Module& form : files.forms) {
    TestReport more = TRY(run_yaml_tests(form));
    std::move(more.tests.begin(), more.tests.end(), std::back_inserter(report.tests));
    if (arguments.coverage) std::move(more.rules.begin(), more.rules.end(), std::back_inserter(report.rules));
  }
  if (report.tests.empty()) return invalid("there is no test: no rule is named test_…, and no policy has `tests`");
  session.answer(machines_read(report), people_read(report, session.color()));
  return count(report, TestOutcome::failed) == 0 ? Exit::yes : Exit::no;
}

}  // namespace

Result<TestReport> run_rego_tests(std::span<const rego::Module> modules, MeasureCoverage coverage) {
  TestReport report;
  if (modules.empty()) return report;
  rego::Engine engine = TRY(rego::Engine::load(modules, {}, {.time = test_time_max}));
  if (coverage == MeasureCoverage::yes) TRY(engine.cover());
  std::set<std::string> seen;
  for (const rego::Rule& rule : TRY(engine.rules()))
    if ((is_test(rule) || is_todo(rule)) && seen.insert(rule.package + "." + rule.name).second)
      report.tests.push_back(run_one(engine, rule));
  if (coverage == MeasureCoverage::no) return report;
  for (rego::Coverage& file : TRY(engine.coverage()))
    if (!file.file.ends_with("_test.rego")) report.coverage.push_back(std::move(file));
  return report;
}

Result<TestReport> run_yaml_tests(const rego::Module& file) {
  policy::Source source{.name = std::filesystem::path(file.name).stem().string(), .text = file.text,
                        .form = policy::Form::yaml};
  const auto document = policy::read_policy(source.text, policy::Form::yaml);
  if (document.ok() && !document->policy.name.empty()) source.name = document->policy.name;
  auto policy = policy::Prepared::prepare(source);
  if (!policy.ok())
    return Error{policy.error().code, fmt::format("{}: {}", file.name, policy.error().message), policy.error().field};
  const policy::TestReport ran = policy::run_tests(*policy);
  TestReport report;
  for (const policy::TestOutcome& test : ran.tests)
    report.tests.push_back({.name = test.name,
                            .file = file.name,
                            .outcome = test.faults.empty() ? TestOutcome::passed : TestOutcome::failed,
                            .message = fmt::format("{}", fmt::join(test.faults, "; "))});
  for (const policy::RuleCoverage& rule : ran.rules) {
    RuleSeen seen{.file = file.name, .rule = rule.id, .both_ways = rule.both_ways()};
    for (const policy::Outcome outcome : rule.seen) seen.results.emplace_back(format::name_of(outcome));
    report.rules.push_back(std::move(seen));
  }
  return report;
}

Action policy_test(Options& options) {
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "PATH",
                    .help = "policies with their tests: files, or directories of them",
                    .need = Need::required,
                    .many = Many::row},
                   &arguments->paths);
  options.option({.name = "coverage", .help = "says which lines and rules the tests evaluated"}, &arguments->coverage);
  return [arguments](Session& session) { return test(session, *arguments); };
}

}  // namespace weir::cli
