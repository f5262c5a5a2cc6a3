#include "policy/compile.h"

#include <gtest/gtest.h>

#include "policy/test_support.h"

namespace weir::policy {
namespace {

Input rich_input() {
  Input input = plain_input();
  add(input, attested(20, "test", "unit-a", true, R"({"failed":0,"total":50})"));
  add(input, attested(21, "test", "unit-b", false, R"({"failed":2,"total":50})"));
  add(input, attested(22, "test", "unit-b", true, R"({"failed":0,"total":8})"));
  add(input, attested(23, "test", "load", std::nullopt));
  add(input, attested(24, "scan", "trivy", true, R"({"by_severity":{"critical":0,"high":2}})"));
  add(input, attested(25, "provenance", "build", true,
                      R"({"builder":"https://ci/runner","source":"git+https://forge/api","build_type":"t/v1"})"));
  add(input, attested(26, "review", "pr", true,
                      R"({"commit":"c0ffee","author":"Ann","reviewers":["ben"],"approvals":1,"four_eyes":true})"));
  add(input, attested(27, "ticket", "jira", true, R"({"state":"open","system":"jira","found":true})"));
  input.attestations["scan"][0].signer = InputSigner{"https://issuer", "k1", "ci@example"};
  input.approvals = {approval_of(30, "eve", {"security"}), approval_of(31, "bob", {"development"}),
                     approval_of(32, "eve", {"security"})};
  input.runs = {{.environment = "staging", .first_seen = test_now - hours(30), .last_seen = test_now, .live = true}};
  input.deployments = {{.artifact = "sha256:other", .declared_at = test_now - hours(2), .entry = 40,
                        .environment = "prod-eu", .state = "observed"}};
  input.running = {{.approved = false, .digest = "sha256:other", .name = "registry/api", .since =
      test_now - days(9)}};
  return input;
}

struct RequirementCase {
  std::string requirement, result, message;
};
const std::vector<RequirementCase> requirement_cases{
    {"{attestation: {type: test, name: unit-a}}", "satisfied", ""},
    {"{attestation: {type: test, name: 'unit-*'}}", "satisfied", ""},
    {"{attestation: {type: test, name: 'unit-*', which: all}}", "violated", "unit-b (entry 21) failed"},
    {"{attestation: {type: test, name: unit-b, which: first}}", "violated", "unit-b (entry 21) failed"},
    {"{attestation: {type: test, name: unit-b, which: never-failed}}", "violated", "must never have"},
    {"{attestation: {type: test, name: unit-a, which: never-failed}}", "satisfied", ""},
    {"{attestation: {type: test, name: 'unit-*', at_least: 3}}", "no-evidence", "2 of 3 wanted"},
    {"{attestation: {type: test, name: load}}", "no-evidence", "undecided"},
    {"{attestation: {type: test, name: load, compliant: false}}", "satisfied", ""},
    {"{attestation: {type: test, name: none}}", "no-evidence", "no test attestation named none"},
    {"{attestation: {type: nothing}}", "no-evidence", "no nothing attestation"},
    {"{attestation: {type: '*', name: trivy}}", "satisfied", ""},
    {"{attestation: {type: 'te*', name: unit-a}}", "satisfied", ""},
    {"{attestation: {type: test, name: unit-a, about: trail}}", "no-evidence", "about the trail"},
    {"{attestation: {type: test, name: unit-a, where: {summary.failed: {at_most: 0}, summary.total: {at_least: "
        "50}}}}", "satisfied", ""},
    {"{attestation: {type: test, name: unit-b, where: {summary.total: {at_least: 10}}}}", "violated",
        "summary.total is 8, wanted at least 10"},
    {"{attestation: {type: test, name: unit-a, where: {summary.absent: 1}}}", "no-evidence", "undecided"},
    {"{attestation: {type: test, name: unit-a, where: {summary.total: [49, 50]}}}", "satisfied", ""},
    {"{attestation: {type: test, name: unit-a, where: {summary.total: {matches: '5*'}}}}", "violated",
        "wanted like 5*"},
    {"{attestation: {type: test, name: unit-a, by: ['ci-*', me]}}", "satisfied", ""},
    {"{attestation: {type: test, name: unit-a, by: [me]}}", "no-evidence", "by me"},
    {"{attestation: {type: scan, signer: {issuer: 'https://issuer', subject: '*@example'}}}", "satisfied", ""},
    {"{attestation: {type: test, name: unit-a, signer: {subject: '*'}}}", "no-evidence", "signed by *"},
    {"{attestation: {type: test, name: unit-a, max_age: 981h}}", "satisfied", ""},
    {"{attestation: {type: test, name: unit-a, max_age: 980h}}", "no-evidence", "not older than 980h"},
    {"{provenance: {builder: ['https://ci/*'], source: ['*forge/api']}}", "satisfied", ""},
    {"{provenance: {builder: ['https://other/*']}}", "violated", "summary.builder is https://ci/runner"},
    {"{trail: {}}", "satisfied", ""},
    {"{trail: {flows: [web]}}", "no-evidence", "no trail of flow web"},
    {"{review: {}}", "satisfied", ""},
    {"{review: {approvals: 2}}", "violated", "wanted 2 who are not the author"},
    {"{ticket: {state: [open], system: [jira]}}", "satisfied", ""},
    {"{ticket: {state: [approved]}}", "violated", "summary.state is open"},
    {"{approval: {}}", "satisfied", ""},
    {"{approval: {count: 2}}", "satisfied", ""},
    {"{approval: {count: 2, groups: [security]}}", "no-evidence",
        "1 of 2 approvals of group security in force here"},
    {"{approval: {groups: [ops, security], by: [ann, eve], max_age: 2h}}", "satisfied", ""},
    {"{trail: {flows: [web, api]}}", "satisfied", ""},
    {"{approval: {by: [ann]}}", "no-evidence", "0 of 1 approval by ann"},
    {"{approval: {max_age: 30m}}", "no-evidence", "0 of 1"},
    {"{vulnerabilities: {critical: 0}}", "satisfied", ""},
    {"{vulnerabilities: {high: 1}}", "violated", "summary.by_severity.high is 2, wanted at most 1"},
    {"{vulnerabilities: {known_exploited: 0}}", "no-evidence", "undecided"},
    {"{posture: {score_at_least: 80}}", "no-evidence", "nothing is known"},
    {"{promotion: {after: [staging], soak: 24h}}", "satisfied", ""},
    {"{promotion: {after: [staging], soak: 48h}}", "violated", "has not run in staging for 2d yet"},
    {"{promotion: {after: [canary]}}", "no-evidence", "has not run in canary"},
    {"{promotion: {after: [staging], evidence: [test]}}", "no-evidence", "no test attestation that passed since"},
    {"{promotion: {cooldown: 1h}}", "satisfied", ""},
    {"{promotion: {cooldown: 2h}}", "satisfied", ""},
    {"{promotion: {cooldown: 3h}}", "violated", "less than 3h ago"},
    {"{promotion: {per_day: 1}}", "violated", "1 deployments here within 24 hours"},
    {"{promotion: {per_day: 2}}", "satisfied", ""},
    {"{promotion: {rollback_target: true}}", "violated", "nothing to go back to"},
    {"{environment: {kinds: [kubernetes], tags: {tier: 'crit*'}}}", "satisfied", ""},
    {"{environment: {names: [staging]}}", "violated", "not named staging"},
    {"{workload: {privileged: false}}", "not-applicable", ""},
    {"{change: {classes: [normal]}}", "satisfied", ""},
    {"{change: {classes: [standard, emergency]}}", "violated", "is of class normal, wanted standard or emergency"},
    {"{window: open}", "satisfied", ""},
    {R"({rego: 'violation contains {"msg": "no", "evidence": [7]} if input.artifact.name ==
        "registry/api"'})", "violated", "no"},
    {R"({rego: 'violation contains "no" if input.artifact.name == "x"'})", "satisfied", ""},
    {R"({rego: "violation contains \"no\" if false\nno_evidence if true"})", "no-evidence",
        "says that there is no evidence"},
    {R"({rego: "violation contains \"no\" if false\nno_evidence contains \"of this\""})", "no-evidence", "of this"},
    {R"({rego: "violation contains \"no\" if true\nnot_applicable := true"})", "not-applicable", ""},
};

}  // namespace

TEST(PolicyCompile, requirements_come_out_as_the_table_says) {
  const Input input = rich_input();
  for (const RequirementCase& row : requirement_cases) {
    const RuleResult result = result_of(row.requirement, input);
    EXPECT_EQ(format::name_of(result.result), row.result) << row.requirement << ": " << result.message;
    if (row.message.empty()) EXPECT_EQ(result.message, "") << row.requirement;
    else EXPECT_NE(result.message.find(row.message), std::string::npos) << row.requirement << ": " << result.message;
  }
}

// Rules that apply always are asked together, others alone.
TEST(PolicyCompile, a_rule_says_the_same_together_with_others_and_alone) {
  const Input input = rich_input();
  std::string text;
  for (std::size_t i = 0; i < requirement_cases.size(); ++i)
    text += fmt::format(
        "  - {{id: together-{0}, require: {1}}}\n  - {{id: alone-{0}, when: {{environments: [prod-*]}}, "
        "require: {1}}}\n",
        i, requirement_cases[i].requirement);
  Prepared policy = prepared(policy_of(text));
  const std::vector<RuleResult> rules = decide_by(policy, input).rules;
  ASSERT_GE(rules.size(), 2 * requirement_cases.size());
  for (std::size_t i = 0; i < requirement_cases.size(); ++i) {
    RuleResult together = rules[2 * i], alone = rules[2 * i + 1];
    EXPECT_EQ(format::name_of(together.result), requirement_cases[i].result)
        << requirement_cases[i].requirement;
    EXPECT_EQ(together.id, fmt::format("together-{}", i));
    alone.id = together.id;
    EXPECT_EQ(together, alone) << requirement_cases[i].requirement << ": " << alone.message;
  }
}

TEST(PolicyCompile, what_says_when_something_may_start_says_nothing_of_what_runs) {
  Input input = rich_input();
  input.workload = format::parse_json("{}").value();
  for (const std::string_view require :
       {"{promotion: {after: [canary]}}", "{promotion: {cooldown: 3h}}", "{promotion: {per_day: 1}}",
        "{change: {classes: [emergency]}}", "{change: {classes: [normal]}}", "{window: open}"}) {
    const RuleResult result = result_of(std::string(require), input);
    EXPECT_EQ(format::name_of(result.result), "not-applicable") << require << ": " << result.message;
    EXPECT_EQ(result.next, std::nullopt) << require;
  }
  EXPECT_EQ(result_of("{attestation: {type: nothing}}", input).result, Outcome::no_evidence);
}

TEST(PolicyCompile, conditions_decide_whether_a_rule_applies) {
  struct Case {
    std::string when;
    bool applies;
  };
  const std::vector<Case> cases{
      {"{}", true},
      {"{environments: [prod-*]}", true},
      {"{environments: [dev, staging]}", false},
      {"{environments: [dev, '*-eu'], artifacts: ['*/api']}", true},
      {"{artifacts: ['reg?stry/*i']}", true},
      {"{flows: [api]}", true},
      {"{flows: [web]}", false},
      {"{classes: [normal]}", true},
      {"{classes: [emergency]}", false},
      {"{actors: [Ann]}", true},
      {"{actors: [ben]}", false},
      {"{tags: {tier: critical, risk-level: '*'}}", true},
      {"{tags: {tier: low}}", false},
      {"{tags: {absent: '*'}}", false},
      {"{after: 2026-11-28T12:00:00Z}", true},
      {"{after: 2026-11-28T12:00:01Z}", false},
      {"{before: 2026-11-28T12:00:00Z}", false},
      {"{before: 2026-11-28T14:00:00+01:00}", true},
  };
  for (const Case& row : cases) {
    Prepared policy = prepared(policy_of("  - {id: r, when: " + row.when + ", require: {window: open}}\n"));
    EXPECT_EQ(decide_by(policy, plain_input()).rules.at(0).result == Outcome::satisfied, row.applies) << row.when;
    Prepared whole = prepared("apiVersion: weir/v1\nkind: Policy\nwhen: " + row.when +
                              "\nrules:\n  - {id: r, require: {window: open}}\n");
    EXPECT_EQ(decide_by(whole, plain_input()).rules.at(0).result == Outcome::satisfied, row.applies) << row.when;
  }
}

TEST(PolicyCompile, kosli_expressions_mean_what_they_say) {
  struct Case {
    std::string expression;
    bool holds;
  };
  Input input = plain_input();
  input.flow->tags["level"] = "12";
  input.flow->tags["pci"] = "true";
  const std::vector<Case> cases{
      {"flow.name == 'api'", true},
      {"flow.name != 'api'", false},
      {"flow.tags.risk-level == \"high\" and artifact.name == 'registry/api'", true},
      {"flow.tags.none == 'x' or flow.name == 'api'", true},
      {"not exists(flow.tags.none)", true},
      {"exists(flow.tags.risk-level)", true},
      {"exists(flow)", true},
      {"flow.name in ['web', 'api']", true},
      {"flow.name not in ['web', 'api']", false},
      {"matches(artifact.name, '^registry/.*')", true},
      {"matches(flow.tags.none, '.*')", false},
      {"flow.tags.none < 5", false},
      {"not (flow.name == 'web') and 2 >= 2", true},
      {"(flow.name == 'api') == true", true},
      {"true", true},
      {"matches(artifact.fingerprint, '^[0-9a-f]{64}$')", true},
      {"flow.tags.level >= 3", true},
      {"flow.tags.level < 20", true},
      {"flow.tags.level == 12", true},
      {"flow.tags.risk-level >= 3", false},
      {"flow.tags.pci == true", true},
      {"flow.tags.pci != false", true},
      {"artifact.fingerprint == '" + to_hex(crypto::sha256("app")) + "'", false},
  };
  for (const Case& row : cases) {
    Prepared policy = prepared(
        "_schema: https://docs.kosli.com/schemas/policy/v1\nartifacts:\n  attestations:\n    - type: junit\n     "
            " if:\n"
        "        text: >-\n          ${{ " + row.expression + " }}\n");
    EXPECT_EQ(decide_by(policy, input).rules.at(0).result == Outcome::no_evidence, row.holds)
        << row.expression;
  }
}

TEST(PolicyCompile, kosli_policies_name_commands_that_there_are_and_older_decisions_what_they_named) {
  const std::string text =
      "_schema: https://docs.kosli.com/schemas/policy/v1\nartifacts:\n  provenance: {required: true}\n"
      "  attestations:\n    - {type: junit, name: unit-tests}\n    - {type: \"custom:load\"}\n"
      "    - {type: pull_request, if: \"${{ matches(artifact.fingerprint, '^sha256:') }}\"}\n";
  const auto fixes = [&](const std::string& engine) {
    std::vector<std::string> all;
    const Document document = read_policy(text, Form::yaml, engine).value();
    for (const Rule& rule : document.policy.rules) all.push_back(rule.fix.substr(rule.fix.find("weir ")));
    return all;
  };
  using Fixes = std::vector<std::string>;
  EXPECT_EQ(fixes(""), (Fixes{"weir attest artifact", "weir attest junit --name unit-tests",
                              "weir attest custom --type load", "weir attest review"}));
  EXPECT_EQ(fixes(deciding_engine()), fixes(""));
  EXPECT_EQ(fixes("regorus 0.14.1+weir2")[1], "weir attest --type test --name unit-tests");
  Prepared now = prepared(text), before = prepared(text, "p", "regorus 0.14.1+weir2");
  EXPECT_EQ(decide_by(now, plain_input()).rules.at(3).result, Outcome::not_applicable);
  EXPECT_EQ(decide_by(before, plain_input()).rules.at(3).result, Outcome::no_evidence);
}

TEST(PolicyCompile, a_pattern_the_engine_cannot_read_is_refused) {
  const auto policy = Prepared::prepare(
      {.name = "k", .text = "_schema: https://docs.kosli.com/schemas/policy/v1\nartifacts:\n  provenance:\n"
                            "    required: true\n    exceptions: [{if: \"${{ matches(artifact.name, '(') }}\"}]\n"});
  ASSERT_FALSE(policy.ok());
  EXPECT_NE(policy.error().message.find("is no regular expression"), std::string::npos) << policy.error().message;
}

TEST(PolicyCompile, text_of_policies_cannot_leave_its_quotes) {

  Input input = plain_input();
  add(input, attested(20, "test", "unit", true, R"({"x":"y"})"));
  const RuleResult result =
      result_of(R"({attestation: {type: test, where: {summary.x: {equals: 'a", true } %d %v {'}}}})", input);
  EXPECT_EQ(result.result, Outcome::violated) << result.message;
  EXPECT_NE(result.message.find("%d %v"), std::string::npos) << result.message;
  EXPECT_EQ(result_of(R"({environment: {names: ['")" + std::string(150,
      '"') + R"(']}})", input).result, Outcome::violated);
}

TEST(PolicyCompile, lines_stay_short_whatever_a_policy_says) {
  std::string globs;
  for (int i = 0; i < 100; ++i) globs += (i ? ", '" : "'") + std::string(190, '.') + std::to_string(i) + "*x*'";
  const auto document = read_policy(policy_of("  - {id: r, when: {environments: [" + globs + "]}, require: "
      "{attestation: {type: test, by: [" +
                                              globs + "], where: {summary.x: [" + globs + "]}}}}\n"));
  ASSERT_TRUE(document.ok()) << document.error().message;
  for (const rego::Module& module : compile(*document).modules) {
    std::size_t column = 0;
    for (const char c : module.text) ASSERT_LE(column = c == '\n' ? 0 : column + 1, 1000u);
  }
  EXPECT_TRUE(Prepared::prepare({.name = "p", .text =
      policy_of("  - {id: r, when: {environments: [" + globs + "]}, require: {window: open}}\n")}).ok());
}

}  // namespace weir::policy
