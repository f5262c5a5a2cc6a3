#include "runtime/judge.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "support/words.h"

namespace weir::runtime {
namespace {

using test::number;
using test::Word;
using test::words;

constexpr Instant now = Instant{} + seconds(200);

Instant at(std::string_view text) { return Instant{} + seconds(number(text)); }

// "7@50" is approval 7, given at second 50; modifiers follow behind colons: "7@50:until=90:manifest".
MatchedApproval approval_of(std::string_view text) {
  const auto parts = test::split(text, ':');
  const std::size_t sign = parts[0].find('@');
  MatchedApproval match;
  match.approval = {
      .id = number(parts[0].substr(0, sign)), .actor = "ada", .recorded_at = at(parts[0].substr(sign + 1))};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto [key, value] = test::word_of(parts[i]);
    if (key == "from") match.approval.from = at(value);
    else if (key == "until") match.approval.until = at(value);
    else if (key == "revoked") match.approval.revoked_at = at(value);
    else if (key == "adopted") match.approval.adopted = true;
    else if (key == "manifest") match.primary = false;
    else ADD_FAILURE() << "unknown modifier " << key;
  }
  return match;
}

PackageClaim package_of(std::string_view how) {
  return {
      .name = "coreutils", .version = "9.1-1", .after_baseline = how == "new", .changed = how == "changed"};
}

Subject subject_of(std::string_view text) {
  Subject subject{
      .name = "/opt/api", .digests = {crypto::sha256("api")}, .started_at = Instant{} + seconds(100)};
  for (const auto& [key, value] : words(text)) {
    if (key == "started") subject.started_at = at(value);
    else if (key == "uncertain") subject.uncertainty = seconds(number(value));
    else if (key == "mark") subject.marks.emplace_back(value);
    else if (key == "package") subject.package = package_of(value);
    else if (key == "unseen") {
      subject.seen = Seen::unseen;
      subject.digests.clear();
    } else if (key == "unhashed") {
      subject.seen = Seen::unhashed;
      subject.digests.clear();
    } else if (key == "interpreter" && value == "foreign")
      subject.interpreter = Interpreter{.path = "/home/eve/python"};
    else if (key == "interpreter")
      subject.interpreter =
          Interpreter{.path = "/usr/bin/python3", .digest = {}, .package = package_of(value)};
    else ADD_FAILURE() << "unknown fact " << key;
  }
  return subject;
}

Knowledge knowledge_of(std::string_view text) {
  Knowledge known;
  for (const auto& [key, value] : words(text)) {
    if (key == "approval") known.approvals.push_back(approval_of(value));
    else if (key == "recorded") known.recorded = number(value);
    else if (key == "elsewhere") known.approved_elsewhere.emplace_back(value);
    else if (key == "name") known.same_name_approved = number(value);
    else if (key == "layers") known.same_layers_approved = number(value);
    else if (key == "linked") known.primary_linked = true;
    else if (key == "interpreter") known.interpreter_approved = true;
    else if (key == "shut")
      known.shut_at_start = Reason{
          value == "freeze" ? ReasonCode::started_in_freeze : ReasonCode::started_outside_window, "shut", 40};
    else if (key == "objection") known.objection = Objection{number(value), "tests-pass is not met"};
    else if (key == "excepted")
      known.excepted = Excepted{.entry = 30, .until = at(value), .granted_by = "bob", .reason = "no fix yet"};
    else ADD_FAILURE() << "unknown knowledge " << key;
  }
  return known;
}

struct Case {
  std::string_view name, seen, known;
  ReasonCode code;
  Verdict verdict;
  std::optional<std::int64_t> entry = {};
};

// It started at second 100 unless said; it is second 200 now.
constexpr std::array cases{
    // approvals
    Case{"approved before the start", "", "approval=1@50", ReasonCode::approved, Verdict::approved, 1},
    Case{"approved at the very start", "", "approval=1@100", ReasonCode::approved, Verdict::approved, 1},
    Case{"adopted", "", "approval=1@50:adopted", ReasonCode::adopted, Verdict::approved, 1},
    Case{"adopted after the start", "", "approval=1@150:adopted", ReasonCode::adopted, Verdict::approved, 1},
    Case{"approved after the start", "", "approval=1@150", ReasonCode::approval_after_start, Verdict::late,
         1},
    Case{"later, yet within the uncertainty", "uncertain=60", "approval=1@150", ReasonCode::approved,
         Verdict::approved, 1},
    Case{"later by exactly the uncertainty", "uncertain=50", "approval=1@150", ReasonCode::approved,
         Verdict::approved, 1},
    Case{"later by more than the uncertainty", "uncertain=49", "approval=1@150",
         ReasonCode::approval_after_start, Verdict::late, 1},
    Case{"its period began after the start", "", "approval=1@50:from=120", ReasonCode::approval_after_start,
         Verdict::late, 1},
    Case{"a period given back in time counts from when it was given", "", "approval=1@150:from=10",
         ReasonCode::approval_after_start, Verdict::late, 1},
    Case{"its period begins later", "", "approval=1@50:from=300", ReasonCode::approval_not_yet_valid,
         Verdict::early, 1},
    Case{"its period begins now", "", "approval=1@50:from=200", ReasonCode::approval_after_start,
         Verdict::late, 1},
    Case{"its period is over", "", "approval=1@50:until=150", ReasonCode::approval_expired, Verdict::expired,
         1},
    Case{"its period ends now", "", "approval=1@50:until=200", ReasonCode::approval_expired, Verdict::expired,
         1},
    Case{"its period ends in a second", "", "approval=1@50:until=201", ReasonCode::approved,
         Verdict::approved, 1},
    Case{"revoked", "", "approval=1@50:revoked=120", ReasonCode::approval_revoked, Verdict::revoked, 1},
    Case{"revoked and over", "", "approval=1@50:until=110:revoked=120", ReasonCode::approval_revoked,
         Verdict::revoked, 1},
    // several approvals: the one that speaks best decides
    Case{"in force beats later", "", "approval=2@150 approval=1@50", ReasonCode::approved, Verdict::approved,
         1},
    Case{"later beats not yet", "", "approval=1@50:from=300 approval=2@150", ReasonCode::approval_after_start,
         Verdict::late, 2},
    Case{"not yet beats over", "", "approval=1@50:until=90 approval=2@60:from=300",
         ReasonCode::approval_not_yet_valid, Verdict::early, 2},
    Case{"over beats revoked", "", "approval=2@60:revoked=120 approval=1@50:until=150",
         ReasonCode::approval_expired, Verdict::expired, 1},
    Case{"approve, revoke, approve", "", "approval=1@50:revoked=60 approval=3@70", ReasonCode::approved,
         Verdict::approved, 3},
    Case{"of equals the newest", "", "approval=1@50 approval=2@60", ReasonCode::approved, Verdict::approved,
         2},
    Case{"of equals the newest, in any order", "", "approval=2@60 approval=1@50", ReasonCode::approved,
         Verdict::approved, 2},
    // images
    Case{"only the manifest matches", "", "approval=1@50:manifest", ReasonCode::approved_by_manifest,
         Verdict::approved, 1},
    Case{"only the manifest matches, over", "", "approval=1@50:manifest:until=150",
         ReasonCode::approval_expired, Verdict::expired, 1},
    Case{"a claimed manifest proves nothing where the config is known", "",
         "approval=1@50:manifest linked recorded=7", ReasonCode::not_approved_here, Verdict::unapproved, 7},
    Case{"the config itself is approved and known", "", "approval=1@50 linked", ReasonCode::approved,
         Verdict::approved, 1},
    Case{"same layers, other config", "", "layers=9", ReasonCode::changed_content, Verdict::changed, 9},
    // packages
    Case{"a package owns it", "package", "", ReasonCode::explained_by_package, Verdict::explained},
    Case{"a package that came later owns it", "package=new", "", ReasonCode::explained_by_package,
         Verdict::explained},
    Case{"a package owns it, its content changed", "package=changed", "", ReasonCode::changed_content,
         Verdict::changed},
    Case{"approval in force beats the package", "package", "approval=1@50", ReasonCode::approved,
         Verdict::approved, 1},
    Case{"approval in force beats changed package content", "package=changed", "approval=1@50",
         ReasonCode::approved, Verdict::approved, 1},
    Case{"the package beats an approval that is over", "package", "approval=1@50:until=150",
         ReasonCode::explained_by_package, Verdict::explained},
    Case{"changed package content beats a revoked approval", "package=changed", "approval=1@50:revoked=60",
         ReasonCode::changed_content, Verdict::changed},
    Case{"a package does not explain foreign content", "package mark=foreign", "",
         ReasonCode::foreign_content, Verdict::unknown},
    Case{"a package does not explain what was not hashed", "package unhashed", "", ReasonCode::unhashed,
         Verdict::unknown},
    Case{"a package does not explain an unseen program", "package unseen", "", ReasonCode::program_unseen,
         Verdict::unknown},
    Case{"a package explains a copy of its program", "package mark=copy mark=memfd", "",
         ReasonCode::explained_by_package, Verdict::explained},
    // interpreters
    Case{"approved script, packaged interpreter", "interpreter=packaged", "approval=1@50",
         ReasonCode::approved, Verdict::approved, 1},
    Case{"approved script, foreign interpreter", "interpreter=foreign", "approval=1@50",
         ReasonCode::unknown_interpreter, Verdict::unknown},
    Case{"approved script, approved interpreter", "interpreter=foreign", "approval=1@50 interpreter",
         ReasonCode::approved, Verdict::approved, 1},
    Case{"approved script, changed interpreter", "interpreter=changed", "approval=1@50",
         ReasonCode::unknown_interpreter, Verdict::unknown},
    Case{"late script, foreign interpreter", "interpreter=foreign", "approval=1@150",
         ReasonCode::unknown_interpreter, Verdict::unknown},
    Case{"packaged script, foreign interpreter", "package interpreter=foreign", "",
         ReasonCode::unknown_interpreter, Verdict::unknown},
    Case{"unknown script, foreign interpreter", "interpreter=foreign", "", ReasonCode::unknown_digest,
         Verdict::unknown},
    Case{"revoked script, foreign interpreter", "interpreter=foreign", "approval=1@50:revoked=60",
         ReasonCode::approval_revoked, Verdict::revoked, 1},
    // nothing speaks for it
    Case{"nobody knows it", "", "", ReasonCode::unknown_digest, Verdict::unknown},
    Case{"recorded only", "", "recorded=7", ReasonCode::not_approved_here, Verdict::unapproved, 7},
    Case{"approved elsewhere", "", "recorded=7 elsewhere=staging", ReasonCode::not_approved_here,
         Verdict::unapproved, 7},
    Case{"its name was approved with other content", "", "name=8", ReasonCode::changed_content,
         Verdict::changed, 8},
    Case{"recorded content is not changed content", "", "recorded=7 name=8", ReasonCode::not_approved_here,
         Verdict::unapproved, 7},
    Case{"foreign content in a container", "mark=foreign", "recorded=7", ReasonCode::foreign_content,
         Verdict::unknown},
    Case{"foreign content that is approved itself", "mark=foreign", "approval=1@50", ReasonCode::approved,
         Verdict::approved, 1},
    Case{"unseen", "unseen", "", ReasonCode::program_unseen, Verdict::unknown},
    Case{"unseen, of a packaged interpreter", "unseen interpreter", "", ReasonCode::program_unseen,
         Verdict::unknown},
    Case{"unseen, of a program that has an interpreter's name", "unseen interpreter=foreign", "",
         ReasonCode::unknown_interpreter, Verdict::unknown},
    Case{"unseen, of an interpreter that was changed", "unseen interpreter=changed", "",
         ReasonCode::unknown_interpreter, Verdict::unknown},
    Case{"unseen, of an approved interpreter", "unseen interpreter=foreign", "interpreter",
         ReasonCode::program_unseen, Verdict::unknown},
    Case{"unhashed", "unhashed", "", ReasonCode::unhashed, Verdict::unknown},
    Case{"outside any runtime, even if approved", "mark=outside-runtime", "approval=1@50",
         ReasonCode::outside_runtime, Verdict::unknown},
    Case{"outside any runtime, even if packaged", "mark=outside-runtime package", "",
         ReasonCode::outside_runtime, Verdict::unknown},
    // decisions
    Case{"approved, and a policy is no longer met", "", "approval=1@50 objection=45", ReasonCode::policy_not_met,
         Verdict::unapproved, 45},
    Case{"nobody approved it, and a policy is not met", "", "objection=45", ReasonCode::unknown_digest,
         Verdict::unknown},
    // freezes and windows
    Case{"approved, and started in a freeze", "", "approval=1@50 shut=freeze", ReasonCode::started_in_freeze,
         Verdict::unapproved, 40},
    Case{"approved, and started outside its window", "", "approval=1@50 shut=window",
         ReasonCode::started_outside_window, Verdict::unapproved, 40},
    Case{"approved late, and started in a freeze", "", "approval=1@150 shut=freeze", ReasonCode::started_in_freeze,
         Verdict::unapproved, 40},
    Case{"adopted after it started in a freeze", "", "approval=1@50 approval=2@150:adopted shut=freeze",
         ReasonCode::approved, Verdict::approved, 1},
    Case{"adopted before it started in a freeze", "", "approval=2@50:adopted shut=freeze",
         ReasonCode::started_in_freeze, Verdict::unapproved, 40},
    Case{"a package's program may start in a freeze", "package", "approval=1@50 shut=freeze", ReasonCode::approved,
         Verdict::approved, 1},
    Case{"what nobody approved is told so first", "", "shut=freeze", ReasonCode::unknown_digest, Verdict::unknown},
    Case{"an exception covers a start in a freeze", "", "approval=1@50 shut=freeze excepted=300", ReasonCode::excepted,
         Verdict::explained, 30},
    // exceptions
    Case{"nobody knows it, and an exception covers it", "", "excepted=201", ReasonCode::excepted,
         Verdict::explained, 30},
    Case{"an exception that is over", "", "excepted=200", ReasonCode::unknown_digest, Verdict::unknown},
    Case{"an exception for something unseen", "unseen", "excepted=300", ReasonCode::excepted,
         Verdict::explained, 30},
    Case{"an exception for what is expired", "", "approval=1@50:until=150 excepted=300", ReasonCode::excepted,
         Verdict::explained, 30},
    Case{"approval in force needs no exception", "", "approval=1@50 excepted=300", ReasonCode::approved,
         Verdict::approved, 1},
    Case{"an exception does not allow what was revoked", "", "approval=1@50:revoked=60 excepted=300",
         ReasonCode::approval_revoked, Verdict::revoked, 1},
};

TEST(Judge, gives_the_verdict_of_the_table) {
  for (const Case& row : cases) {
    SCOPED_TRACE(row.name);
    const Judgement judgement = judge(subject_of(row.seen), knowledge_of(row.known), now);
    ASSERT_FALSE(judgement.reasons.empty());
    EXPECT_EQ(format::name_of(judgement.reasons.front().code), format::name_of(row.code));
    EXPECT_EQ(format::name_of(judgement.verdict), format::name_of(row.verdict));
    EXPECT_EQ(judgement.reasons.front().entry, row.entry);
    EXPECT_FALSE(judgement.reasons.front().message.empty());
  }
}

TEST(Judge, table_above_meets_every_reason_but_not_judged_yet) {
  for (const ReasonRow& row : reason_table) {
    const bool met =
        std::any_of(cases.begin(), cases.end(), [&](const Case& at) { return at.code == row.code; });
    EXPECT_EQ(met, row.code != ReasonCode::not_judged_yet) << row.name;
  }
}

TEST(Judge, reason_names_who_approved_when_and_why) {
  Knowledge known = knowledge_of("approval=1@50");
  known.approvals[0].approval.reason = "release 2.1";
  EXPECT_EQ(judge(subject_of(""), known, now).reasons.front().message,
            "approved by ada at 1970-01-01T00:00:50.000000Z (release 2.1)");
}

TEST(Judge, reason_says_what_a_copy_is_a_copy_of) {
  Subject copy = subject_of("package mark=copy mark=memfd");
  copy.seen_note = "a copy of /usr/sbin/runc";
  EXPECT_EQ(judge(copy, {}, now).reasons.front().message,
            "a copy of /usr/sbin/runc of package coreutils 9.1-1; the host's own claim");
}

TEST(Judge, reason_of_an_adoption_says_since_when_it_ran) {
  EXPECT_EQ(judge(subject_of(""), knowledge_of("approval=1@150:adopted"), now).reasons.front().message,
            "ran since 1970-01-01T00:01:40.000000Z, adopted by ada at 1970-01-01T00:02:30.000000Z");
}

TEST(Judge, exception_is_told_with_what_it_excepts) {
  const auto judgement = judge(subject_of(""), knowledge_of("excepted=300"), now);
  ASSERT_EQ(judgement.reasons.size(), 2u);
  EXPECT_EQ(judgement.reasons[0].message,
            "an exception granted by bob covers it until 1970-01-01T00:05:00.000000Z (no fix yet)");
  EXPECT_EQ(judgement.reasons[1].code, ReasonCode::unknown_digest);
}

TEST(Judge, reason_says_where_else_it_is_approved) {
  const auto judgement =
      judge(subject_of(""), knowledge_of("recorded=7 elsewhere=staging elsewhere=test"), now);
  EXPECT_EQ(judgement.reasons.front().message,
            "it was recorded, but nobody approved it here; approved for staging, test");
}

TEST(Judge, what_needs_a_person_has_a_severity_and_a_remedy) {
  for (const ReasonRow& row : reason_table) EXPECT_EQ(row.severity.empty(), row.remedy.empty()) << row.name;
}

}  // namespace
}  // namespace weir::runtime
