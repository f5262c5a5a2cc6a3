#include "access/reach.h"
#include "api/answers.h"
#include "api/handlers_signing_key.h"
#include "api/requests.h"
#include "base/name.h"
#include "store/view_record.h"

namespace weir::api {
namespace {

using evidence::SigningKey;
using evidence::SigningKeyDeclared;
using sequencer::Decision;

std::string view_json(const SigningKeyDeclared& declared, const std::string& actor, std::int64_t entry,
                      Instant at) {
  return format::encode(
      store::SigningKeyView{.declared = declared, .actor = actor, .declared_at = at, .entry = entry});
}

// A name keeps its key until it is removed, and a key has one name: who signed must not depend on which was asked.
Status check_free(const SigningKeyDeclared& wanted, const std::vector<SigningKey>& known) {
  if (known.size() >= evidence::signing_keys_max)
    return Error{Errc::conflict, fmt::format("{} signing keys are in force already", known.size())};
  for (const SigningKey& each : known) {
    if (each.declared.name == wanted.name)
      return Error{Errc::conflict,
                   fmt::format("there is a signing key '{0}' already; remove it first: weir key remove {0}",
                               wanted.name),
                   "name"};
    if (each.declared.key_id == wanted.key_id)
      return Error{Errc::conflict, fmt::format("this key is registered as '{}' already", each.declared.name),
                   "public_key"};
  }
  return {};
}

bool is_same(const SigningKeyDeclared& a, const SigningKeyDeclared& b) {
  return a.name == b.name && a.key_id == b.key_id && a.identity == b.identity && a.flows == b.flows;
}

}  // namespace

Result<Write> declare_signing_key(const Call& call) {
  auto request = TRY(body_of<SigningKeyRequest>(call.request));
  TRY(access::check_unnarrowed(call.actor, "signing keys"));
  const std::string name(call.request.parameter("name"));
  const SigningKeyDeclared declared =
      TRY(evidence::read_signing_key({.name = name,
                                      .identity = std::move(request.identity),
                                      .public_key = std::move(request.public_key),
                                      .algorithm = {},
                                      .key_id = {},
                                      .flows = std::move(request.flows)}));
  return Write{[declared, actor = call.actor.name](store::Database& db, Instant) -> Result<Decision> {
    for (const store::SigningKeyView& each : TRY(store::list_signing_keys(db)))
      if (!each.removed_at && is_same(each.declared, declared))
        return Decision{.answer = [each](auto) { return format::encode(each); }};
    TRY(check_free(declared, TRY(store::signing_keys_in_force(db))));
    for (const std::string& flow : declared.flows)
      if (!TRY(store::find_flow(db, flow))) return not_found(fmt::format("there is no flow '{}'", flow));
    return Decision{.events = {declared}, .answer = [declared, actor](auto appended) {
                      return view_json(declared, actor, appended[0].index, appended[0].at);
                    }};
  }};
}

Result<http::Response> list_signing_keys(const ReadCall& call) {
  return whole_list_response(call.request, "signing-keys", TRY(store::list_signing_keys(call.db)));
}

Result<Write> remove_signing_key(const Call& call) {
  const std::string name(call.request.parameter("name"));
  TRY(access::check_unnarrowed(call.actor, "signing keys"));
  return Write{[name](store::Database& db, Instant) -> Result<Decision> {
    for (const SigningKey& each : TRY(store::signing_keys_in_force(db)))
      if (each.declared.name == name)
        return Decision{.events = {evidence::SigningKeyRemoved{name}},
                        .answer = [](auto) { return format::encode(Removed()); }};
    return not_found(fmt::format("there is no signing key '{}' in force", name));
  }};
}

}  // namespace weir::api
