// The engine against a second evaluator that shares nothing with it but the orders: it looks for the stretch of
// versions a range opens and closes instead of walking events. Over every advisory of $WEIR_CORPUS/osv × every version
// that the advisory mentions.
#include "vuln/evaluate.h"

#include <gtest/gtest.h>

#include <set>

#include "support/corpus.h"

namespace weir::vuln {
namespace {

VersionOrder order_of(const Affected& affected) {
  const EcosystemRow* row = find_ecosystem(affected.ecosystem);
  return row == nullptr ? VersionOrder::semver : row->order;
}

// The latest opening at or below the version counts, unless a closing lies between it and the version.
bool plainly_in_range(const Range& range, VersionOrder order, const std::string& version) {
  if (range.type == Range::Type::git) return false;
  if (range.type == Range::Type::semver) order = VersionOrder::semver;
  const auto below = [&](const std::string& a, const std::string& b) {
    return compare_versions(order, a, b) < 0;
  };
  bool limited = false, inside_limit = false;
  for (const Event& event : range.events) {
    if (event.kind != Event::Kind::limit) continue;
    limited = true;
    inside_limit |= event.version == "*" || below(version, event.version);
  }
  if (limited && !inside_limit) return false;
  for (const Event& open : range.events) {
    if (open.kind != Event::Kind::introduced) continue;
    const bool from_start = open.version == "0";
    if (!from_start && below(version, open.version)) continue;
    bool closed = false;
    for (const Event& close : range.events) {
      const bool same = !from_start && compare_versions(order, close.version, open.version) == 0;
      const bool after_open = from_start || (same ? &close > &open || close.kind == Event::Kind::last_affected
                                                  : below(open.version, close.version));
      if (close.kind == Event::Kind::fixed) closed |= after_open && !below(version, close.version);
      if (close.kind == Event::Kind::last_affected) closed |= after_open && below(close.version, version);
    }
    if (!closed) return true;
  }
  return false;
}

bool plainly_affected(const Affected& affected, const std::string& version) {
  for (const std::string& listed : affected.versions)
    if (listed == version) return true;
  for (const Range& range : affected.ranges)
    if (plainly_in_range(range, order_of(affected), version)) return true;
  return false;
}

std::set<std::string> versions_in(const Advisory& advisory) {
  std::set<std::string> versions;
  for (const Affected& affected : advisory.affected) {
    versions.insert(affected.versions.begin(), affected.versions.end());
    for (const Range& range : affected.ranges)
      if (range.type != Range::Type::git)
        for (const Event& event : range.events) versions.insert(event.version);
  }
  return versions;
}

Affected one_range(std::vector<Event> events) {
  return {.ecosystem = "npm",
          .name = "x",
          .ranges = {{.type = Range::Type::semver, .events = std::move(events)}}};
}

bool in(const Affected& affected, std::string_view version) {
  return evaluate(affected, VersionOrder::semver, version).affected;
}

using Kind = Event::Kind;

}  // namespace

TEST(Evaluate, every_verdict_over_the_corpus_is_that_of_the_plain_evaluator) {
  REQUIRE_CORPUS("osv");
  std::size_t records = 0, verdicts = 0, affected_verdicts = 0;
  for (const char* archive : {"AlmaLinux-8", "AlmaLinux-9", "Bitnami", "Go", "PyPI-yaml"}) {
    const test::ScratchDirectory scratch;
    ASSERT_TRUE(test::unpack_corpus(std::string("osv/") + archive + ".tar.xz", scratch));
    for (const auto& file : std::filesystem::recursive_directory_iterator(scratch.path())) {
      if (!file.is_regular_file()) continue;
      const Result<Advisory> advisory = read_advisory(test::read_file(file.path()));
      ASSERT_TRUE(advisory.ok()) << file.path() << ": " << advisory.error().message;
      ++records;
      const std::set<std::string> versions = versions_in(*advisory);
      for (const Affected& each : advisory->affected) {
        for (const std::string& version : versions) {
          const bool verdict = evaluate(each, order_of(each), version).affected;
          ASSERT_EQ(verdict, plainly_affected(each, version))
              << advisory->id << " " << each.name << " " << version;
          ++verdicts;
          affected_verdicts += verdict ? 1 : 0;
        }
      }
    }
  }
  EXPECT_EQ(records, 19'416u);
  EXPECT_GT(verdicts, 100'000u);
  EXPECT_GT(affected_verdicts, 30'000u);
}

TEST(Evaluate, events_count_in_the_order_of_versions_however_they_are_stored) {
  const Affected affected = one_range(
      {{Kind::fixed, "2.0.0"}, {Kind::introduced, "3.0.0"}, {Kind::fixed, "3.1.0"}, {Kind::introduced, "0"}});
  for (const char* version : {"0.0.0-alpha", "1.9.9", "3.0.0", "3.0.9"})
    EXPECT_TRUE(in(affected, version)) << version;
  for (const char* version : {"2.0.0", "2.9.9", "3.1.0", "4.0.0"})
    EXPECT_FALSE(in(affected, version)) << version;
  EXPECT_EQ(evaluate(affected, VersionOrder::semver, "1.0.0").fixed, "2.0.0");
  EXPECT_EQ(evaluate(affected, VersionOrder::semver, "3.0.5").fixed, "3.1.0");
  EXPECT_EQ(evaluate(affected, VersionOrder::semver, "3.0.5").introduced, "3.0.0");
}

TEST(Evaluate, the_last_affected_version_is_affected_itself) {
  const Affected affected = one_range({{Kind::introduced, "1.0.0"}, {Kind::last_affected, "1.2.0"}});
  EXPECT_TRUE(in(affected, "1.2.0"));
  EXPECT_FALSE(in(affected, "1.2.1"));
  EXPECT_EQ(evaluate(affected, VersionOrder::semver, "1.1.0").fixed, "");
  const Affected single = one_range({{Kind::last_affected, "1.0.0"}, {Kind::introduced, "1.0.0"}});
  EXPECT_TRUE(in(single, "1.0.0"));
  EXPECT_FALSE(in(single, "1.0.1"));
}

TEST(Evaluate, a_limit_cuts_off_and_one_of_several_is_enough) {
  EXPECT_FALSE(in(one_range({{Kind::introduced, "0"}, {Kind::limit, "2.0.0"}}), "2.0.0"));
  EXPECT_TRUE(in(one_range({{Kind::introduced, "0"}, {Kind::limit, "2.0.0"}}), "1.9.0"));
  EXPECT_TRUE(
      in(one_range({{Kind::introduced, "0"}, {Kind::limit, "2.0.0"}, {Kind::limit, "3.0.0"}}), "2.5.0"));
  EXPECT_TRUE(in(one_range({{Kind::introduced, "0"}, {Kind::limit, "*"}}), "9.0.0"));
}

TEST(Evaluate, a_range_of_commits_leaves_the_list_of_versions_to_decide) {
  Affected affected{.ecosystem = "PyPI", .name = "x", .versions = {"1.0"}};
  affected.ranges = {
      {.type = Range::Type::git, .events = {{Kind::introduced, "0"}}},
      {.type = Range::Type::ecosystem, .events = {{Kind::introduced, "2.0"}, {Kind::fixed, "2.1"}}}};
  const Verdict listed = evaluate(affected, VersionOrder::pypi, "1.0");
  EXPECT_TRUE(listed.affected && listed.listed);
  EXPECT_EQ(listed.fixed, "2.1");
  EXPECT_EQ(*evaluate(affected, VersionOrder::pypi, "2.0.1").range, 1u);
  EXPECT_FALSE(evaluate(affected, VersionOrder::pypi, "1.1").affected);
}

TEST(Evaluate, without_a_version_only_what_has_no_end_is_certain) {
  EXPECT_TRUE(in(one_range({{Kind::introduced, "0"}}), ""));
  EXPECT_FALSE(in(one_range({{Kind::introduced, "0"}, {Kind::fixed, "1.0.0"}}), ""));
  EXPECT_FALSE(in(one_range({{Kind::introduced, "1.0.0"}}), ""));
}

}  // namespace weir::vuln
