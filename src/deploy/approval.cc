#include "deploy/approval.h"

#include "base/name.h"

namespace weir::deploy {

ApprovalState state_at(const Approval& approval, Instant now) {
  if (approval.revoked_at) return ApprovalState::revoked;
  if (approval.until && *approval.until <= now) return ApprovalState::expired;
  if (approval.from && *approval.from > now) return ApprovalState::early;
  return ApprovalState::active;
}

Result<ApprovalGiven> approve(const ApprovalRequest& request, const ApproveFacts& facts, Instant now) {
  TRY(check_name(request.environment, "environment"));
  TRY(check_text(request.reason, "reason"));
  if (!facts.environment_exists)
    return not_found(fmt::format("environment '{}' does not exist; create it with `weir env create {} --kind host`",
                                 request.environment, request.environment));
  if (request.until && *request.until <= now) return invalid("'until' lies in the past", "until");
  if (request.from && request.until && *request.until <= *request.from)
    return invalid("'until' must be later than 'from'", "until");
  return ApprovalGiven{.artifact = request.artifact, .environment = request.environment, .from = request.from,
                       .until = request.until, .reason = request.reason};
}

Result<ApprovalRevoked> revoke(const RevokeRequest& request, const std::optional<Approval>& approval) {
  TRY(check_text(request.reason, "reason"));
  if (!approval) return not_found("there is no such approval");
  if (approval->revoked_at) return Error{Errc::conflict, "this approval is already revoked"};
  return ApprovalRevoked{.approval = approval->id, .reason = request.reason};
}

}  // namespace weir::deploy
