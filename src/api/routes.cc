#include "api/routes.h"

#include <array>

#include "api/answers.h"
#include "api/handlers.h"
#include "api/requests.h"
#include "crypto/digest.h"
#include "store/view_overview.h"

namespace weir::api {
namespace {

using access::Permission;

bool always(const http::Request&) { return true; }

constexpr Query limit{"limit", QueryKind::limit, "rows at most"};
constexpr Query cursor{"cursor", QueryKind::cursor, "the `next` of the page before"};
constexpr Query environment{"environment", QueryKind::text, "only of this environment"};
constexpr Query artifact{"artifact", QueryKind::digest, "only of this artifact"};
constexpr Query flow{"flow", QueryKind::text, "only of this flow"};

template <class E>
constexpr auto words = names_of(E{});
template <class E>
constexpr Query one_of(std::string_view name, std::string_view summary) {
  return {name, QueryKind::word, summary, words<E>};
}

constexpr std::array page_query{limit, cursor};
constexpr std::array search_query{
    Query{"q", QueryKind::text, "words, a digest, a commit, or #number of an entry"}};
constexpr std::array overview_query{Query{"since", QueryKind::instant, "the last look; else a day ago"}};
constexpr std::array artifact_query{limit,
                                    cursor,
                                    flow,
                                    Query{"name", QueryKind::text, "only of this name"},
                                    Query{"digest", QueryKind::digest, "only of this digest"},
                                    Query{"q", QueryKind::text, "only with this in its name"}};
constexpr std::array attestation_query{limit, cursor, artifact, flow,
                                       Query{"trail", QueryKind::text, "only of this trail"}};
constexpr std::array approval_query{limit, cursor, environment, artifact,
                                    one_of<deploy::ApprovalState>("state", "only in this state")};
constexpr std::array deployment_query{limit, cursor, environment, artifact,
                                      one_of<deploy::DeploymentState>("state", "only in this state")};
constexpr std::array workload_query{Query{"at", QueryKind::moment, "a time or #snapshot; else now"},
                                    Query{"snapshot", QueryKind::moment, "its number; goes before `at`"},
                                    Query{"instances", QueryKind::flag, "each with its instances"},
                                    one_of<runtime::Verdict>("verdict", "only of this verdict"),
                                    Query{"q", QueryKind::text, "only with this in its name"}};
constexpr std::array difference_query{
    Query{"from", QueryKind::moment, "a time or #snapshot; must be given"},
    Query{"to", QueryKind::moment, "a time or #snapshot; else now"},
    Query{"environment", QueryKind::text, "of which `to` is; else the same"}};
constexpr std::array scope_query{
    Query{"preview", QueryKind::flag, "say what it would silence; record nothing"}};
constexpr std::array incident_query{limit, cursor, environment,
                                    one_of<alert::State>("state", "only in this state")};
constexpr std::array alert_query{limit, cursor, environment,
                                 one_of<alert::State>("state", "only in this state"),
                                 Query{"incident", QueryKind::number, "only of this incident"}};
constexpr std::array delivery_query{limit, cursor, Query{"channel", QueryKind::text, "only of this channel"},
                                    one_of<store::DeliveryState>("state", "only in this state")};
constexpr std::array entry_query{Query{"from", QueryKind::number, "the first entry; else the last ones"},
                                 limit};

constexpr std::array route_table{
    Route{.method = "GET",
          .pattern = "/healthz",
          .door = Door::open,
          .read = health,
          .summary = "Is the process alive",
          .answer = one<Health>},
    Route{.method = "GET",
          .pattern = "/readyz",
          .door = Door::open,
          .read = readiness,
          .summary = "Does it accept writes",
          .answer = one<Health>,
          .refusal = 503},
    Route{.method = "GET",
          .pattern = "/metrics",
          .read = metrics,
          .summary = "Prometheus metrics",
          .answer = {Form::text}},
    Route{.method = "GET",
          .pattern = "/v1/openapi.json",
          .door = Door::open,
          .read = openapi,
          .summary = "This document",
          .answer = one<format::Json>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/me",
          .read = who_am_i,
          .summary = "Who the token belongs to",
          .answer = one<Me>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/search",
          .read = search,
          .summary = "Find by digest, name, commit, environment, actor",
          .answer = one<Hits>,
          .query = search_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/overview",
          .read = overview,
          .summary = "The page's first view",
          .answer = one<store::OverviewView>,
          .query = overview_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/events",
          .read = who_am_i,
          .summary = "Server-sent events: what changed",
          .answer = {Form::events}},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/writes",
          .batch = batch,
          .summary = "Several writes, accepted all or not at all",
          .answer = {Form::answers, "answers"},
          .body = takes<BatchRequest>,
          .body_bytes_max = limits::blob_bytes_max / 3 * 4 + limits::request_body_bytes_max,
          .decoding_waits = always},
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/services/{name}",
          .permission = Permission::record,
          .write = declare_service,
          .summary = "Declare a service",
          .answer = written<store::ServiceView>("service"),
          .body = takes<evidence::Service>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/services",
          .read = list_services,
          .summary = "List services",
          .answer = list<store::ServiceView>("services"),
          .query = page_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/services/{name}",
          .read = find_service,
          .summary = "One service",
          .answer = one<store::ServiceView>},
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/flows/{flow}",
          .permission = Permission::record,
          .write = declare_flow,
          .summary = "Declare a flow and its template",
          .answer = written<store::FlowView>("flow"),
          .body = takes<evidence::Flow>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/flows",
          .read = list_flows,
          .summary = "List flows with their latest trail",
          .answer = list<store::FlowView>("flows"),
          .query = page_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/flows/{flow}",
          .read = find_flow,
          .summary = "One flow",
          .answer = one<store::FlowView>},
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/flows/{flow}/trails/{trail}",
          .permission = Permission::record,
          .write = begin_trail,
          .summary = "Begin a trail",
          .answer = written<store::TrailView>("trail"),
          .body = takes<evidence::Trail>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/flows/{flow}/trails",
          .read = list_trails,
          .summary = "List trails of a flow",
          .answer = list<store::TrailView>("trails"),
          .query = page_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/flows/{flow}/trails/{trail}",
          .read = find_trail,
          .summary = "One trail with its beads",
          .answer = one<store::TrailView>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/artifacts",
          .permission = Permission::record,
          .write = record_artifact,
          .summary = "Record an artifact",
          .answer = written<store::ArtifactView>("artifact"),
          .body = takes<ArtifactRequest>,
          .body_bytes_max = limits::report_bytes_max,
          .decoding_waits = always},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/artifacts",
          .read = list_artifacts,
          .summary = "List artifacts",
          .answer = list<store::ArtifactView>("artifacts"),
          .query = artifact_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/artifacts/{digest}",
          .read = find_artifact,
          .summary = "An artifact's story",
          .answer = one<store::ArtifactStory>,
          .shows_verdicts = true},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/attestations",
          .permission = Permission::record,
          .write = record_attestation,
          .summary = "Record an attestation",
          .answer = written<store::AttestationView>("attestation"),
          .body = takes<AttestationRequest>,
          .body_bytes_max = limits::blob_bytes_max / 3 * 4 + limits::request_body_bytes_max,
          .decoding_waits = has_content},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/attestations",
          .read = list_attestations,
          .summary = "List attestations",
          .answer = list<store::AttestationView>("attestations"),
          .query = attestation_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/attestations/{entry}/content",
          .read = attestation_content,
          .summary = "The evidence file of an attestation",
          .answer = {Form::file}},
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/attestation-types/{name}",
          .permission = Permission::administer,
          .write = declare_attestation_type,
          .summary = "Declare a custom attestation type",
          .answer = written<store::AttestationTypeView>("attestation_type"),
          .body = takes<evidence::AttestationTypeDeclared>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/attestation-types",
          .read = list_attestation_types,
          .summary = "List custom attestation types",
          .answer = list<store::AttestationTypeView>("attestation-types"),
          .query = page_query},
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
          .pattern = "/v1/orgs/{org}/environments/{env}",
          .permission = Permission::administer,
          .write = declare_environment,
          .summary = "Declare an environment",
          .answer = written<store::EnvironmentView>("environment"),
          .body = takes<runtime::EnvironmentDeclared>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/environments",
          .read = list_environments,
          .summary = "List environments",
          .answer = list<store::EnvironmentView>("environments"),
          .query = page_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/environments/{env}",
          .read = find_environment,
          .summary = "One environment",
          .answer = one<store::EnvironmentView>,
          .shows_verdicts = true},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/environments/{env}/workloads",
          .read = list_workloads,
          .summary = "What runs, or ran at a moment",
          .answer = one<WorkloadsView>,
          .query = workload_query,
          .shows_verdicts = true},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/environments/{env}/snapshots",
          .read = list_snapshots,
          .summary = "The numbered snapshots",
          .answer = list<store::SnapshotView>("snapshots"),
          .query = page_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/environments/{env}/diff",
          .read = difference,
          .summary = "Difference of two moments",
          .answer = one<Difference>,
          .query = difference_query},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/environments/{env}/adopt",
          .permission = Permission::approve,
          .write = adopt,
          .summary = "Approve what runs, for 90 days",
          .answer = beside_receipt<Adoption>,
          .body = takes<AdoptRequest>},
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/environments/{env}/scopes",
          .permission = Permission::administer,
          .write = declare_scope,
          .summary = "Declare or preview a scope rule",
          .answer = written<store::ScopeView>("scope"),
          .body = takes<runtime::ScopeRule>,
          .query = scope_query,
          .preview = one<store::SuggestionView>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/environments/{env}/scopes",
          .read = list_scopes,
          .summary = "List scope rules",
          .answer = list<store::ScopeView>("scopes"),
          .query = page_query},
    Route{.method = "DELETE",
          .pattern = "/v1/orgs/{org}/environments/{env}/scopes/{id}",
          .permission = Permission::administer,
          .write = remove_scope,
          .summary = "Remove a scope rule",
          .answer = beside_receipt<Removed>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/environments/{env}/join-tokens",
          .permission = Permission::administer,
          .write = issue_join_token,
          .summary = "Issue a join token for agents",
          .answer = shown_once<NewJoinToken>,
          .body = takes<JoinTokenRequest>},
    Route{.method = "DELETE",
          .pattern = "/v1/orgs/{org}/environments/{env}/join-tokens/{id}",
          .permission = Permission::administer,
          .write = revoke_join_token,
          .summary = "Revoke a join token",
          .answer = beside_receipt<Revoked>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/reporters",
          .door = Door::signed_report,
          .permission = Permission::report,
          .summary = "Enrol a reporter (signed)",
          .answer = one<runtime::ReportAnswer>,
          .body = takes<runtime::Enrolment>,
          .success = 201},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/reports",
          .door = Door::signed_report,
          .permission = Permission::report,
          .summary = "Send a report (signed)",
          .answer = one<runtime::ReportAnswer>,
          .body = takes<runtime::Report>,
          .refusal = 409,
          .body_bytes_max = limits::report_bytes_max},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/heartbeats",
          .door = Door::signed_report,
          .permission = Permission::report,
          .summary = "Send a heartbeat (signed)",
          .answer = one<runtime::ReportAnswer>,
          .body = takes<runtime::Heartbeat>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/alerts",
          .read = list_alerts,
          .summary = "List alerts",
          .answer = list<store::AlertView>("alerts"),
          .query = alert_query,
          .shows_verdicts = true},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/alerts/{id}",
          .read = find_alert,
          .summary = "One alert",
          .answer = one<store::AlertView>,
          .shows_verdicts = true},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/alerts/acknowledge",
          .permission = Permission::approve,
          .write = acknowledge_alerts,
          .summary = "Acknowledge alerts",
          .answer = beside_receipt<Acknowledged>,
          .body = takes<AcknowledgeRequest>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/incidents",
          .read = list_incidents,
          .summary = "List incidents",
          .answer = list<store::IncidentView>("incidents"),
          .query = incident_query,
          .shows_verdicts = true},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/incidents/{id}",
          .read = find_incident,
          .summary = "One incident",
          .answer = one<store::IncidentView>,
          .shows_verdicts = true},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/incidents/{id}/acknowledge",
          .permission = Permission::approve,
          .write = acknowledge_incident,
          .summary = "Acknowledge an incident's alerts",
          .answer = beside_receipt<Acknowledged>,
          .body = takes<NoteRequest>},
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/channels/{name}",
          .permission = Permission::administer,
          .write = declare_channel,
          .summary = "Declare a channel or rotate its secret",
          .answer = shown_once<NewChannel>,
          .body = takes<ChannelRequest>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/channels",
          .read = list_channels,
          .summary = "List channels",
          .answer = list<store::ChannelView>("channels"),
          .query = page_query},
    Route{.method = "DELETE",
          .pattern = "/v1/orgs/{org}/channels/{name}",
          .permission = Permission::administer,
          .write = remove_channel,
          .summary = "Remove a channel",
          .answer = beside_receipt<Removed>},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/channels/{name}/test",
          .permission = Permission::administer,
          .write = test_channel,
          .summary = "Send a test through a channel",
          .answer = written<store::DeliveryView>("delivery")},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/deliveries",
          .read = list_deliveries,
          .summary = "List deliveries",
          .answer = list<store::DeliveryView>("deliveries"),
          .query = delivery_query},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/deliveries/{id}/retry",
          .permission = Permission::administer,
          .write = retry_delivery,
          .summary = "Try a dead delivery again",
          .answer = written<store::DeliveryView>("delivery")},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/service-accounts",
          .permission = Permission::administer,
          .write = create_service_account,
          .summary = "Create a service account; its token is shown once",
          .answer = shown_once<NewAccount>,
          .body = takes<access::AccountRequest>,
          .changes_accounts = true},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/people",
          .permission = Permission::administer,
          .write = create_person,
          .summary = "Create a person's account; its token is shown once",
          .answer = shown_once<NewAccount>,
          .body = takes<access::AccountRequest>,
          .changes_accounts = true},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/accounts",
          .permission = Permission::administer,
          .read = list_accounts,
          .summary = "List accounts",
          .answer = list<store::AccountView>("accounts"),
          .query = page_query},
    Route{.method = "DELETE",
          .pattern = "/v1/orgs/{org}/accounts/{name}",
          .permission = Permission::administer,
          .write = remove_account,
          .summary = "Remove an account; its token ends",
          .answer = beside_receipt<Removed>,
          .changes_accounts = true},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/ledger/checkpoint",
          .read = checkpoint,
          .summary = "The signed checkpoint",
          .answer = {Form::text}},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/ledger/vkey",
          .read = verifier_key,
          .summary = "The key that verifies checkpoints",
          .answer = {Form::text}},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/ledger/entries",
          .read = list_entries,
          .summary = "Entries with their payloads",
          .answer = one<Entries>,
          .query = entry_query},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/ledger/entries/{index}",
          .read = find_entry,
          .summary = "One entry",
          .answer = one<EntryView>},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/ledger/proof/{index}",
          .read = entry_proof,
          .summary = "Inclusion proof (C2SP tlog-proof)",
          .answer = {Form::text}},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/ledger/tile/{path...}",
          .read = tile,
          .summary = "Tiles (C2SP tlog-tiles)",
          .answer = {Form::bytes}},
};

constexpr bool every_row_has_one_handler = [] {
  for (const Route& route : route_table)
    if ((route.read != nullptr) + (route.write != nullptr) + (route.batch != nullptr) +
            (route.door == Door::signed_report) !=
        1)
      return false;
  return true;
}();
static_assert(every_row_has_one_handler);

}  // namespace

std::span<const Route> routes() { return route_table; }

const http::Router& router() {
  static const std::vector<http::RouteRow> rows = [] {
    std::vector<http::RouteRow> made;
    for (std::size_t i = 0; i < route_table.size(); ++i)
      made.push_back({route_table[i].method, route_table[i].pattern, i});
    return made;
  }();
  static const http::Router made{rows};
  return made;
}

http::Response json_response(std::string body, int status) {
  return {.status = status,
          .body = std::move(body),
          .headers = {{"cache-control", "no-store"}, {"x-content-type-options", "nosniff"}}};
}

Result<std::int64_t> id_of(const http::Request& request, std::string_view parameter) {
  const std::string text(request.parameter(parameter));
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos)
    return invalid(fmt::format("'{}' is a number", parameter), std::string(parameter));
  return std::atoll(text.c_str());
}

Result<std::optional<sequencer::Idempotency>> idempotency_of(const http::Request& request) {
  const auto key = request.header("idempotency-key");
  if (!key) return std::optional<sequencer::Idempotency>();
  if (key->empty() || key->size() > 64)
    return invalid("Idempotency-Key has 1 to 64 characters", "Idempotency-Key");
  crypto::Hasher hasher;
  const auto add = [&](std::string_view part) {
    hasher.update(part);
    hasher.update(BytesView("\0", 1));
  };
  for (const std::string* part : {&request.method, &request.path, &request.body}) add(*part);
  for (const http::Field& field : request.query_fields) add(field.name), add(field.value);
  return std::optional(sequencer::Idempotency{std::string(*key), hasher.finish()});
}

Error refusal(const Route& route) {
  return {Errc::forbidden, fmt::format("{} {} needs permission to {}; this token's roles do not give it",
                                       route.method, route.pattern, format::name_of(route.permission))};
}

std::string encode_receipt(const ledger::Receipt& receipt) {
  std::string out =
      fmt::format("{{\"index\":{},\"leaf_hash\":\"{}\",\"entry\":\"{}\",\"proof\":[", receipt.index.value,
                  to_string(ledger::leaf_hash(receipt.leaf)), encode_base64(receipt.leaf));
  for (std::size_t i = 0; i < receipt.proof.size(); ++i)
    out += fmt::format("{}\"{}\"", i == 0 ? "" : ",", encode_base64(receipt.proof[i].view()));
  out += "],\"checkpoint\":";
  format::append_json_string(out, receipt.checkpoint);
  return out + "}";
}

}  // namespace weir::api
