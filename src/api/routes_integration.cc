// Of delivery systems that ask the gate in their own words.
#include "admission/answer.h"
#include "api/handlers_integration.h"
#include "api/route_table.h"
#include "store/view_decision.h"

namespace weir::api {
namespace {

using access::Permission;

constexpr std::array caller_query{limit, cursor, one_of<store::CallerState>("state", "only in this state")};
constexpr std::array admission_query{
    Query{"timeout", QueryKind::text, "after which the caller gives up, such as 5s; it is answered before"}};

constexpr std::array rows{
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/integrations/{name}",
          .permission = Permission::administer,
          .write = declare_integration,
          .summary = "Declare an integration, or change it; secrets are shown once and kept apart",
          .answer = beside_receipt<NewIntegration>,
          .body = takes<IntegrationRequest>,
          .changes_accounts = true},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/integrations",
          .read = list_integrations,
          .summary = "List integrations and how many of their requests wait",
          .answer = list<store::IntegrationView>("integrations"),
          .query = page_query},
    Route{.method = "DELETE",
          .pattern = "/v1/orgs/{org}/integrations/{name}",
          .permission = Permission::administer,
          .write = remove_integration,
          .summary = "Remove an integration; what it asked is no longer answered",
          .answer = beside_receipt<Removed>,
          .changes_accounts = true},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/integrations/{name}/test",
          .permission = Permission::administer,
          .write = test_integration,
          .summary = "See whether the system knows us by the secrets that are kept",
          .answer = one<store::CallerRequestView>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/integrations/{name}/requests",
          .read = list_caller_requests,
          .summary = "List what an integration asked, newest first",
          .answer = list<store::CallerRequestView>("requests"),
          .query = caller_query},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/integrations/{name}/requests/{id}/retry",
          .permission = Permission::administer,
          .write = retry_caller_request,
          .summary = "Answer a request again that is dead or waits",
          .answer = one<store::CallerRequestView>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/integrations/{name}/events",
          .door = Door::integration,
          .read = hear_event,
          .summary = "A delivery of GitHub's or GitLab's, signed by it",
          .answer = one<HeardView>,
          .success = 202,
          .proof = integration_proof},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/integrations/{name}/gate/{secret}",
          .door = Door::integration,
          .read = gate_of_canary,
          .summary =
              "A webhook of Flagger's: may the artifact of its metadata run in the integration's environment",
          .answer = one<store::GateAnswer>,
          .refusals = {403, 409},
          .proof = canary_proof},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/integrations/{name}/admission/{secret}",
          .door = Door::integration,
          .read = admit,
          .at_once = admit_at_once,
          .summary = "An AdmissionReview (admission.k8s.io/v1) of Kubernetes: may the images of this object "
                     "run in the "
                     "environment of its namespace",
          .answer = one<admission::AdmissionAnswer>,
          .query = admission_query,
          .body_bytes_max = admission::review_bytes_max,
          .proof = cluster_proof,
          .within = admission_time,
          .late = admit_late},
};
static_assert(each_has_one_handler(rows));

}  // namespace

std::span<const Route> integration_routes() { return rows; }

}  // namespace weir::api
