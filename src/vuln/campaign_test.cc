#include "vuln/campaign.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weir::vuln {
namespace {

Instant at(std::int64_t second) { return Instant{} + seconds(second); }
Span span(std::int64_t from, std::optional<std::int64_t> until = std::nullopt) {
  return {at(from), until ? std::optional(at(*until)) : std::nullopt};
}

AffectedRun run(std::string owner, std::string workload, CampaignStanding standing,
                std::vector<Span> affected = {}) {
  return {.owner = std::move(owner),
          .workload = std::move(workload),
          .environment = "prod",
          .standing = standing,
          .affected = std::move(affected)};
}

std::string told(std::span<const BurnPoint> points) {
  std::string text;
  for (const BurnPoint& point : points)
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", point.at.micros / 1'000'000, point.running);
  return text;
}

TEST(Campaign, spans_hold_where_both_do) {
  EXPECT_EQ(both({span(5, 9), span(1, 3), span(2, 4)}, {span(0, 2), span(3)}),
            (std::vector<Span>{span(1, 2), span(3, 4), span(5, 9)}));
  EXPECT_EQ(both({span(1)}, {span(4)}), std::vector<Span>{span(4)});
  EXPECT_TRUE(both({span(1, 2)}, {span(2, 3)}).empty());
  EXPECT_TRUE(both({span(3, 3), span(4, 2)}, {span(0)}).empty());
}

TEST(Campaign, an_owner_is_as_far_as_the_least_of_its_workloads) {
  using enum CampaignStanding;
  const std::vector runs{run("pay", "w1", rolled_out),  run("pay", "w2", accepted),
                         run("web", "w3", rolled_out),  run("ops", "w4", fix_released),
                         run("ops", "w5", not_started), run("ops", "w6", not_affected)};
  const auto owners = owners_of(runs);
  ASSERT_EQ(owners.size(), 3U);
  EXPECT_EQ(owners[0].owner, "ops");
  EXPECT_EQ(owners[0].standing, not_started);
  EXPECT_EQ(owners[0].open, 2);
  EXPECT_EQ(owners[0].counts,
            (std::vector<StandingCount>{{not_started, 1}, {fix_released, 1}, {not_affected, 1}}));
  EXPECT_EQ(owners[1].owner, "pay");
  EXPECT_EQ(owners[1].standing, accepted);
  EXPECT_EQ(owners[1].open, 0);
  EXPECT_EQ(owners[2].standing, rolled_out);
}

TEST(Campaign, a_workload_that_is_several_artifacts_counts_once) {
  using enum CampaignStanding;
  const auto owners = owners_of(std::vector{run("a", "w", rolled_out), run("a", "w", not_started)});
  ASSERT_EQ(owners.size(), 1U);
  EXPECT_EQ(owners[0].workloads, 1);
  EXPECT_EQ(owners[0].standing, not_started);
}

TEST(Campaign, the_picture_begins_where_it_was_opened_and_ends_now) {
  using enum CampaignStanding;
  const std::vector runs{run("a", "w1", rolled_out, {span(0, 20)}), run("a", "w2", not_started, {span(5)}),
                         run("b", "w3", rolled_out, {span(12, 15), span(14, 30)})};
  EXPECT_EQ(told(burn_down(runs, at(10), at(40), 100)), "10:2 12:3 20:2 30:1 40:1");
  EXPECT_EQ(told(burn_down({}, at(10), at(40), 100)), "10:0 40:0");
}

TEST(Campaign, a_workload_that_restarts_at_once_stays_one) {
  const std::vector runs{run("a", "w", CampaignStanding::not_started, {span(0, 20), span(20)})};
  EXPECT_EQ(told(burn_down(runs, at(10), at(40), 100)), "10:1 40:1");
}

TEST(Campaign, a_long_picture_keeps_its_ends_and_its_peaks) {
  std::vector<AffectedRun> runs;
  for (int i = 0; i < 1000; ++i)
    runs.push_back(run("a", fmt::format("w{}", i), CampaignStanding::rolled_out, {span(i, 2000 - i)}));
  const auto points = burn_down(runs, at(0), at(3000), 50);
  EXPECT_LE(points.size(), 50U);
  EXPECT_EQ(points.front(), (BurnPoint{at(0), 1}));
  EXPECT_EQ(points.back(), (BurnPoint{at(3000), 0}));
  std::int64_t highest = 0;
  for (const BurnPoint& point : points) highest = std::max(highest, point.running);
  EXPECT_EQ(highest, 1000);
}

TEST(Campaign, is_opened_for_a_flaw_somebody_knows_once_and_with_a_future_end) {
  const CampaignOpened wanted{.cluster = "CVE-2024-1", .due = at(100)};
  EXPECT_TRUE(open_campaign(wanted, {.is_known = true}, at(10)).ok());
  EXPECT_EQ(open_campaign(wanted, {.is_known = false}, at(10)).error().code, Errc::not_found);
  EXPECT_EQ(open_campaign(wanted, {.is_known = true, .open_campaign = 7}, at(10)).error().code,
            Errc::conflict);
  EXPECT_EQ(open_campaign(wanted, {.is_known = true}, at(100)).error().field, "due");
}

}  // namespace
}  // namespace weir::vuln
