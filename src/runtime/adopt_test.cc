#include "runtime/adopt.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"

namespace weir::runtime {
namespace {

const Sha256 script = crypto::sha256("script"), program = crypto::sha256("program"),
             python = crypto::sha256("python");

Subject program_subject() { return {.name = "/opt/api", .digests = {program}}; }

Subject script_subject(std::optional<PackageClaim> interpreter_package,
                       std::optional<Sha256> interpreter = python) {
  Subject subject{.name = "/opt/tool.py", .digests = {script}};
  subject.interpreter = Interpreter{"/opt/python3", interpreter, std::move(interpreter_package)};
  return subject;
}

Judgement because(ReasonCode code) { return {row_of(code).verdict, {{code, "", {}}}}; }

using Digests = std::vector<Sha256>;

TEST(Adopt, approves_the_content_of_what_nobody_approved) {
  for (const ReasonCode code :
       {ReasonCode::unknown_digest, ReasonCode::not_approved_here, ReasonCode::changed_content,
        ReasonCode::foreign_content, ReasonCode::approval_expired, ReasonCode::approval_not_yet_valid}) {
    const Adoption adoption = adoption_of(program_subject(), because(code));
    EXPECT_EQ(adoption.digests, Digests{program}) << row_of(code).name;
    EXPECT_EQ(adoption.skip, Skip::none) << row_of(code).name;
  }
}

TEST(Adopt, leaves_alone_what_is_fine) {
  for (const ReasonRow& row : reason_table)
    if (row.verdict == Verdict::approved || row.verdict == Verdict::explained ||
        row.verdict == Verdict::late) {
      const Adoption adoption = adoption_of(program_subject(), because(row.code));
      EXPECT_TRUE(adoption.digests.empty() && adoption.skip == Skip::none) << row.name;
    }
}

TEST(Adopt, takes_the_interpreter_that_nothing_vouches_for) {
  const PackageClaim packaged{.name = "python3", .version = "3.11"}, changed{"python3", "3.11", false, true};
  const Judgement unknown = because(ReasonCode::unknown_digest);
  EXPECT_EQ(adoption_of(script_subject({}), unknown).digests, (Digests{script, python}));
  EXPECT_EQ(adoption_of(script_subject(changed), unknown).digests, (Digests{script, python}));
  EXPECT_EQ(adoption_of(script_subject(packaged), unknown).digests, Digests{script});
  EXPECT_EQ(adoption_of(script_subject({}), because(ReasonCode::unknown_interpreter)).digests,
            Digests{python})
      << "the script is explained or approved already";
  EXPECT_EQ(adoption_of(script_subject({}, std::nullopt), because(ReasonCode::unknown_interpreter)).skip,
            Skip::unhashed);
}

TEST(Adopt, what_is_adopted_is_judged_adopted) {
  const Instant now = Instant{} + seconds(200);
  for (Subject subject : {program_subject(), script_subject({})}) {
    subject.started_at = Instant{} + seconds(100);
    const Adoption adoption = adoption_of(subject, judge(subject, {}, now));
    Knowledge known;
    known.approvals.push_back(
        {{.artifact = adoption.digests.front(), .adopted = true, .recorded_at = now}, true});
    known.interpreter_approved = adoption.digests.size() > 1;
    EXPECT_EQ(judge(subject, known, now).reasons.front().code, ReasonCode::adopted);
    EXPECT_EQ(judge(subject, known, now).verdict, Verdict::approved);
  }
}

TEST(Adopt, skips_what_has_no_content_and_what_somebody_decided_against) {
  Subject unseen{.name = "/bin/bash", .seen = Seen::unseen};
  unseen.interpreter = Interpreter{"/bin/bash", python, {}};
  const Subject unhashed{.name = "/opt/gone", .seen = Seen::unhashed};
  EXPECT_EQ(adoption_of(unseen, because(ReasonCode::program_unseen)).skip, Skip::unseen);
  EXPECT_TRUE(adoption_of(unseen, because(ReasonCode::program_unseen)).digests.empty());
  const Adoption bare = adoption_of(unseen, judge(unseen, {}, Instant{}));
  EXPECT_EQ(bare.skip, Skip::unseen);
  EXPECT_EQ(bare.digests, std::vector{python}) << "what it runs stays unseen; what runs it has content";
  EXPECT_EQ(adoption_of(unhashed, because(ReasonCode::unhashed)).skip, Skip::unhashed);
  EXPECT_EQ(adoption_of(program_subject(), because(ReasonCode::outside_runtime)).skip, Skip::outside_runtime);
  EXPECT_EQ(adoption_of(program_subject(), because(ReasonCode::approval_revoked)).skip, Skip::revoked);
  for (const Skip skip : {Skip::unseen, Skip::unhashed, Skip::outside_runtime, Skip::revoked})
    EXPECT_FALSE(why_of(skip).empty());
}

}  // namespace
}  // namespace weir::runtime
