#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "jobs/reconcile.h"
#include "store/view_alert.h"
#include "support/ledger_fixture.h"

namespace weir::jobs {
namespace {

// One host that was seen before, and the judge.
class Judging : public testing::Test {
 protected:
  Judging() {
    append(runtime::EnvironmentDeclared{.name = "prod"});
    append(runtime::ReporterEnrolled{.id = reporter_,
                                     .actor = std::string(32, 'b'),
                                     .environment = "prod",
                                     .host = "web1",
                                     .public_key = encode_base64(std::string(32, 'k'))});
    report({.full = true});
  }
  std::int64_t append(store::Event event) {
    const auto outcome = ledger_.append(std::move(event));
    EXPECT_TRUE(outcome.ok());
    return outcome->appended.front().index;
  }
  Instant now() { return ledger_.clock().now(); }
  void report(runtime::Report report) {
    report.environment = "prod";
    report.host = "web1";
    report.incarnation = "i";
    report.sequence = ++sequence_;
    report.sent_at = now();
    append(runtime::ReportAccepted{reporter_, "c2ln", format::encode(report)});
    judge();
  }
  void judge() {
    while (judge_->tick(now()).value() == Step::more) {
    }
  }
  // A run of a millisecond, that one report tells whole.
  void run_shortly(const std::string& id) {
    ledger_.clock().pass(seconds(1));
    runtime::Report told;
    told.started.push_back({.id = id,
                            .name = "/opt/api",
                            .digests = {api_},
                            .started_at = now(),
                            .ended_at = now() + milliseconds(1)});
    report(std::move(told));
  }
  std::string alarms() {
    std::string words;
    const auto alerts = store::list_alerts(*ledger_.reader(), {.state = "open"}).value();
    for (const auto& alert : alerts) words += alert.cause + " ";
    return words;
  }

  const Sha256 api_ = crypto::sha256("api");
  const std::string reporter_ = std::string(64, 'e');
  test::LedgerFixture ledger_;
  std::unique_ptr<Job> judge_ = make_judge({ledger_.sequencer(), ledger_.actor()}, ledger_.reader());
  std::int64_t sequence_ = 0;
};

TEST_F(Judging, a_short_run_after_its_approval_was_revoked_alarms_and_one_before_does_not) {
  const std::int64_t approval = append(deploy::ApprovalGiven{.artifact = api_, .environment = "prod"});
  run_shortly("approved");
  ledger_.clock().pass(seconds(1));
  append(deploy::ApprovalRevoked{.approval = approval});
  judge();
  EXPECT_EQ(alarms(), "") << "it had ended before";
  run_shortly("revoked");
  EXPECT_EQ(alarms(), "approval-revoked ");
}

TEST_F(Judging, a_short_run_after_its_approval_expired_alarms) {
  append(deploy::ApprovalGiven{.artifact = api_, .environment = "prod", .until = now() + seconds(10)});
  run_shortly("approved");
  ledger_.clock().pass(seconds(10));
  run_shortly("expired");
  EXPECT_EQ(alarms(), "approval-expired ");
}

TEST_F(Judging, what_outlived_its_approval_alarms_until_it_ends) {
  append(deploy::ApprovalGiven{.artifact = api_, .environment = "prod", .until = now() + seconds(10)});
  runtime::Report started, ended;
  started.started.push_back({.id = "long", .name = "/opt/api", .digests = {api_}, .started_at = now()});
  report(std::move(started));
  EXPECT_EQ(alarms(), "");
  ledger_.clock().pass(seconds(11));
  append(deploy::ApprovalRevoked{.approval = append(deploy::ApprovalGiven{
                                     .artifact = api_, .environment = "prod", .until = now() + seconds(1)})});
  judge();
  EXPECT_NE(alarms(), "");
  ended.ended.push_back({.id = "long", .ended_at = now()});
  report(std::move(ended));
  EXPECT_EQ(alarms(), "") << "a condition does not outlive what it is of";
}

TEST_F(Judging, a_short_run_of_what_ran_at_first_sight_alarms_like_any_other) {
  runtime::Report first;
  first.started.push_back({.id = "first", .name = "/opt/api", .digests = {api_}, .started_at = now()});
  append(runtime::ReporterEnrolled{.id = std::string(64, 'f'),
                                   .actor = std::string(32, 'c'),
                                   .environment = "prod",
                                   .host = "web2",
                                   .public_key = encode_base64(std::string(32, 'l'))});
  first.full = true;
  first.environment = "prod";
  first.sequence = 1;
  append(runtime::ReportAccepted{std::string(64, 'f'), "c2ln", format::encode(first)});
  judge();
  const auto tell = [&](runtime::Report told) {
    told.environment = "prod";
    append(runtime::ReportAccepted{std::string(64, 'f'), "c2ln", format::encode(told)});
    judge();
  };
  runtime::Report ended, again;
  ended.ended.push_back({.id = "first", .ended_at = now()});
  tell(ended);
  ledger_.clock().pass(seconds(1));
  EXPECT_EQ(alarms().find("unknown-digest"), std::string::npos);
  again.started.push_back({.id = "again",
                           .name = "/opt/api",
                           .digests = {api_},
                           .started_at = now(),
                           .ended_at = now() + milliseconds(1)});
  tell(again);
  EXPECT_NE(alarms().find("unknown-digest"), std::string::npos);
}

}  // namespace
}  // namespace weir::jobs
