#include "jobs/first_sight.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "runtime/environment.h"
#include "support/ledger_fixture.h"

namespace weir::jobs {
namespace {

using runtime::Verdict;

// One host whose first report holds programs, and an interpreter that runs something unseen. Verdicts are given as the
// judge would; events are recorded as its job would.
class FirstSight : public testing::Test {
 protected:
  FirstSight() {
    append(runtime::EnvironmentDeclared{.name = "prod"});
    append(runtime::ReporterEnrolled{.id = std::string(64, 'e'),
                                     .actor = std::string(32, 'b'),
                                     .environment = "prod",
                                     .host = "web1",
                                     .public_key = encode_base64(std::string(32, 'k'))});
  }
  void append(store::Event event) { ASSERT_TRUE(ledger_.append(std::move(event)).ok()); }

  static runtime::Instance program(const std::string& name) {
    return {.id = name, .name = "/opt/" + name, .digests = {crypto::sha256(name)}, .started_at = Instant{1}};
  }
  static runtime::Instance unseen(const std::string& name) {
    return {.id = name, .name = "/bin/" + name, .seen = runtime::Seen::unseen, .started_at = Instant{1}};
  }
  // Everything that runs, by the agent's report.
  void report(std::vector<runtime::Instance> running) {
    runtime::Report report{.environment = "prod",
                           .host = "web1",
                           .incarnation = "i",
                           .sequence = ++sequence_,
                           .sent_at = Instant{2},
                           .full = true,
                           .started = std::move(running)};
    append(runtime::ReportAccepted{std::string(64, 'e'), "c2ln", format::encode(report)});
  }
  void judge(const runtime::Instance& instance, Verdict verdict) {
    append(runtime::VerdictsGiven{"prod", {{runtime::workload_id("prod", "web1", instance), verdict, {}}}});
  }
  // "+cause" for each alert that is opened now and "-" for each resolved.
  std::string step() {
    std::string words;
    auto events = first_sight_events(*ledger_.reader());
    EXPECT_TRUE(events.ok());
    for (store::Event& event : *events) {
      if (const auto* opened = event.as<alert::AlertOpened>()) words += "+" + opened->cause + " ";
      if (event.as<alert::AlertsResolved>()) words += "- ";
      append(std::move(event));
    }
    return words;
  }

  test::LedgerFixture ledger_;
  std::int64_t sequence_ = 0;
};

TEST_F(FirstSight, is_one_alert_until_all_content_is_answered_for) {
  report({program("a"), program("b")});
  EXPECT_EQ(step(), "+first-sight ");
  EXPECT_EQ(step(), "");
  judge(program("a"), Verdict::approved);
  EXPECT_EQ(step(), "");
  judge(program("b"), Verdict::explained);
  EXPECT_EQ(step(), "- ");
  EXPECT_EQ(step(), "");
}

TEST_F(FirstSight, what_was_not_seen_is_left_over_as_a_quieter_alert) {
  report({program("a"), unseen("sh")});
  EXPECT_EQ(step(), "+first-sight ");
  judge(program("a"), Verdict::approved);
  EXPECT_EQ(step(), "- +first-sight-unseen ");
  EXPECT_EQ(step(), "");
  report({program("a")});
  EXPECT_EQ(step(), "- ");
}

TEST_F(FirstSight, of_unseen_programs_alone_is_the_quieter_alert) {
  report({unseen("sh")});
  EXPECT_EQ(step(), "+first-sight-unseen ");
}

TEST_F(FirstSight, does_not_hold_what_has_an_alert_of_its_own_or_came_later) {
  report({program("a")});
  judge(program("a"), Verdict::revoked);
  EXPECT_EQ(step(), "");
  report({program("a"), program("later")});
  EXPECT_EQ(step(), "");
}

TEST_F(FirstSight, alert_is_opened_once) {
  report({program("a")});
  EXPECT_EQ(step(), "+first-sight ");
  judge(program("a"), Verdict::approved);
  EXPECT_EQ(step(), "- ");
  judge(program("a"), Verdict::unknown);
  EXPECT_EQ(step(), "");
}

}  // namespace
}  // namespace weir::jobs
