// Deliveries of delivery systems: who sent them, what they ask, and that it is kept before they are acknowledged.
#include "api/gate_verdict.h"
#include "api/handlers_integration.h"
#include "crypto/digest.h"
#include "integration/delivery.h"
#include "integration/github.h"
#include "integration/gitlab.h"

namespace weir::api {
namespace {

using integration::Asked;
using integration::Asking;
using integration::IntegrationDeclared;
using integration::Kind;
using sequencer::Decision;

constexpr std::int64_t pending_max = 1000;  // of one integration

std::string_view header(const http::Request& request, std::string_view name) {
  return request.header(name).value_or("");
}

// GitHub names each delivery, and keeps the name when it sends it again; GitLab does so since 17.4; an external status
// check of GitLab's has no name.
std::string delivery_of(Kind kind, const http::Request& request) {
  const std::string_view name = kind == Kind::github ? header(request, "x-github-delivery")
                                : !header(request, "webhook-id").empty() ? header(request, "webhook-id")
                                                                         : header(request, "idempotency-key");
  return std::string(name.substr(0, 128));
}

Result<integration::Heard> hear(const IntegrationDeclared& declared, const http::Request& request) {
  const auto body = format::parse_json(request.body);
  if (!body.ok())
    return invalid(
        fmt::format("the body is no JSON (let the webhook send application/json): {}", body.error().message));
  if (declared.kind == Kind::github)
    return integration::hear_github(declared, header(request, "x-github-event"), *body);
  return integration::hear_gitlab(declared, *body);
}

struct Delivery {
  IntegrationDeclared of;
  std::string name;
  integration::Heard heard;
};

// A question that is there already is asked once. A status check may be asked again of the same commit: its answer is
// then given again.
Result<std::int64_t> keep_one(store::Database& db, const Delivery& delivery, const Asked& asked, Instant now,
                              bool& made) {
  const std::string key = integration::key_of(asked);
  const std::int64_t id = TRY(query_count(
      db,
      "INSERT INTO caller_request (integration, key, delivery, asked, received_at, next_at, until_at) "
      "VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT (integration, key) DO NOTHING RETURNING id",
      delivery.of.name, key, delivery.name, format::encode(asked), now, now, now + delivery.of.wait));
  made |= id != 0;
  if (id != 0) return id;
  if (asked.asking == Asking::status_check) {
    const std::int64_t again = TRY(query_count(
        db,
        "UPDATE caller_request SET state='pending', said='', told='', comments=0, waits=0, attempts=0, "
        "next_at=$1, until_at=$2, answered_at=NULL WHERE integration=$3 AND key=$4 AND "
        "state<>'pending' RETURNING id",
        now, now + delivery.of.wait, delivery.of.name, key));
    made |= again != 0;
    if (again != 0) return again;
  }
  return query_count(db, "SELECT id FROM caller_request WHERE integration=$1 AND key=$2", delivery.of.name,
                     key);
}

Status keep(store::Database& db, const Delivery& delivery, Instant now, HeardView& view) {
  const auto known = TRY(query(
      db, "SELECT id FROM caller_request WHERE integration=$1 AND delivery=$2 AND delivery<>'' ORDER BY id",
      [](const store::Row& row) { return row.integer(0); }, delivery.of.name, delivery.name));
  view.replayed = !known.empty();
  view.requests = known;
  if (view.replayed) return {};
  bool made = false;
  for (const Asked& asked : delivery.heard.asked)
    view.requests.push_back(TRY(keep_one(db, delivery, asked, now, made)));
  view.replayed = !made;
  return {};
}

Status submit(const ReadCall& call, const Delivery& delivery, const std::shared_ptr<HeardView>& view) {
  TRY(call.ports.sequencer.submit_and_wait(
      {.actor = call.ports.server_actor,
       .idempotency = {},
       .decide = [delivery, view](store::Database& db, Instant now) -> Result<Decision> {
         const std::int64_t pending = TRY(
             query_count(db, "SELECT count(*) FROM caller_request WHERE integration=$1 AND state='pending'",
                         delivery.of.name));
         if (pending >= pending_max)
           return Error{Errc::too_many, fmt::format("{} requests of this integration wait already", pending)};
         return Decision{.keep = [delivery, view, now](store::Database& tables) {
           return keep(tables, delivery, now, *view);
         }};
       },
       .done = {}}));
  return {};
}

Result<std::optional<store::IntegrationView>> named_by(const ReadCall& call) {
  return store::find_integration(call.db, call.request.parameter("name"));
}

}  // namespace

Result<std::optional<Sha256>> integration_proof(const ReadCall& call) {
  const auto found = TRY(named_by(call));
  if (!found || integration::asks_by_address(found->declared.kind)) return std::optional<Sha256>();
  const auto secrets = TRY(store::find_secrets(call.db, call.request.parameter("name")));
  if (!secrets) return std::optional<Sha256>();
  const http::Request& request = call.request;
  return integration::proven_by(found->declared.kind, *secrets,
                                {.hub_signature = header(request, "x-hub-signature-256"),
                                 .gitlab_token = header(request, "x-gitlab-token"),
                                 .gitlab_signature = header(request, "x-gitlab-signature"),
                                 .webhook_id = header(request, "webhook-id"),
                                 .webhook_timestamp = header(request, "webhook-timestamp"),
                                 .webhook_signature = header(request, "webhook-signature"),
                                 .body = request.body},
                                call.now);
}

Result<std::optional<Sha256>> proof_by_address(const ReadCall& call, Kind kind) {
  const auto found = TRY(named_by(call));
  if (!found || found->declared.kind != kind) return std::optional<Sha256>();
  const auto secrets = TRY(store::find_secrets(call.db, call.request.parameter("name")));
  if (!secrets) return std::optional<Sha256>();
  return integration::proven_by(kind, *secrets, {.in_url = call.request.parameter("secret")}, call.now);
}

Result<std::optional<Sha256>> canary_proof(const ReadCall& call) {
  return proof_by_address(call, Kind::flagger);
}

Result<http::Response> hear_event(const ReadCall& call) {
  const auto found = TRY(named_by(call));
  if (!found) return not_found("this integration was removed a moment ago");
  Delivery delivery{.of = found->declared, .name = delivery_of(found->declared.kind, call.request)};
  delivery.heard = TRY(hear(delivery.of, call.request));
  const auto view = std::make_shared<HeardView>(HeardView{.ignored = delivery.heard.ignored});
  if (!delivery.heard.asked.empty()) TRY(submit(call, delivery, view));
  return json_response(format::encode(*view), 202);
}

Result<http::Response> gate_of_canary(const ReadCall& call) {
  const auto found = TRY(named_by(call));
  if (!found) return not_found("this integration was removed a moment ago");
  const auto canary = TRY(format::decode_text<CanaryWebhook>(call.request.body, format::Unknown::ignore));
  const auto said = [&](const std::string& name) {
    const auto at = canary.metadata.find(name);
    return at == canary.metadata.end() ? std::string() : at->second;
  };
  if (said("artifact").empty())
    return invalid("the webhook's metadata has no 'artifact': the digest of the image it is to let through",
                   "metadata.artifact");
  return gate_response(call,
                       {.artifact = said("artifact"),
                        .environment = found->declared.environment,
                        .change_class = said("class")},
                       StatusSays::verdict);
}

}  // namespace weir::api
