#include "policy/form.h"

#include <gtest/gtest.h>

#include "policy/form_check.h"

namespace weir::policy {
namespace {

constexpr std::string_view head = "apiVersion: weir/v1\nkind: Policy\nrules:\n";

std::string error_of(const std::string& rules) {
  const auto read = read_policy(std::string(head) + rules);
  return read.ok() ? "" : read.error().message;
}

}  // namespace

TEST(PolicyForm, reads_every_kind_of_requirement) {
  const auto read = read_policy(R"(
apiVersion: weir/v1
kind: Policy
name: production
approve_by_rule: {classes: [standard]}
when: {environments: [prod-*], tags: {tier: critical}, after: 2026-01-01}
rules:
  - id: tests-pass
    message: Unit tests must have passed
    who: developers of the service
    severity: high
    controls: ["CIS-SSC 1.1.9"]
    require:
      attestation: {type: test, name: "unit-*", which: never-failed, max_age: 7d,
                    where: {"summary.failed": {at_most: 0}, "predicate.suite": smoke, "summary.x": [1, 2]}}
  - {id: built, require: {provenance: {builder: ["https://ci/*"], max_age: 30d}}}
  - {id: trail, require: {trail: {}}}
  - {id: reviewed, require: {review: {approvals: 2}}}
  - {id: asked, require: {ticket: {state: [open]}}}
  - {id: approved, require: {approval: {count: 2, groups: [security]}}}
  - {id: no-critical, require: {vulnerabilities: {critical: 0}}}
  - {id: posture, require: {posture: {score_at_least: 80}}}
  - {id: soaked, require: {promotion: {after: [staging], soak: 24h}}}
  - {id: here, require: {environment: {kinds: [kubernetes]}}}
  - {id: settings, require: {workload: {privileged: false}}}
  - {id: class, require: {change: {classes: [normal]}}}
  - {id: in-time, require: {window: open}}
  - id: own
    require:
      rego: |
        violation contains {"msg": "no"} if input.artifact.name == ""
)");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->dialect, Dialect::weir);
  ASSERT_EQ(read->policy.rules.size(), 14u);
  const RequireAttestation& test = *read->policy.rules[0].require.attestation;
  EXPECT_EQ(test.which, Which::never_failed);
  EXPECT_EQ(test.max_age->length, days(7));
  EXPECT_EQ(test.where.at("predicate.suite").value.equals, format::Json("smoke"));
  EXPECT_EQ(test.where.at("summary.x").value.one_of.size(), 2u);
}

TEST(PolicyForm, errors_name_field_and_line) {
  struct Case {
    std::string_view rules, wanted;
  };
  const std::array cases{
      Case{"  - {id: a, require: {window: open}, sever: high}", "line 4: 'rules[0].sever' is not a known field"},
      Case{"  - {id: a, require: {window: open}}\n  - {id: a, require: {window: open}}",
          "line 5: 'rules[1].id' stands twice"},
      Case{"  - {id: A, require: {window: open}}", "'rules[0].id' must be of small letters"},
      Case{"  - {id: a, require: {window: open, trail: {}}}",
          "'rules[0].require' must hold exactly one key; it holds 2"},
      Case{"  - {id: a, require: {}}", "'rules[0].require' must hold exactly one key; it holds 0"},
      Case{"  - {id: a, severity: worst, require: {window: open}}", "must be one of low, medium, high, critical"},
      Case{"  - id: a\n    require:\n      attestation:\n        type: test\n        max_age: 0d",
          "line 8: 'rules[0].require.attestation.max_age' must be a period"},
      Case{"  - {id: a, when: {after: 2026-02-01, before: 2026-01-01}, require: {window: open}}", "can never apply"},
      Case{"  - {id: a, when: {classes: [weekly]}, require: {window: open}}",
          "'weekly', which is no class of change"},
      Case{"  - {id: a, require: {attestation: {type: '*'}}}", "may not both be '*'"},
      Case{"  - {id: a, require: {attestation: {type: test, where: {failed: 0}}}}", "must begin with 'summary.'"},
      Case{"  - {id: a, require: {attestation: {type: test, where: {summary.x: {at_least: 3, at_most: 2}}}}}",
          "can never be met"},
      Case{"  - {id: a, require: {vulnerabilities: {}}}", "counts nothing"},
      Case{"  - {id: a, require: {promotion: {soak: 1h}}}", "must name the environments"},
      Case{"  - {id: a, require: {change: {classes: []}}}", "can never be met"},
      Case{"  - {id: a, require: {rego: 'x := 1'}}", "can never fail"},
      Case{"  - {id: a, require: {trail: yes}}", "'rules[0].require.trail' must be an object"},
      Case{"  - 7", "'rules[0]' must be an object"},
  };
  for (const Case& row : cases) {
    const std::string message = error_of(std::string(row.rules) + "\n");
    EXPECT_NE(message.find(row.wanted), std::string::npos) << row.rules << "\n  " << message;
  }
}

TEST(PolicyForm, rego_is_recognised_by_its_package) {
  EXPECT_EQ(recognise_form("# a comment\n\npackage policy\n"), Form::rego);
  EXPECT_EQ(recognise_form("apiVersion: weir/v1\n"), Form::yaml);
  EXPECT_EQ(read_policy("package policy\nallow := true\n")->dialect, Dialect::rego);
}

TEST(PolicyForm, kosli_policies_are_read_as_they_are) {
  const auto read = read_policy(R"(
_schema: https://docs.kosli.com/schemas/policy/v1
artifacts:
  provenance: {required: true, exceptions: [{if: "${{ matches(artifact.name, \"^datadog:.*\") }}"}]}
  trail-compliance: {required: true}
  attestations:
    - {name: unit-tests, type: junit}
    - {name: "*", type: pull_request, if: {text: "${{ flow.tags.risk-level == \"high\" }}"}}
    - {name: coverage, type: "custom:coverage-metrics", must_be_compliant: false}
    - {type: decision, for_control: RCTL-043}
)");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->dialect, Dialect::kosli);
  const auto& rules = read->policy.rules;
  ASSERT_EQ(rules.size(), 6u);
  EXPECT_EQ(rules[0].unless.size(), 1u);
  EXPECT_EQ(rules[2].require.attestation->type, "test");
  EXPECT_EQ(rules[3].require.attestation->type, "review");
  EXPECT_EQ(rules[3].only_if->op, Operator::equal);
  EXPECT_FALSE(rules[4].require.attestation->compliant);
  EXPECT_EQ(rules[5].controls, std::vector<std::string>{"RCTL-043"});
}

TEST(PolicyForm, a_fault_in_kosli_form_names_its_line) {
  const auto read = read_policy(
      "_schema: https://docs.kosli.com/schemas/policy/v1\nartifacts:\n  attestations:\n"
      "    - {name: a, type: junit}\n    - {name: b, type: junit, if: \"${{ flow.nme == 'x' }}\"}\n");
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().message.find("line 5"), std::string::npos) << read.error().message;
  EXPECT_NE(read.error().message.find("'flow.nme' is not known"), std::string::npos) << read.error().message;
}

TEST(PolicyForm, expressions_bind_as_in_most_languages) {
  const auto read = parse_expression("${{ not exists(flow.tags.a) and flow.name in ['x', 'y'] or artifact.name "
      "!= \"z\" }}");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->op, Operator::either);
  EXPECT_EQ(read->operands[0].op, Operator::both);
  EXPECT_EQ(read->operands[0].operands[1].op, Operator::in);
  for (const std::string_view bad : {"", "(", "a ==", "flow.name ==", "'x", "flow.name == 'a' 'b'",
      "matches(flow.name)",
                                     "exists('x')", "1 == $", "flow.name in [1"})
    EXPECT_FALSE(parse_expression(bad).ok()) << bad;
  EXPECT_FALSE(parse_expression(std::string(200, '(')).ok());
}

TEST(PolicyForm, every_field_of_the_schema_is_described) {
  const format::Json schema = format::parse_json(policy_schema()).value();
  const auto described = [](const std::string& record, const format::Json& found) {
    for (const auto& [field, property] : *found.at("properties").object())
      EXPECT_FALSE(property.text("description").empty()) << record << "." << field;
  };
  described("Policy", schema);
  for (const auto& [record, found] : *schema.at("$defs").object()) described(record, found);
}

TEST(PolicyForm, globs_match_across_slashes) {
  struct Case {
    std::string_view glob, text;
    bool matches;
  };
  const std::array cases{Case{"*", "", true},           Case{"prod-*", "prod-eu", true}, Case{"prod-*", "prod",
      false},
                         Case{"*/api:*", "r/x/api:1", true}, Case{"a?c", "abc", true},    Case{"a?c", "ac", false},
                         Case{"*a*b*", "xxaxxb", true}, Case{"[a]", "a", false},          Case{"", "", true}};
  for (const Case& row : cases) EXPECT_EQ(matches_glob(row.glob, row.text),
      row.matches) << row.glob << " " << row.text;
}

}  // namespace weir::policy
