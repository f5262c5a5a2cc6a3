#include "deploy/deployment.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "support/words.h"

namespace weir::deploy {
namespace {

constexpr Instant now = Instant{} + seconds(200);

Deployment deployment_of(std::string_view text) {
  Deployment at{.deadline = Instant{} + seconds(300), .at_least = 2};
  for (const auto& [key, value] : test::words(text)) {
    if (key == "running") at.running = test::number(value);
    else if (key == "older") at.superseded = test::number(value);
    else if (key == "due") at.deadline = Instant{} + seconds(200);
    else if (key == "replaced") at.replaced = true;
    else if (key == "alongside") at.alongside = true;
    else if (key == "unwatched") at.unwatched = "no longer watched";
    else if (const auto state = format::enum_from<DeploymentState>(key)) at.state = *state;
    else ADD_FAILURE() << "unknown fact " << key;
  }
  return at;
}

std::string written(const Assessment& assessment) {
  constexpr std::array<std::string_view, 4> troubles{"missed", "gone", "short", "older-runs"};
  std::string text = assessment.next ? "→" + std::string(format::name_of(*assessment.next)) : "stays";
  for (const DeploymentTrouble trouble : assessment.troubles)
    text += " " + std::string(troubles[static_cast<std::size_t>(trouble)]);
  return text;
}

// Two instances are declared; it is due at second 300 unless the word `due` says it is due now, at second 200.
TEST(Assess, says_what_a_deployment_becomes_and_what_is_wrong_with_it) {
  constexpr std::array<std::array<std::string_view, 2>, 29> cases{{
      {"expected", "stays"},
      {"expected running=1", "stays"},
      {"expected running=2", "→observed"},
      {"expected running=3", "→observed"},
      {"expected due", "→missed missed"},
      {"expected due running=1", "stays short"},
      {"expected due running=2", "→observed"},
      {"expected replaced", "→ended"},
      {"expected replaced due", "→ended"},
      {"expected replaced running=2", "→observed"},
      {"missed due", "stays missed"},
      {"missed due running=1", "stays short"},
      {"missed due running=2", "→observed"},
      {"missed due replaced", "→ended"},
      {"observed running=2", "stays"},
      {"observed running=1", "stays short"},
      {"observed running=0", "stays gone"},
      {"observed running=0 replaced", "→ended"},
      {"observed running=1 replaced", "stays"},
      {"observed running=2 older=1", "stays"},
      {"observed running=2 older=1 due", "stays older-runs"},
      {"observed running=2 older=1 due alongside", "stays"},
      {"observed running=2 older=1 due replaced", "stays"},
      {"observed running=1 older=1 due", "stays short older-runs"},
      {"observed running=0 older=1 due", "stays gone older-runs"},
      {"ended running=0 due", "stays"},
      {"observed running=0 unwatched", "stays"},
      {"observed running=1 unwatched older=1 due", "stays"},
      {"observed running=0 unwatched replaced", "→ended"},
  }};
  for (const auto& [facts, expected] : cases)
    EXPECT_EQ(written(assess(deployment_of(facts), now)), expected) << facts;
}

TEST(End, is_said_of_one_that_has_not_ended) {
  EXPECT_EQ(end("withdrawn", std::nullopt).error().code, Errc::not_found);
  for (const auto state : {DeploymentState::expected, DeploymentState::observed, DeploymentState::missed}) {
    const auto ended = end("withdrawn", Deployment{.id = 7, .state = state});
    ASSERT_TRUE(ended.ok());
    EXPECT_EQ(ended->deployment, 7);
    EXPECT_EQ(ended->state, DeploymentState::ended);
    EXPECT_EQ(ended->reason, "withdrawn");
  }
  EXPECT_EQ(end("withdrawn", Deployment{.state = DeploymentState::ended}).error().code, Errc::conflict);
  EXPECT_EQ(end("\x01", Deployment{}).error().field, "reason");
}

TEST(Deploy, refuses_what_was_not_approved_and_says_what_to_do) {
  const DeploymentRequest request{.artifact = crypto::sha256("api"), .environment = "prod"};
  const auto refused = deploy(request, {.environment_exists = true}, now);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_NE(refused.error().message.find("weir approve " + to_hex(request.artifact) + " --environment prod"),
            std::string::npos);
}

TEST(Deploy, sets_the_deadline_and_keeps_what_was_asked) {
  const DeploymentRequest request{.artifact = crypto::sha256("api"),
                                  .environment = "prod",
                                  .within = seconds(2),
                                  .at_least = 3,
                                  .alongside = true};
  const auto declared = deploy(request, {.environment_exists = true, .approved_now = true}, now);
  ASSERT_TRUE(declared.ok());
  EXPECT_EQ(declared->deadline, now + seconds(2));
  EXPECT_EQ(declared->at_least, 3);
  EXPECT_TRUE(declared->alongside);
  EXPECT_FALSE(declared->rollback);
}

TEST(Deploy, accepts_or_refuses_as_the_table_says) {
  struct Case {
    std::string_view name;
    DeploymentRequest request;
    DeployFacts facts;
    std::optional<Errc> refused;
  };
  const DeploymentRequest plain{.environment = "prod"};
  const auto with = [&](auto change) {
    DeploymentRequest made = plain;
    change(made);
    return made;
  };
  const DeployFacts approved{.environment_exists = true, .approved_now = true};
  const std::array cases{
      Case{"approved now", plain, approved, {}},
      Case{"no environment", plain, {.approved_now = true}, Errc::not_found},
      Case{"no time at all", with([](auto& r) { r.within = {}; }), approved, Errc::invalid},
      Case{"30 days", with([](auto& r) { r.within = days(30); }), approved, {}},
      Case{"more than 30 days", with([](auto& r) { r.within = days(31); }), approved, Errc::invalid},
      Case{"at least none", with([](auto& r) { r.at_least = 0; }), approved, Errc::invalid},
      Case{"at least too many", with([](auto& r) { r.at_least = 1'000'001; }), approved, Errc::invalid},
      Case{"back to what never ran here", with([](auto& r) { r.rollback = true; }), approved, Errc::conflict},
      Case{"back to what ran here",
           with([](auto& r) { r.rollback = true; }),
           {.environment_exists = true, .approved_now = true, .approved_before = true},
           {}},
      Case{"back to what ran here, its approval over",
           with([](auto& r) { r.rollback = true; }),
           {.environment_exists = true, .approved_before = true},
           Errc::conflict},
  };
  for (const Case& row : cases) {
    const auto declared = deploy(row.request, row.facts, now);
    ASSERT_EQ(declared.ok(), !row.refused.has_value()) << row.name;
    if (row.refused) {
      EXPECT_EQ(declared.error().code, *row.refused) << row.name;
    }
  }
}

}  // namespace
}  // namespace weir::deploy
