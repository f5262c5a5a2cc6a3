#include "deploy/deployment.h"

#include "base/name.h"

namespace weir::deploy {

Result<DeploymentDeclared> deploy(const DeploymentRequest& request, const DeployFacts& facts, Instant now) {
  TRY(check_name(request.environment, "environment"));
  if (!facts.environment_exists) return not_found(fmt::format("environment '{}' does not exist", request.environment));
  if (request.within.micros <= 0 || request.within > days(30))
    return invalid("'within_us' must be positive and at most 30 days", "within_us");
  if (request.at_least < 1 || request.at_least > 1'000'000)
    return invalid("'at_least' must be between 1 and 1000000", "at_least");
  if (request.rollback && !facts.approved_before)
    return Error{Errc::conflict,
                 "a rollback goes back to what ran here, or was approved here before another artifact "
                 "was deployed last; neither is so of this one"};
  if (!facts.approved_now)
    return Error{Errc::conflict,
                 fmt::format("{} is not approved for '{}' now; approve it first: weir approve {} --environment {}",
                             to_string(request.artifact), request.environment, to_hex(request.artifact),
                             request.environment)};
  return DeploymentDeclared{.artifact = request.artifact, .environment = request.environment,
                            .deadline = now + request.within, .at_least = request.at_least,
                            .alongside = request.alongside, .rollback = request.rollback};
}

Result<DeploymentChanged> end(const std::string& reason, const std::optional<Deployment>& deployment) {
  TRY(check_text(reason, "reason"));
  if (!deployment) return not_found("there is no such deployment");
  if (deployment->state == DeploymentState::ended)
    return Error{Errc::conflict,
                 fmt::format("deployment {} has ended: {}", deployment->id, deployment->reason)};
  return DeploymentChanged{deployment->id, DeploymentState::ended, reason};
}

Assessment assess(const Deployment& at, Instant now) {
  const bool due = at.deadline <= now;
  const bool enough = at.running >= at.at_least;
  Assessment result;
  switch (at.state) {
    case DeploymentState::expected:
      if (enough) return {.next = DeploymentState::observed, .reason = fmt::format("{} running", at.running)};
      if (at.replaced) return {.next = DeploymentState::ended, .reason = "replaced before it was seen"};
      if (!due) return {};
      if (at.running > 0) result.troubles.push_back(DeploymentTrouble::short_of);
      else result.troubles.push_back(DeploymentTrouble::missed);
      result.next = at.running > 0 ? std::optional<DeploymentState>() : DeploymentState::missed;
      result.reason = fmt::format("{} of {} running at the deadline", at.running, at.at_least);
      return result;
    case DeploymentState::missed:
      if (enough) return {.next = DeploymentState::observed, .reason = "seen after its deadline"};
      if (at.replaced) return {.next = DeploymentState::ended, .reason = "replaced before it was seen"};
      return {.troubles = {at.running > 0 ? DeploymentTrouble::short_of : DeploymentTrouble::missed}};
    case DeploymentState::observed:
      if (at.running == 0 && at.replaced) return {.next = DeploymentState::ended, .reason = "replaced"};
      if (!at.unwatched.empty()) return result;  // nobody can say whether it runs
      if (at.running == 0) result.troubles.push_back(DeploymentTrouble::gone);
      else if (!enough && !at.replaced) result.troubles.push_back(DeploymentTrouble::short_of);
      if (due && at.superseded > 0 && !at.alongside && !at.replaced)
        result.troubles.push_back(DeploymentTrouble::superseded_running);
      return result;
    case DeploymentState::ended:
      return {};
  }
  return {};
}

}  // namespace weir::deploy
