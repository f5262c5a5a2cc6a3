#include "alert/channel.h"

#include <algorithm>

#include "base/name.h"
#include "crypto/digest.h"

namespace weir::alert {

Result<std::string> public_address(std::string_view url) {
  const Error wrong = invalid("'url' must be http://host… or https://host…", "url");
  TRY(check_text(url, "url"));
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return wrong;
  const std::string_view scheme = url.substr(0, scheme_end);
  if (scheme != "http" && scheme != "https") return wrong;
  const std::string_view rest = url.substr(scheme_end + 3);
  const std::size_t path_at = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, path_at);
  if (authority.empty() || authority.find_first_of(" \t\n@") != std::string_view::npos) return wrong;
  if (rest.find('#') != std::string_view::npos)
    return invalid("'url' must have no '#': nothing behind it is sent", "url");
  const std::string_view path = rest.substr(path_at, rest.find('?', path_at) - path_at);
  return fmt::format("{}://{}{}", scheme, authority, path);
}

Result<Bytes> decode_secret(std::string_view secret) {
  constexpr std::string_view prefix = "whsec_";
  const Error wrong = invalid("'secret' must be whsec_ and base64 of 24 to 64 bytes", "secret");
  if (!secret.starts_with(prefix)) return wrong;
  const auto bytes = decode_base64(secret.substr(prefix.size()));
  if (!bytes || bytes->size() < 24 || bytes->size() > 64) return wrong;
  return *bytes;
}

std::string sign_webhook(const std::vector<Bytes>& secrets, std::string_view id, std::int64_t unix_seconds,
                         std::string_view body) {
  const std::string message = fmt::format("{}.{}.{}", id, unix_seconds, body);
  std::string header;
  for (const Bytes& secret : secrets) {
    if (!header.empty()) header += ' ';
    header += "v1," + encode_base64(crypto::hmac_sha256(secret, message).view());
  }
  return header;
}

std::string cloud_event(std::string_view id, std::string_view source, std::string_view state, Instant at,
                        std::string_view alert_id, std::string_view alert_json) {
  std::string event = R"({"specversion":"1.0","id":)";
  format::append_json_string(event, id);
  event += R"(,"source":)";
  format::append_json_string(event, source);
  event += R"(,"type":)";
  format::append_json_string(event, fmt::format("dev.weir.alert.{}", state));
  event += R"(,"subject":)";
  format::append_json_string(event, alert_id);
  event += R"(,"time":)";
  format::append_json_string(event, to_string(at));
  event += R"(,"datacontenttype":"application/json","data":)";
  event += alert_json;
  event += '}';
  return event;
}

std::optional<Duration> retry_delay(std::int64_t attempts, double spread, std::optional<Duration> asked) {
  constexpr std::int64_t attempts_max = 12;
  if (attempts >= attempts_max) return std::nullopt;
  const std::int64_t doubled = seconds(1).micros << std::clamp<std::int64_t>(attempts - 1, 0, 20);
  const std::int64_t base = std::min(doubled, minutes(15).micros);
  const auto spread_out = static_cast<std::int64_t>(static_cast<double>(base) * (0.8 + 0.4 * spread));
  return Duration{std::max(spread_out, asked ? std::min(asked->micros, hours(1).micros) : 0)};
}

}  // namespace weir::alert
