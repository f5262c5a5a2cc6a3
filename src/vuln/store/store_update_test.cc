#include "vuln/store/store_update.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/advisory_corpus.h"
#include "vuln/explain.h"

namespace weir::vuln {
namespace {

using test::osv_record;
using Extent = StoreUpdate::Extent;
using Missing = StoreUpdate::Missing;

const Instant now = *parse_instant("2026-11-22T20:00:00Z");

std::string modified(const std::string& moment) { return R"("modified":")" + moment + R"(")"; }

// One feed read whole into the store, as text of what the update said.
struct Feed {
  std::vector<std::string> records;
  std::string source = "feed";
  Extent extent = Extent::whole;
  Missing missing = Missing::keep;
};

std::string listed(std::string_view word, const std::vector<std::string>& ids) {
  std::string text;
  for (const std::string& id : ids) text += (text.empty() ? "" : ",") + id;
  return text.empty() ? "" : " " + std::string(word) + "=" + text;
}

std::string said(const FeedResult& feed) {
  return std::string(name_of(feed.state)) + listed("added", feed.added) + listed("changed", feed.changed) +
         listed("withdrawn", feed.withdrawn) + listed("older", feed.older) + listed("missing", feed.missing) +
         listed("removed", feed.removed) + listed("refused", feed.refused);
}

void read_feed(StoreUpdate& update, const Feed& feed) {
  update.begin_feed(feed.source, feed.extent);
  for (std::size_t i = 0; i < feed.records.size(); ++i)
    EXPECT_TRUE(update.take("record " + std::to_string(i), feed.records[i]).ok());
  const Status ended = update.end_feed(feed.missing, "", now);
  if (!ended.ok()) update.end_feed_failed(ended.error());
}

std::string update_with(const std::string& directory, const Feed& feed) {
  Result<StoreUpdate> update = StoreUpdate::begin(directory);
  if (!update.ok()) return update.error().message;
  read_feed(*update, feed);
  const Result<UpdateResult> result = update->commit(now);
  return result.ok() ? said(result->feeds[0]) : result.error().message;
}

// The ids of the advisories about npm's `name`.
std::string about(const std::string& directory, std::string_view name) {
  const auto store = AdvisoryStore::open(directory);
  if (!store.ok()) return store.error().message;
  const auto answer = (*store)->about("npm", name);
  if (!answer.ok()) return answer.error().message;
  std::string text;
  for (const AdvisorySet::Entry& each : answer->entries)
    text += each.advisory->id + "<" + each.affected->ranges[0].events[1].version + ";";
  return text;
}

}  // namespace

TEST(StoreUpdate, says_what_was_added_changed_withdrawn_and_is_as_it_was) {
  const test::ScratchDirectory scratch;
  const std::string a = osv_record("A", "x", "1"), b = osv_record("B", "x", "2");
  EXPECT_EQ(update_with(scratch.path(), {{a, b}}), "updated added=A,B");
  EXPECT_EQ(update_with(scratch.path(), {{a, b}}), "unchanged");
  EXPECT_EQ(update_with(scratch.path(), {{osv_record("A", "x", "1.1"), b}}), "updated changed=A");
  EXPECT_EQ(about(scratch.path(), "x"), "A<1.1;B<2;");
  const std::string gone = osv_record("B", "x", "2", R"("withdrawn":"2026-01-01T00:00:00Z")");
  EXPECT_EQ(update_with(scratch.path(), {{osv_record("A", "x", "1.1"), gone}}), "updated withdrawn=B");
  EXPECT_EQ(about(scratch.path(), "x"), "A<1.1;");
  EXPECT_EQ(read_manifest(scratch.path())->withdrawn, 1u);
  EXPECT_EQ(read_manifest(scratch.path())->generation, 3u);
  EXPECT_EQ(update_with(scratch.path(), {{osv_record("A", "x", "1.1"), b}}), "updated changed=B");
  EXPECT_EQ(about(scratch.path(), "x"), "A<1.1;B<2;");
}

TEST(StoreUpdate, what_a_feed_no_longer_says_is_said_and_stays) {
  const test::ScratchDirectory scratch;
  const std::string a = osv_record("A", "x", "1"), b = osv_record("B", "x", "2");
  update_with(scratch.path(), {{a, b}});
  EXPECT_EQ(update_with(scratch.path(), {{a}}), "unchanged missing=B");
  EXPECT_EQ(about(scratch.path(), "x"), "A<1;B<2;");
  EXPECT_EQ(read_manifest(scratch.path())->feeds[0].missing_first, std::vector<std::string>{"B"});
  EXPECT_EQ(update_with(scratch.path(), {{a}, "feed", Extent::partial}), "unchanged");
  EXPECT_EQ(update_with(scratch.path(), {{}}), "failed");  // nothing at all is a feed that vanished
  EXPECT_EQ(about(scratch.path(), "x"), "A<1;B<2;");
  EXPECT_EQ(update_with(scratch.path(), {{a}, "feed", Extent::whole, Missing::remove}), "updated removed=B");
  EXPECT_EQ(about(scratch.path(), "x"), "A<1;");
  EXPECT_EQ(read_manifest(scratch.path())->records, 1u);
  EXPECT_EQ(update_with(scratch.path(), {{a, b}}), "updated added=B");
}

TEST(StoreUpdate, what_one_feed_removes_another_may_bring_in_the_same_update) {
  const test::ScratchDirectory scratch;
  const std::string a = osv_record("A", "x", "1"), b = osv_record("B", "x", "2");
  update_with(scratch.path(), {{a, b}, "one"});
  Result<StoreUpdate> update = StoreUpdate::begin(scratch.path());
  read_feed(*update, {{a}, "one", Extent::whole, Missing::remove});
  read_feed(*update, {{b}, "two", Extent::whole});
  const Result<UpdateResult> result = update->commit(now);
  EXPECT_EQ(said(result->feeds[0]), "updated removed=B");
  EXPECT_EQ(said(result->feeds[1]), "updated added=B");
  EXPECT_EQ(about(scratch.path(), "x"), "A<1;B<2;");
}

TEST(StoreUpdate, a_record_that_moved_to_another_feed_is_not_missing) {
  const test::ScratchDirectory scratch;
  const std::string a = osv_record("A", "x", "1"), b = osv_record("B", "x", "2");
  update_with(scratch.path(), {{a, b}, "one"});
  Result<StoreUpdate> update = StoreUpdate::begin(scratch.path());
  read_feed(*update, {{b}, "two", Extent::whole});
  read_feed(*update, {{a}, "one", Extent::whole, Missing::remove});
  EXPECT_EQ(said(update->commit(now)->feeds[1]), "unchanged");
  EXPECT_EQ(about(scratch.path(), "x"), "A<1;B<2;");
}

TEST(StoreUpdate, impossible_ranges_and_contradicting_lists_are_evaluated_as_the_schema_says) {
  const test::ScratchDirectory scratch;
  const std::string record =
      R"({"id":"A","affected":[{"package":{"ecosystem":"npm","name":"x"},"versions":["9.0.0"],"ranges":[)"
      R"({"type":"SEMVER","events":[{"introduced":"2.0.0"},{"fixed":"1.0.0"}]}]}]})";
  EXPECT_EQ(update_with(scratch.path(), {{record}}), "updated added=A");
  const auto store = *AdvisoryStore::open(scratch.path());
  const auto verdict = [&](std::string_view version) {
    const Verdict found =
        evaluate(*store->about("npm", "x")->entries[0].affected, VersionOrder::semver, version);
    return std::string(found.affected ? "affected" : "not affected") + (found.listed ? " by the list" : "");
  };
  EXPECT_EQ(verdict("1.5.0"), "not affected");
  EXPECT_EQ(verdict("2.0.0"), "affected");  // fixed below, introduced again
  EXPECT_EQ(verdict("0.5.0"), "not affected");
}

TEST(StoreUpdate, a_feed_that_fails_closes_nothing) {
  const test::ScratchDirectory scratch;
  update_with(scratch.path(), {{osv_record("A", "x", "1")}});
  Result<StoreUpdate> update = StoreUpdate::begin(scratch.path());
  update->begin_feed("feed", Extent::whole);
  update->end_feed_failed(Error{Errc::unavailable, "the server is gone"});
  EXPECT_EQ(said(update->commit(now)->feeds[0]), "failed");
  EXPECT_EQ(read_manifest(scratch.path())->feeds[0].problem, "the server is gone");
  EXPECT_EQ(about(scratch.path(), "x"), "A<1;");
}

TEST(StoreUpdate, a_feed_that_goes_back_in_time_changes_nothing) {
  const test::ScratchDirectory scratch;
  const std::string later = osv_record("A", "x", "2", modified("2024-02-01T00:00:00.5Z"));
  const std::string older = osv_record("A", "x", "1", modified("2024-02-01T00:00:00Z"));
  EXPECT_EQ(update_with(scratch.path(), {{later}}), "updated added=A");
  EXPECT_EQ(update_with(scratch.path(), {{older}}), "unchanged older=A");
  EXPECT_EQ(about(scratch.path(), "x"), "A<2;");
}

TEST(StoreUpdate, content_decides_where_every_record_says_year_1) {
  const test::ScratchDirectory scratch;
  const std::string year_1 = modified("0001-01-01T00:00:00Z");
  update_with(scratch.path(), {{osv_record("A", "x", "1", year_1)}});
  EXPECT_EQ(update_with(scratch.path(), {{osv_record("A", "x", "2", year_1)}}), "updated changed=A");
  EXPECT_EQ(about(scratch.path(), "x"), "A<2;");
  EXPECT_EQ(update_with(scratch.path(), {{osv_record("A", "x", "3", modified("2024-01-01T00:00:00Z"))}}),
            "updated changed=A");
}

TEST(StoreUpdate, of_two_feeds_with_one_id_the_later_counts_and_else_the_first) {
  const test::ScratchDirectory scratch;
  const std::string first = osv_record("A", "x", "1"), other = osv_record("A", "x", "2");
  update_with(scratch.path(), {{first}, "one"});
  EXPECT_EQ(update_with(scratch.path(), {{other}, "two"}), "unchanged older=A");
  EXPECT_EQ(about(scratch.path(), "x"), "A<1;");
  const std::string dated = osv_record("A", "x", "3", modified("2024-01-01T00:00:00Z"));
  const std::string later = osv_record("A", "x", "4", modified("2025-01-01T00:00:00Z"));
  EXPECT_EQ(update_with(scratch.path(), {{dated}, "one"}), "updated changed=A");
  EXPECT_EQ(update_with(scratch.path(), {{later}, "two"}), "updated changed=A");
  EXPECT_EQ(update_with(scratch.path(), {{dated}, "one"}), "unchanged older=A");
  EXPECT_EQ(about(scratch.path(), "x"), "A<4;");
  EXPECT_EQ(update_with(scratch.path(), {{dated, later}, "two"}), "unchanged older=A");
}

TEST(StoreUpdate, records_that_contradict_the_schema_are_refused_by_name_and_the_others_taken) {
  const test::ScratchDirectory scratch;
  const std::string both =
      R"({"id":"B","affected":[{"package":{"ecosystem":"npm","name":"x"},"ranges":[{"type":"SEMVER",)"
      R"("events":[{"introduced":"0"},{"fixed":"1"},{"last_affected":"2"}]}]}]})";
  const std::string none = R"({"id":"C","affected":[{"package":{"ecosystem":"npm","name":"x"},)"
                           R"("ranges":[{"type":"SEMVER","events":[{"fixed":"1"}]}]}]})";
  const std::string text = update_with(scratch.path(), {{osv_record("A", "x", "1"), both, none, "{", "[]"}});
  EXPECT_TRUE(text.starts_with("updated added=A refused=record 1: ")) << text;
  EXPECT_NE(text.find("must not have both fixed and last_affected"), std::string::npos);
  EXPECT_NE(text.find("record 2: 'affected[0].ranges[0]' says nowhere what introduced it"),
            std::string::npos);
  EXPECT_EQ(about(scratch.path(), "x"), "A<1;");
  EXPECT_EQ(read_manifest(scratch.path())->feeds[0].refused, 4u);
}

TEST(StoreUpdate, a_reader_keeps_what_it_opened) {
  const test::ScratchDirectory scratch;
  update_with(scratch.path(), {{osv_record("A", "x", "1")}});
  const auto before = *AdvisoryStore::open(scratch.path());
  for (int i = 2; i < 20; ++i)  // enough for all to become one segment on the way
    update_with(scratch.path(), {{osv_record("A", "x", std::to_string(i))}});
  EXPECT_EQ(before->about("npm", "x")->entries[0].affected->ranges[0].events[1].version, "1");
  EXPECT_EQ(about(scratch.path(), "x"), "A<19;");
  EXPECT_LE(read_manifest(scratch.path())->segments.size(), 8u);
}

TEST(StoreUpdate, equal_content_has_an_equal_digest_however_it_came) {
  const test::ScratchDirectory at_once, step_by_step;
  std::vector<std::string> all;
  for (int i = 0; i < 30; ++i) {
    all.push_back(osv_record("A-" + std::to_string(i), "x", "1"));
    update_with(step_by_step.path(), {all});
  }
  update_with(at_once.path(), {all});
  EXPECT_EQ(read_manifest(at_once.path())->digest, read_manifest(step_by_step.path())->digest);
  EXPECT_EQ(about(at_once.path(), "x"), about(step_by_step.path(), "x"));
  EXPECT_EQ(read_manifest(step_by_step.path())->records, 30u);
}

TEST(StoreUpdate, files_that_were_left_behind_are_swept_and_foreign_ones_are_not) {
  const test::ScratchDirectory scratch;
  scratch.write("advisories-00000001.weir.0123", "half");
  scratch.write("notes.txt", "mine");
  update_with(scratch.path(), {{osv_record("A", "x", "1")}});
  EXPECT_FALSE(std::filesystem::exists(scratch.path("advisories-00000001.weir.0123")));
  EXPECT_TRUE(std::filesystem::exists(scratch.path("notes.txt")));
}

TEST(StoreUpdate, one_at_a_time) {
  const test::ScratchDirectory scratch;
  const Result<StoreUpdate> first = StoreUpdate::begin(scratch.path());
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(StoreUpdate::begin(scratch.path()).error().code, Errc::unavailable);
}

TEST(StoreUpdate, a_store_that_is_damaged_is_refused_by_place) {
  const test::ScratchDirectory scratch;
  update_with(scratch.path(), {{osv_record("A", "x", "1")}});
  const std::string name = read_manifest(scratch.path())->segments[0].file;
  const std::string sound = scratch.read(name);
  scratch.write(name, sound.substr(0, 4096));
  EXPECT_EQ(AdvisoryStore::open(scratch.path()).error().code, Errc::corrupt);
  std::filesystem::remove(scratch.path(name));
  EXPECT_EQ(AdvisoryStore::open(scratch.path()).error().code, Errc::corrupt);
  scratch.write(name, SegmentWriter().finish());  // sound, but another one
  EXPECT_NE(AdvisoryStore::open(scratch.path()).error().message.find("not the file that the manifest names"),
            std::string::npos);
  scratch.write(name, sound);
  EXPECT_EQ(about(scratch.path(), "x"), "A<1;");
  std::string manifest = scratch.read(manifest_name);
  manifest[manifest.find("\"records\":1")] = '\'';
  scratch.write(manifest_name, manifest);
  EXPECT_EQ(AdvisoryStore::open(scratch.path()).error().code, Errc::corrupt);
  EXPECT_EQ(StoreUpdate::begin(scratch.path()).error().code, Errc::corrupt);
}

TEST(StoreUpdate, a_segment_cut_short_while_it_is_in_use_is_an_error) {
  const test::ScratchDirectory scratch;
  std::vector<std::string> records;
  for (int i = 0; i < 500; ++i) records.push_back(osv_record(fmt::format("A-{}", i), fmt::format("name-{}", i), "1"));
  update_with(scratch.path(), {records});
  const auto store = AdvisoryStore::open(scratch.path()).value();
  ASSERT_TRUE(store->about("npm", "name-1").ok());
  const std::string file = scratch.path(read_manifest(scratch.path())->segments[0].file);
  for (const std::size_t size : {std::size_t{8192}, std::size_t{4096}, std::size_t{0}}) {
    std::filesystem::resize_file(file, size);
    for (const auto& code : {store->about("npm", "name-1").error(), store->record("A-1").error(),
                             store->mentioning(Mention::alias, "A-1").error()}) {
      EXPECT_EQ(code.code, Errc::corrupt);
      EXPECT_NE(code.message.find("cut short while it was in use"), std::string::npos) << code.message;
    }
  }
}

TEST(CveTable, lists_are_known_by_their_beginning_and_looked_up_by_cve) {
  const test::ScratchDirectory scratch;
  const std::string json =
      R"({"catalogVersion":"1","dateReleased":"2025-08-25T00:00:00Z","vulnerabilities":[)"
      R"({"cveID":"CVE-2021-44228","vendorProject":"Apache","dateAdded":"2021-12-10"},{"cveID":"nonsense"}]})";
  const std::string csv =
      "#model_version:v1,score_date:2025-01-02T00:00:00+0000\ncve,epss,percentile\n"
      "CVE-2021-44228,0.97,0.999\nCVE-2020-1,0.5,0.5\nCVE-2020-0002,2,0.5\n";
  EXPECT_EQ(update_with(scratch.path(), {{json, csv}}),
            "updated refused=record 0: vulnerabilities[1]: 'nonsense' is no CVE,record 1: line 4: expected a "
            "CVE and "
            "two shares of one,record 1: line 5: expected a CVE and two shares of one");
  const auto store = *AdvisoryStore::open(scratch.path());
  EXPECT_EQ((*store->exploited("CVE-2021-44228"))->vendor, "Apache");
  EXPECT_FLOAT_EQ((*store->likelihood("CVE-2021-44228"))->probability, 0.97f);
  EXPECT_EQ(*store->exploited("CVE-2021-44229"), std::nullopt);
  EXPECT_EQ(store->manifest().likelihood->rows, 1u);
  const std::string older = "#score_date:2024-12-31T00:00:00+0000\nCVE-2021-44228,0.1,0.1\n";
  EXPECT_EQ(update_with(scratch.path(), {{"#model_version" + older}}),
            "unchanged older=the list of 2024-12-31T00:00:00+0000");
  EXPECT_EQ(
      update_with(scratch.path(), {{"cveID,vendorProject,shortDescription\nCVE-2022-1000,\"A \"\"b\"\", c\","
                                    "\"two\nlines\"\n"}}),
      "updated");
  EXPECT_EQ((*(*AdvisoryStore::open(scratch.path()))->exploited("CVE-2022-1000"))->vendor, "A \"b\", c");
}

TEST(CveTable, the_catalogue_of_the_corpus_is_read_whole) {
  REQUIRE_CORPUS("kev");
  const std::string text = test::read_file(test::corpus_path("kev/known_exploited_vulnerabilities.json"));
  ASSERT_TRUE(is_exploited_list(text));
  const auto list = read_exploited(text);
  ASSERT_TRUE(list.ok()) << list.error().message;
  EXPECT_EQ(list->rows.size(), 1404u);
  EXPECT_TRUE(list->refused.empty());
  const auto file = PagedFile::over(encode_exploited(list->rows), "kev", PagedKind::exploited);
  for (const Exploited& row : list->rows) ASSERT_EQ((*find_exploited(**file, row.cve))->action, row.action);
}

TEST(CveTable, a_number_is_a_cve_only_as_it_is_written) {
  EXPECT_EQ(cve_text(*cve_number("CVE-2021-44228")), "CVE-2021-44228");
  EXPECT_EQ(cve_text(*cve_number("CVE-1999-0001")), "CVE-1999-0001");
  for (const char* wrong : {"CVE-2021-044228", "CVE-2021-1", "cve-2021-44228", "CVE-2021-99999999999",
                            "CVE-21-44228", "CVE-2021-4422x", ""})
    EXPECT_EQ(cve_number(wrong), std::nullopt) << wrong;
}

// A manifest larger than what is read would make the store unreadable for good; feeds can be made to say very much.
TEST(StoreUpdate, what_nobody_could_read_is_not_written) {
  const test::ScratchDirectory scratch;
  EXPECT_EQ(update_with(scratch.path(), {{osv_record("A", "x", "1")}}), "updated added=A");
  Result<StoreUpdate> update = StoreUpdate::begin(scratch.path());
  ASSERT_TRUE(update.ok());
  for (int i = 0; i < 65; ++i) {
    update->begin_feed("feed " + std::to_string(i), Extent::partial);
    update->end_feed_failed(invalid(std::string(1024 * 1024, 'x')));
  }
  const auto result = update->commit(now);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Errc::too_large);
  EXPECT_EQ(about(scratch.path(), "x"), "A<1;");
}

}  // namespace weir::vuln
