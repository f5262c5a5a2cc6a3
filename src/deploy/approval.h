// Approval: a person allows an artifact to run in an environment during a period. Approve, revoke, approve are three
// acts. What an approval is worth at a moment is computed, never stored.
#pragma once
#include <optional>
#include <string>

#include "access/account.h"
#include "format/members.h"

namespace weir::deploy {

struct ApprovalGiven {
  Sha256 artifact;
  std::string environment;
  std::optional<Instant> from, until;
  std::string reason;
  bool adopted = false;  // given for what already ran when the environment was first seen
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("environment", self.environment);
    visit.maybe("from", self.from);
    visit.maybe("until", self.until);
    visit.maybe("reason", self.reason);
    visit.maybe("adopted", self.adopted);
  }
};

struct ApprovalRevoked {
  std::int64_t approval = 0;  // entry of the approval
  std::string reason;
  static void members(auto& visit, auto& self) {
    visit("approval", self.approval);
    visit.maybe("reason", self.reason);
  }
};

struct ApprovalRequest {
  Sha256 artifact;
  std::string environment;
  std::optional<Instant> from, until;
  std::string reason;
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("environment", self.environment);
    visit.maybe("from", self.from);
    visit.maybe("until", self.until);
    visit.maybe("reason", self.reason);
  }
};

struct RevokeRequest {
  std::string reason;
  static void members(auto& visit, auto& self) { visit.maybe("reason", self.reason); }
};

enum class ApprovalState { active, early, expired, revoked };
constexpr auto names_of(ApprovalState) {
  return std::array<std::string_view, 4>{"active", "early", "expired", "revoked"};
}

// An approval as the tables hold it.
struct Approval {
  std::int64_t id = 0;  // its entry
  Sha256 artifact;
  std::string artifact_name, environment, reason, actor;
  std::optional<Instant> from, until;
  bool adopted = false;
  Instant recorded_at;
  std::optional<Instant> revoked_at;
  std::string revoked_by;
};

ApprovalState state_at(const Approval& approval, Instant now);

struct ApproveFacts {
  bool environment_exists = false;
};
Result<ApprovalGiven> approve(const ApprovalRequest& request, const ApproveFacts& facts, Instant now);
Result<ApprovalRevoked> revoke(const RevokeRequest& request, const std::optional<Approval>& approval);

}  // namespace weir::deploy
