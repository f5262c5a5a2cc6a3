#include "integration/delivery.h"

#include <charconv>

#include "alert/channel.h"
#include "crypto/digest.h"

namespace weir::integration {
namespace {

// Digests of a fixed size are compared, so that time tells nothing of a secret's length either.
bool same(std::string_view a, std::string_view b) {
  return crypto::equal_in_constant_time(crypto::sha256(a).view(), crypto::sha256(b).view());
}

bool signs(const std::string& secret, BytesView body, std::string_view hex) {
  return same(to_hex(crypto::hmac_sha256(secret, body)), hex);
}

bool is_timely(std::string_view timestamp, Instant now) {
  std::int64_t seconds_since = 0;
  const auto [end, error] =
      std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), seconds_since);
  if (error != std::errc() || end != timestamp.data() + timestamp.size()) return false;
  const std::int64_t off = now.micros / 1'000'000 - seconds_since;
  return off <= timestamp_skew_max.micros / 1'000'000 && -off <= timestamp_skew_max.micros / 1'000'000;
}

bool signs_as_standard(const std::string& secret, const Presented& presented, Instant now) {
  const auto key = alert::decode_secret(secret);
  if (!key.ok() || presented.webhook_id.empty() || !is_timely(presented.webhook_timestamp, now)) return false;
  const std::string message =
      fmt::format("{}.{}.{}", presented.webhook_id, presented.webhook_timestamp, presented.body);
  const std::string right = "v1," + encode_base64(crypto::hmac_sha256(*key, message).view());
  bool found = false;
  for (std::string_view rest = presented.webhook_signature; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    found |= same(right, rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return found;
}

bool proves(Kind kind, const std::string& secret, const Presented& presented, Instant now) {
  if (kind == Kind::github) {
    constexpr std::string_view prefix = "sha256=";
    return presented.hub_signature.starts_with(prefix) &&
           signs(secret, presented.body, presented.hub_signature.substr(prefix.size()));
  }
  if (!presented.webhook_signature.empty()) return signs_as_standard(secret, presented, now);
  if (!presented.gitlab_signature.empty()) return signs(secret, presented.body, presented.gitlab_signature);
  return !presented.gitlab_token.empty() && !secret.starts_with("whsec_") &&
         same(secret, presented.gitlab_token);
}

}  // namespace

std::optional<Sha256> proven_by(Kind kind, const Secrets& secrets, const Presented& presented, Instant now) {
  if (asks_by_address(kind)) {
    const Sha256 given = crypto::sha256(presented.in_url);
    const bool known = secrets.in_url && crypto::equal_in_constant_time(given.view(), secrets.in_url->view());
    return known ? std::optional(given) : std::nullopt;
  }
  for (const std::string& secret : secrets.webhook)
    if (proves(kind, secret, presented, now)) return crypto::sha256(secret);
  return std::nullopt;
}

}  // namespace weir::integration
