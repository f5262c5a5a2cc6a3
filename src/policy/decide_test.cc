#include "policy/decide.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "policy/decision_recorded.h"
#include "policy/test_support.h"

namespace weir::policy {
namespace {

constexpr std::string_view tests_rule =
    "  - {id: tests, message: Unit tests must have passed, who: developers, fix: Run them, require: "
        "{attestation: {type: test}}}\n";

Input with_test(std::optional<bool> compliant) {
  Input input = plain_input();
  add(input, attested(20, "test", "unit", compliant));
  return input;
}

const RuleResult& rule_of(const DecisionRecord& record, std::string_view id) {
  for (const RuleResult& rule : record.rules)
    if (rule.id == id) return rule;
  ADD_FAILURE() << "no rule " << id;
  return record.rules.at(0);
}

bool has_rule(const DecisionRecord& record, std::string_view id) {
  return std::any_of(record.rules.begin(), record.rules.end(), [&](const RuleResult& each) { return each.id == id; });
}

}  // namespace

TEST(Decide, the_mode_says_how_a_result_counts) {
  struct Case {
    Mode mode;
    std::optional<bool> compliant;
    bool approved;
    Verdict verdict;
  };
  const std::array cases{
      Case{Mode::enforce, true, false, Verdict::allow},      Case{Mode::enforce, false, true, Verdict::deny},
      Case{Mode::enforce, {}, true, Verdict::undecided},     Case{Mode::warn, true, true, Verdict::allow},
      Case{Mode::warn, false, true, Verdict::warn},          Case{Mode::warn, {}, true, Verdict::warn},
      Case{Mode::warn, false, false, Verdict::undecided},    Case{Mode::shadow, false, true, Verdict::allow},
      Case{Mode::shadow, true, false, Verdict::undecided},
  };
  Prepared policy = prepared(policy_of(tests_rule));
  for (const Case& row : cases) {
    Input input = with_test(row.compliant);
    if (row.approved) input.approvals = {approval_of(30, "eve")};
    const DecisionRecord record = decide_by(policy, input, row.mode);
    EXPECT_EQ(record.verdict, row.verdict) << format::name_of(row.mode) << " " << row.approved;
    EXPECT_TRUE(has_rule(record, "tests"));
    EXPECT_EQ(has_rule(record, "approval"), row.mode != Mode::enforce);
  }
}

TEST(Decide, nothing_set_is_never_a_pass) {
  Prepared empty = prepared("apiVersion: weir/v1\nkind: Policy\nrules: []\n");
  Prepared elsewhere = prepared(policy_of("  - {id: r, when: {environments: [dev]}, require: {window: open}}\n"));
  Input input = plain_input();
  EXPECT_EQ(decide({}, input, {}).verdict, Verdict::undecided);
  EXPECT_EQ(decide_by(empty, input).verdict, Verdict::undecided);
  EXPECT_EQ(decide_by(elsewhere, input).verdict, Verdict::undecided);
  input.approvals = {approval_of(30, "eve")};
  EXPECT_EQ(decide({}, input, {}).verdict, Verdict::allow);
  EXPECT_EQ(decide_by(empty, input).verdict, Verdict::allow);
  EXPECT_EQ(rule_of(decide_by(elsewhere, input), "approval").evidence, std::vector<std::int64_t>{30});
}

TEST(Decide, the_built_in_approval_knows_its_period_and_its_giver) {
  const auto decided = [](auto change) {
    Input input = plain_input();
    input.approvals = {approval_of(30, "eve")};
    change(input.approvals[0]);
    return decide({}, input, {});
  };
  EXPECT_EQ(decided([](InputApproval& a) { a.revoked_at = test_now; }).verdict, Verdict::deny);
  EXPECT_EQ(decided([](InputApproval& a) { a.until = test_now; }).verdict, Verdict::undecided);
  const DecisionRecord early = decided([](InputApproval& a) { a.from = test_now + hours(1); });
  EXPECT_EQ(early.verdict, Verdict::undecided);
  EXPECT_EQ(early.next_evaluation_at, test_now + hours(1));
  EXPECT_EQ(decided([](InputApproval& a) { a.until = test_now + hours(2); }).next_evaluation_at, test_now + hours(2));
  EXPECT_EQ(decided([](InputApproval& a) { a.actor_kind = access::AccountKind::service; }).verdict,
      Verdict::undecided);
  EXPECT_EQ(decided([](InputApproval& a) {
              a.actor_kind = access::AccountKind::service;
              a.by_rule = "production";
            }).verdict,
            Verdict::allow);
  EXPECT_EQ(decided([](InputApproval& a) { a.change = "emergency"; }).verdict, Verdict::undecided);
}

TEST(Decide, windows_and_freezes_decide_whatever_the_policies_say) {
  Prepared policy = prepared(policy_of(tests_rule));
  Input input = with_test(true);
  input.windows = InputWindow{.next_closing = test_now + hours(4), .verdict = WindowVerdict::open, .window = "week"};
  EXPECT_EQ(decide_by(policy, input).verdict, Verdict::allow);
  EXPECT_EQ(decide_by(policy, input).next_evaluation_at, test_now + hours(4));
  input.windows = InputWindow{.next_opening = test_now + hours(9), .verdict = WindowVerdict::closed, .window =
      "week"};
  const DecisionRecord closed = decide_by(policy, input);
  EXPECT_EQ(closed.verdict, Verdict::deny);
  EXPECT_EQ(closed.next_evaluation_at, test_now + hours(9));
  EXPECT_EQ(explain(closed).at(explain(closed).size() - 2), "window week opens at 2026-11-28T21:00:00.000000Z");
  input.windows->overridden = true;
  EXPECT_EQ(decide_by(policy, input).verdict, Verdict::allow);
  input.windows.reset();
  input.freezes = {{.entry = 50, .incident = "https://i/1", .name = "f", .reason = "incident", .until =
      test_now + hours(1)}};
  EXPECT_EQ(rule_of(decide_by(policy, input), "window").message, "frozen: incident (https://i/1)");
}

TEST(Decide, what_is_let_in_without_an_approval_is_told_so) {
  Prepared policy = prepared(policy_of(tests_rule));
  Input input = with_test(true);
  const auto told = [&] {
    const auto lines = explain(decide_by(policy, input));
    return std::ranges::any_of(lines,
                               [](const auto& line) { return line.starts_with("no approval is in force"); });
  };
  EXPECT_TRUE(told());
  input.approvals = {approval_of(30, "eve")};
  EXPECT_FALSE(told());
  input.approvals.front().revoked_at = test_now;
  EXPECT_TRUE(told());
}

TEST(Decide, an_exception_for_a_finding_is_told_with_the_verdict) {
  Prepared policy = prepared(policy_of(tests_rule));
  Input input = with_test(true);
  input.exceptions = {{.entry = 60,
                       .finding = "CVE-2026-1",
                       .owner = "eve",
                       .reason = "not reachable",
                       .until = test_now + hours(5)}};
  const auto lines = explain(decide_by(policy, input));
  EXPECT_NE(std::ranges::find(lines,
                              "excepted finding CVE-2026-1: by eve until 2026-11-28T17:00:00.000000Z: not "
                              "reachable"),
            lines.end());
}

TEST(Decide, an_exception_in_force_excepts_its_rule_only) {
  Prepared policy = prepared(policy_of(tests_rule));
  Input input = with_test(false);
  const InputException exception{.entry = 60, .id = "x1", .owner = "eve", .policy = "p", .reason = "hotfix",
                                 .rule = "tests", .until = test_now + hours(5)};
  input.exceptions = {exception};
  const DecisionRecord record = decide_by(policy, input);
  EXPECT_EQ(record.verdict, Verdict::allow);
  EXPECT_EQ(rule_of(record, "tests").result, Outcome::excepted);
  EXPECT_EQ(rule_of(record, "tests").exception, 60);
  EXPECT_EQ(record.next_evaluation_at, test_now + hours(5));
  const auto denied = [&](auto change) {
    input.exceptions = {exception};
    change(input.exceptions[0]);
    return decide_by(policy, input).verdict == Verdict::deny;
  };
  EXPECT_TRUE(denied([](InputException& e) { e.until = test_now; }));
  EXPECT_TRUE(denied([](InputException& e) { e.policy = "other"; }));
  EXPECT_TRUE(denied([](InputException& e) { e.rule = "test"; }));
  EXPECT_TRUE(denied([](InputException& e) { e.finding = "CVE-1"; }));
  EXPECT_FALSE(denied([](InputException& e) { e.policy = ""; }));
}

TEST(Decide, the_built_in_rules_take_no_exception) {
  Input input = plain_input();
  input.exceptions = {{.entry = 60, .rule = "approval"}, {.entry = 61, .rule = "window"}};
  EXPECT_EQ(decide({}, input, {}).verdict, Verdict::undecided);
  input.approvals = {approval_of(30, "eve")};
  input.windows = InputWindow{.verdict = WindowVerdict::closed};
  EXPECT_EQ(decide({}, input, {}).verdict, Verdict::deny);
}

TEST(Decide, time_says_when_to_look_again) {
  struct Case {
    std::string requirement;
    std::optional<Instant> next;
  };
  const Instant recorded = test_now - hours(980);
  const std::vector<Case> cases{
      {"{attestation: {type: test, max_age: 1000h}}", recorded + hours(1000)},
      {"{attestation: {type: test}}", {}},
      {"{promotion: {after: [staging], soak: 48h}}", test_now + hours(18)},
      {"{promotion: {cooldown: 3h}}", test_now + hours(1)},
      {"{promotion: {per_day: 1}}", test_now + hours(22)},
      {"{approval: {max_age: 2h}}", test_now + hours(1)},
      {"{rego: 'violation contains 1 if input.now < \"2020\"'}", test_now + minutes(1)},
      {"{rego: 'violation contains 1 if { i := input; i.now < \"2020\" }'}", test_now + minutes(1)},
      {"{rego: 'violation contains 1 if { some k, v in input; v == k }'}", test_now + minutes(1)},
      {"{rego: 'violation contains 1 if time.now_ns() < 1'}", test_now + minutes(1)},
      {"{rego: 'violation contains \"input.now\" if object.get(input, \"x\", 1) == 2'}", {}},
      {"{rego: 'violation contains 1 if input.artifact.name == \"\"'}", {}},
  };
  Input input = with_test(true);
  input.runs = {{.environment = "staging", .first_seen = test_now - hours(30), .last_seen = test_now, .live = true}};
  input.deployments = {{.artifact = "sha256:other", .declared_at = test_now - hours(2), .entry = 40}};
  input.approvals = {approval_of(30, "eve")};
  for (const Case& row : cases) {
    const RuleResult now = result_of(row.requirement, input);
    EXPECT_EQ(now.next, row.next) << row.requirement;
    if (!row.next || row.requirement.find("rego") != std::string::npos) continue;
    Input later = input;  // exactly then it differs, and a moment before it does not
    later.now = *row.next;
    EXPECT_NE(result_of(row.requirement, later).result, now.result) << row.requirement;
    later.now = *row.next - microseconds(1);
    EXPECT_EQ(result_of(row.requirement, later).result, now.result) << row.requirement;
  }
}

TEST(Decide, rego_speaks_by_its_conventions) {
  struct Case {
    std::string_view rego;
    Verdict verdict;
    std::string_view message;
  };
  const std::array cases{
      Case{"deny contains \"no\" if input.artifact.kind == \"oci\"", Verdict::deny, "no"},
      Case{"deny contains {\"msg\": \"no\", \"who\": \"me\"} if input.artifact.kind == \"oci\"", Verdict::deny, "no"},
      Case{"deny contains \"no\" if input.artifact.kind == \"x\"", Verdict::allow, ""},
      Case{"violation contains {\"msg\": \"bad\"} if true", Verdict::deny, "bad"},
      Case{"warn contains \"hm\" if true", Verdict::warn, ""},
      Case{"allow if input.artifact.kind == \"oci\"", Verdict::allow, ""},
      Case{"allow if input.artifact.kind == \"x\"", Verdict::deny, "the policy does not allow it"},
      Case{"default allow := false\nallow := false if true\nviolations contains \"why\" if true", Verdict::deny,
          "why"},
      Case{"deny contains \"x\" if false\nno_evidence contains \"scan\" if true", Verdict::undecided, "scan"},
  };
  for (const Case& row : cases) {
    Prepared policy = prepared("package policy\n" + std::string(row.rego) + "\n");
    const DecisionRecord record = decide_by(policy, plain_input());
    EXPECT_EQ(record.verdict, row.verdict) << row.rego;
    EXPECT_EQ(rule_of(record, "p").message, row.message) << row.rego;
  }
  EXPECT_FALSE(Prepared::prepare({.name = "p", .text = "package policy\nx := 1\n"}).ok());
}

TEST(Decide, rego_may_give_its_findings_ids) {
  Prepared policy = prepared("package policy\ndeny contains {\"id\": id, \"msg\": \"no\", \"severity\": "
      "\"high\"} if some id in [\"a\", \"b\"]\n");
  Input input = plain_input();
  input.exceptions = {{.entry = 60, .owner = "eve", .policy = "p", .rule = "a"}};
  const DecisionRecord record = decide_by(policy, input);
  EXPECT_EQ(rule_of(record, "a").result, Outcome::excepted);
  EXPECT_EQ(rule_of(record, "b").result, Outcome::violated);
  EXPECT_EQ(rule_of(record, "b").severity, Severity::high);
}

TEST(Decide, a_policy_that_fails_is_a_rule_without_evidence) {
  Prepared policy = prepared("package policy\nallow := x if some x in [true, false]\n");
  const DecisionRecord record = decide_by(policy, plain_input());
  EXPECT_EQ(record.verdict, Verdict::undecided) << format::encode(record.rules);
  EXPECT_NE(rule_of(record, "p").message, "");
}

// One rule's own Rego is given an operand of a wrong kind, one contradicts itself, one never ends.
TEST(Decide, a_rule_that_fails_harms_no_other) {
  const std::string rules =
      "  - {id: critical, severity: critical, require: {attestation: {type: test}}}\n"
      "  - {id: wrong, require: {rego: 'violation contains 1 if input.artifact.name + 1 == 2'}}\n"
      "  - {id: conflict, require: {rego: \"a := 1 if input.now\\na := 2 if input.now\\nviolation contains a\"}}\n"
      "  - {id: endless, require: {rego: 'violation contains 1 if { some a in numbers.range(1, 99999); "
      "some b in numbers.range(1, 99999); a * b < 0 }'}}\n";
  Prepared policy = prepared(policy_of(rules));
  const DecisionRecord record = decide_by(policy, with_test(false));
  EXPECT_EQ(record.verdict, Verdict::deny);
  EXPECT_EQ(rule_of(record, "critical").result, Outcome::violated);
  EXPECT_EQ(rule_of(record, "wrong").result, Outcome::satisfied);
  EXPECT_EQ(rule_of(record, "conflict").result, Outcome::no_evidence);
  EXPECT_NE(rule_of(record, "conflict").message, "");
  const RuleResult endless = rule_of(record, "endless");
  EXPECT_EQ(endless.result, Outcome::no_evidence);
  EXPECT_EQ(endless.message, "execution exceeded time limit");  // and nothing that was measured
  EXPECT_EQ(endless.next, test_now + minutes(1));
  Prepared whole = prepared("package policy\ndeny contains 1 if { some a in numbers.range(1, 99999); "
                            "some b in numbers.range(1, 99999); a * b < 0 }\n");
  const DecisionRecord undecided = decide_by(whole, plain_input());
  EXPECT_EQ(undecided.next_evaluation_at, test_now + minutes(1));
  const auto again = replay(undecided, std::array<Prepared*, 1>{&whole});
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->same) << again->difference;
}

TEST(Decide, a_replay_gives_the_same_bytes) {
  Prepared first = prepared(policy_of(tests_rule), "a"), second =
      prepared("package q\nwarn contains \"hm\" if true\n", "b");
  const std::array attached{Attached{&second, Mode::warn}, Attached{&first, Mode::enforce}};
  Input input = with_test(true);
  input.attestations["test"][0].summary = format::parse_json(R"({"z":1.50,"a":{"y":null,"b":"é"}})").value();
  const DecisionRecord record = decide(attached, input, {.tzdata = "2026a", .advisories = crypto::sha256("x")});
  EXPECT_EQ(record.policies[0].name, "a");
  const auto stored = format::decode_text<DecisionRecord>(format::encode(record)).value();
  const std::array<Prepared*, 2> policies{&first, &second};
  const auto same = replay(stored, policies);
  ASSERT_TRUE(same.ok()) << same.error().message;
  EXPECT_TRUE(same->same) << same->difference;
  DecisionRecord forged = stored;
  forged.rules[0].result = Outcome::violated;
  const auto other = replay(forged, policies);
  EXPECT_FALSE(other->same);
  EXPECT_EQ(other->difference, "rules[0].result: \"violated\", now \"satisfied\"");
  EXPECT_FALSE(replay(stored, std::array<Prepared*, 1>{&first}).ok());
}

TEST(Decide, the_explanation_says_what_is_missing_and_who_supplies_it) {
  Prepared policy = prepared(policy_of(tests_rule));
  const DecisionRecord record = decide_by(policy, plain_input());
  const std::vector<Missing> missing = missing_of(record);
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_EQ(missing[0].who, "developers");
  const std::vector<std::string> lines = explain(record);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[1], "missing  p/tests: Unit tests must have passed: no test attestation");
  EXPECT_EQ(lines[2], "  who: developers");
  EXPECT_EQ(lines[4], "0 of 1 rules met");
}

TEST(Decide, the_meaning_of_a_record_is_all_of_it_but_its_input_and_its_moments) {
  Prepared policy = prepared(policy_of(
      std::string(tests_rule) + "  - {id: r, require: {attestation: {type: test, max_age: 1000h}}}\n"));
  Input input = with_test(true);
  input.windows = InputWindow{.next_closing = input.now + hours(2), .window = "w"};
  DecisionRecord record = decide_by(policy, input);
  ASSERT_TRUE(record.next_evaluation_at);
  for (std::size_t rules = record.rules.size(); record.rules.resize(rules), true; --rules) {
    DecisionRecord plain = record;
    plain.input = {};
    plain.decided_at = {};
    plain.next_evaluation_at.reset();
    for (RuleResult& rule : plain.rules) rule.next.reset();
    plain.window->next_opening = plain.window->next_closing = std::nullopt;
    EXPECT_EQ(meaning_of(record), crypto::sha256(format::encode(plain)));
    if (rules == 0) break;
  }
}

TEST(Decide, times_alone_do_not_make_another_decision) {
  Prepared policy = prepared(policy_of("  - {id: r, require: {attestation: {type: test, max_age: 1000h}}}\n"));
  Input input = with_test(true), later = input;
  later.now = input.now + minutes(5);
  EXPECT_TRUE(says_the_same(decide_by(policy, input), decide_by(policy, later)));
  add(later, attested(21, "test", "unit", true));
  EXPECT_FALSE(says_the_same(decide_by(policy, input), decide_by(policy, later)));
}

TEST(Decide, the_input_document_is_canonical_and_reads_back) {
  Input input = with_test(true);
  input.trails.push_back({.compliant = false, .entry = 3, .flow = "z"});
  const std::string document = document_of(input);
  EXPECT_EQ(document, format::dump_canonical(format::parse_json(document).value()));
  const auto again = read_input(document);
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(document_of(*again), document);
  EXPECT_EQ(subject_entries(input), (std::vector<std::int64_t>{3, 9, 10, 20}));
  EXPECT_FALSE(read_input(R"({"version":2})").ok());
}

// Adding what a rule asks for never takes back that it is met.
TEST(Decide, more_evidence_never_harms_a_monotone_rule) {
  const std::array requirements{"{attestation: {type: test}}", "{attestation: {type: test, at_least: 2, which: all}}",
                                "{approval: {count: 2}}", "{trail: {}}", "{provenance: {}}",
                                    "{promotion: {after: [staging]}}"};
  for (const std::string requirement : requirements) {
    Input input = plain_input();
    input.trails.clear();
    bool met = false;
    for (std::int64_t i = 0; i < 12; ++i) {
      if (i % 4 == 0) add(input, attested(100 + i, "test", "t" + std::to_string(i % 3), true));
      if (i % 4 == 1) input.approvals.push_back(approval_of(100 + i, "p" + std::to_string(i)));
      if (i % 4 == 2) add(input, attested(100 + i, "provenance", "b", true));
      if (i % 4 == 3) input.trails.push_back({.compliant = true, .entry = 100 + i, .flow = "f"});
      if (i == 6) input.runs = {{.environment = "staging", .first_seen = test_now - hours(1), .last_seen = test_now}};
      const bool now = result_of(requirement, input).result == Outcome::satisfied;
      EXPECT_TRUE(now || !met) << requirement << " after step " << i;
      met = now;
    }
    EXPECT_TRUE(met) << requirement;
  }
}

TEST(Decide, an_exception_from_a_finding_is_looked_at_again_when_it_ends) {
  Input input = with_test(true);
  input.exceptions = {{.entry = 60, .finding = "CVE-2026-1", .id = "60", .until = test_now + hours(2)}};
  Prepared policy = prepared(policy_of(std::string(tests_rule)));
  const DecisionRecord record = decide_by(policy, input);
  EXPECT_EQ(record.next_evaluation_at, test_now + hours(2));
  std::vector<Prepared*> policies{&policy};
  DecisionRecord older = record;
  older.engine = "regorus 0.14.1+weir2";
  older.next_evaluation_at.reset();
  const auto again = replay(older, policies);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->same) << "as it was then: " << again->difference;
}

}  // namespace weir::policy
