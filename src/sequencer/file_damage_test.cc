// Damage below SQLite: bytes of a real database file are changed, or its end is cut off. What is read then is an error
// naming the damage, or exactly what was written; and the scrub finds every such byte, read or not.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <random>

#include "store/sqlite/scrub.h"
#include "support/history.h"
#include "support/ledger_fixture.h"

namespace weir::sequencer {
namespace {

using test::LedgerFixture;

constexpr std::int64_t fast = std::int64_t{1} << 40;  // bytes per second: no bound

// Everything a ledger's tables say, or the error that kept them from saying it.
std::string contents(const LedgerFixture& ledger) {
  auto db = ledger.connect(store::OpenMode::read_only);
  if (!db) return "error: " + db.error().message;
  std::string all;
  for (const std::string_view table : store::ledger_tables) {
    const auto rows =
        query(**db, fmt::format("SELECT * FROM {} ORDER BY 1", table), [](const store::Row& row) {
          std::string text;
          for (int column = 0; column < 3; ++column) text += encode_hex(row.bytes(column)) + " ";
          return text;
        });
    if (!rows) return "error: " + rows.error().message;
    for (const std::string& row : *rows) all += row + "\n";
  }
  return all;
}

void flip(const std::string& path, std::int64_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(at);
  const int before = file.get();
  file.seekp(at);
  file.put(static_cast<char>(before ^ 0x10));
}

class FileDamage : public testing::Test {
 protected:
  void SetUp() override {
    for (const store::Event& event : test::history(ledger_.clock().now(), 0))
      ASSERT_TRUE(ledger_.append(event).ok());
    ledger_.fill(400);
    ledger_.close();
    ASSERT_TRUE(ledger_.alter("PRAGMA wal_checkpoint(TRUNCATE)").ok());
    size_ = static_cast<std::int64_t>(std::filesystem::file_size(ledger_.database_path()));
    expected_ = contents(ledger_);
    ASSERT_FALSE(expected_.starts_with("error"));
  }
  Result<std::int64_t> scrubbed() const { return store::scrub(ledger_.database_path(), {}, fast); }

  LedgerFixture ledger_;
  std::int64_t size_ = 0;
  std::string expected_;
};

TEST_F(FileDamage, undamaged_every_page_is_read_and_none_complained_of) {
  const auto pages = scrubbed();
  ASSERT_TRUE(pages.ok()) << pages.error().message;
  EXPECT_EQ(*pages, size_ / 4096);
  EXPECT_GT(*pages, 60);
}

TEST_F(FileDamage, of_one_byte_anywhere_is_found_by_the_scrub_and_never_read_as_an_answer) {
  std::mt19937_64 random(4711);
  for (int i = 0; i < 200; ++i) {
    const auto at = i < 100 ? static_cast<std::int64_t>(i)
                            : static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(size_));
    SCOPED_TRACE(at);
    flip(ledger_.database_path(), at);
    const auto scrub = scrubbed();
    ASSERT_FALSE(scrub.ok());
    EXPECT_EQ(scrub.error().code, Errc::corrupt);
    EXPECT_NE(scrub.error().message.find(fmt::format("page {} ", at / 4096 + 1)), std::string::npos)
        << scrub.error().message;
    const std::string read = contents(ledger_);
    EXPECT_TRUE(read == expected_ || read.starts_with("error")) << "a wrong answer";
    flip(ledger_.database_path(), at);
  }
  EXPECT_EQ(contents(ledger_), expected_) << "all flips were taken back";
}

TEST_F(FileDamage, of_a_page_that_a_read_needs_names_file_and_page) {
  flip(ledger_.database_path(), 5);
  const auto opened = ledger_.open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Errc::corrupt) << opened.error().message;
  flip(ledger_.database_path(), 5);
  const auto root_page =
      query_count(*ledger_.reader(), "SELECT rootpage FROM sqlite_schema WHERE name='entry'").value();
  flip(ledger_.database_path(), (root_page - 1) * 4096 + 77);
  const auto read = read_entry(*ledger_.reader(), ledger_.blobs(), 3);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Errc::corrupt);
  EXPECT_NE(read.error().message.find(fmt::format("ledger.db: page {} is not what was written", root_page)),
            std::string::npos)
      << read.error().message;
}

TEST_F(FileDamage, a_page_put_in_the_place_of_another_is_found) {
  const std::string whole = ledger_.directory().read("ledger.db");
  std::string moved = whole;
  moved.replace(4096 * 9, 4096, whole, 4096 * 10, 4096);
  ASSERT_NE(moved, whole);
  ledger_.directory().write("ledger.db", moved);
  EXPECT_FALSE(scrubbed().ok());
}

TEST_F(FileDamage, a_page_of_zeros_is_found) {
  std::string zeroed = ledger_.directory().read("ledger.db");
  zeroed.replace(4096 * 9, 4096, 4096, '\0');
  ledger_.directory().write("ledger.db", zeroed);
  EXPECT_FALSE(scrubbed().ok());
}

TEST_F(FileDamage, a_file_cut_off_is_found_wherever_it_was_cut) {
  const std::string whole = ledger_.directory().read("ledger.db");
  for (const std::int64_t left : {std::int64_t{50}, std::int64_t{1000}, std::int64_t{4096},
                                  size_ / 8192 * 4096, size_ / 2 + 1, size_ - 4096, size_ - 1}) {
    SCOPED_TRACE(left);
    ledger_.directory().write("ledger.db", whole.substr(0, static_cast<std::size_t>(left)));
    const std::string read = contents(ledger_);
    const Status opened = ledger_.open();
    const auto scrub = scrubbed();
    EXPECT_TRUE(read == expected_ || read.starts_with("error"));
    EXPECT_TRUE(!opened.ok() || !scrub.ok() || read.starts_with("error")) << "nobody noticed";
    ledger_.close();
    ledger_.directory().write("ledger.db", whole);
  }
}

// The log is not emptied while a reader holds on to it.
TEST_F(FileDamage, of_the_write_ahead_log_under_a_running_server_is_found_by_the_read_that_meets_it) {
  ASSERT_TRUE(ledger_.open().ok());
  ledger_.fill(200);
  const std::string log = ledger_.database_path() + "-wal";
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(log));
  const std::string good = contents(ledger_);
  ASSERT_FALSE(good.starts_with("error"));
  std::mt19937_64 random(42);
  int found = 0;
  for (int i = 0; i < 100; ++i) {
    const auto at = 32 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(size - 32));
    SCOPED_TRACE(at);
    flip(log, at);
    const std::string read = contents(ledger_);
    EXPECT_TRUE(read == good || read.starts_with("error")) << "a wrong answer";
    found += read.starts_with("error") &&
             read.find("write-ahead log is not what was written") != std::string::npos;
    flip(log, at);
  }
  EXPECT_GT(found, 20) << "most pages of the log belong to what was read";
  EXPECT_EQ(contents(ledger_), good);
}

TEST_F(FileDamage, of_the_write_ahead_log_does_not_reach_the_database_file) {
  ASSERT_TRUE(ledger_.open().ok());
  ledger_.fill(200);
  const std::string log = ledger_.database_path() + "-wal";
  const auto at =
      static_cast<std::int64_t>(std::filesystem::file_size(log)) - 1000;  // the newest frame of its page
  flip(log, at);
  auto checkpointer = std::move(ledger_.connect(store::OpenMode::read_write)).value();
  const Status moved = checkpointer->script("PRAGMA wal_checkpoint(PASSIVE)");
  ASSERT_FALSE(moved.ok());
  EXPECT_EQ(moved.error().code, Errc::corrupt);
  flip(log, at);
  EXPECT_TRUE(checkpointer->script("PRAGMA wal_checkpoint(PASSIVE)").ok());
  EXPECT_TRUE(ledger_.verify()->sound());
}

// The cache is made too small for the transaction, so it writes pages into the log before it commits, some of them
// twice.
TEST_F(FileDamage, a_transaction_larger_than_the_cache_is_not_mistaken_for_damage) {
  auto db = std::move(ledger_.connect(store::OpenMode::read_write)).value();
  ASSERT_TRUE(
      db->script("PRAGMA cache_size=20; CREATE TABLE big (id INTEGER PRIMARY KEY, x BLOB, y INTEGER)").ok());
  for (const bool commits : {false, true}) {
    ASSERT_TRUE(db->begin().ok());
    for (int round = 0; round < 4; ++round)
      for (int id = 0; id < 600; ++id)
        ASSERT_TRUE(execute(*db,
                            "INSERT INTO big (id, x, y) VALUES ($1, randomblob(1500), $2) ON CONFLICT (id) "
                            "DO UPDATE SET x=randomblob(1500), y=y+1",
                            (id * 7919) % 600, round)
                        .ok());
    EXPECT_EQ(query_count(*db, "SELECT count(*) FROM big WHERE length(x)=1500").value(), 600);
    if (commits) ASSERT_TRUE(db->commit().ok());
    else db->rollback();
  }
  EXPECT_EQ(query_count(*ledger_.reader(), "SELECT count(*) FROM big WHERE y=3").value(), 600);
  ASSERT_TRUE(db->script("PRAGMA wal_checkpoint(TRUNCATE)").ok());
  EXPECT_TRUE(scrubbed().ok());
}

TEST_F(FileDamage, after_much_was_deleted_every_page_of_the_file_still_has_its_checksum) {
  ASSERT_TRUE(ledger_.open().ok());
  ledger_.close();
  auto db = std::move(ledger_.connect(store::OpenMode::read_write)).value();
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(db->script("CREATE TABLE churn AS SELECT e.idx, randomblob(3000) AS x FROM entry e;"
                           "DELETE FROM churn WHERE idx % 3 = 0; DROP TABLE churn;")
                    .ok());
    ASSERT_TRUE(db->script("BEGIN; CREATE TABLE brief AS SELECT randomblob(9000) AS x FROM entry; DROP TABLE "
                           "brief; COMMIT;")
                    .ok());
    ASSERT_TRUE(db->script("PRAGMA wal_checkpoint(PASSIVE)").ok());
    const auto pages = scrubbed();
    ASSERT_TRUE(pages.ok()) << pages.error().message;
  }
}

TEST_F(FileDamage, a_database_made_without_page_checksums_is_refused_and_left_alone) {
  const std::string path = ledger_.directory().path("foreign.db");
  ASSERT_EQ(std::system(("cp " + ledger_.database_path() + " " + path).c_str()), 0);
  flip(path, 20);  // says how many bytes of a page are reserved
  const std::string before = test::read_file(path);
  auto db = store::open_sqlite(path, store::OpenMode::read_write);
  if (db) {
    EXPECT_FALSE((*db)->script("CREATE TABLE x (y)").ok());
  }
  db = Error{};
  EXPECT_EQ(test::read_file(path), before);
}

}  // namespace
}  // namespace weir::sequencer
