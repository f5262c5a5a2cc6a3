#include "jobs/finding_step.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "base/limits.h"
#include "vuln/findings_entry.h"

namespace weir::jobs {
namespace {

vuln::FindingChange change(int number, std::size_t summary) {
  return {.cluster = fmt::format("CVE-2026-{}", number),
          .records = {fmt::format("CVE-2026-{}", number), fmt::format("GHSA-xxxx-xxxx-{}", number)},
          .component = fmt::format("pkg:golang/example.test/some/module@v1.{}.0", number),
          .fixed = "1.22.7",
          .severity = "critical",
          .score = "9.8",
          .scope = "exact",
          .summary = std::string(summary, 's'),
          .artifacts = 168'759};
}

std::vector<vuln::FindingChange> spread(const std::vector<vuln::FindingChange>& folded) {
  vuln::FindingsSpread entry;
  std::vector<vuln::FindingChange> changes;
  for (const vuln::FindingChange& each : folded) changes.push_back(entry.spread(each));
  return changes;
}

TEST(FindingStep, many_findings_are_entries_that_stand_in_the_tables) {
  Found found;
  for (int i = 0; i < 2000; ++i) found.changes.push_back(change(i, 60));
  for (int i = 0; i < 700; ++i)
    found.stated.push_back({.cluster = "CVE-2026-1", .component = fmt::format("pkg:npm/left@1.0.{}", i)});
  const auto events = entries_of(found);
  std::vector<vuln::FindingChange> changes;
  std::vector<vuln::FindingStated> stated;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto* entry = events[i].as<vuln::FindingsChanged>();
    ASSERT_NE(entry, nullptr);
    EXPECT_LE(format::encode(*entry).size(), limits::payload_inline_bytes_max);
    EXPECT_EQ(entry->more, i + 1 < events.size());
    std::ranges::move(spread(entry->changes), std::back_inserter(changes));
    stated.insert(stated.end(), entry->stated.begin(), entry->stated.end());
  }
  EXPECT_EQ(changes, found.changes);
  EXPECT_EQ(stated, found.stated);
  EXPECT_LT(events.size(), 25U);  // and they are filled
}

TEST(FindingStep, a_finding_larger_than_that_is_an_entry_of_its_own) {
  Found found{.changes = {change(1, 10), change(2, 100'000), change(3, 10)}};
  const auto events = entries_of(found);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[1].as<vuln::FindingsChanged>()->changes, std::vector{found.changes[1]});
}

TEST(FindingStep, findings_of_one_flaw_say_once_in_each_entry_what_is_said_of_it) {
  Found found;
  for (int i = 0; i < 1000; ++i) {
    found.changes.push_back(change(i / 400, 500));
    found.changes.back().component = fmt::format("pkg:golang/example.test/some/module@v1.{}.0", i);
    if (i % 100 == 7) found.changes.back().score = "9.1";  // by another of its records
  }
  std::vector<vuln::FindingChange> changes;
  std::size_t bytes = 0;
  for (const store::Event& event : entries_of(found)) {
    const auto* entry = event.as<vuln::FindingsChanged>();
    bytes += format::encode(*entry).size();
    std::ranges::move(spread(entry->changes), std::back_inserter(changes));
  }
  EXPECT_EQ(changes, found.changes);
  EXPECT_LT(bytes, 1000U * 200);
}

TEST(FindingStep, nothing_found_is_one_entry) { EXPECT_EQ(entries_of({}).size(), 1U); }

}  // namespace
}  // namespace weir::jobs
