#include "vuln/flip.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

namespace weir::vuln {
namespace {

Advisory advisory(std::string id, std::vector<std::string> aliases, std::string fixed, std::string withdrawn = "") {
  return {.id = std::move(id),
          .modified = "2026-01-01T00:00:00Z",
          .withdrawn = std::move(withdrawn),
          .aliases = std::move(aliases),
          .affected = {{.ecosystem = "npm",
                        .name = "left",
                        .ranges = {{.type = Range::Type::semver,
                                    .events = {{Event::Kind::introduced, "0"},
                                               {Event::Kind::fixed, std::move(fixed)}}}}}}};
}

AdvisoryState state_of(std::vector<Advisory> advisories) {
  AdvisorySet set;
  for (Advisory& each : advisories) set.add(std::move(each));
  return AdvisoryState(std::move(set));
}

Component left(std::string version) {
  return components_of({.items = {{.name = "left", .version = version, .purl = "pkg:npm/left@" + version}}}).at(0);
}

TEST(Flip, aliases_are_one_finding_named_by_the_cve) {
  const AdvisoryState state =
      state_of({advisory("GHSA-1", {"CVE-2026-1"}, "1.1.0"), advisory("OTHER-1", {"GHSA-1"}, "1.2.0")});
  const auto found = findings_of(left("1.0.0"), state);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].cluster, "CVE-2026-1");
  EXPECT_EQ(found[0].fixed, "1.2.0");
  EXPECT_EQ(found[0].records, (std::vector<std::string>{"CVE-2026-1", "GHSA-1", "OTHER-1"}));
}

// Each record joins two names, so that each name stands behind the next: walked from every name to its end this would
// take minutes.
TEST(Flip, a_chain_of_a_hundred_thousand_names_is_one_flaw) {
  constexpr int length = 100'000;
  std::vector<Advisory> advisories;
  for (int i = 0; i < length; ++i)
    advisories.push_back({.id = fmt::format("B-{:06}", i),
                          .modified = "2026-01-01T00:00:00Z",
                          .aliases = {fmt::format("A-{:06}", length - i), fmt::format("A-{:06}", length - i - 1)}});
  const AdvisoryState state = state_of(std::move(advisories));
  EXPECT_EQ(state.cluster_of("A-100000"), "A-000000");
  EXPECT_EQ(state.cluster_of("B-050000"), "A-000000");
}

TEST(Flip, a_finding_opens_once_closes_with_its_range_and_is_reopened) {
  const AdvisoryState wide = state_of({advisory("GHSA-1", {}, "1.1.0")});
  const AdvisoryState narrow = state_of({advisory("GHSA-1", {}, "0.9.0")});
  auto opened = flips_of(findings_of(left("1.0.0"), wide), {}, wide.set());
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_EQ(opened[0].state, FindingState::opened);
  EXPECT_TRUE(flips_of(findings_of(left("1.0.0"), wide), opened, wide.set()).empty());
  auto closed = flips_of(findings_of(left("1.0.0"), narrow), opened, narrow.set());
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].state, FindingState::closed);
  const auto again = flips_of(findings_of(left("1.0.0"), wide), closed, wide.set());
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].state, FindingState::reopened);
}

TEST(Flip, a_withdrawn_advisory_retracts_what_it_said) {
  const AdvisoryState stands = state_of({advisory("GHSA-1", {}, "1.1.0")});
  const AdvisoryState withdrawn = state_of({advisory("GHSA-1", {}, "1.1.0", "2026-02-01T00:00:00Z")});
  const auto opened = flips_of(findings_of(left("1.0.0"), stands), {}, stands.set());
  const auto ended = flips_of(findings_of(left("1.0.0"), withdrawn), opened, withdrawn.set());
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].state, FindingState::retracted);
}

TEST(Flip, what_no_record_speaks_of_stays_and_ends_with_its_last_artifact) {
  const AdvisoryState stands = state_of({advisory("GHSA-1", {}, "1.1.0")});
  const AdvisoryState lost = state_of({advisory("GHSA-2", {}, "0.1.0")});
  const auto opened = flips_of(findings_of(left("1.0.0"), stands), {}, stands.set());
  EXPECT_TRUE(flips_of(findings_of(left("1.0.0"), lost), opened, lost.set()).empty());
  const auto closed = closings_of(opened);
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].state, FindingState::closed);
  EXPECT_TRUE(closings_of(closed).empty());
}

TEST(Flip, a_flaw_that_gets_its_cve_later_stays_one_finding) {
  const AdvisoryState before = state_of({advisory("GHSA-1", {}, "1.1.0")});
  const AdvisoryState after = state_of({advisory("GHSA-1", {"CVE-2026-1"}, "1.1.0")});
  const auto opened = flips_of(findings_of(left("1.0.0"), before), {}, before.set());
  const auto later = flips_of(findings_of(left("1.0.0"), after), opened, after.set());
  ASSERT_EQ(later.size(), 1U);  // its records are others now
  EXPECT_EQ(later[0].cluster, "GHSA-1");
  EXPECT_EQ(later[0].state, FindingState::opened);
}

TEST(Flip, flaws_that_were_one_are_told_apart_once_and_not_again) {
  const Advisory first = advisory("GHSA-1", {"CVE-2026-1"}, "1.1.0");
  const AdvisoryState one = state_of({first, advisory("GHSA-2", {"CVE-2026-1"}, "1.2.0")});
  const AdvisoryState two = state_of({first, advisory("GHSA-2", {}, "1.2.0")});
  const auto opened = flips_of(findings_of(left("1.0.0"), one), {}, one.set());
  ASSERT_EQ(opened.size(), 1U);
  const auto apart = flips_of(findings_of(left("1.0.0"), two), opened, two.set());
  ASSERT_EQ(apart.size(), 2U);
  EXPECT_EQ(apart[0].cluster, "CVE-2026-1");
  EXPECT_EQ(apart[1].cluster, "GHSA-2");
  EXPECT_TRUE(flips_of(findings_of(left("1.0.0"), two), apart, two.set()).empty());
}

// What is found anew, by the flaw that stands for it: `standing` after the flips.
std::vector<FindingChange> after(std::vector<FindingChange> standing, std::vector<FindingChange> flips) {
  for (FindingChange& flip : flips) {
    std::erase_if(standing, [&](const FindingChange& each) { return each.cluster == flip.cluster; });
    standing.push_back(std::move(flip));
  }
  std::ranges::sort(standing, {}, &FindingChange::cluster);
  return standing;
}

// Records come, change, join others by their aliases, and are withdrawn, in any order.
TEST(Flip, looking_only_at_the_flaws_of_new_records_finds_what_looking_at_all_finds) {
  std::mt19937 random(7);
  const auto any = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
  std::size_t narrowed = 0;
  for (int history = 0; history < 60; ++history) {
    AdvisoryState state = state_of({advisory("GHSA-0", {}, "1.1.0")});
    std::vector<FindingChange> by_all = flips_of(findings_of(left("1.0.0"), state), {}, state.set());
    std::vector<FindingChange> by_few = by_all;
    for (int step = 0; step < 40; ++step) {
      std::vector<std::string> aliases;
      if (any(3) == 0) aliases.push_back(fmt::format("CVE-{}", any(6)));
      const std::string id = fmt::format("GHSA-{}", any(8));
      const bool only_grew = state.learn({advisory(id, std::move(aliases), any(4) == 0 ? "0.9.0" : "1.1.0",
                                                   any(6) == 0 ? "2026-02-01T00:00:00Z" : "")});
      by_all = after(by_all, flips_of(findings_of(left("1.0.0"), state), by_all, state.set()));
      Flaws flaws(state, {id});
      const auto alone = only_grew ? flaws.alone_in(by_few) : std::nullopt;
      Flaws* const only = alone ? &flaws : nullptr;
      narrowed += alone ? 1 : 0;
      const std::vector<FindingChange> standing = alone.value_or(by_few);
      by_few = after(by_few, flips_of(findings_of(left("1.0.0"), state, only), standing, state.set()));
      ASSERT_EQ(format::encode(by_few), format::encode(by_all)) << history << ' ' << step << ' ' << id;
    }
  }
  EXPECT_GT(narrowed, 500U);
}

TEST(Flip, the_difference_of_two_sets_names_what_is_touched) {
  const AdvisoryState a = state_of({advisory("GHSA-1", {}, "1.1.0"), advisory("GHSA-2", {}, "1.1.0")});
  const AdvisoryState b = state_of({advisory("GHSA-1", {}, "1.1.0"), advisory("GHSA-3", {}, "1.1.0")});
  EXPECT_EQ(difference_of(a.set(), b.set()),
            (AdvisoryDifference{.added = 1, .removed = 1, .names = {{"npm", "left"}}}));
  EXPECT_TRUE(difference_of(a.set(), a.set()).names.empty());
  EXPECT_NE(a.digest(), b.digest());
}

TEST(ComponentIndex, is_the_same_after_it_was_written_and_read) {
  ComponentIndex index;
  const Sha256 one = parse_sha256(std::string(64, '1')).value(), two = parse_sha256(std::string(64, '2')).value();
  const std::vector<Component> bill{left("1.0.0"), left("2.0.0")};
  EXPECT_EQ(index.take(one, 5, bill).fresh.size(), 2U);
  EXPECT_EQ(index.take(two, 6, bill).fresh.size(), 0U);
  EXPECT_EQ(index.sets(), 1U);
  const Bytes bytes = index.encode();
  const ComponentIndex read = ComponentIndex::decode(bytes).value();
  EXPECT_EQ(read.through(), 6);
  EXPECT_EQ(read.holders(*read.find("pkg:npm/left@1.0.0")), 2U);
  EXPECT_EQ(read.encode(), bytes);
  for (std::size_t i = 0; i < bytes.size(); ++i) {  // damage anywhere is seen
    Bytes damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(ComponentIndex::decode(damaged).ok()) << i;
    EXPECT_FALSE(ComponentIndex::decode(BytesView(bytes).substr(0, i)).ok()) << i;
  }
}

TEST(ComponentIndex, a_later_bill_replaces_an_earlier_one) {
  ComponentIndex index;
  const Sha256 one = parse_sha256(std::string(64, '1')).value();
  const std::vector<Component> old{left("1.0.0")}, fresh{left("2.0.0")};
  index.take(one, 5, old);
  const auto taken = index.take(one, 7, fresh);
  EXPECT_EQ(taken.fresh.size(), 1U);
  ASSERT_EQ(taken.dropped.size(), 1U);
  EXPECT_EQ(index.component(taken.dropped[0]).version, "1.0.0");
  EXPECT_TRUE(index.take(one, 6, old).fresh.empty());
  EXPECT_EQ(index.of(one).size(), 1U);
}

}  // namespace
}  // namespace weir::vuln
