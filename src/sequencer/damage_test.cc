// Damage on purpose: what is stored is changed behind the ledger's back, and the opening, the read that meets it, or
// the verification says so. Here the database's own rows are changed; damage below SQLite is in store/sqlite.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/ledger_fixture.h"

namespace weir::sequencer {
namespace {

using test::LedgerFixture;

// 600 entries: two full tiles of level 0, one partial one; the newest full tile ends at 511.
class Damage : public testing::Test {
 protected:
  void SetUp() override {
    ledger_.fill(600);
    ledger_.close();
  }
  void alter(std::string_view sql) { ASSERT_TRUE(ledger_.alter(sql).ok()); }
  std::string verified() {
    const auto report = ledger_.verify();
    if (!report) return report.error().message;
    if (report->sound()) return "sound";
    std::string named;
    for (const ledger::Fault& fault : report->named)
      named += fmt::format("{}-{}: {}\n", fault.first.value, fault.last.value, fault.what);
    return named;
  }
  LedgerFixture ledger_;
};

std::string flip(std::string_view table, std::string_view column, int byte, std::string_view where) {
  return fmt::format(
      "UPDATE {0} SET {1}=CAST(substr({1},1,{2}) || CASE WHEN substr({1},{2}+1,1)=x'00' THEN x'01' ELSE "
      "x'00' END || "
      "substr({1},{2}+2) AS BLOB) WHERE {3}",
      table, column, byte, where);
}

TEST_F(Damage, undamaged_it_opens_and_is_sound) {
  EXPECT_TRUE(ledger_.open().ok());
  EXPECT_EQ(verified(), "sound");
}

TEST_F(Damage, of_the_newest_entries_or_of_the_head_is_found_at_the_start) {
  constexpr std::array<std::array<std::string_view, 2>, 9> cases{{
      {"an entry is gone from the end", "DELETE FROM entry WHERE idx=599"},
      {"an entry is there that the head does not know", "INSERT INTO entry (idx, leaf) VALUES (600, x'00')"},
      {"a leaf behind the last full tile is another",
       "UPDATE entry SET leaf=(SELECT leaf FROM entry WHERE idx=1) WHERE idx=550"},
      {"a leaf behind the last full tile is gone", "DELETE FROM entry WHERE idx=550"},
      {"a full tile is gone", "DELETE FROM tile WHERE id=0"},
      {"a full tile is another", "UPDATE tile SET hashes=(SELECT hashes FROM tile WHERE id=1) WHERE id=0"},
      {"the head is of a smaller tree", "UPDATE head SET size=599"},
      {"the root is another", "UPDATE head SET root=zeroblob(32)"},
      {"the checkpoint is no note", "UPDATE head SET checkpoint='weir.test/org'"},
  }};
  for (const auto& [what, sql] : cases) {
    SCOPED_TRACE(what);
    LedgerFixture ledger;
    ledger.fill(600);
    ledger.close();
    ASSERT_TRUE(ledger.alter(sql).ok());
    const Status opened = ledger.open();
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, Errc::corrupt) << opened.error().message;
  }
}

TEST_F(Damage, of_one_bit_of_a_full_tile_is_found_at_the_start) {
  alter(flip("tile", "hashes", 5000, "id=1"));
  EXPECT_EQ(ledger_.open().error().code, Errc::corrupt);
}

TEST_F(Damage, a_head_of_an_earlier_moment_is_found_at_the_start) {
  ASSERT_TRUE(ledger_.open().ok());
  ASSERT_TRUE(ledger_.alter("CREATE TABLE earlier AS SELECT * FROM head").ok());
  ledger_.fill(1);
  ledger_.close();
  alter("DELETE FROM head; INSERT INTO head SELECT * FROM earlier");
  EXPECT_EQ(ledger_.open().error().code, Errc::corrupt);
}

TEST_F(Damage, another_key_does_not_open_the_ledger) {
  ledger_.sign_with(crypto::Signer::generate());
  const Status opened = ledger_.open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Errc::corrupt);
  EXPECT_NE(opened.error().message.find("checkpoint is not this key's"), std::string::npos);
}

TEST_F(Damage, of_an_old_leaf_is_found_by_its_read_and_by_the_verification) {
  alter(flip("entry", "leaf", 70, "idx=100"));
  const auto read = read_entry(*ledger_.reader(), ledger_.blobs(), 100);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Errc::corrupt);
  EXPECT_NE(read.error().message.find("entry 100"), std::string::npos);
  EXPECT_THAT(verified(), testing::HasSubstr("100-100: the tree holds another hash than its leaf has\n"));
}

TEST_F(Damage, of_any_byte_of_a_leaf_makes_the_verification_fail) {
  const auto leaf = query_one(*ledger_.reader(), "SELECT leaf FROM entry WHERE idx=100",
                              [](const store::Row& row) { return Bytes(row.bytes(0)); });
  for (std::size_t byte = 0; byte < (*leaf)->size(); ++byte) {
    alter(flip("entry", "leaf", static_cast<int>(byte), "idx=100"));
    EXPECT_NE(verified(), "sound") << "byte " << byte;
    auto db = std::move(ledger_.connect(store::OpenMode::read_write)).value();
    ASSERT_TRUE(execute(*db, "UPDATE entry SET leaf=$1 WHERE idx=100", store::Blob{**leaf}).ok());
  }
  EXPECT_EQ(verified(), "sound");
}

TEST_F(Damage, of_a_payload_its_key_or_its_salt_is_found_by_its_read) {
  for (const std::string& sql :
       {flip("entry", "payload", 3, "idx=7"), flip("payload_key", "key", 3, "idx=7"),
        flip("payload_key", "salt", 3, "idx=7"), std::string("UPDATE entry SET payload=NULL WHERE idx=7")}) {
    SCOPED_TRACE(sql);
    LedgerFixture ledger;
    ledger.fill(10);
    ASSERT_TRUE(ledger.alter(sql).ok());
    const auto read = read_entry(*ledger.reader(), ledger.blobs(), 7);
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().code, Errc::corrupt);
    EXPECT_NE(read.error().message.find("entry 7"), std::string::npos);
    const auto report = ledger.verify();
    EXPECT_FALSE(report.ok() && report->sound());
  }
}

TEST_F(Damage, of_a_blob_is_found_by_its_read) {
  ASSERT_TRUE(ledger_.open().ok());
  ASSERT_TRUE(
      ledger_.append(evidence::Trail{.flow = "api", .name = "t", .description = std::string(70'000, 'x')})
          .ok());
  for (const auto& file : std::filesystem::recursive_directory_iterator(ledger_.directory().path("blobs"))) {
    if (!file.is_regular_file()) continue;
    std::fstream stream(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(500);
    stream.put('!');
  }
  EXPECT_EQ(read_entry(*ledger_.reader(), ledger_.blobs(), 600).error().code, Errc::corrupt);
  EXPECT_NE(verified(), "sound");
}

TEST_F(Damage, entries_that_changed_places_are_found_by_the_verification) {
  alter(
      "UPDATE entry SET idx=-1 WHERE idx=10; UPDATE entry SET idx=10 WHERE idx=11; UPDATE entry SET idx=11 "
      "WHERE idx=-1;"
      "UPDATE payload_key SET idx=-1 WHERE idx=10; UPDATE payload_key SET idx=10 WHERE idx=11; UPDATE "
      "payload_key SET idx=11 WHERE idx=-1");
  EXPECT_NE(verified(), "sound");
}

TEST_F(Damage, a_missing_entry_in_the_middle_is_found_by_the_verification) {
  alter("DELETE FROM entry WHERE idx=300 OR idx=301");
  EXPECT_EQ(verified(), "300-301: it is missing\n") << "the tiles still tell their hashes";
}

TEST_F(Damage, of_a_tile_is_found_by_the_verification) {
  alter(flip("tile", "hashes", 5000, "id=1"));
  EXPECT_EQ(verified(), "412-412: the tree holds another hash than its leaf has\n");
  alter("DELETE FROM tile WHERE id=0");
  EXPECT_THAT(verified(), testing::HasSubstr("0-0: the tree's tile/0/000 can't be read\n"));
}

TEST_F(Damage, many_are_named_and_the_others_still_verified) {
  alter("DELETE FROM entry WHERE idx BETWEEN 10 AND 40; UPDATE entry SET payload=NULL WHERE idx IN (90, 91)");
  alter(flip("payload_key", "key", 3, "idx=500"));
  const std::string said = verified();
  EXPECT_THAT(said,
              testing::StartsWith("10-40: it is missing\n90-90: entry 90 is damaged: its payload is gone"));
  EXPECT_THAT(said, testing::HasSubstr("\n500-500: entry 500 is damaged"));
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 4) << said;
}

TEST_F(Damage, nothing_is_proved_from_a_tile_that_is_gone) {
  alter("DELETE FROM tile WHERE id=1");
  EXPECT_EQ(prove(*ledger_.reader(), 300, {600}).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace weir::sequencer
