#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "jobs/reconcile.h"
#include "store/view_alert.h"
#include "store/view_deploy.h"
#include "support/ledger_fixture.h"

namespace weir::jobs {
namespace {

using runtime::ReporterFault;

// One reporter that has enrolled, and the watch that looks after it every second.
class Silence : public testing::Test {
 protected:
  Silence() {
    append(runtime::EnvironmentDeclared{.name = "prod"});
    look();  // the server listens from here on
    append(runtime::ReporterEnrolled{.id = reporter_,
                                     .actor = std::string(32, 'b'),
                                     .environment = "prod",
                                     .host = "web1",
                                     .public_key = encode_base64(std::string(32, 'k'))});
  }
  void append(store::Event event) { ASSERT_TRUE(ledger_.append(std::move(event)).ok()); }
  void look() { ASSERT_TRUE(watch_->tick(ledger_.clock().now()).ok()); }
  void pass(Duration time) {
    ledger_.clock().pass(time);
    look();
  }
  void heartbeat() {
    ASSERT_TRUE(ledger_
                    .alter("INSERT INTO heartbeat (reporter, seen_at) SELECT id, " +
                           std::to_string(ledger_.clock().now().micros) +
                           " FROM reporter WHERE true ON CONFLICT (reporter) DO UPDATE SET "
                           "seen_at=excluded.seen_at")
                    .ok());
  }
  std::string fault() {
    return query_one(*ledger_.reader(), "SELECT fault FROM reporter",
                     [](const store::Row& row) { return row.string(0); })
        .value()
        .value();
  }
  bool is_alarmed() {
    return store::find_open_alert(*ledger_.reader(), "reporter-silent reporter " + reporter_)
        .value()
        .has_value();
  }

  const std::string reporter_ = std::string(64, 'e');
  test::LedgerFixture ledger_;
  std::unique_ptr<Job> watch_ =
      make_silence_watch({ledger_.sequencer(), ledger_.actor()}, ledger_.reader());
};

TEST_F(Silence, alarms_after_three_heartbeats_and_passes_with_the_next) {
  heartbeat();
  pass(seconds(15));
  EXPECT_FALSE(is_alarmed());
  pass(seconds(1));
  EXPECT_TRUE(is_alarmed());
  EXPECT_EQ(fault(), "silent");
  heartbeat();
  look();
  EXPECT_FALSE(is_alarmed());
  EXPECT_EQ(fault(), "");
}

TEST_F(Silence, is_not_over_because_the_server_began_anew) {
  heartbeat();
  pass(seconds(16));
  ASSERT_TRUE(is_alarmed());
  const std::int64_t size = ledger_.sequencer().size();
  watch_ = make_silence_watch({ledger_.sequencer(), ledger_.actor()}, ledger_.reader());
  look();
  pass(seconds(60));
  EXPECT_TRUE(is_alarmed());
  EXPECT_EQ(ledger_.sequencer().size(), size) << "nothing was heard: there is nothing to say";
  heartbeat();
  look();
  EXPECT_FALSE(is_alarmed());
}

TEST_F(Silence, of_a_reporter_that_never_said_anything_counts_from_its_enrolment) {
  pass(seconds(15));
  EXPECT_FALSE(is_alarmed());
  pass(seconds(1));
  EXPECT_TRUE(is_alarmed());
}

TEST_F(Silence, hides_behind_no_other_fault) {
  heartbeat();
  append(runtime::ReporterFaulted{reporter_, ReporterFault::replay, "sequence 1 came again"});
  look();
  EXPECT_EQ(fault(), "replay");
  pass(seconds(16));
  EXPECT_TRUE(is_alarmed());
}

// A service of which two are declared, on one host that was seen before.
TEST(Deployed, a_service_that_is_seen_as_unit_and_as_process_is_one) {
  test::LedgerFixture ledger;
  const auto append = [&](store::Event event) { return ledger.append(std::move(event))->appended.front().index; };
  const Sha256 api = crypto::sha256("api");
  const std::string reporter(64, 'e');
  append(runtime::EnvironmentDeclared{.name = "prod"});
  append(runtime::ReporterEnrolled{.id = reporter,
                                   .actor = std::string(32, 'b'),
                                   .environment = "prod",
                                   .host = "web1",
                                   .public_key = encode_base64(std::string(32, 'k'))});
  append(artifact::ArtifactRecorded{.name = "api", .digest = api});
  append(deploy::ApprovalGiven{.artifact = api, .environment = "prod"});
  const std::int64_t deployment = append(deploy::DeploymentDeclared{
      .artifact = api, .environment = "prod", .deadline = ledger.clock().now() + seconds(10), .at_least = 2});
  const auto watch = make_deployment_watch({ledger.sequencer(), ledger.actor()}, ledger.reader());
  const auto running = [&] {
    return store::find_deployment(*ledger.reader(), deployment, ledger.clock().now()).value()->deployment.running;
  };
  const auto start = [&](std::string id, runtime::WorkloadKind kind) {
    runtime::Report told{.environment = "prod"};
    told.started.push_back({.id = std::move(id),
                            .kind = kind,
                            .name = "/opt/api",
                            .digests = {api},
                            .started_at = ledger.clock().now()});
    append(runtime::ReportAccepted{reporter, "c2ln", format::encode(told)});
    EXPECT_TRUE(watch->tick(ledger.clock().now()).ok());
  };
  const auto is_short = [&] {
    return store::find_open_alert(*ledger.reader(), fmt::format("deployment-short deployment {}", deployment))
        .value()
        .has_value();
  };
  EXPECT_EQ(running(), 0);
  start("unit", runtime::WorkloadKind::unit);
  start("process", runtime::WorkloadKind::process);
  start("file", runtime::WorkloadKind::file);
  EXPECT_EQ(running(), 1);
  ledger.clock().pass(seconds(11));
  EXPECT_TRUE(watch->tick(ledger.clock().now()).ok());
  EXPECT_TRUE(is_short());
  start("second", runtime::WorkloadKind::process);
  EXPECT_EQ(running(), 2);
  EXPECT_FALSE(is_short());
}

}  // namespace
}  // namespace weir::jobs
