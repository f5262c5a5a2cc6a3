// Of what people ask and allow: groups, approval requests, exceptions, break-glass.
#include <array>

#include "api/answers.h"
#include "api/handlers.h"
#include "api/requests.h"

namespace weir::api {
namespace {

using access::Permission;

constexpr Query limit{"limit", QueryKind::limit, "rows at most"};
constexpr Query cursor{"cursor", QueryKind::cursor, "the `next` of the page before"};
constexpr Query environment{"environment", QueryKind::text, "only of this environment"};
constexpr Query artifact{"artifact", QueryKind::digest, "only of this artifact"};

template <class E>
constexpr auto words = names_of(E{});
template <class E>
constexpr Query in_state{"state", QueryKind::word, "only in this state", words<E>};

bool always(const http::Request&) { return true; }

constexpr std::array page_query{limit, cursor};
constexpr std::array request_query{limit, cursor, environment, artifact, in_state<deploy::RequestState>};
constexpr std::array exception_query{limit, cursor, environment, artifact, in_state<exceptions::State>};
constexpr std::array exception_scope_query{
    Query{"preview", QueryKind::flag, "show what it would cover; record nothing"}};
constexpr std::array break_glass_query{limit, cursor, environment, in_state<deploy::BreakGlassState>};

constexpr std::array rows{
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/groups/{name}",
          .permission = Permission::administer,
          .write = declare_group,
          .summary = "Declare a group of people",
          .answer = written<store::GroupView>("group"),
          .body = takes<access::GroupDeclared>,
          .changes_accounts = true},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/groups",
          .read = list_groups,
          .summary = "List groups of people",
          .answer = list<store::GroupView>("groups"),
          .query = page_query},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/approval-requests",
          .permission = Permission::record,
          .write = ask_for_approval,
          .summary = "Ask people to approve an artifact",
          .answer = written<RequestShown>("approval_request"),
          .body = takes<deploy::AskRequest>,
          .decoding_waits = always},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/approval-requests",
          .read = list_approval_requests,
          .summary = "List approval requests",
          .answer = list<store::RequestedApprovalView>("approval-requests"),
          .query = request_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/approval-requests/{id}",
          .read = find_approval_request,
          .summary = "One approval request with its release difference",
          .answer = one<RequestShown>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/approval-links/{token}",
          .door = Door::signed_link,
          .read = shown_by_link,
          .summary = "What a link to an approval request shows",
          .answer = one<RequestShown>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/approval-requests/{id}/votes",
          .write = vote_on_request,
          .summary = "Consent to a request or refuse it; the rule checks who may",
          .answer = written<store::RequestedApprovalView>("approval_request"),
          .body = takes<VoteRequest>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/approval-requests/{id}/withdraw",
          .permission = Permission::record,
          .write = withdraw_request,
          .summary = "Withdraw one's own request",
          .answer = written<store::RequestedApprovalView>("approval_request"),
          .body = takes<NoteRequest>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/exceptions",
          .permission = Permission::record,
          .write = ask_for_exception,
          .summary = "Ask for an exception, or see its scope first",
          .answer = written<store::ExceptionView>("exception"),
          .body = takes<exceptions::ExceptionRequest>,
          .query = exception_scope_query,
          .preview = one<ScopeShown>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/exceptions",
          .read = list_exceptions,
          .summary = "List exceptions",
          .answer = list<store::ExceptionView>("exceptions"),
          .query = exception_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/exceptions/{id}",
          .read = find_exception,
          .summary = "One exception with its scope",
          .answer = one<store::ExceptionView>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/exceptions/{id}/grant",
          .permission = Permission::approve,
          .write = grant_exception,
          .summary = "Grant an exception, by the scope that was shown",
          .answer = written<store::ExceptionView>("exception"),
          .body = takes<exceptions::GrantRequest>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/exceptions/{id}/refuse",
          .permission = Permission::approve,
          .write = refuse_exception,
          .summary = "Refuse an exception",
          .answer = written<store::ExceptionView>("exception"),
          .body = takes<NoteRequest>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/exceptions/{id}/end",
          .permission = Permission::declare,
          .write = end_exception,
          .summary = "End an exception before its time",
          .answer = written<store::ExceptionView>("exception"),
          .body = takes<EndRequest>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/break-glass",
          .permission = Permission::approve,
          .write = break_glass,
          .summary = "Let an artifact in for hours, with an alarm",
          .answer = written<store::BreakGlassView>("break_glass"),
          .body = takes<deploy::BreakGlassRequest>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/break-glass",
          .read = list_break_glass,
          .summary = "List break-glass",
          .answer = list<store::BreakGlassView>("break-glass"),
          .query = break_glass_query},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/break-glass/{id}/review",
          .permission = Permission::approve,
          .write = review_break_glass,
          .summary = "Say that a break-glass was looked at",
          .answer = written<store::BreakGlassView>("break_glass"),
          .body = takes<NoteRequest>},
};

}  // namespace

std::span<const Route> consent_routes() { return rows; }

}  // namespace weir::api
