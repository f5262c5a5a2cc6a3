// Of what may run.
#include "api/route_table.h"

namespace weir::api {
namespace {

using access::Permission;

constexpr std::array rows{
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/approvals",
          .permission = Permission::approve,
          .write = approve,
          .summary = "Approve an artifact for an environment",
          .answer = written<store::ApprovalView>("approval"),
          .body = takes<deploy::ApprovalRequest>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/approvals",
          .read = list_approvals,
          .summary = "List approvals",
          .answer = list<store::ApprovalView>("approvals"),
          .query = approval_query},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/approvals/{id}/revoke",
          .permission = Permission::approve,
          .write = revoke_approval,
          .summary = "Revoke an approval",
          .answer = written<store::ApprovalView>("approval"),
          .body = takes<deploy::RevokeRequest>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/deployments",
          .permission = Permission::declare,
          .write = declare_deployment,
          .summary = "Declare a deployment",
          .answer = written<store::DeploymentView>("deployment"),
          .body = takes<deploy::DeploymentRequest>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/deployments",
          .read = list_deployments,
          .summary = "List deployments",
          .answer = list<store::DeploymentView>("deployments"),
          .query = deployment_query},
};
static_assert(each_has_one_handler(rows));

}  // namespace

std::span<const Route> gate_routes() { return rows; }

}  // namespace weir::api
