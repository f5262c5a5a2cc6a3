#include "api/handlers.h"
#include "base/name.h"
#include "store/view_access.h"
#include "store/view_deploy.h"
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

}  // namespace

Result<Write> approve(const Call& call) {
  const auto request = TRY(body_of<deploy::ApprovalRequest>(call.request));
  TRY(access::check_environment_scope(call.actor, request.environment));
  return Write{[request, actor = call.actor](store::Database& db, Instant now) -> Result<Decision> {
    const deploy::ApproveFacts facts{.environment_exists =
                                         TRY(store::environment_exists(db, request.environment))};
    deploy::ApprovalGiven given = TRY(deploy::approve(request, facts, now));
    given.origin.groups = TRY(store::groups_of(db, actor.id));
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
    if (approval) TRY(access::check_environment_scope(actor, approval->environment));
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
  TRY(access::check_environment_scope(call.actor, request.environment));
  return Write{[request, actor = call.actor.name](store::Database& db, Instant now) -> Result<Decision> {
    const deploy::DeploymentDeclared declared =
        TRY(deploy::deploy(request, TRY(store::deploy_facts(db, request, now)), now));
    const std::string name = TRY(store::name_of_artifact(db, declared.artifact));
    return Decision{.events = {declared}, .answer = [declared, actor, name](auto appended) {
                      return format::encode(store::DeploymentView{{.id = appended[0].index,
                                                                   .artifact = declared.artifact,
                                                                   .artifact_name = name,
                                                                   .environment = declared.environment,
                                                                   .actor = actor,
                                                                   .declared_at = appended[0].at,
                                                                   .deadline = declared.deadline,
                                                                   .at_least = declared.at_least,
                                                                   .alongside = declared.alongside,
                                                                   .rollback = declared.rollback}});
                    }};
  }};
}

Result<http::Response> list_deployments(const ReadCall& call) {
  const std::int64_t limit = TRY(limit_of(call.request));
  auto deployments =
      TRY(store::list_deployments(call.db, {.environment = text_of(call.request, "environment"),
                                            .artifact = TRY(digest_of(call.request, "artifact")),
                                            .limit = limit,
                                            .before = TRY(cursor_of(call.request))}));
  const bool full = deployments.size() == static_cast<std::size_t>(limit);
  const std::string next = full ? std::to_string(deployments.back().deployment.id) : "";
  if (const std::string state = text_of(call.request, "state"); !state.empty())
    std::erase_if(deployments,
                  [&](const auto& each) { return format::name_of(each.deployment.state) != state; });
  return list_response("deployments", deployments, next);
}

}  // namespace weir::api
