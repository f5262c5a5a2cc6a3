#include "integration/integration.h"

#include <algorithm>

#include "access/reach.h"
#include "alert/channel.h"
#include "api/answers.h"
#include "api/handlers_integration.h"
#include "api/requests.h"
#include "api/tokens.h"
#include "base/name.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto/rsa.h"
#include "http/client.h"
#include "store/view_deploy.h"

namespace weir::api {
namespace {

using integration::IntegrationDeclared;
using integration::Kind;
using integration::Secrets;
using sequencer::Decision;
using store::IntegrationView;

constexpr std::size_t secret_bytes_min = 16, secret_bytes_max = 4096;

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

Status check_secret(std::string_view secret, std::string_view field) {
  const bool fits = secret.size() >= secret_bytes_min && secret.size() <= secret_bytes_max;
  if (fits && is_printable(secret)) return {};
  return invalid(fmt::format("'{}' has 16 to 4096 printable characters, no spaces", field),
                 std::string(field));
}

Status check_secrets(const IntegrationRequest& request) {
  if (request.webhook_secrets.size() > integration::secrets_max)
    return Error{Errc::too_large, "'webhook_secrets' has two at most: a new one and an old one",
                 "webhook_secrets"};
  for (const std::string& secret : request.webhook_secrets) {
    TRY(check_secret(secret, "webhook_secrets"));
    if (secret.starts_with("whsec_")) TRY(alert::decode_secret(secret));
  }
  if (!request.token.empty()) TRY(check_secret(request.token, "token"));
  if (!request.private_key.empty()) {
    const auto key = crypto::RsaSigner::from_pem(request.private_key);
    if (!key.ok()) return invalid(fmt::format("'private_key': {}", key.error().message), "private_key");
  }
  return {};
}

IntegrationDeclared declared_of(std::string name, const IntegrationRequest& request) {
  IntegrationDeclared declared{.name = std::move(name),
                               .kind = request.kind,
                               .base_url = request.base_url,
                               .app_id = request.app_id,
                               .environments = request.environments,
                               .environment = request.environment,
                               .merge_environment = request.merge_environment,
                               .mode = request.mode,
                               .fail = request.fail,
                               .wait = request.wait.value_or(integration::wait_unless_said)};
  if (declared.kind != Kind::kubernetes) return declared;
  declared.mode = request.mode.value_or(policy::Mode::enforce);
  declared.fail = request.fail.value_or(admission::Fail::closed);
  return declared;
}

Status check_environments(store::Database& db, const IntegrationDeclared& declared) {
  std::vector<std::string> named{declared.environment, declared.merge_environment};
  for (const auto& [theirs, ours] : declared.environments) named.push_back(ours);
  for (const std::string& environment : named)
    if (!environment.empty() && !TRY(store::environment_exists(db, environment)))
      return not_found(fmt::format("environment '{}' does not exist; create it with `weir env create {}`",
                                   environment, environment));
  return {};
}

// What was made here, to be shown once.
struct Made {
  std::string url_secret, webhook_secret;
};
Made make_secrets(Kind kind) {
  if (kind == Kind::gitlab) return {"", "whsec_" + encode_base64(crypto::random_bytes(32))};
  return {mint_token("wh_").text, crypto::random_hex(32)};
}

struct Merged {
  Secrets secrets;
  bool url_made = false, webhook_made = false;
};
// What is not given stays as it is; what its kind needs and nobody gave is made.
Result<Merged> merged(const IntegrationRequest& request, const std::optional<Secrets>& known,
                      const Made& fresh) {
  Merged out{.secrets = known.value_or(Secrets())};
  Secrets& secrets = out.secrets;
  if (integration::asks_by_address(request.kind)) {
    out.url_made = request.rotate || !secrets.in_url;
    if (out.url_made) secrets.in_url = crypto::sha256(fresh.url_secret);
    return out;
  }
  if (!request.webhook_secrets.empty()) secrets.webhook = request.webhook_secrets;
  out.webhook_made = secrets.webhook.empty();
  if (out.webhook_made) secrets.webhook = {fresh.webhook_secret};
  if (!request.private_key.empty()) secrets.private_key = request.private_key;
  if (!request.token.empty()) secrets.token = request.token;
  if (request.kind == Kind::github && secrets.private_key.empty())
    return invalid("'private_key' is missing: the PEM that GitHub made for the App", "private_key");
  if (request.kind == Kind::gitlab && secrets.token.empty())
    return invalid("'token' is missing: an access token of GitLab's with the scope api", "token");
  return out;
}

struct Place {  // of what is declared
  std::string organization, name;
  std::string events() const { return fmt::format("/v1/orgs/{}/integrations/{}/events", organization, name); }
  // Of who asks by address.
  std::string door(Kind kind, std::string_view secret) const {
    const std::string_view word = kind == Kind::kubernetes ? "admission" : "gate";
    return fmt::format("/v1/orgs/{}/integrations/{}/{}/{}", organization, name, word, secret);
  }
};

Result<Decision> declare(store::Database& db, const Place& place, const IntegrationRequest& request,
                         const Made& fresh) {
  IntegrationDeclared declared = declared_of(place.name, request);
  const auto found = TRY(store::find_integration(db, place.name));
  const auto known = found ? TRY(store::find_secrets(db, place.name)) : std::optional<Secrets>();
  if (found && found->declared.kind != declared.kind)
    return Error{Errc::conflict, fmt::format("'{}' is of kind {}; remove it first", place.name,
                                             format::name_of(found->declared.kind))};
  TRY(check_environments(db, declared));
  std::optional<Secrets> kept = known;
  if (kept && found->declared.base_url != declared.base_url) kept->token = kept->private_key = {};  // not for others
  const Merged made = TRY(merged(request, kept, fresh));
  const bool by_address = integration::asks_by_address(declared.kind);
  declared.secrets = by_address ? 1 : static_cast<std::int64_t>(made.secrets.webhook.size());
  NewIntegration shown{.integration = found.value_or(IntegrationView{}), .path = place.events()};
  shown.integration.declared = declared;
  if (by_address) shown.path = place.door(declared.kind, made.url_made ? fresh.url_secret : "SECRET");
  if (made.webhook_made) shown.secret = fresh.webhook_secret;
  const bool same =
      found && known == made.secrets && format::encode(found->declared) == format::encode(declared);
  if (same) return Decision{.answer = [shown](auto) { return format::encode(shown); }};
  return Decision{
      .events = {declared},
      .answer =
          [shown](auto appended) mutable {
            shown.integration.entry = appended[0].index;
            return format::encode(shown);
          },
      .answer_is_secret = made.url_made || made.webhook_made,
      .keep = [name = place.name, secrets = made.secrets](
                  store::Database& tables) { return store::keep_secrets(tables, name, secrets); }};
}

Result<IntegrationView> existing(store::Database& db, const std::string& name) {
  auto found = TRY(store::find_integration(db, name));
  if (!found) return not_found(fmt::format("there is no integration '{}'", name));
  return std::move(*found);
}

Result<store::CallerRequestView> existing_request(store::Database& db, const std::string& name,
                                                  std::int64_t id) {
  auto found = TRY(store::list_caller_requests(db, {.integration = name, .id = id, .limit = 1}));
  if (found.empty()) return not_found(fmt::format("integration '{}' has no request {}", name, id));
  return std::move(found.front());
}

}  // namespace

Result<Write> declare_integration(const Call& call) {
  const auto request = TRY(body_of<IntegrationRequest>(call.request));
  const Place place{call.ports.sequencer.identity().organization,
                    std::string(call.request.parameter("name"))};
  TRY(access::check_unnarrowed(call.actor, "an integration"));
  TRY(integration::check(declared_of(place.name, request)));
  TRY(check_secrets(request));
  if (!request.base_url.empty()) {
    const auto url = http::parse_url(request.base_url);
    if (!url.ok()) return invalid(fmt::format("'base_url': {}", url.error().message), "base_url");
  }
  return Write{[place, request, fresh = make_secrets(request.kind)](store::Database& db, Instant) {
    return declare(db, place, request, fresh);
  }};
}

Result<http::Response> list_integrations(const ReadCall& call) {
  return whole_list_response(call.request, "integrations", TRY(store::list_integrations(call.db)));
}

Result<Write> remove_integration(const Call& call) {
  const std::string name(call.request.parameter("name"));
  TRY(access::check_unnarrowed(call.actor, "an integration"));
  return Write{[name](store::Database& db, Instant) -> Result<Decision> {
    TRY(existing(db, name));
    return Decision{.events = {integration::IntegrationRemoved{name}},
                    .answer = [](auto) { return format::encode(Removed()); }};
  }};
}

// A test goes the way of every answer: the same thread, connection and secrets.
Result<Write> test_integration(const Call& call) {
  const std::string name(call.request.parameter("name"));
  TRY(access::check_unnarrowed(call.actor, "integrations"));
  return Write{[name](store::Database& db, Instant now) -> Result<Decision> {
    const IntegrationView found = TRY(existing(db, name));
    if (integration::asks_by_address(found.declared.kind))
      return Error{Errc::conflict, fmt::format("{} is never called: it calls; post to its address to try it",
                                               format::name_of(found.declared.kind))};
    const auto made = std::make_shared<store::CallerRequestView>(store::CallerRequestView{
        .integration = name, .received_at = now, .next_at = now, .until = now + minutes(1)});
    return Decision{.answer = [made](auto) { return format::encode(*made); },
                    .keep = [made](store::Database& tables) -> Status {
                      made->id = TRY(query_count(
                          tables,
                          "INSERT INTO caller_request (integration, key, delivery, asked, "
                          "received_at, next_at, until_at) VALUES ($1,$2,'',$3,$4,$5,$6) "
                          "RETURNING id",
                          made->integration, fmt::format("test {}", made->received_at.micros),
                          format::encode(made->asked), made->received_at, made->next_at, made->until));
                      return {};
                    }};
  }};
}

Result<http::Response> list_caller_requests(const ReadCall& call) {
  const std::string name(call.request.parameter("name"));
  TRY(existing(call.db, name));
  store::CallerRequestFilter filter{.integration = name, .state = text_of(call.request, "state")};
  filter.limit = TRY(limit_of(call.request));
  filter.before = TRY(cursor_of(call.request));
  const auto requests = TRY(store::list_caller_requests(call.db, filter));
  const bool full = requests.size() == static_cast<std::size_t>(filter.limit);
  return list_response("requests", requests, full ? std::to_string(requests.back().id) : "");
}

Result<Write> retry_caller_request(const Call& call) {
  const std::string name(call.request.parameter("name"));
  TRY(access::check_unnarrowed(call.actor, "integrations"));
  const std::int64_t id = TRY(id_of(call.request, "id"));
  return Write{[name, id](store::Database& db, Instant now) -> Result<Decision> {
    const IntegrationView of = TRY(existing(db, name));
    auto request = TRY(existing_request(db, name, id));
    if (request.state == store::CallerState::answered)
      return Error{Errc::conflict, fmt::format("request {} is answered already", id)};
    request.state = store::CallerState::pending;
    request.attempts = 0;
    request.next_at = now;
    request.until = std::max(request.until, now + of.declared.wait);
    return Decision{.answer = [request](auto) { return format::encode(request); },
                    .keep =
                        [request](store::Database& tables) {
                          return execute(
                              tables,
                              "UPDATE caller_request SET state='pending', attempts=0, comments=0, told='', "
                              "waits=0, next_at=$1, until_at=$2 WHERE id=$3 AND state<>'answered'",
                              request.next_at, request.until, request.id);
                        }};
  }};
}

}  // namespace weir::api
