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

// One image on two hosts: one alert, which stands for both.
class Replicas : public Judging {
 protected:
  Replicas() {
    append(runtime::ReporterEnrolled{.id = second_,
                                     .actor = std::string(32, 'c'),
                                     .environment = "prod",
                                     .host = "web2",
                                     .public_key = encode_base64(std::string(32, 'l'))});
    tell_second({.full = true});
  }
  void tell_second(runtime::Report told) {
    told.environment = "prod";
    append(runtime::ReportAccepted{second_, "c2ln", format::encode(told)});
    judge();
  }
  runtime::Report starting(std::string_view id, std::string_view image) {
    runtime::Report told;
    told.started.push_back({.id = std::string(id),
                            .kind = runtime::WorkloadKind::container,
                            .name = std::string(image),
                            .digests = {api_},
                            .started_at = now()});
    return told;
  }
  runtime::Report ending(std::string_view id) {
    runtime::Report told;
    told.ended.push_back({.id = std::string(id), .ended_at = now()});
    return told;
  }

  const std::string second_ = std::string(64, 'f');
};

TEST_F(Replicas, a_condition_alarms_for_as_long_as_one_of_them_runs) {
  append(deploy::ApprovalGiven{.artifact = api_, .environment = "prod", .until = now() + seconds(10)});
  report(starting("one", "shop:v1"));
  tell_second(starting("two", "shop:v1"));
  ledger_.clock().pass(seconds(11));
  append(deploy::ApprovalRevoked{.approval = append(deploy::ApprovalGiven{
                                     .artifact = api_, .environment = "prod", .until = now() + seconds(1)})});
  judge();
  const std::string alarmed = alarms();
  EXPECT_EQ(std::count(alarmed.begin(), alarmed.end(), ' '), 1) << alarmed;
  const bool first_has_it = store::list_alerts(*ledger_.reader(), {.state = "open"}).value()[0].workload.host == "web1";
  first_has_it ? report(ending("one")) : tell_second(ending("two"));
  EXPECT_EQ(alarms(), alarmed) << "the other one still runs";
  first_has_it ? tell_second(ending("two")) : report(ending("one"));
  EXPECT_EQ(alarms(), "");
}

TEST_F(Replicas, that_differ_in_cause_do_not_take_turns) {
  const Sha256 released = crypto::sha256("released");
  append(artifact::ArtifactRecorded{.name = "shop:v1", .digest = released});
  append(deploy::ApprovalGiven{.artifact = released, .environment = "prod"});
  tell_second(starting("two", "trial:v1"));
  EXPECT_EQ(alarms(), "unknown-digest ");
  report(starting("one", "shop:v1"));
  EXPECT_EQ(alarms(), "changed-content ") << "the gravest stands for both";
  const auto known = store::list_alerts(*ledger_.reader(), {}).value().size();
  for (int run = 0; run < 3; ++run) {
    tell_second(ending(fmt::format("two{}", run)));
    tell_second(starting(fmt::format("two{}", run + 1), "trial:v1"));
    report(starting(fmt::format("one{}", run + 1), "shop:v1"));
  }
  EXPECT_EQ(alarms(), "changed-content ");
  EXPECT_EQ(store::list_alerts(*ledger_.reader(), {}).value().size(), known);
}

}  // namespace
}  // namespace weir::jobs
