#include "alert/channel.h"

#include <algorithm>

#include "access/reach.h"
#include "api/answers.h"
#include "api/handlers.h"
#include "api/requests.h"
#include "base/name.h"
#include "crypto/random.h"
#include "http/client.h"
#include "store/view_alert.h"
#include "store/view_deploy.h"

namespace weir::api {
namespace {

using sequencer::Decision;

constexpr std::size_t environments_max = 64;
constexpr std::size_t secrets_max = 2;  // while keys are rotated
constexpr std::size_t secret_bytes = 32;

// What is kept apart from the ledger.
struct Kept {
  std::string url;
  std::vector<std::string> secrets;  // newest first
  bool operator==(const Kept&) const = default;
};

Result<std::optional<Kept>> find_kept(store::Database& db, const std::string& name) {
  return query_one(
      db, "SELECT url, secrets FROM channel_secret WHERE channel=$1",
      [](const store::Row& row) {
        return Kept{row.string(0), format::decode_text<std::vector<std::string>>(row.text(1)).value()};
      },
      name);
}

Status keep(store::Database& db, const std::string& name, const Kept& kept) {
  return execute(db,
                 "INSERT INTO channel_secret (channel, url, secrets) VALUES ($1,$2,$3) ON CONFLICT (channel) "
                 "DO UPDATE SET "
                 "url=excluded.url, secrets=excluded.secrets",
                 name, kept.url, format::encode(kept.secrets));
}

Result<std::optional<store::ChannelView>> find_channel(store::Database& db, std::string_view name) {
  for (store::ChannelView& channel : TRY(store::list_channels(db)))
    if (channel.name == name) return std::optional(std::move(channel));
  return std::optional<store::ChannelView>();
}

// The channel, if this actor may act on all that it tells of.
Result<store::ChannelView> require_channel(store::Database& db, const access::Actor& actor,
                                           const std::string& name) {
  auto channel = TRY(find_channel(db, name));
  if (!channel)
    return not_found(fmt::format(
        "there is no channel '{}'; add it with `weir channel add {} --url https://…`", name, name));
  TRY(access::check_environments(actor, channel->environments));
  return std::move(*channel);
}

Status check(const std::string& name, const ChannelRequest& request) {
  TRY(check_name(name, "name"));
  if (!request.rotate || !request.url.empty()) {
    TRY(alert::public_address(request.url));
    const auto url = http::parse_url(request.url);
    if (!url) return invalid(fmt::format("'url': {}", url.error().message), "url");
  }
  if (!request.secret.empty()) TRY(alert::decode_secret(request.secret));
  const auto environments = request.environments.value_or(std::vector<std::string>());
  if (environments.size() > environments_max)
    return Error{Errc::too_large, fmt::format("'environments' has more than {} names", environments_max),
                 "environments"};
  for (const std::string& environment : environments) TRY(check_name(environment, "environments"));
  return {};
}

// The channel as it will be. Its address names what is public of its URL; a client that read it there and sends it back
// does not mean to lose the rest.
Kept merged(const ChannelRequest& request, const std::optional<Kept>& known,
            const std::string& fresh_secret) {
  Kept kept{request.url, {}};
  const auto is_shown_of = [&](const std::string& url) {
    const auto address = alert::public_address(url);
    return address.ok() && *address == request.url;
  };
  if (known && (request.url.empty() || (request.rotate && is_shown_of(known->url)))) kept.url = known->url;
  if (known && (request.rotate || request.secret.empty())) kept.secrets = known->secrets;
  const std::string& secret = request.secret.empty() ? fresh_secret : request.secret;
  if (request.rotate || kept.secrets.empty()) kept.secrets.insert(kept.secrets.begin(), secret);
  kept.secrets.resize(std::min(kept.secrets.size(), secrets_max));
  return kept;
}

Result<Decision> declare(store::Database& db, const access::Actor& actor, const std::string& name,
                         const ChannelRequest& request, const std::string& fresh_secret) {
  const auto channel = TRY(find_channel(db, name));
  const auto known = TRY(find_kept(db, name));
  if (request.rotate && (!channel || !known)) return not_found(fmt::format("there is no channel '{}'", name));
  if (channel) TRY(access::check_environments(actor, channel->environments));
  for (const std::string& environment : request.environments.value_or(std::vector<std::string>()))
    if (!TRY(store::environment_exists(db, environment)))
      return not_found(fmt::format("environment '{}' does not exist; create it with `weir env create {}`",
                                   environment, environment));
  const Kept kept = merged(request, known, fresh_secret);
  store::ChannelView view = channel.value_or(store::ChannelView{.name = name, .state = "unused"});
  const std::vector<std::string> before = view.environments;
  view.kind = std::string(format::name_of(request.kind));
  view.url = TRY(alert::public_address(kept.url));
  view.environments = request.environments.value_or(before);
  TRY(access::check_environments(actor, view.environments));
  view.secrets = static_cast<std::int64_t>(kept.secrets.size());
  if (channel && known == kept && before == view.environments)
    return Decision{.answer = [view](auto) { return format::encode(NewChannel{view}); }};
  const bool made = std::find(kept.secrets.begin(), kept.secrets.end(), fresh_secret) != kept.secrets.end();
  const alert::ChannelDeclared declared{.name = name,
                                        .kind = request.kind,
                                        .address = view.url,
                                        .environments = view.environments,
                                        .secrets = view.secrets};
  return Decision{.events = {declared},
                  .answer =
                      [view, shown = made ? fresh_secret : std::string()](auto appended) mutable {
                        view.entry = appended[0].index;
                        return format::encode(NewChannel{view, shown});
                      },
                  .answer_is_secret = made,
                  .keep = [name, kept](store::Database& tables) { return keep(tables, name, kept); }};
}

Result<store::DeliveryView> require_delivery(store::Database& db, std::int64_t id) {
  auto found = TRY(store::list_deliveries(db, "", "", id + 1, 1));
  if (found.empty() || found.front().id != id) return not_found(fmt::format("there is no delivery {}", id));
  return std::move(found.front());
}

}  // namespace

Result<Write> declare_channel(const Call& call) {
  const auto request = TRY(body_of<ChannelRequest>(call.request));
  const std::string name(call.request.parameter("name"));
  TRY(check(name, request));
  const std::string fresh_secret = "whsec_" + encode_base64(crypto::random_bytes(secret_bytes));
  return Write{[name, request, fresh_secret, actor = call.actor](store::Database& db, Instant) {
    return declare(db, actor, name, request, fresh_secret);
  }};
}

Result<http::Response> list_channels(const ReadCall& call) {
  return whole_list_response(call.request, "channels", TRY(store::list_channels(call.db)));
}

Result<Write> remove_channel(const Call& call) {
  const std::string name(call.request.parameter("name"));
  return Write{[name, actor = call.actor](store::Database& db, Instant) -> Result<Decision> {
    TRY(require_channel(db, actor, name));
    return Decision{.events = {alert::ChannelRemoved{name}},
                    .answer = [](auto) { return format::encode(Removed()); }};
  }};
}

// A test goes the way of every delivery: the same queue, signature and retries.
Result<Write> test_channel(const Call& call) {
  const std::string name(call.request.parameter("name"));
  return Write{[name, actor = call.actor](store::Database& db, Instant now) -> Result<Decision> {
    TRY(require_channel(db, actor, name));
    const auto queued = std::make_shared<store::DeliveryView>(store::DeliveryView{
        .channel = name, .change = "test", .state = "pending", .made_at = now, .next_at = now});
    return Decision{.answer = [queued](auto) { return format::encode(*queued); },
                    .keep = [queued](store::Database& tables) -> Status {
                      queued->id = TRY(query_count(tables,
                                                   "INSERT INTO delivery (channel, change, entry, "
                                                   "made_at, next_at) VALUES ($1,'test',0,$2,$3) "
                                                   "RETURNING id",
                                                   queued->channel, queued->made_at, queued->next_at));
                      return {};
                    }};
  }};
}

Result<http::Response> list_deliveries(const ReadCall& call) {
  const std::int64_t limit = TRY(limit_of(call.request));
  const std::int64_t before = TRY(cursor_of(call.request));
  const auto deliveries = TRY(store::list_deliveries(call.db, text_of(call.request, "channel"),
                                                     text_of(call.request, "state"), before, limit));
  const bool full = deliveries.size() == static_cast<std::size_t>(limit);
  return list_response("deliveries", deliveries, full ? std::to_string(deliveries.back().id) : "");
}

Result<Write> retry_delivery(const Call& call) {
  const std::int64_t id = TRY(id_of(call.request, "id"));
  return Write{[id, actor = call.actor](store::Database& db, Instant now) -> Result<Decision> {
    store::DeliveryView delivery = TRY(require_delivery(db, id));
    if (delivery.state == "delivered")
      return Error{Errc::conflict, fmt::format("delivery {} has arrived already", id)};
    TRY(require_channel(db, actor, delivery.channel));
    delivery.state = "pending";
    delivery.attempts = 0;
    delivery.next_at = now;
    return Decision{.answer = [delivery](auto) { return format::encode(delivery); },
                    .keep =
                        [id, now](store::Database& tables) {
                          return execute(tables,
                                         "UPDATE delivery SET state='pending', attempts=0, "
                                         "next_at=$1 WHERE id=$2 AND state<>'delivered'",
                                         now, id);
                        }};
  }};
}

}  // namespace weir::api
