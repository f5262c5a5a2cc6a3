#include "vuln/store/difference.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/advisory_corpus.h"
#include "vuln/store/store_update.h"

namespace weir::vuln {
namespace {

using test::osv_record;

const Instant now = *parse_instant("2026-11-22T20:00:00Z");

using Snapshot = std::shared_ptr<const AdvisoryStore>;

// The store after one more feed has been read whole.
Snapshot after(const std::string& directory, const std::vector<std::string>& records,
               StoreUpdate::Missing missing = StoreUpdate::Missing::keep) {
  Result<StoreUpdate> update = StoreUpdate::begin(directory);
  EXPECT_TRUE(update.ok());
  update->begin_feed("feed", StoreUpdate::Extent::whole);
  for (const std::string& record : records) EXPECT_TRUE(update->take("record", record).ok());
  EXPECT_TRUE(update->end_feed(missing, "", now).ok());
  EXPECT_TRUE(update->commit(now).ok());
  return AdvisoryStore::open(directory).value();
}

std::string said(const Result<StoreDifference>& difference) {
  if (!difference.ok()) return difference.error().message;
  std::string text;
  const auto list = [&](std::string_view word, const std::vector<std::string>& ids) {
    for (const std::string& id : ids) text += std::string(word) + " " + id + ";";
  };
  list("added", difference->added);
  list("changed", difference->changed);
  list("withdrawn", difference->withdrawn);
  list("removed", difference->removed);
  for (const PackageName& each : difference->touched) text += each.ecosystem + " " + each.name + ";";
  return text + (difference->exploited ? "exploited;" : "") + (difference->likelihood ? "likelihood;" : "");
}

}  // namespace

TEST(StoreDifference, names_the_records_and_the_packages_that_either_side_speaks_of) {
  const test::ScratchDirectory scratch;
  const Snapshot first = after(scratch.path(), {osv_record("A", "a", "2"), osv_record("B", "b", "2")});
  EXPECT_EQ(said(difference(*AdvisoryStore::over({}), *first)), "added A;added B;npm a;npm b;");
  EXPECT_EQ(said(difference(*first, *first)), "");
  const Snapshot second = after(
      scratch.path(), {osv_record("A", "c", "2"), osv_record("B", "b", "2"), osv_record("D", "d", "1")});
  EXPECT_EQ(said(difference(*first, *second)), "added D;changed A;npm a;npm c;npm d;");
  EXPECT_EQ(said(difference(*second, *first)), "changed A;removed D;npm a;npm c;npm d;");
}

TEST(StoreDifference, withdrawn_removed_and_standing_again) {
  const test::ScratchDirectory scratch;
  const std::string stands = osv_record("A", "a", "2"), other = osv_record("B", "b", "2"),
                    withdrawn = osv_record("A", "a", "2", R"("withdrawn":"2026-01-01T00:00:00Z")"),
                    still = osv_record("A", "a", "3", R"("withdrawn":"2026-01-01T00:00:00Z")");
  const Snapshot first = after(scratch.path(), {stands, other});
  const Snapshot second = after(scratch.path(), {withdrawn, other});
  EXPECT_EQ(said(difference(*first, *second)), "withdrawn A;npm a;");
  const Snapshot third = after(scratch.path(), {still, other});
  EXPECT_EQ(said(difference(*second, *third)), "changed A;");  // it affected nobody, and does not now
  const Snapshot fourth = after(scratch.path(), {stands, other});
  EXPECT_EQ(said(difference(*third, *fourth)), "changed A;npm a;");
  const Snapshot fifth = after(scratch.path(), {stands}, StoreUpdate::Missing::remove);
  EXPECT_EQ(said(difference(*fourth, *fifth)), "removed B;npm b;");
  EXPECT_EQ(said(difference(*first, *fifth)), "removed B;npm b;");
}

TEST(StoreDifference, a_list_of_cves_that_is_another_one_is_said) {
  const test::ScratchDirectory scratch;
  const std::string record = osv_record("A", "a", "2");
  const Snapshot first = after(scratch.path(), {record});
  const Snapshot second = after(scratch.path(), {record, "cve,epss,percentile\nCVE-2024-0001,0.5,0.9\n"});
  EXPECT_EQ(said(difference(*first, *second)), "likelihood;");
}

// However it is cut into segments: the same over a store that took many small updates and was compacted between.
TEST(StoreDifference, is_what_the_records_say_however_they_are_cut_into_segments) {
  const test::ScratchDirectory scratch;
  std::vector<std::string> records;
  for (int i = 0; i < 12; ++i)
    records.push_back(osv_record("R" + std::to_string(i), "p" + std::to_string(i), "1"));
  const Snapshot first = after(scratch.path("cut"), records);
  for (int i = 0; i < 12; ++i) {
    records[i] = osv_record("R" + std::to_string(i), "p" + std::to_string(i), i % 2 == 0 ? "2" : "1");
    after(scratch.path("cut"), records);
  }
  const Snapshot last = AdvisoryStore::open(scratch.path("cut")).value(),
                 whole = after(scratch.path("whole"), records);
  EXPECT_EQ(said(difference(*last, *whole)), "");
  EXPECT_EQ(last->manifest().digest, whole->manifest().digest);
  const Result<StoreDifference> changed = difference(*first, *last);
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(changed->changed, (std::vector<std::string>{"R0", "R10", "R2", "R4", "R6", "R8"}));
  EXPECT_EQ(changed->touched.size(), 6u);
}

}  // namespace weir::vuln
