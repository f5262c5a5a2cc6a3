// Priorities are published sums that never fall when a fact gets worse; clocks run while a finding is open.
#include "vuln/priority.h"

#include <gtest/gtest.h>

#include <random>

#include "vuln/remedy.h"

namespace weir::vuln {
namespace {

const Instant start = *parse_instant("2026-01-01T00:00:00Z");
Instant day(std::int64_t n) { return start + days(n); }

}  // namespace

TEST(Priority, the_terms_are_those_of_the_published_formula) {
  const Priority worst = priority({.score = 10,
                                   .epss = 1,
                                   .exploited = Exploitation::by_ransomware,
                                   .presence = Presence::running,
                                   .exposure = Exposure::network,
                                   .open = days(9),
                                   .due_after = days(7)});
  EXPECT_EQ(worst.points, 100);
  const Priority least = priority({.score = 0,
                                   .epss = 0,
                                   .presence = Presence::not_running,
                                   .exposure = Exposure::none,
                                   .open = {},
                                   .due_after = days(7)});
  EXPECT_EQ(least.points, 0);
  const Priority some = priority({.score = 9.8,
                                  .epss = 0.5,
                                  .exploited = Exploitation::known,
                                  .presence = Presence::running,
                                  .exposure = Exposure::internal,
                                  .open = days(1),
                                  .due_after = days(4)});
  EXPECT_EQ(format::encode(some.terms),
            R"j([{"name":"severity","points":34.3,"points_max":35,"because":"CVSS 9.8"},)j"
            R"j({"name":"epss","points":7.5,"points_max":15,"because":"50.0 % within 30 days"},)j"
            R"j({"name":"exploited","points":15,"points_max":20,"because":"known to be exploited (KEV)"},)j"
            R"j({"name":"running","points":10,"points_max":10,"because":"runs"},)j"
            R"j({"name":"exposure","points":3,"points_max":10,)j"
            R"j("because":"can be reached from its network of containers"},)j"
            R"j({"name":"age","points":2.5,"points_max":10,"because":"open 1.0 days of 4.0 days"}])j");
  EXPECT_EQ(some.points, 72.3);
}

TEST(Priority, what_is_not_known_is_never_taken_for_harmless) {
  const Priority unknown = priority({});
  EXPECT_EQ(unknown.points, 17.5 + 0.8 + 5 + 5);
  const Priority odd = priority({.score = 99, .epss = -1, .open = Duration{-5}, .due_after = Duration{0}});
  EXPECT_EQ(odd.terms[0].points, 35);
  EXPECT_EQ(odd.terms[1].points, 0);
  EXPECT_EQ(odd.terms[5].points, 10);
}

// One fact made worse, all others as they are: the sum doesn't fall. And it is the sum of its terms.
TEST(Priority, no_fact_that_gets_worse_lowers_the_points) {
  std::mt19937 random(3);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const auto facts = [&] {
    return PriorityFacts{.score = below(101) / 10.0,
                         .epss = below(1001) / 1000.0,
                         .exploited = static_cast<Exploitation>(below(3)),
                         .presence = static_cast<Presence>(below(3)),
                         .exposure = static_cast<Exposure>(below(5)),
                         .open = hours(below(5000)),
                         .due_after = hours(1 + below(5000))};
  };
  for (int i = 0; i < 100'000; ++i) {
    const PriorityFacts mild = facts(), other = facts();
    PriorityFacts worse = mild;
    switch (below(7)) {
      case 0:
        worse.score = std::max(*mild.score, *other.score);
        break;
      case 1:
        worse.epss = std::max(*mild.epss, *other.epss);
        break;
      case 2:
        worse.exploited = std::max(mild.exploited, other.exploited);
        break;
      case 3:
        worse.presence = std::max(mild.presence, other.presence);
        break;
      case 4:
        worse.exposure = std::max(mild.exposure, other.exposure);
        break;
      case 5:
        worse.open = std::max(mild.open, other.open);
        break;
      default:
        worse.due_after = std::min(*mild.due_after, *other.due_after);
        break;
    }
    const Priority a = priority(mild), b = priority(worse);
    ASSERT_LE(a.points, b.points);
    double sum = 0;
    for (const PriorityTerm& term : b.terms) {
      ASSERT_GE(term.points, 0);
      ASSERT_LE(term.points, term.points_max);
      sum += term.points;
    }
    ASSERT_NEAR(sum, b.points, 1e-9);
  }
}

TEST(Remedy, a_clock_runs_while_open_and_goes_on_when_reopened) {
  const FindingHistory history{.rating = Rating::critical,
                               .periods = {{day(0), day(3)}, {day(10), std::nullopt}}};
  const RemedyClock closed = clock_of(history, {}, day(5));
  EXPECT_FALSE(closed.is_open);
  EXPECT_EQ(closed.elapsed, days(3));
  EXPECT_FALSE(closed.due.has_value());
  const RemedyClock open = clock_of(history, {}, day(12));
  EXPECT_EQ(open.elapsed, days(5));
  EXPECT_EQ(*open.due, day(14));
  EXPECT_FALSE(open.is_overdue);
  EXPECT_TRUE(clock_of(history, {}, day(15)).is_overdue);
  EXPECT_EQ(*clock_of(history, {}, day(15)).due, day(14));
}

TEST(Remedy, what_is_exploited_is_due_sooner_and_never_later) {
  const Sla sla;
  for (const Rating rating : {Rating::none, Rating::low, Rating::medium, Rating::high, Rating::critical}) {
    const auto agreed = agreed_for({.rating = rating, .is_exploited = true}, sla);
    EXPECT_EQ(*agreed, days(7));
  }
  EXPECT_FALSE(agreed_for({.rating = Rating::none}, sla).has_value());
  EXPECT_EQ(*agreed_for({.rating = Rating::low}, sla), days(180));
}

TEST(Remedy, means_and_backlogs_are_by_severity) {
  const std::vector<FindingHistory> histories{
      {.rating = Rating::high, .periods = {{day(0), day(10)}}, .published = day(0), .deployed = day(-5)},
      {.rating = Rating::high, .periods = {{day(0), day(40)}}, .published = day(-9), .deployed = day(-5)},
      {.rating = Rating::high, .periods = {{day(0), day(1)}, {day(2), std::nullopt}}},
      {.rating = Rating::low, .periods = {{day(5), std::nullopt}}}};
  const auto remedied = time_to_remedy(histories, {}, day(50));
  ASSERT_EQ(remedied.size(), 1u);
  EXPECT_EQ(remedied.at(Rating::high).count, 2);
  EXPECT_EQ(remedied.at(Rating::high).within_agreed, 1);
  EXPECT_EQ(*remedied.at(Rating::high).mean, days(25));
  EXPECT_EQ(*remedied.at(Rating::high).median, days(10));
  const auto early = backlog_at(histories, {}, day(6)), late = backlog_at(histories, {}, day(35));
  EXPECT_EQ(early.at(Rating::high).open, 3);
  EXPECT_EQ(early.at(Rating::low).open, 1);
  EXPECT_EQ(late.at(Rating::high).open, 2);
  EXPECT_EQ(late.at(Rating::high).overdue, 2);
  EXPECT_EQ(late.at(Rating::high).reopened, 1);
  EXPECT_TRUE(backlog_at(histories, {}, day(-1)).empty());
  EXPECT_EQ(post_deployment(histories), 1);
}

// However it is cut into periods, what is open at a moment plus what isn't is everything that has begun.
TEST(Remedy, clocks_never_run_backwards) {
  std::mt19937 random(5);
  for (int i = 0; i < 2000; ++i) {
    FindingHistory history{.rating = static_cast<Rating>(random() % 5), .is_exploited = random() % 2 == 0};
    std::int64_t at = 0;
    for (unsigned n = random() % 4; n > 0; --n) {
      const std::int64_t opened = at + static_cast<std::int64_t>(random() % 5);
      at = opened + 1 + static_cast<std::int64_t>(random() % 9);
      history.periods.push_back(
          {day(opened), n == 1 && random() % 2 == 0 ? std::nullopt : std::optional(day(at))});
    }
    RemedyClock before = clock_of(history, {}, day(0));
    for (std::int64_t now = 1; now < 60; ++now) {
      const RemedyClock clock = clock_of(history, {}, day(now));
      ASSERT_GE(clock.elapsed, before.elapsed);
      ASSERT_TRUE(!before.is_overdue || clock.is_overdue);
      ASSERT_EQ(clock.elapsed > before.elapsed, before.is_open);
      before = clock;
    }
  }
}

}  // namespace weir::vuln
