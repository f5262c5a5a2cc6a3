#include "api/routes.h"

#include <array>
#include <limits>

#include "api/handlers.h"
#include "crypto/digest.h"

namespace weir::api {
namespace {

using access::Permission;

bool always(const http::Request&) { return true; }

constexpr std::array route_table{
    Route{.method = "GET",
          .pattern = "/healthz",
          .door = Door::open,
          .read = health,
          .summary = "Is the process alive",
          .answer = "Health"},
    Route{.method = "GET",
          .pattern = "/readyz",
          .door = Door::open,
          .read = readiness,
          .summary = "Does it accept writes",
          .answer = "Health"},
    Route{.method = "GET",
          .pattern = "/metrics",
          .read = metrics,
          .summary = "Prometheus metrics",
          .answer = "text"},
    Route{.method = "GET",
          .pattern = "/v1/openapi.json",
          .door = Door::open,
          .read = openapi,
          .summary = "This document",
          .answer = "OpenAPI"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/me",
          .read = who_am_i,
          .summary = "Who the token belongs to",
          .answer = "Me"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/search",
          .read = search,
          .summary = "Find by digest, name, commit, environment, actor",
          .answer = "Hits"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/overview",
          .read = overview,
          .summary = "The page's first view",
          .answer = "Overview"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/events",
          .read = who_am_i,
          .summary = "Server-sent events: what changed",
          .answer = "events"},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/writes",
          .batch = batch,
          .summary = "Several writes, accepted all or not at all",
          .answer = "Answers",
          .body = "Writes",
          .body_bytes_max = limits::blob_bytes_max / 3 * 4 + limits::request_body_bytes_max,
          .decoding_waits = always},
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/services/{name}",
          .permission = Permission::record,
          .write = declare_service,
          .summary = "Declare a service",
          .answer = "Service",
          .body = "Service"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/services",
          .read = list_services,
          .summary = "List services",
          .answer = "Services"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/services/{name}",
          .read = find_service,
          .summary = "One service",
          .answer = "Service"},
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/flows/{flow}",
          .permission = Permission::record,
          .write = declare_flow,
          .summary = "Declare a flow and its template",
          .answer = "Flow",
          .body = "Flow"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/flows",
          .read = list_flows,
          .summary = "List flows with their latest trail",
          .answer = "Flows"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/flows/{flow}",
          .read = find_flow,
          .summary = "One flow",
          .answer = "Flow"},
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/flows/{flow}/trails/{trail}",
          .permission = Permission::record,
          .write = begin_trail,
          .summary = "Begin a trail",
          .answer = "Trail",
          .body = "Trail"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/flows/{flow}/trails",
          .read = list_trails,
          .summary = "List trails of a flow",
          .answer = "Trails"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/flows/{flow}/trails/{trail}",
          .read = find_trail,
          .summary = "One trail with its beads",
          .answer = "Trail"},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/artifacts",
          .permission = Permission::record,
          .write = record_artifact,
          .summary = "Record an artifact",
          .answer = "Artifact",
          .body = "Artifact",
          .body_bytes_max = limits::report_bytes_max,
          .decoding_waits = always},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/artifacts",
          .read = list_artifacts,
          .summary = "List artifacts",
          .answer = "Artifacts"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/artifacts/{digest}",
          .read = find_artifact,
          .summary = "An artifact's story",
          .answer = "Artifact",
          .shows_verdicts = true},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/attestations",
          .permission = Permission::record,
          .write = record_attestation,
          .summary = "Record an attestation",
          .answer = "Attestation",
          .body = "Attestation",
          .body_bytes_max = limits::blob_bytes_max / 3 * 4 + limits::request_body_bytes_max,
          .decoding_waits = has_content},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/attestations",
          .read = list_attestations,
          .summary = "List attestations",
          .answer = "Attestations"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/attestations/{entry}/content",
          .read = attestation_content,
          .summary = "The evidence file of an attestation",
          .answer = "file"},
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/attestation-types/{name}",
          .permission = Permission::administer,
          .write = declare_attestation_type,
          .summary = "Declare a custom attestation type",
          .answer = "AttestationType",
          .body = "AttestationType"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/attestation-types",
          .read = list_attestation_types,
          .summary = "List custom attestation types",
          .answer = "AttestationTypes"},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/approvals",
          .permission = Permission::approve,
          .write = approve,
          .summary = "Approve an artifact for an environment",
          .answer = "Approval",
          .body = "Approval"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/approvals",
          .read = list_approvals,
          .summary = "List approvals",
          .answer = "Approvals"},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/approvals/{id}/revoke",
          .permission = Permission::approve,
          .write = revoke_approval,
          .summary = "Revoke an approval",
          .answer = "Approval",
          .body = "Reason"},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/deployments",
          .permission = Permission::declare,
          .write = declare_deployment,
          .summary = "Declare a deployment",
          .answer = "Deployment",
          .body = "Deployment"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/deployments",
          .read = list_deployments,
          .summary = "List deployments",
          .answer = "Deployments"},
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/environments/{env}",
          .permission = Permission::administer,
          .write = declare_environment,
          .summary = "Declare an environment",
          .answer = "Environment",
          .body = "Environment"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/environments",
          .read = list_environments,
          .summary = "List environments",
          .answer = "Environments"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/environments/{env}",
          .read = find_environment,
          .summary = "One environment",
          .answer = "Environment",
          .shows_verdicts = true},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/environments/{env}/workloads",
          .read = list_workloads,
          .summary = "What runs, or ran at a moment",
          .answer = "Workloads",
          .shows_verdicts = true},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/environments/{env}/snapshots",
          .read = list_snapshots,
          .summary = "The numbered snapshots",
          .answer = "Snapshots"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/environments/{env}/diff",
          .read = difference,
          .summary = "Difference of two moments",
          .answer = "Difference"},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/environments/{env}/adopt",
          .permission = Permission::approve,
          .write = adopt,
          .summary = "Approve what runs, for 90 days",
          .answer = "Adoption",
          .body = "Reason"},
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/environments/{env}/scopes",
          .permission = Permission::administer,
          .write = declare_scope,
          .summary = "Declare or preview a scope rule",
          .answer = "Scope",
          .body = "Scope"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/environments/{env}/scopes",
          .read = list_scopes,
          .summary = "List scope rules",
          .answer = "Scopes"},
    Route{.method = "DELETE",
          .pattern = "/v1/orgs/{org}/environments/{env}/scopes/{id}",
          .permission = Permission::administer,
          .write = remove_scope,
          .summary = "Remove a scope rule",
          .answer = "Removed"},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/environments/{env}/join-tokens",
          .permission = Permission::administer,
          .write = issue_join_token,
          .summary = "Issue a join token for agents",
          .answer = "JoinToken",
          .body = "JoinToken"},
    Route{.method = "DELETE",
          .pattern = "/v1/orgs/{org}/environments/{env}/join-tokens/{id}",
          .permission = Permission::administer,
          .write = revoke_join_token,
          .summary = "Revoke a join token",
          .answer = "Removed"},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/reporters",
          .door = Door::signed_report,
          .permission = Permission::report,
          .summary = "Enrol a reporter (signed)",
          .answer = "ReportAnswer",
          .body = "Enrolment"},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/reports",
          .door = Door::signed_report,
          .permission = Permission::report,
          .summary = "Send a report (signed)",
          .answer = "ReportAnswer",
          .body = "Report",
          .body_bytes_max = limits::report_bytes_max},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/heartbeats",
          .door = Door::signed_report,
          .permission = Permission::report,
          .summary = "Send a heartbeat (signed)",
          .answer = "ReportAnswer",
          .body = "Heartbeat"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/alerts",
          .read = list_alerts,
          .summary = "List alerts",
          .answer = "Alerts",
          .shows_verdicts = true},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/alerts/{id}",
          .read = find_alert,
          .summary = "One alert",
          .answer = "Alert",
          .shows_verdicts = true},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/alerts/acknowledge",
          .permission = Permission::approve,
          .write = acknowledge_alerts,
          .summary = "Acknowledge alerts",
          .answer = "Acknowledged",
          .body = "Acknowledge"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/incidents",
          .read = list_incidents,
          .summary = "List incidents",
          .answer = "Incidents",
          .shows_verdicts = true},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/incidents/{id}",
          .read = find_incident,
          .summary = "One incident",
          .answer = "Incident",
          .shows_verdicts = true},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/incidents/{id}/acknowledge",
          .permission = Permission::approve,
          .write = acknowledge_incident,
          .summary = "Acknowledge an incident's alerts",
          .answer = "Acknowledged",
          .body = "Note"},
    Route{.method = "PUT",
          .pattern = "/v1/orgs/{org}/channels/{name}",
          .permission = Permission::administer,
          .write = declare_channel,
          .summary = "Declare a channel or rotate its secret",
          .answer = "Channel",
          .body = "Channel"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/channels",
          .read = list_channels,
          .summary = "List channels",
          .answer = "Channels"},
    Route{.method = "DELETE",
          .pattern = "/v1/orgs/{org}/channels/{name}",
          .permission = Permission::administer,
          .write = remove_channel,
          .summary = "Remove a channel",
          .answer = "Removed"},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/channels/{name}/test",
          .permission = Permission::administer,
          .write = test_channel,
          .summary = "Send a test through a channel",
          .answer = "Delivery"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/deliveries",
          .read = list_deliveries,
          .summary = "List deliveries",
          .answer = "Deliveries"},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/deliveries/{id}/retry",
          .permission = Permission::administer,
          .write = retry_delivery,
          .summary = "Try a dead delivery again",
          .answer = "Delivery"},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/service-accounts",
          .permission = Permission::administer,
          .write = create_service_account,
          .summary = "Create a service account; its token is shown once",
          .answer = "NewAccount",
          .body = "Account",
          .changes_accounts = true},
    Route{.method = "POST",
          .pattern = "/v1/orgs/{org}/people",
          .permission = Permission::administer,
          .write = create_person,
          .summary = "Create a person's account; its token is shown once",
          .answer = "NewAccount",
          .body = "Account",
          .changes_accounts = true},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/accounts",
          .permission = Permission::administer,
          .read = list_accounts,
          .summary = "List accounts",
          .answer = "Accounts"},
    Route{.method = "DELETE",
          .pattern = "/v1/orgs/{org}/accounts/{name}",
          .permission = Permission::administer,
          .write = remove_account,
          .summary = "Remove an account; its token ends",
          .answer = "Removed",
          .changes_accounts = true},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/ledger/checkpoint",
          .read = checkpoint,
          .summary = "The signed checkpoint",
          .answer = "text"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/ledger/vkey",
          .read = verifier_key,
          .summary = "The key that verifies checkpoints",
          .answer = "text"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/ledger/entries",
          .read = list_entries,
          .summary = "Entries with their payloads",
          .answer = "Entries"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/ledger/entries/{index}",
          .read = find_entry,
          .summary = "One entry",
          .answer = "Entry"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/ledger/proof/{index}",
          .read = entry_proof,
          .summary = "Inclusion proof (C2SP tlog-proof)",
          .answer = "text"},
    Route{.method = "GET",
          .pattern = "/v1/orgs/{org}/ledger/tile/{path...}",
          .read = tile,
          .summary = "Tiles (C2SP tlog-tiles)",
          .answer = "bytes"},
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

Result<std::int64_t> limit_of(const http::Request& request) {
  const std::string text = text_of(request, "limit");
  if (text.empty()) return 100;
  const std::int64_t limit = std::atoll(text.c_str());
  if (limit < 1 || limit > static_cast<std::int64_t>(limits::page_rows_max))
    return invalid("'limit' is 1 to 1000", "limit");
  return limit;
}

Result<std::int64_t> cursor_of(const http::Request& request) {
  const std::string text = text_of(request, "cursor");
  if (text.empty()) return std::numeric_limits<std::int64_t>::max();
  if (text.find_first_not_of("0123456789") != std::string::npos)
    return invalid("'cursor' is what 'next' said before", "cursor");
  return std::atoll(text.c_str());
}

Result<std::optional<Instant>> instant_of(const http::Request& request, std::string_view name) {
  const std::string text = text_of(request, name);
  if (text.empty()) return std::optional<Instant>();
  const auto at = parse_instant(text);
  if (!at.ok()) return invalid(at.error().message, std::string(name));
  return std::optional(*at);
}

Result<std::optional<Sha256>> digest_of(const http::Request& request, std::string_view name) {
  const std::string text = text_of(request, name);
  if (text.empty()) return std::optional<Sha256>();
  const auto digest = parse_sha256(text);
  if (!digest.ok()) return invalid(digest.error().message, std::string(name));
  return std::optional(*digest);
}

std::string text_of(const http::Request& request, std::string_view name) {
  return std::string(request.query(name).value_or(""));
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
  for (const std::string* part : {&request.method, &request.path, &request.body}) {
    hasher.update(*part);
    hasher.update(BytesView("\0", 1));
  }
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
