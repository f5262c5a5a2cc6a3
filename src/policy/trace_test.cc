#include "policy/trace.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "policy/catalogue.h"
#include "policy/test_cases.h"
#include "policy/test_support.h"

namespace weir::policy {
namespace {

std::string text_of(const RuleTrace& trace) {
  std::string text;
  for (const std::string& line : trace_lines(trace)) text += line + "\n";
  return text;
}

RuleTrace traced(const std::string& requirement, const Input& input, const std::string& more = "") {
  Prepared policy = prepared(policy_of("  - {id: r, " + more + "require: " + requirement + "}\n"));
  const DecisionRecord record = decide_by(policy, input);
  Prepared* const policies[] = {&policy};
  return trace(record, policies).at(0);
}

bool all_hold(const std::vector<Observation>& all) {
  return std::all_of(all.begin(), all.end(), [](const Observation& each) { return each.holds; });
}

// Whether the trace by itself says that the rule is met.
bool looks_met(const RuleTrace& trace, const Requirement& require) {
  if (!all_hold(trace.required)) return false;
  const bool by_scans = require.vulnerabilities && trace.required.size() == 1;
  const bool asks_evidence =
      require.attestation || require.provenance || require.review || require.ticket || by_scans;
  bool counted = false;
  for (const EvidenceSeen& each : trace.evidence) {
    if (!each.excluded.empty()) continue;
    counted = true;
    if (!all_hold(each.facts)) return false;
  }
  return counted || !asks_evidence;
}

}  // namespace

TEST(PolicyTrace, names_the_condition_that_is_false_with_the_value_seen) {
  Input input = plain_input();
  add(input, attested(20, "test", "unit", true, R"({"failed": 2})"));
  const std::string text =
      text_of(traced("{attestation: {type: test, where: {summary.failed: {at_most: 0}}}}", input));
  EXPECT_NE(text.find("NOT summary.failed: at most 0; seen 2"), text.npos) << text;
  EXPECT_NE(text.find("looked at test unit (entry 20)"), text.npos) << text;
}

TEST(PolicyTrace, says_why_evidence_does_not_count) {
  Input input = plain_input();
  add(input, attested(20, "test", "unit", true));
  add(input, attested(21, "test", "smoke", true));
  const auto excluded = [&](const std::string& requirement) {
    return traced(requirement, input).evidence.at(0).excluded;
  };
  EXPECT_EQ(excluded("{attestation: {type: test, name: smoke}}"), "its name is not like smoke");
  EXPECT_EQ(excluded("{attestation: {type: test, max_age: 1d}}"), "it is older than 1d");
  EXPECT_EQ(excluded("{attestation: {type: test, by: [ann]}}"), "ci-main recorded it");
  EXPECT_EQ(excluded("{attestation: {type: test, signer: {issuer: x}}}"), "no verified signer");
  EXPECT_EQ(excluded("{attestation: {type: test, about: trail}}"), "it is about the artifact");
  add(input, attested(22, "test", "unit", false));
  EXPECT_EQ(excluded("{attestation: {type: test}}"), "a newer one of its name decides");
}

TEST(PolicyTrace, shows_why_a_rule_does_not_apply) {
  const RuleTrace trace = traced("{ticket: {}}", plain_input(), "when: {environments: [staging]}, ");
  EXPECT_EQ(trace.result, Outcome::not_applicable);
  ASSERT_EQ(trace.when.size(), 1u);
  EXPECT_FALSE(trace.when[0].holds);
  EXPECT_EQ(trace.when[0].seen, "prod-eu");
}

TEST(PolicyTrace, shows_the_parts_of_a_rule_in_rego_and_what_was_not_reached) {
  Prepared policy = prepared(policy_of(R"(  - id: r
    require:
      rego: |
        named := input.artifact.name
        violation contains {"msg": "wrong name"} if {
          named == "other"
          1 == 1
        }
)"));
  Prepared* const policies[] = {&policy};
  const RuleTrace trace = policy::trace(decide_by(policy, plain_input()), policies).at(0);
  ASSERT_FALSE(trace.parts.empty());
  EXPECT_EQ(trace.parts[0].name, "named");
  EXPECT_EQ(trace.parts[0].value, "registry/api");
  EXPECT_FALSE(trace.not_reached.empty());
}

// Two ways to the same answer: what is shown must never contradict what was decided. Rules in Rego show the engine's
// own values; where there are many of a name, or many are asked for, the count is the engine's.
TEST(PolicyTrace, agrees_with_the_engine_on_every_test_of_the_catalogue) {
  std::size_t compared = 0;
  for (const Bundle& bundle : bundles()) {
    Prepared policy = prepared(std::string(bundle.source), std::string(bundle.policy));
    const std::vector<TestCase> tests = policy.document().policy.tests;
    for (const TestCase& test : tests) {
      const Attached attached{&policy, Mode::enforce};
      const DecisionRecord record = decide({&attached, 1}, input_of_test(test.input).value(), {});
      Prepared* const policies[] = {&policy};
      const std::vector<RuleTrace> traces = trace(record, policies);
      for (const Rule& rule : policy.document().policy.rules) {
        const auto found =
            std::find_if(traces.begin(), traces.end(), [&](auto& each) { return each.id == rule.id; });
        ASSERT_NE(found, traces.end()) << rule.id;
        const bool applies = all_hold(found->when);
        if (!applies)
          EXPECT_EQ(found->result, Outcome::not_applicable) << test.name << ": " << text_of(*found);
        if (rule.require.rego || rule.require.approval || found->result == Outcome::not_applicable ||
            found->result == Outcome::excepted)
          continue;
        ++compared;
        EXPECT_EQ(looks_met(*found, rule.require), found->result == Outcome::satisfied)
            << test.name << ": " << text_of(*found);
      }
    }
  }
  EXPECT_GT(compared, 500u);
}

}  // namespace weir::policy
