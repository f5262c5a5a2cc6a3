// Of what may run.
#include "api/dbom_assembly.h"
#include "api/handlers_dbom.h"
#include "api/handlers_window.h"
#include "api/route_table.h"
#include "store/view_window.h"

namespace weir::api {
namespace {

using access::Permission;

constexpr std::array confirm_query{Query{"confirm", QueryKind::flag, "although it is open now"}};
constexpr std::array window_state_query{Query{"environment", QueryKind::text, "where; must be given"},
                                        Query{"flow", QueryKind::text, "of the artifact"},
                                        Query{"class", QueryKind::text, "of the change"},
                                        Query{"at", QueryKind::instant, "else now"}};
constexpr std::array calendar_query{
    Query{"from", QueryKind::instant, "its beginning; must be given"},
    Query{"until", QueryKind::instant, "its end, 62 days later at most; must be given"}};
constexpr std::array freeze_query{limit, cursor, environment};

constexpr std::array dbom_query{
    Query{"environment", QueryKind::text, "where it runs or ran; must be given, unless `issued` is"},
    Query{"at", QueryKind::instant, "as it was then; else now"},
    Query{"issued", QueryKind::number, "the one that this entry issued, byte for byte"},
    Query{"form", QueryKind::text, "html: the document as one page for people, which proves nothing itself"}};

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
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/windows/{name}",
          .permission = Permission::administer,
          .write = declare_window,
          .summary = "Declare a window; one that is open is changed only with `confirm`",
          .answer = written<store::WindowView>("window"),
          .body = takes<window::WindowRequest>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/windows",
          .read = list_windows,
          .summary = "List windows with what they are now",
          .answer = list<store::WindowView>("windows"),
          .query = page_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/windows/state",
          .read = window_state,
          .summary = "May something be deployed to an environment now, or when",
          .answer = one<WindowState>,
          .query = window_state_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/windows/calendar",
          .read = window_calendar,
          .summary = "When each window is open in a stretch of time",
          .answer = one<WindowCalendar>,
          .query = calendar_query},
    Route{.method = "DELETE",
          .pattern = "/v1/orgs/{org}/windows/{name}",
          .permission = Permission::administer,
          .write = remove_window,
          .summary = "Remove a window; one that is open only with `confirm`",
          .answer = beside_receipt<WindowGone>,
          .query = confirm_query},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/windows/{name}/overrides",
          .permission = Permission::approve,
          .write = override_window,
          .summary = "Override a window in an environment for a while",
          .answer = written<store::OverrideView>("override"),
          .body = takes<window::OverrideRequest>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/freezes",
          .permission = Permission::approve,
          .write = declare_freeze,
          .summary = "Freeze an environment",
          .answer = written<store::FreezeView>("freeze"),
          .body = takes<window::FreezeRequest>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/freezes",
          .read = list_freezes,
          .summary = "List freezes",
          .answer = list<store::FreezeView>("freezes"),
          .query = freeze_query},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/freezes/{id}/thaw",
          .permission = Permission::approve,
          .write = thaw,
          .summary = "End a freeze",
          .answer = written<store::FreezeView>("freeze"),
          .body = takes<window::ThawRequest>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/dboms/{digest}",
          .read = find_dbom,
          .summary = "A deployment's bill of materials: the signed envelope, and the document in it",
          .answer = one<SignedDbom>,
          .query = dbom_query,
          .shows_verdicts = true},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/dboms",
          .permission = Permission::record,
          .write = issue_dbom,
          .summary = "Issue a deployment's bill of materials: its digest becomes an entry",
          .answer = written<DbomIssuedView>("dbom"),
          .body = takes<dbom::DbomRequest>,
          .decoding_waits = always},
    Route{.method = "GET",
          .pattern = "/v1/dbom.schema.json",
          .door = Door::open,
          .read = dbom_schema,
          .summary = "The JSON Schema of a deployment's bill of materials",
          .answer = one<format::Json>},
};
static_assert(each_has_one_handler(rows));

}  // namespace

std::span<const Route> gate_routes() { return rows; }

}  // namespace weir::api
