// Approval: a person allows an artifact to run in an environment during a period. Approve, revoke, approve are three
// acts. What an approval is worth at a moment is computed, never stored. Each says what it came from: a person alone,
// the consents to a request, a rule, or a break-glass.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "access/account.h"
#include "format/members.h"

namespace weir::deploy {

// What an approval came from; its members stand among the approval's own.
struct ApprovalOrigin {
  std::vector<std::string> groups;          // of who gave it, at that time
  std::optional<std::int64_t> request;      // entry of the request whose consents it is
  std::string by_rule;                      // policy that allowed it without a person
  std::optional<std::int64_t> decision;     // entry of the decision it rests on
  std::optional<std::int64_t> break_glass;  // entry of the break-glass that opened it
  std::string change;                       // class of the change it is for; empty: any
  std::string tree;                         // source tree that its newest review names; empty: none does
  static void members(auto& visit, auto& self) {
    visit.maybe("groups", self.groups);
    visit.maybe("request", self.request);
    visit.maybe("by_rule", self.by_rule);
    visit.maybe("decision", self.decision);
    visit.maybe("break_glass", self.break_glass);
    visit.maybe("change", self.change);
    visit.maybe("tree", self.tree);
  }
};

struct ApprovalGiven {
  Sha256 artifact;
  std::string environment;
  std::optional<Instant> from, until;
  std::string reason;
  bool adopted = false;  // given for what already ran when the environment was first seen
  ApprovalOrigin origin = {};
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("environment", self.environment);
    visit.maybe("from", self.from);
    visit.maybe("until", self.until);
    visit.maybe("reason", self.reason);
    visit.maybe("adopted", self.adopted);
    ApprovalOrigin::members(visit, self.origin);
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
  ApprovalOrigin origin = {};
};

ApprovalState state_at(const Approval& approval, Instant now);

struct ApproveFacts {
  bool environment_exists = false;
};
Result<ApprovalGiven> approve(const ApprovalRequest& request, const ApproveFacts& facts, Instant now);
Result<ApprovalRevoked> revoke(const RevokeRequest& request, const std::optional<Approval>& approval);

}  // namespace weir::deploy
