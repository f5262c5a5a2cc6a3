#include "deploy/approval.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"

namespace weir::deploy {
namespace {

constexpr Instant now = Instant{} + seconds(200);
Instant second(int n) { return Instant{} + seconds(n); }

struct RequestCase {
  std::string_view name;
  std::string_view environment;
  std::optional<int> from, until;
  bool exists;
  std::optional<Errc> refused;
  std::string_view field = {};
};

TEST(Approve, accepts_or_refuses_as_the_table_says) {
  const std::array cases{
      RequestCase{"for ever", "prod", {}, {}, true, {}},
      RequestCase{"from now on", "prod", 200, {}, true, {}},
      RequestCase{"from later on", "prod", 300, 400, true, {}},
      RequestCase{"a beginning in the past", "prod", 10, {}, true, {}},
      RequestCase{"until later", "prod", {}, 201, true, {}},
      RequestCase{"until now", "prod", {}, 200, true, Errc::invalid, "until"},
      RequestCase{"until the past", "prod", {}, 100, true, Errc::invalid, "until"},
      RequestCase{"ends when it begins", "prod", 300, 300, true, Errc::invalid, "until"},
      RequestCase{"ends before it begins", "prod", 400, 300, true, Errc::invalid, "until"},
      RequestCase{"no such environment", "prod", {}, {}, false, Errc::not_found},
      RequestCase{"no name", "", {}, {}, true, Errc::invalid, "environment"},
      RequestCase{"a name with a slash", "prod/eu", {}, {}, true, Errc::invalid, "environment"},
  };
  for (const RequestCase& row : cases) {
    SCOPED_TRACE(row.name);
    const ApprovalRequest request{.artifact = crypto::sha256("api"),
                                  .environment = std::string(row.environment),
                                  .from = row.from ? std::optional(second(*row.from)) : std::nullopt,
                                  .until = row.until ? std::optional(second(*row.until)) : std::nullopt,
                                  .reason = "release"};
    const auto given = approve(request, {.environment_exists = row.exists}, now);
    ASSERT_EQ(given.ok(), !row.refused.has_value());
    if (row.refused) {
      EXPECT_EQ(given.error().code, *row.refused) << given.error().message;
      EXPECT_EQ(given.error().field, row.field);
      continue;
    }
    EXPECT_EQ(given->artifact, request.artifact);
    EXPECT_EQ(given->environment, request.environment);
    EXPECT_EQ(given->from, request.from);
    EXPECT_EQ(given->until, request.until);
    EXPECT_EQ(given->reason, "release");
    EXPECT_FALSE(given->adopted);
  }
}

TEST(Approve, tells_how_to_make_the_missing_environment) {
  const auto refused = approve({.environment = "prod"}, {}, now);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("weir env create prod --kind host"), std::string::npos);
}

TEST(Revoke, ends_an_approval_once) {
  const Approval approval{.id = 7};
  const auto revoked = revoke({.reason = "CVE"}, approval);
  ASSERT_TRUE(revoked.ok());
  EXPECT_EQ(revoked->approval, 7);
  EXPECT_EQ(revoked->reason, "CVE");
}

TEST(Revoke, refuses_what_is_unknown_or_already_revoked) {
  EXPECT_EQ(revoke({}, std::nullopt).error().code, Errc::not_found);
  Approval approval{.id = 7};
  approval.revoked_at = second(10);
  EXPECT_EQ(revoke({}, approval).error().code, Errc::conflict);
}

TEST(ApprovalState, is_what_its_period_and_its_revocation_make_it) {
  struct Case {
    std::optional<int> from, until, revoked;
    ApprovalState state;
  };
  const std::array cases{
      Case{{}, {}, {}, ApprovalState::active},    Case{200, {}, {}, ApprovalState::active},
      Case{201, {}, {}, ApprovalState::early},    Case{{}, 201, {}, ApprovalState::active},
      Case{{}, 200, {}, ApprovalState::expired},  Case{100, 150, {}, ApprovalState::expired},
      Case{{}, {}, 100, ApprovalState::revoked},  Case{201, {}, 100, ApprovalState::revoked},
      Case{{}, 150, 100, ApprovalState::revoked},
  };
  for (const Case& row : cases) {
    Approval approval;
    if (row.from) approval.from = second(*row.from);
    if (row.until) approval.until = second(*row.until);
    if (row.revoked) approval.revoked_at = second(*row.revoked);
    EXPECT_EQ(format::name_of(state_at(approval, now)), format::name_of(row.state));
  }
}

}  // namespace
}  // namespace weir::deploy
