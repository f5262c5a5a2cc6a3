#include <algorithm>
#include <map>
#include <span>

#include "api/artifact_scope.h"
#include "api/handlers.h"
#include "api/requests.h"
#include "base/name.h"
#include "policy/form.h"
#include "policy/form_check.h"
#include "store/view_access.h"
#include "store/view_alert.h"
#include "store/view_decision.h"
#include "store/view_deploy.h"
#include "store/view_policy.h"
#include "store/view_request.h"
#include "store/view_runtime.h"

namespace weir::api {
namespace {

using sequencer::Appended;
using sequencer::Decision;

// What the tables would show of an approval just given.
std::string approval_json(const deploy::ApprovalGiven& given, const std::string& actor,
                          const std::string& name, const Appended& at) {
  const deploy::Approval approval{.id = at.index,
                                  .artifact = given.artifact,
                                  .artifact_name = name,
                                  .environment = given.environment,
                                  .reason = given.reason,
                                  .actor = actor,
                                  .from = given.from,
                                  .until = given.until,
                                  .adopted = given.adopted,
                                  .recorded_at = at.at,
                                  .origin = given.origin};
  return format::encode(store::ApprovalView{approval, deploy::state_at(approval, at.at)});
}

// What the policies enforced here say of a deployment: none where none is enforced. A policy that lets changes of this
// class be approved by rule stands for the person, where no approval is in force.
struct Clearance {
  std::int64_t decision = 0;
  std::string by_rule;
};

Result<std::string> rule_that_approves(std::span<const store::Attached> attached, const std::string& change) {
  for (const store::Attached& each : attached) {
    if (each.mode != policy::Mode::enforce || each.policy.form != policy::Form::yaml) continue;
    const policy::Document document = TRY(policy::read_policy(each.policy.source, each.policy.form));
    const auto& rule = document.policy.approve_by_rule;
    if (rule && std::find(rule->classes.begin(), rule->classes.end(), change) != rule->classes.end())
      return each.policy.name;
  }
  return std::string();
}

Result<std::optional<Clearance>> clearance_of(store::Database& db, const deploy::DeploymentRequest& request,
                                              bool approved, Instant now) {
  const Sha256 artifact = TRY(store::recorded_artifact(db, request.artifact));
  const auto attached = TRY(store::policies_for(db, request.environment, artifact));
  const bool enforced = std::any_of(attached.begin(), attached.end(),
                                    [](const auto& each) { return each.mode == policy::Mode::enforce; });
  if (!enforced) return std::optional<Clearance>();
  const std::string change = request.change();
  const auto watched = TRY(store::find_watched(
      db, {.artifact = artifact, .environment = request.environment, .change_class = change}));
  if (!watched || !watched->is_good_at(now))
    return Error{
        Errc::conflict,
        fmt::format("policies are enforced in '{}' and nothing newer than the last entry was decided; ask "
                    "the gate first: GET gate?artifact={}&environment={}",
                    request.environment, to_string(artifact), request.environment)};
  if (!watched->verdict || !policy::passes(*watched->verdict))
    return Error{
        Errc::conflict,
        fmt::format("the policies of '{}' do not allow it (decision {}); see `weir gate {} --environment "
                    "{} --explain`",
                    request.environment, *watched->entry, to_string(artifact), request.environment)};
  Clearance clearance{.decision = *watched->entry, .by_rule = {}};
  if (!approved) clearance.by_rule = TRY(rule_that_approves(attached, change));
  return std::optional(clearance);
}

deploy::ApprovalGiven approval_by_rule(const deploy::DeploymentRequest& request, const Clearance& clearance) {
  deploy::ApprovalGiven given{.artifact = request.artifact,
                              .environment = request.environment,
                              .reason = fmt::format("by rule of policy {}", clearance.by_rule)};
  given.origin.by_rule = clearance.by_rule;
  given.origin.decision = clearance.decision;
  given.origin.change = request.change();
  return given;
}

// Of those that are not over. What one artifact goes back to in one environment is looked for once, however often it
// was declared there.
Status add_rollback_targets(const ReadCall& call, std::vector<store::DeploymentView>& deployments) {
  std::map<std::pair<Sha256, std::string>, store::RollbackTarget> known;
  for (store::DeploymentView& each : deployments) {
    const deploy::Deployment& at = each.deployment;
    if (at.state == deploy::DeploymentState::ended) continue;
    auto found = known.find({at.artifact, at.environment});
    if (found == known.end()) {
      auto target = TRY(store::rollback_target(
          call.db, {.artifact = at.artifact, .environment = at.environment, .at = call.now}));
      found = known.emplace(std::pair(at.artifact, at.environment), std::move(target)).first;
    }
    each.rollback_target = found->second;
  }
  return {};
}

}  // namespace

Result<Write> approve(const Call& call) {
  const auto request = TRY(body_of<deploy::ApprovalRequest>(call.request));
  TRY(access::check_environment_scope(call.actor, request.environment));
  return Write{[request, actor = call.actor](store::Database& db, Instant now) -> Result<Decision> {
    const deploy::ApproveFacts facts{.environment_exists =
                                         TRY(store::environment_exists(db, request.environment))};
    deploy::ApprovalGiven given = TRY(deploy::approve(request, facts, now));
    TRY(check_artifact_scope(db, actor, given.artifact));
    given.origin.groups = TRY(store::groups_of(db, actor.id));
    given.origin.tree = TRY(store::reviewed_source(db, given.artifact)).tree;
    const std::string name = TRY(store::name_of_artifact(db, given.artifact));
    return Decision{.events = {given}, .answer = [given, actor = actor.name, name](auto appended) {
                      return approval_json(given, actor, name, appended[0]);
                    }};
  }};
}

Result<Write> revoke_approval(const Call& call) {
  const auto request = TRY(body_of<deploy::RevokeRequest>(call.request));
  const std::int64_t id = TRY(id_of(call.request, "id"));
  return Write{[request, id, actor = call.actor](store::Database& db, Instant) -> Result<Decision> {
    auto approval = TRY(store::find_approval(db, id));
    if (approval) {
      TRY(access::check_environment_scope(actor, approval->environment));
      TRY(check_artifact_scope(db, actor, approval->artifact));
    }
    const deploy::ApprovalRevoked revoked = TRY(deploy::revoke(request, approval));
    return Decision{.events = {revoked},
                    .answer = [approval = *approval, name = actor.name](auto appended) mutable {
                      approval.revoked_at = appended[0].at;
                      approval.revoked_by = name;
                      return format::encode(store::ApprovalView{approval, deploy::ApprovalState::revoked});
                    }};
  }};
}

Result<http::Response> list_approvals(const ReadCall& call) {
  const std::string state = text_of(call.request, "state");
  auto approvals = TRY(store::list_approvals(call.db,
                                             {.environment = text_of(call.request, "environment"),
                                              .artifact = TRY(digest_of(call.request, "artifact")),
                                              .limit = TRY(limit_of(call.request)),
                                              .before = TRY(cursor_of(call.request))},
                                             call.now));
  const std::string next = approvals.size() == static_cast<std::size_t>(TRY(limit_of(call.request)))
                               ? std::to_string(approvals.back().approval.id)
                               : "";
  if (!state.empty())
    std::erase_if(approvals, [&](const auto& each) { return format::name_of(each.state) != state; });
  return list_response("approvals", approvals, next);
}

Result<Write> declare_deployment(const Call& call) {
  const auto request = TRY(body_of<deploy::DeploymentRequest>(call.request));
  if (!request.change_class.empty()) TRY(policy::check_change_class(request.change_class, "class"));
  TRY(access::check_environment_scope(call.actor, request.environment));
  return Write{[request, by = call.actor, actor = call.actor.name](store::Database& db,
                                                                   Instant now) -> Result<Decision> {
    TRY(check_artifact_scope(db, by, request.artifact));
    deploy::DeployFacts facts = TRY(store::deploy_facts(db, request, now));
    std::optional<Clearance> clearance;
    if (facts.environment_exists) clearance = TRY(clearance_of(db, request, facts.approved_now, now));
    facts.approved_now |= clearance && !clearance->by_rule.empty();
    const deploy::DeploymentDeclared declared = TRY(deploy::deploy(request, facts, now));
    Decision decision{.events = {declared}};
    if (clearance && !clearance->by_rule.empty())
      decision.events.push_back(approval_by_rule(request, *clearance));
    const std::string name = TRY(store::name_of_artifact(db, declared.artifact));
    const auto target = TRY(store::rollback_target(
        db, {.artifact = declared.artifact, .environment = declared.environment, .at = now}));
    decision.answer = [declared, actor, name, target](auto appended) {
      return format::encode(store::DeploymentView{{.id = appended[0].index,
                                                   .artifact = declared.artifact,
                                                   .artifact_name = name,
                                                   .environment = declared.environment,
                                                   .actor = actor,
                                                   .declared_at = appended[0].at,
                                                   .deadline = declared.deadline,
                                                   .at_least = declared.at_least,
                                                   .alongside = declared.alongside,
                                                   .rollback = declared.rollback},
                                                  target});
    };
    return decision;
  }};
}

// With it end the alerts that it was missed, or is gone: nobody expects it any more.
Result<Write> end_deployment(const Call& call) {
  const auto request = TRY(body_of<ReasonRequest>(call.request));
  const std::int64_t id = TRY(id_of(call.request, "id"));
  return Write{[request, id, actor = call.actor](store::Database& db, Instant now) -> Result<Decision> {
    auto found = TRY(store::find_deployment(db, id, now));
    if (found) TRY(access::check_environment_scope(actor, found->deployment.environment));
    if (found) TRY(check_artifact_scope(db, actor, found->deployment.artifact));
    const auto ended = TRY(deploy::end(request.reason, found ? std::optional(found->deployment) : std::nullopt));
    Decision decision{.events = {ended}};
    alert::AlertsResolved resolved{.why = fmt::format("the deployment was ended: {}", request.reason)};
    for (const auto& open : TRY(store::open_alerts_of_subject(db, fmt::format("deployment {}", id))))
      resolved.alerts.push_back(open.id);
    if (!resolved.alerts.empty()) decision.events.push_back(std::move(resolved));
    decision.answer = [view = std::move(*found), ended](auto appended) mutable {
      view.deployment.state = ended.state;
      view.deployment.reason = ended.reason;
      view.deployment.ended_at = appended[0].at;
      view.deployment.unwatched.clear();
      return format::encode(view);
    };
    return decision;
  }};
}

Result<http::Response> list_deployments(const ReadCall& call) {
  const std::int64_t limit = TRY(limit_of(call.request));
  auto deployments = TRY(store::list_deployments(call.db,
                                                 {.environment = text_of(call.request, "environment"),
                                                  .artifact = TRY(digest_of(call.request, "artifact")),
                                                  .limit = limit,
                                                  .before = TRY(cursor_of(call.request))},
                                                 call.now));
  const bool full = deployments.size() == static_cast<std::size_t>(limit);
  const std::string next = full ? std::to_string(deployments.back().deployment.id) : "";
  if (const std::string state = text_of(call.request, "state"); !state.empty())
    std::erase_if(deployments,
                  [&](const auto& each) { return format::name_of(each.deployment.state) != state; });
  if (flag_of(call.request, "rollback")) TRY(add_rollback_targets(call, deployments));
  return list_response("deployments", deployments, next);
}

}  // namespace weir::api
