// A decision that was made before an entry came is not recorded as if it had known it.
#include "jobs/ask_gate.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "jobs/decider.h"
#include "support/ledger_fixture.h"

namespace weir::jobs {
namespace {

TEST(AskGate, evidence_between_the_first_look_and_the_record_is_not_missed) {
  test::LedgerFixture ledger;
  const Sha256 digest = crypto::sha256("app");
  ASSERT_TRUE(ledger.append(runtime::EnvironmentDeclared{.name = "prod"}).ok());
  ASSERT_TRUE(ledger.append(evidence::Flow{.name = "shop"}).ok());
  ASSERT_TRUE(ledger.append(evidence::Trail{.flow = "shop", .name = "1"}).ok());
  ASSERT_TRUE(
      ledger.append(artifact::ArtifactRecorded{.flow = "shop", .trail = "1", .name = "app", .digest = digest}).ok());
  const store::DecisionSubject subject{.artifact = digest, .environment = "prod"};
  sequencer::Command watch = ledger.command({});
  watch.decide = [subject](store::Database&, Instant) -> Result<sequencer::Decision> {
    return sequencer::Decision{.keep = [subject](store::Database& db) { return store::watch_subject(db, subject); }};
  };
  ASSERT_TRUE(ledger.sequencer().submit_and_wait(std::move(watch)).ok());

  const auto reader = ledger.reader();
  const auto watched = store::find_watched(*reader, subject);
  ASSERT_TRUE(watched.ok() && watched->has_value());
  Decider decider;
  const auto made = decider.decide(*reader, **watched, ledger.clock().now());
  ASSERT_TRUE(made.ok()) << made.error().message;

  ASSERT_TRUE(ledger
                  .append(evidence::AttestationRecorded{
                      .flow = "shop", .trail = "1", .name = "unit", .type = "test", .artifact = digest})
                  .ok());
  std::vector<bool> recorded;
  sequencer::Command record = ledger.command({});
  record.decide = [&](store::Database& db, Instant) { return record_made(db, {&*made, 1}, &recorded); };
  ASSERT_TRUE(ledger.sequencer().submit_and_wait(std::move(record)).ok());
  EXPECT_EQ(recorded, std::vector<bool>{false});
  EXPECT_FALSE((**store::find_watched(*reader, subject)).is_good_at(ledger.clock().now()));
  EXPECT_EQ(store::list_stale(*reader, ledger.clock().now(), 10)->size(), 1u) << "it is decided again";
}

}  // namespace
}  // namespace weir::jobs
