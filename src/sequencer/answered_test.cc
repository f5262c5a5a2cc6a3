#include "sequencer/answered.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "support/ledger_fixture.h"

namespace weir::sequencer {
namespace {

using test::LedgerFixture;

constexpr std::size_t run_keys = 8;

class AnsweredKeys : public testing::Test {
 protected:
  AnsweredKeys() {
    ledger_.close();
    db_ = std::move(ledger_.connect(store::OpenMode::read_write)).value();
    reopen();
  }
  void reopen() { answered_ = std::move(Answered::open(*db_, run_keys)).value(); }

  static Answer answer(int number) {
    return {
        .body = crypto::sha256(std::to_string(number)), .index = number, .size = number + 1, .answer = "{}"};
  }
  void keep(int from, int count) {
    CHECK(db_->begin().ok());
    for (int i = from; i < from + count; ++i)
      CHECK(answered_->keep(*db_, ledger_.actor(), fmt::format("key-{}", i), answer(i)).ok());
    CHECK(answered_->fold(*db_).ok());
    CHECK(db_->commit().ok());
    answered_->committed();
  }
  std::optional<Answer> find(int number) {
    return answered_->find(*db_, ledger_.actor(), fmt::format("key-{}", number)).value();
  }
  void expect_exactly(int count) {
    for (int i = 0; i < count; ++i) {
      const auto found = find(i);
      ASSERT_TRUE(found.has_value()) << i << " of " << count;
      EXPECT_EQ(found->index, i);
      EXPECT_EQ(found->body, answer(i).body);
    }
    EXPECT_FALSE(find(count).has_value());
  }
  std::int64_t indexed() { return query_count(*db_, "SELECT count(*) FROM idempotency_key").value(); }

  LedgerFixture ledger_;
  std::unique_ptr<store::Database> db_;
  std::optional<Answered> answered_;
};

TEST_F(AnsweredKeys, are_found_at_every_step_of_their_way_into_the_index) {
  int count = 0;
  for (const int more : {1, 7, 1, 1, 1, 3, 20, 1, 1, 40, 2, 2, 2, 2, 9}) {
    keep(count, more);
    expect_exactly(count += more);
  }
  EXPECT_GT(indexed(), 60);
}

TEST_F(AnsweredKeys, are_found_by_whoever_opens_the_database_next_whatever_was_half_done) {
  for (int count = 0; count < 90; count += 9) {
    for (int i = 0; i < 3; ++i) keep(count + 3 * i, 3);
    reopen();
    expect_exactly(count + 9);
  }
  EXPECT_GT(indexed(), 40);
}

TEST_F(AnsweredKeys, of_a_transaction_that_was_rolled_back_are_forgotten) {
  keep(0, 9);  // a run is on its way
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(db_->begin().ok());
    ASSERT_TRUE(answered_->keep(*db_, ledger_.actor(), "key-9", answer(9)).ok());
    ASSERT_TRUE(answered_->fold(*db_).ok());
    db_->rollback();
    answered_->rolled_back();
    expect_exactly(9);
  }
  keep(9, 20);
  expect_exactly(29);
}

TEST_F(AnsweredKeys, of_another_actor_with_the_same_name_are_other_keys) {
  keep(0, 1);
  EXPECT_FALSE(answered_->find(*db_, test::id_of<ledger::ActorId>('z'), "key-0")->has_value());
}

// The columns that later versions gave tables; without them a table is as the older ones made it.
constexpr std::string_view without_later_columns =
    "ALTER TABLE approval DROP COLUMN groups; ALTER TABLE approval DROP COLUMN request;"
    "ALTER TABLE approval DROP COLUMN by_rule; ALTER TABLE approval DROP COLUMN decision;"
    "ALTER TABLE approval DROP COLUMN break_glass; ALTER TABLE approval DROP COLUMN change;";

TEST(Migration, keeps_the_keys_that_version_1_answered) {
  LedgerFixture ledger;
  ledger.close();
  ASSERT_TRUE(
      ledger
          .alter(
              std::string(without_later_columns) +
              "DROP TABLE idempotency; DROP TABLE idempotency_key; DROP TABLE idempotency_indexed;"
              "ALTER TABLE environment DROP COLUMN tags; ALTER TABLE flow DROP COLUMN tags;"
              "CREATE TABLE idempotency (actor BLOB NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, "
              "idx INTEGER NOT NULL, size INTEGER NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (actor, key)) "
              "WITHOUT ROWID;"
              "INSERT INTO idempotency VALUES (x'61616161616161616161616161616161', 'old', zeroblob(32), 0, "
              "0, 'kept'); PRAGMA user_version=1")
          .ok());
  ASSERT_TRUE(ledger.open().ok());
  Command again = ledger.command({});
  again.idempotency = {"old", Sha256{}};
  const auto outcome = ledger.sequencer().submit_and_wait(std::move(again));
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_TRUE(outcome->replayed);
  EXPECT_EQ(outcome->answer, "kept");
}

TEST(Migration, gives_the_approvals_of_version_2_what_a_rebuild_would) {
  LedgerFixture ledger;
  const auto given = deploy::ApprovalGiven{.artifact = Sha256{}, .environment = "prod", .reason = "release"};
  ASSERT_TRUE(ledger.append(given).ok());
  const auto before = test::dump_table(*ledger.reader(), "approval");
  ledger.close();
  ASSERT_TRUE(ledger.alter(std::string(without_later_columns) + "PRAGMA user_version=2").ok());
  ASSERT_TRUE(ledger.open().ok());
  EXPECT_EQ(test::dump_table(*ledger.reader(), "approval"), before);
  ASSERT_TRUE(ledger.append(given).ok());
}

}  // namespace
}  // namespace weir::sequencer
