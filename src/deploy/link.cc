#include "deploy/link.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "crypto/digest.h"

namespace weir::deploy {
namespace {

constexpr std::string_view version = "v1";
constexpr std::int64_t seconds_max = 253'402'300'799;  // the year 9999

std::string base64url(BytesView bytes) {
  std::string text;
  for (const char c : encode_base64(bytes))
    if (c != '=') text += c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

std::string token_of(BytesView key, std::string_view organization, std::int64_t request,
                     std::int64_t expires) {
  const std::string signed_text =
      fmt::format("weir approval link {}\n{}\n{}\n{}\n", version, organization, request, expires);
  return fmt::format("{}.{}.{}.{}", version, request, expires,
                     base64url(crypto::hmac_sha256(key, signed_text).view()));
}

Error altered() { return {Errc::forbidden, "this link was altered, or is not of this server"}; }

// The number up to the next dot, which is taken off with it.
std::optional<std::int64_t> number_of(std::string_view& text) {
  const std::size_t dot = text.find('.');
  std::int64_t number = 0;
  if (dot == text.npos) return std::nullopt;
  const auto [end, status] = std::from_chars(text.data(), text.data() + dot, number);
  if (status != std::errc{} || end != text.data() + dot || number < 0) return std::nullopt;
  text.remove_prefix(dot + 1);
  return number;
}

}  // namespace

Bytes link_key(BytesView seed) { return Bytes(crypto::hmac_sha256(seed, "weir approval link").view()); }

std::string encode_link(BytesView key, std::string_view organization, std::int64_t request,
                        Instant expires_at) {
  return token_of(key, organization, request, expires_at.micros / seconds(1).micros);
}

Result<std::int64_t> open_link(BytesView key, std::string_view organization, std::string_view token,
                               Instant now) {
  std::string_view rest = token;
  if (!rest.starts_with("v1.")) return altered();
  rest.remove_prefix(3);
  const auto request = number_of(rest);
  const auto expires = request ? number_of(rest) : std::nullopt;
  if (!expires || *expires > seconds_max) return altered();
  if (!crypto::equal_in_constant_time(token, token_of(key, organization, *request, *expires)))
    return altered();
  const Instant expires_at = Instant{} + seconds(*expires);
  if (expires_at <= now)
    return Error{Errc::forbidden, fmt::format("this link has expired at {}", to_string(expires_at))};
  return *request;
}

}  // namespace weir::deploy
