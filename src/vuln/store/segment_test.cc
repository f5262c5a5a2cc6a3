// A segment gives back exactly what it was given, over every record of $WEIR_CORPUS/osv; damaged, it says so.
#include "vuln/store/segment.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "crypto/digest.h"
#include "support/advisory_corpus.h"
#include "vuln/match.h"
#include "vuln/store/advisory_store.h"
#include "vuln/store/coding.h"

namespace weir::vuln {
namespace {

std::string described(const Affected& affected) {
  std::string text = affected.ecosystem + "|" + affected.name;
  for (const Severity& each : affected.severity) text += "|" + each.type + "=" + each.score;
  for (const Range& range : affected.ranges) {
    text += "|range " + std::to_string(static_cast<int>(range.type));
    for (const Event& event : range.events)
      text += " " + std::to_string(static_cast<int>(event.kind)) + event.version;
  }
  for (const std::string& version : affected.versions) text += "|" + version;
  return text;
}

std::string described(const Advisory& advisory, bool with_affected = true) {
  std::string text =
      advisory.id + "|" + advisory.summary + "|" + advisory.modified + "|" + advisory.withdrawn;
  for (const auto* list : {&advisory.aliases, &advisory.upstream, &advisory.related}) {
    text += "|";
    for (const std::string& each : *list) text += each + ",";
  }
  for (const Severity& each : advisory.severity) text += "|" + each.type + "=" + each.score;
  if (with_affected)
    for (const Affected& each : advisory.affected) text += "\n" + described(each);
  return text;
}

std::string described(std::span<const AdvisorySet::Entry> entries) {
  std::string text;
  for (const AdvisorySet::Entry& each : entries)
    text += described(*each.advisory, false) + "\n" + described(*each.affected) + "\n" + each.release + "\n";
  return text;
}

StoredRecord stored(const std::string& text, std::uint32_t feed = 0) {
  Result<Advisory> advisory = read_advisory(text);
  EXPECT_TRUE(advisory.ok()) << text;
  return {.advisory = std::move(advisory).value(), .content = crypto::sha256(text), .feed = feed};
}

Bytes small_segment() {
  SegmentWriter writer;
  for (int i = 0; i < 40; ++i) {
    const std::string n = std::to_string(i);
    const std::string more = R"("aliases":["CVE-2024-)" + n + R"("],"upstream":["U-)" + n +
                             R"("],"summary":"A flaw","modified":"2024-01-01T00:00:00Z")";
    EXPECT_TRUE(
        writer.add(stored(test::osv_record("A-" + n, "p" + std::to_string(i % 7), "1." + n, more))).ok());
  }
  return writer.finish();
}

// Everything that can be asked, as one text; the first error in its place.
Result<std::string> all_of(const Bytes& content) {
  Segment segment = TRY(Segment::over(content, "segment"));
  std::string text;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const StoredRecord record = TRY(segment.record(i));
    text += described(record.advisory) + "\n";
    const std::optional<std::size_t> found = TRY(segment.find(record.advisory.id));
    text += found ? std::to_string(*found) : "-";
  }
  for (int i = 0; i < 40; ++i)
    for (const Mention mention : {Mention::alias, Mention::upstream, Mention::related}) {
      const std::string word = mention == Mention::alias ? "CVE-2024-" : "U-";
      const std::vector<std::size_t> found = TRY(segment.mentioning(mention, word + std::to_string(i)));
      for (const std::size_t each : found) text += " " + std::to_string(each);
    }
  for (int i = 0; i < 9; ++i) {
    const std::vector<Segment::Place> places = TRY(segment.about("npm", "p" + std::to_string(i)));
    for (const Segment::Place& place : places) {
      const Affected affected = TRY(segment.affected(place));
      text += std::to_string(place.record) + described(affected) + "\n";
    }
  }
  return text;
}

std::string described(const Scanned& scanned) {
  std::string text = std::to_string(scanned.components);
  for (const Finding& each : scanned.findings) {
    text += "\n" + each.purl + "|" + each.advisory + "|" + each.fixed + "|" + each.summary + "|" +
            std::string(name_of(each.scope)) + "|" + std::to_string(each.score.value_or(-1)) + "|" +
            std::to_string(each.verdict.range.value_or(99)) + each.verdict.introduced;
    for (const std::string& alias : each.aliases) text += "," + alias;
  }
  return text;
}

// All of $WEIR_CORPUS/osv in memory and as a segment, loaded once.
struct Corpus {
  AdvisorySet set;
  std::optional<Segment> segment;
  std::map<std::string, std::string> expected;
  std::set<std::pair<std::string, std::string>> names;
};

const Corpus& whole_corpus() {
  static const Corpus corpus = [] {
    Corpus loaded;
    SegmentWriter writer;
    for (const char* archive : test::osv_archives)
      EXPECT_TRUE(test::each_osv_record(archive, [&](const std::string& text) {
        StoredRecord record = stored(text);
        EXPECT_TRUE(writer.add(record).ok());
        loaded.expected[record.advisory.id] = described(record.advisory);
        for (const Affected& each : record.advisory.affected)
          loaded.names.emplace(std::string(without_suffix(each.ecosystem)), each.name);
        loaded.set.add(std::move(record.advisory));
      }));
    loaded.set.index();
    loaded.segment = std::move(Segment::over(writer.finish(), "corpus")).value();
    return loaded;
  }();
  return corpus;
}

// The sections of a sound file, so that a test can spoil one and close the file again with sound digests.
std::vector<Bytes> sections_of(const Bytes& file) {
  std::vector<Bytes> sections;
  for (std::size_t i = 0; i < 10; ++i) {
    const auto offset = load_fixed<std::uint64_t>(file.data() + 64 + i * 16);
    const auto bytes = load_fixed<std::uint64_t>(file.data() + 64 + i * 16 + 8);
    sections.push_back(file.substr(offset, bytes));
  }
  return sections;
}

}  // namespace

TEST(Segment, every_record_of_the_corpus_comes_back_as_it_was) {
  REQUIRE_CORPUS("osv");
  const Corpus& corpus = whole_corpus();
  ASSERT_EQ(corpus.segment->size(), corpus.expected.size());
  EXPECT_GE(corpus.segment->size(), 19'000u);
  std::size_t number = 0;
  for (const auto& [id, text] : corpus.expected) {
    const auto record = corpus.segment->record(number);
    ASSERT_TRUE(record.ok()) << id;
    ASSERT_EQ(described(record->advisory), text);
    ASSERT_EQ(*corpus.segment->find(id), number++);
  }
  const std::shared_ptr<const AdvisoryStore> store = AdvisoryStore::over({*corpus.segment});
  EXPECT_GE(corpus.names.size(), 5'000u);
  for (const auto& [ecosystem, name] : corpus.names) {
    const auto about = store->about(ecosystem, name);
    ASSERT_TRUE(about.ok()) << name;
    ASSERT_EQ(described(about->entries), described(corpus.set.about(ecosystem, name)))
        << ecosystem << " " << name;
  }
}

TEST(Segment, every_bill_of_the_corpus_has_the_same_findings_from_the_store_as_from_memory) {
  REQUIRE_CORPUS("osv");
  REQUIRE_CORPUS("sbom");
  const Corpus& corpus = whole_corpus();
  const std::shared_ptr<const AdvisoryStore> store = AdvisoryStore::over({*corpus.segment});
  const test::ScratchDirectory scratch;
  ASSERT_TRUE(test::unpack_corpus("sbom/containers.tar.xz", scratch));
  std::size_t bills = 0, findings = 0;
  for (const auto& file : std::filesystem::directory_iterator(scratch.path())) {
    const auto inventory = evidence::read_inventory(test::read_file(file.path()));
    ASSERT_TRUE(inventory.ok()) << file.path();
    const Scanned memory = match(*inventory, corpus.set);
    const Result<Scanned> mapped = match(*inventory, *store);
    ASSERT_TRUE(mapped.ok()) << mapped.error().message;
    ASSERT_EQ(described(memory), described(*mapped)) << file.path();
    ++bills;
    findings += memory.findings.size();
  }
  EXPECT_EQ(bills, 840u);
  EXPECT_GT(findings, 1000u);
}

TEST(Segment, what_is_not_there_is_not_found) {
  const Result<Segment> segment = Segment::over(small_segment(), "segment");
  ASSERT_TRUE(segment.ok());
  EXPECT_EQ(*segment->find("A-99"), std::nullopt);
  EXPECT_TRUE(segment->about("npm", "p9")->empty());
  EXPECT_TRUE(segment->about("npm\np1", "")->empty());
  EXPECT_TRUE(segment->mentioning(Mention::alias, "CVE-2024-99")->empty());
  EXPECT_EQ(segment->about("npm", "p1")->size(), 6u);
}

TEST(Segment, an_empty_one_and_names_with_line_feeds_are_kept) {
  EXPECT_EQ(Segment::over(SegmentWriter().finish(), "empty")->about("npm", "x")->size(), 0u);
  SegmentWriter writer;
  StoredRecord record{.advisory = {.id = "A"}};
  record.advisory.affected = {{.ecosystem = "a\nb", .name = "c"}, {.ecosystem = "a", .name = "b\nc"}};
  ASSERT_TRUE(writer.add(record).ok());
  const Result<Segment> segment = Segment::over(writer.finish(), "segment");
  EXPECT_EQ(segment->about("a\nb", "c")->size(), 1u);
  EXPECT_EQ(segment->about("a", "b\nc")->at(0).name, "b\nc");
}

TEST(Segment, a_record_added_again_takes_the_place_of_the_first) {
  SegmentWriter writer;
  ASSERT_TRUE(writer.add(stored(test::osv_record("A", "x", "1"))).ok());
  ASSERT_TRUE(writer.add(stored(test::osv_record("A", "y", "2"))).ok());
  const Result<Segment> segment = Segment::over(writer.finish(), "segment");
  EXPECT_EQ(segment->size(), 1u);
  EXPECT_TRUE(segment->about("npm", "x")->empty());
  EXPECT_EQ(segment->about("npm", "y")->size(), 1u);
}

TEST(Segment, every_flipped_bit_is_refused_or_changes_nothing) {
  const Bytes sound = small_segment();
  const std::string expected = *all_of(sound);
  std::mt19937 random(1);
  std::size_t refused = 0;
  for (int i = 0; i < 4000; ++i) {
    Bytes damaged = sound;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 << (random() % 8));
    const Result<std::string> answer = all_of(damaged);
    if (answer.ok()) ASSERT_EQ(*answer, expected);
    else {
      ASSERT_EQ(answer.error().code, Errc::corrupt);
      ASSERT_NE(answer.error().message.find("segment is damaged: "), std::string::npos);
      ++refused;
    }
  }
  EXPECT_GT(refused, 2000u);
}

TEST(Segment, every_truncation_is_refused) {
  const Bytes sound = small_segment();
  for (std::size_t size = 0; size < sound.size(); size += size < 5000 ? 97 : 511)
    ASSERT_FALSE(Segment::over(sound.substr(0, size), "segment").ok()) << size;
  ASSERT_FALSE(Segment::over(sound + "x", "segment").ok());
}

TEST(Segment, nonsense_under_sound_digests_does_not_crash) {
  const std::vector<Bytes> sound = sections_of(small_segment());
  std::mt19937 random(2);
  std::size_t refused = 0;
  for (int i = 0; i < 3000; ++i) {
    std::vector<Bytes> sections = sound;
    Bytes& spoiled = sections[random() % sections.size()];
    if (spoiled.empty()) continue;
    for (std::size_t flips = random() % 4 + 1; flips > 0; --flips)
      spoiled[random() % spoiled.size()] = static_cast<char>(random());
    if (random() % 8 == 0) spoiled.resize(random() % spoiled.size());
    if (!all_of(build_paged_file(PagedKind::advisories, sections)).ok()) ++refused;
  }
  EXPECT_GT(refused, 500u);
}

TEST(Segment, a_file_of_another_kind_or_version_says_so) {
  const Result<Segment> other = Segment::over(build_paged_file(PagedKind::likelihood, {}), "table");
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().message, "table is damaged: it is of another kind");
  EXPECT_FALSE(Segment::over("", "nothing").ok());
  EXPECT_EQ(Segment::open("/nowhere/at/all").error().code, Errc::not_found);
}

}  // namespace weir::vuln
