#include "deploy/break_glass.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"

namespace weir::deploy {
namespace {

constexpr Instant now = Instant{} + seconds(200);

struct Case {
  std::string_view name, reason;
  Duration lasts;
  bool exists;
  std::optional<Errc> refused;
  std::string_view field = {};
};

TEST(BreakGlass, accepts_or_refuses_as_the_table_says) {
  const std::array cases{
      Case{"for an hour", "outage", hours(1), true, {}},
      Case{"for a day", "outage", hours(24), true, {}},
      Case{"for longer than a day", "outage", Duration{hours(24).micros + 1}, true, Errc::invalid, "for_us"},
      Case{"for no time", "outage", {}, true, Errc::invalid, "for_us"},
      Case{"backwards", "outage", Duration{-1}, true, Errc::invalid, "for_us"},
      Case{"without a reason", "", hours(1), true, Errc::invalid, "reason"},
      Case{"where there is nothing", "outage", hours(1), false, Errc::not_found},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.name);
    const BreakGlassRequest request{.artifact = crypto::sha256("api"),
                                    .environment = "prod",
                                    .lasts = row.lasts,
                                    .reason = std::string(row.reason)};
    const auto broken = break_glass(request, {row.exists}, 17, now);
    ASSERT_EQ(broken.ok(), !row.refused.has_value());
    if (row.refused) {
      EXPECT_EQ(broken.error().code, *row.refused);
      EXPECT_EQ(broken.error().field, row.field);
      continue;
    }
    EXPECT_EQ(broken->opened.until, now + row.lasts);
    EXPECT_EQ(broken->approval.until, now + row.lasts);
    EXPECT_EQ(broken->approval.artifact, request.artifact);
    EXPECT_EQ(broken->approval.origin.break_glass, 17);
  }
}

TEST(Review, is_by_another_person_once_and_says_what_was_found) {
  BreakGlass glass{.id = 17, .account = "ada"};
  EXPECT_EQ(review(glass, "bob", "looked at it")->break_glass, 17);
  EXPECT_EQ(review(glass, "ada", "fine").error().code, Errc::forbidden);
  EXPECT_EQ(review(glass, "bob", "").error().code, Errc::invalid);
  EXPECT_EQ(review(std::nullopt, "bob", "fine").error().code, Errc::not_found);
  glass.reviewed_at = now;
  EXPECT_EQ(review(glass, "bob", "fine").error().code, Errc::conflict);
}

TEST(BreakGlass, is_open_until_its_time_and_alarmed_until_its_review) {
  BreakGlass glass{.opened = {.until = now + hours(1)}};
  EXPECT_EQ(state_at(glass, now), BreakGlassState::open);
  EXPECT_EQ(state_at(glass, now + hours(1)), BreakGlassState::over);
  glass.reviewed_at = now;
  EXPECT_EQ(state_at(glass, now), BreakGlassState::reviewed);
}

}  // namespace
}  // namespace weir::deploy
