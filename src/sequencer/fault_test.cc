// A disk that fails at its n-th operation, for every n until the work is done without meeting it: whatever was
// acknowledged is there afterwards, the ledger verifies, and it goes on. A failed sync ends the process.
#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "support/fault_vfs.h"
#include "support/ledger_fixture.h"

namespace weir::sequencer {
namespace {

using test::Fault;
using test::FaultDisk;
using test::LedgerFixture;

struct Acknowledged {
  std::string key;
  ledger::Receipt receipt;
};

Command request(const LedgerFixture& ledger, int number) {
  Command command = ledger.command(
      {evidence::Service{.name = fmt::format("s{}", number), .team = std::string(300, 't')}}, "made");
  command.idempotency = Idempotency{fmt::format("key-{}", number), crypto::sha256(std::to_string(number))};
  return command;
}

// Single requests, a burst, and a checkpoint of the write-ahead log, which writes into the database file.
std::vector<Acknowledged> work(LedgerFixture& ledger) {
  std::vector<Acknowledged> acknowledged;
  const auto note = [&](int number, const Result<Outcome>& outcome) {
    if (outcome.ok()) acknowledged.push_back({fmt::format("key-{}", number), *outcome->receipt});
  };
  for (int i = 0; i < 3; ++i) note(i, ledger.sequencer().submit_and_wait(request(ledger, i)));
  std::vector<Command> commands;
  for (int i = 3; i < 40; ++i) commands.push_back(request(ledger, i));
  const auto outcomes = ledger.burst(std::move(commands));
  for (int i = 3; i < 40; ++i) note(i, outcomes[static_cast<std::size_t>(i - 3)]);
  if (auto other = ledger.connect(store::OpenMode::read_write))
    (void)(*other)->script("PRAGMA wal_checkpoint(PASSIVE)").ok();
  note(40, ledger.sequencer().submit_and_wait(request(ledger, 40)));
  return acknowledged;
}

void expect_all_kept(LedgerFixture& ledger, const std::vector<Acknowledged>& acknowledged) {
  const Status opened = ledger.open();
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  const auto report = ledger.verify();
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_TRUE(report->sound());
  for (const Acknowledged& each : acknowledged) {
    const auto entry =
        read_entry(*ledger.reader(), ledger.blobs(), static_cast<std::int64_t>(each.receipt.index.value));
    ASSERT_TRUE(entry.ok()) << entry.error().message;
    EXPECT_EQ(entry->leaf, each.receipt.leaf);
    const int number = std::stoi(each.key.substr(4));
    const auto again = ledger.sequencer().submit_and_wait(request(ledger, number));
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(*again->receipt, each.receipt) << "the same receipt for the same key";
  }
  EXPECT_TRUE(ledger.append(evidence::Service{.name = "afterwards", .team = "one"}).ok());
  EXPECT_TRUE(ledger.verify()->sound());
}

struct Way {
  std::string_view name;
  Fault fault;
  bool stays, power_cut;
};

class FailingDisk : public testing::TestWithParam<Way> {};

TEST_P(FailingDisk, loses_nothing_acknowledged_at_whichever_operation_it_fails) {
  FaultDisk& disk = FaultDisk::instance();
  int met = 0;
  for (int nth = 1;; nth += nth < 60 ? 1 : 7) {
    SCOPED_TRACE(nth);
    LedgerFixture ledger(FaultDisk::files());
    disk.arm(GetParam().fault, nth, GetParam().stays);
    const auto acknowledged = work(ledger);
    const bool fired = disk.fired();
    ledger.close();
    disk.disarm();
    if (GetParam().power_cut) disk.cut_power(static_cast<std::uint64_t>(nth));
    disk.forget_unsynced();
    expect_all_kept(ledger, acknowledged);
    if (HasFatalFailure()) return;
    if (!fired) {
      EXPECT_EQ(acknowledged.size(), 41u);
      break;
    }
    ++met;
  }
  EXPECT_GT(met, 3);
}

INSTANTIATE_TEST_SUITE_P(Disk, FailingDisk,
                         testing::Values(Way{"full_once", Fault::disk_full, false, false},
                                         Way{"full_from_then_on", Fault::disk_full, true, false},
                                         Way{"write_fails_once", Fault::write_fails, false, false},
                                         Way{"write_fails_from_then_on", Fault::write_fails, true, false},
                                         Way{"write_torn", Fault::write_torn, false, false},
                                         Way{"write_torn_then_power_cut", Fault::write_torn, false, true},
                                         Way{"sync_fails", Fault::sync_fails, false, false},
                                         Way{"sync_fails_then_power_cut", Fault::sync_fails, true, true}),
                         [](const auto& way) { return std::string(way.param.name); });

// The connections stay open while the power goes, and are let go of without a last word.
TEST(PowerCut, loses_nothing_acknowledged_whatever_became_of_unsynced_writes) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    LedgerFixture ledger(FaultDisk::files());
    const auto acknowledged = work(ledger);
    ASSERT_EQ(acknowledged.size(), 41u);
    FaultDisk::instance().arm(Fault::write_fails, 1, true);  // whatever closing would still write
    ledger.close();
    FaultDisk::instance().disarm();
    FaultDisk::instance().cut_power(seed);
    expect_all_kept(ledger, acknowledged);
    if (HasFatalFailure()) return;
  }
}

TEST(FailedSync, of_a_commit_is_fatal_and_acknowledges_nobody) {
  LedgerFixture ledger(FaultDisk::files());
  ASSERT_TRUE(ledger.append(evidence::Service{.name = "before", .team = "one"}).ok());
  FaultDisk::instance().arm(Fault::sync_fails, 1);
  const auto outcome = ledger.append(evidence::Service{.name = "lost", .team = "one"});
  FaultDisk::instance().disarm();
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, Errc::unavailable)
      << "asked again with its key, it is answered from what is there";
  EXPECT_FALSE(ledger.sequencer().accepts_writes());
  EXPECT_FALSE(ledger.append(evidence::Service{.name = "later", .team = "one"}).ok())
      << "nothing is written over what is unknown";
  ledger.close();
  EXPECT_NE(ledger.fatal().find("the disk failed"), std::string::npos) << ledger.fatal();
}

TEST(FailedSyncDeathTest, ends_the_process_with_70) {
  EXPECT_EXIT(exit_to_be_restarted("ledger.db: the disk failed"), testing::ExitedWithCode(70),
              "the disk failed");
}

TEST(FullDisk, is_said_clearly_and_later_writes_work_when_there_is_room_again) {
  LedgerFixture ledger(FaultDisk::files());
  FaultDisk::instance().arm(Fault::disk_full, 1, true);
  for (int i = 0; i < 3; ++i) {
    const auto outcome = ledger.append(evidence::Service{.name = "s", .team = "one"});
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(row_of(outcome.error().code).http_status, 503);
    EXPECT_NE(outcome.error().message.find("the disk is full, nothing was recorded"), std::string::npos)
        << outcome.error().message;
  }
  EXPECT_TRUE(ledger.sequencer().accepts_writes());
  FaultDisk::instance().disarm();
  EXPECT_TRUE(ledger.append(evidence::Service{.name = "s", .team = "one"}).ok());
  EXPECT_EQ(ledger.sequencer().size(), 1);
  ledger.close();
  EXPECT_EQ(ledger.fatal(), "");
}

TEST(FailedWrite, of_one_command_does_not_fail_the_others_in_its_batch) {
  LedgerFixture ledger;
  std::vector<Command> commands;
  for (int i = 0; i < 100; ++i) {
    commands.push_back(request(ledger, i));
    if (i % 20 == 7)
      commands.back().decide = [](auto&, Instant) -> Result<Decision> {
        return Decision{.events = {evidence::Service{.name = "x", .team = "one"}},
                        .answer = {},
                        .keep = [](store::Database& db) {
                          return execute(db, "INSERT INTO head (one, size) VALUES (2, 0)");
                        }};
      };
  }
  const auto outcomes = ledger.burst(std::move(commands));
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    ASSERT_EQ(outcomes[i].ok(), i % 20 != 7) << i;
    if (outcomes[i].ok()) {
      EXPECT_TRUE(ledger::check_receipt(ledger.key(), *outcomes[i]->receipt).ok());
    }
  }
  EXPECT_EQ(ledger.sequencer().size(), 95);
  EXPECT_TRUE(ledger.verify()->sound());
}

TEST(FailedWrite, a_database_that_may_only_be_read_is_unavailable) {
  LedgerFixture ledger;
  ledger.fill(3);
  ledger.close();
  auto db = std::move(ledger.connect(store::OpenMode::read_only)).value();
  const Status written = execute(*db, "DELETE FROM entry");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace weir::sequencer
