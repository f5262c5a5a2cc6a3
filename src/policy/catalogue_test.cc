// Every rule of the shipped catalogue: its tests pass, each rule is seen both met and not met, and each says what a
// person needs who meets it.
#include "policy/catalogue.h"

#include <gtest/gtest.h>

#include <set>

#include "policy/decide.h"
#include "policy/test_cases.h"
#include "policy/test_support.h"

namespace weir::policy {
namespace {

constexpr std::array<std::string_view, 10> frameworks{
    "cis-kubernetes", "cis-ssc", "iso27001", "nist-800-53", "nist-ssdf",
    "owasp-cicd",     "pci-dss", "pss",      "slsa",        "soc2",
};

Prepared prepared(const Bundle& bundle) {
  auto policy = Prepared::prepare({.name = std::string(bundle.policy), .text = std::string(bundle.source)});
  EXPECT_TRUE(policy.ok()) << bundle.name << ": " << policy.error().message;
  return std::move(policy).value();
}

}  // namespace

TEST(Catalogue, the_tests_of_every_rule_pass_and_see_it_met_and_not_met) {
  for (const Bundle& bundle : bundles()) {
    Prepared policy = prepared(bundle);
    const TestReport report = run_tests(policy);
    for (const TestOutcome& test : report.tests)
      for (const std::string& fault : test.faults)
        ADD_FAILURE() << bundle.name << ", " << test.name << ": " << fault;
    for (const RuleCoverage& rule : report.rules)
      EXPECT_TRUE(rule.both_ways()) << bundle.name << ": " << rule.id << " is not shown both met and not met";
  }
}

TEST(Catalogue, rules_look_at_nothing_that_they_do_not_ask_for) {
  for (const Bundle& bundle : bundles()) {
    Prepared policy = prepared(bundle);
    for (const TestCase& test : policy.document().policy.tests)
      expect_it_asks_for_all_it_looks_at(policy, input_of_test(test.input).value());
  }
}

TEST(Catalogue, every_rule_says_what_why_who_and_how) {
  const auto rules = catalogue();
  ASSERT_TRUE(rules.ok()) << rules.error().message;
  EXPECT_GE(rules->size(), 60u);
  std::set<std::string> ids, titles;
  std::set<Stage> stages;
  for (const CatalogueRule& each : *rules) {
    const Rule& rule = each.rule;
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id << " stands in two bundles";
    EXPECT_TRUE(titles.insert(rule.title).second) << rule.id << ": " << rule.title;
    for (const std::string* text : {&rule.title, &rule.why, &rule.message, &rule.who, &rule.fix})
      EXPECT_FALSE(text->empty()) << rule.id;
    ASSERT_TRUE(rule.stage) << rule.id;
    stages.insert(*rule.stage);
    EXPECT_FALSE(rule.controls.empty()) << rule.id;
    for (const std::string& control : rule.controls) {
      const std::string framework = control.substr(0, control.find(':'));
      EXPECT_NE(std::find(frameworks.begin(), frameworks.end(), framework), frameworks.end())
          << rule.id << ": " << control;
      EXPECT_GT(control.size(), framework.size() + 1) << rule.id;
    }
  }
  EXPECT_EQ(stages.size(), names_of(Stage{}).size());
}

// What a decision rests on is what was recorded: nothing that asks the network or the machine loads at all, and
// these are all the policies there are.
TEST(Catalogue, each_bundle_stands_on_those_before_it) {
  EXPECT_EQ(bundles_up_to("starter").size(), 1u);
  EXPECT_EQ(bundles_up_to("hardened").size(), bundles().size());
  EXPECT_TRUE(bundles_up_to("strict").empty());
  for (const Bundle& bundle : bundles()) EXPECT_EQ(prepared(bundle).document().policy.name, bundle.policy);
}

}  // namespace weir::policy
