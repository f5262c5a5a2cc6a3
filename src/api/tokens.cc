#include "api/tokens.h"

#include "base/limits.h"
#include "crypto/digest.h"
#include "crypto/random.h"

namespace weir::api {
namespace {

constexpr std::size_t addresses_max = 10'000;

bool has_expired(const store::TokenHolder& holder, Instant now) {
  return holder.actor.expires_at && *holder.actor.expires_at <= now;
}

}  // namespace

Status Tokens::reload() {
  const std::lock_guard lock(mutex_);
  auto fresh = std::make_shared<Holders>();
  for (store::TokenHolder& holder : TRY(store::list_token_holders(*reader_)))
    fresh->emplace(holder.token_digest, std::move(holder));
  holders_ = std::move(fresh);
  const auto ids = TRY(query(*reader_, "SELECT id FROM reporter WHERE removed_at IS NULL",
                             [](const store::Row& row) { return row.string(0); }));
  reporters_ = {ids.begin(), ids.end()};
  const auto names =
      TRY(query(*reader_, "SELECT name FROM integration", [](const store::Row& row) { return row.string(0); }));
  integrations_ = {names.begin(), names.end()};
  return {};
}

bool Tokens::is_known(const Sha256& digest, Instant now) {
  const std::lock_guard lock(mutex_);
  const auto found = holders_->find(digest);
  return found != holders_->end() && !has_expired(found->second, now);
}

bool Tokens::is_reporter(std::string_view id) {
  const std::lock_guard lock(mutex_);
  return reporters_.contains(id);
}

bool Tokens::is_integration(std::string_view name, const std::string& address, Instant now) {
  const std::lock_guard lock(mutex_);
  return integrations_.contains(name) && !too_many(address, now);
}

Status Tokens::admit(const std::optional<Sha256>& proven, const std::string& address, Instant now) {
  const std::lock_guard lock(mutex_);
  const bool was_good = proven && known_.contains({*proven, address});
  if (too_many(address, now) && !was_good)
    return Error{Errc::too_many, "too many wrong secrets from this address; wait a minute"};
  if (!proven) {
    note_failure(address, now);
    return Error{Errc::unauthenticated, "the signature or secret is wrong, or nobody of this name is declared here"};
  }
  note_success(*proven, address);
  return {};
}

Result<store::TokenHolder> Tokens::recognise(std::string_view bearer, const std::string& address,
                                             Instant now) {
  constexpr std::string_view scheme = "Bearer ";
  if (!bearer.starts_with(scheme))
    return Error{Errc::unauthenticated,
                 "send `Authorization: Bearer <token>`; the first token stands in DATA/admin.token"};
  const Sha256 digest = crypto::sha256(bearer.substr(scheme.size()));
  const std::lock_guard lock(mutex_);
  if (too_many(address, now) && !known_.contains({digest, address}))
    return Error{Errc::too_many, "too many wrong tokens from this address; wait a minute"};
  const auto found = holders_->find(digest);
  if (found == holders_->end()) {
    note_failure(address, now);
    return Error{Errc::unauthenticated, "this token is not known"};
  }
  if (has_expired(found->second, now))
    return Error{Errc::unauthenticated, "this token has expired"};
  note_success(digest, address);
  return found->second;
}

bool Tokens::too_many(const std::string& address, Instant now) {
  const auto found = failures_.find(address);
  return found != failures_.end() && now - found->second.since < minutes(1) &&
         found->second.count >= limits::token_failures_max;
}

void Tokens::note_success(const Sha256& digest, const std::string& address) {
  if (known_.contains({digest, address})) return;
  if (known_.size() >= addresses_max) known_.clear();
  known_.emplace(digest, address);
}

void Tokens::note_failure(const std::string& address, Instant now) {
  if (failures_.size() >= addresses_max)
    std::erase_if(failures_, [&](const auto& item) { return now - item.second.since >= minutes(1); });
  if (failures_.size() >= addresses_max) return;
  Failures& failures = failures_[address];
  if (now - failures.since >= minutes(1)) failures = {.since = now};
  ++failures.count;
}

access::NewToken mint_token(std::string_view prefix) {
  std::string text(prefix);
  for (const char c : encode_base64(crypto::random_bytes(32)))
    if (c != '=') text += c == '+' ? '-' : c == '/' ? '_' : c;
  const Sha256 digest = crypto::sha256(text);
  return {std::move(text), digest};
}

}  // namespace weir::api
