#include "policy/simulate.h"

#include <gtest/gtest.h>

#include "policy/test_cases.h"
#include "policy/test_support.h"
#include "policy/vsa.h"

namespace weir::policy {
namespace {

const std::string old_rules = policy_of("  - {id: tests, require: {attestation: {type: test}}}\n");
const std::string new_rules =
    policy_of("  - {id: tests, require: {attestation: {type: test}}}\n  - {id: scans, require: {attestation: "
        "{type: scan}}}\n");

DecisionRecord past(bool tested, bool scanned) {
  Input input = plain_input();
  add(input, attested(20, "test", "unit", tested));
  if (scanned) add(input, attested(21, "scan", "trivy", true));
  Prepared policy = prepared(old_rules), other = prepared(policy_of("  - {id: o, require: {trail: {}}}\n"), "o");
  const std::array attached{Attached{&policy, Mode::enforce}, Attached{&other, Mode::enforce}};
  return decide(attached, input, {});
}

}  // namespace

TEST(Simulate, every_verdict_that_would_flip_is_shown) {
  Simulator simulator(prepared(new_rules), Mode::enforce);
  ASSERT_TRUE(simulator.add(1, past(true, true)).ok());
  ASSERT_TRUE(simulator.add(2, past(true, false)).ok());
  ASSERT_TRUE(simulator.add_text(3, format::encode(past(false, false))).ok());
  const Simulation& so_far = simulator.so_far();
  EXPECT_EQ(so_far.decisions, 3);
  EXPECT_EQ(so_far.flips_total, 1);
  EXPECT_EQ(so_far.to_fail, 1);
  EXPECT_EQ(so_far.flips.at(0).decision, 2);
  EXPECT_EQ(so_far.flips.at(0).was, Verdict::allow);
  EXPECT_EQ(so_far.flips.at(0).is, Verdict::undecided);
  EXPECT_EQ(so_far.flips.at(0).missing.at(0).rule, "scans");
  EXPECT_EQ(so_far.rules.at("scans"), 2);
  EXPECT_FALSE(denies_everything(so_far));
  Simulation both;
  merge(both, so_far);
  merge(both, so_far);
  EXPECT_EQ(both.decisions, 6);
  EXPECT_EQ(both.flips.size(), 2u);
}

TEST(Simulate, a_policy_that_denies_everything_is_told) {
  Simulator simulator(prepared(policy_of("  - {id: never, require: {attestation: {type: custom:none}}}\n")),
      Mode::enforce);
  EXPECT_FALSE(denies_everything(simulator.so_far()));
  ASSERT_TRUE(simulator.add(1, past(true, true)).ok());
  EXPECT_TRUE(denies_everything(simulator.so_far()));
}

TEST(Simulate, the_same_policy_flips_nothing) {
  Simulator simulator(prepared(old_rules), Mode::enforce);
  for (const bool tested : {false, true}) ASSERT_TRUE(simulator.add(1, past(tested, false)).ok());
  EXPECT_EQ(simulator.so_far().flips_total, 0);
}

TEST(PolicyTests, run_and_tell_what_they_cover) {
  Prepared policy = prepared(new_rules + R"(tests:
  - name: all is there
    input: {attestations: {test: [{}], scan: [{name: trivy}]}}
    verdict: allow
  - name: no scan
    input: {attestations: {test: [{compliant: true, signer: {issuer: x}}]}, environment: {tags: {a: b}}}
    verdict: undecided
    results: {scans: no-evidence, tests: satisfied}
  - name: a wrong want
    input: {attestations: {test: [{compliant: false}]}}
    verdict: allow
  - name: a wrong input
    input: {attestations: {test: [{complaint: false}]}}
    verdict: allow
)");
  const TestReport report = run_tests(policy);
  ASSERT_EQ(report.tests.size(), 4u);
  EXPECT_TRUE(report.tests[0].faults.empty()) << report.tests[0].faults[0];
  EXPECT_TRUE(report.tests[1].faults.empty()) << report.tests[1].faults[0];
  EXPECT_EQ(report.tests[2].faults, std::vector<std::string>{"verdict: wanted allow, got deny"});
  EXPECT_NE(report.tests[3].faults.at(0).find("complaint"), std::string::npos);
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(report.covered(), 2u);
}

TEST(Vsa, says_passed_only_of_what_passes) {
  const VsaOrigin origin{.verifier = "https://weir.example/org", .resource = "https://weir.example/org/prod-eu",
      .decision = 77};
  const ToSign good = decision_statement(past(true, true), origin);
  EXPECT_EQ(good.payload, format::dump_canonical(format::parse_json(good.payload).value()));
  const format::Json statement = format::parse_json(good.payload).value();
  EXPECT_EQ(statement.text("predicateType"), vsa_predicate_type);
  EXPECT_EQ(statement.at("predicate").text("verificationResult"), "PASSED");
  EXPECT_EQ(statement.items("subject").at(0).at("digest").text("sha256"), to_hex(crypto::sha256("api")));
  EXPECT_EQ(*statement.at("predicate").at("weir").at("decision").integer(), 77);
  const ToSign bad = decision_statement(past(false, true), origin);
  EXPECT_EQ(format::parse_json(bad.payload)->at("predicate").text("verificationResult"), "FAILED");
}

}  // namespace weir::policy
