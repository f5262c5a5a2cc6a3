// Channels carry alerts to people's systems; every alert change makes one delivery per channel, delivered at least
// once.
// A webhook gets CloudEvents 1.0 JSON (structured mode) signed as Standard Webhooks says (HMAC-SHA-256 over
// "id.timestamp.body"), with one signature per key while keys are rotated. Secrets never enter the ledger.
#pragma once
#include <string>
#include <vector>

#include "alert/alert.h"

namespace weir::alert {

enum class ChannelKind { webhook };
constexpr auto names_of(ChannelKind) { return std::array<std::string_view, 1>{"webhook"}; }

struct ChannelDeclared {
  std::string name;
  ChannelKind kind = ChannelKind::webhook;
  std::string
      address;  // scheme, host and path of its URL; user, query and secrets are kept outside the ledger
  std::vector<std::string> environments;  // empty means all
  std::int64_t secrets = 1;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("kind", self.kind);
    visit("address", self.address);
    visit.maybe("environments", self.environments);
    visit.maybe("secrets", self.secrets);
  }
};
struct ChannelRemoved {
  std::string name;
  static void members(auto& visit, auto& self) { visit("name", self.name); }
};

// Without its query; names the host that the client calls (http/url.cc). Invalid unless it is http(s) with a host, or
// with a user, a password or a fragment.
Result<std::string> public_address(std::string_view url);

// "whsec_" and base64 of 24 to 64 bytes, as Standard Webhooks writes secrets.
Result<Bytes> decode_secret(std::string_view secret);

// The value of the header webhook-signature: "v1,<base64> v1,<base64>", one per secret.
std::string sign_webhook(const std::vector<Bytes>& secrets, std::string_view id, std::int64_t unix_seconds,
                         std::string_view body);

// The CloudEvent of an alert's change; `alert_json` is the alert as the API shows it. Type: "dev.weir.alert.<state>".
std::string cloud_event(std::string_view id, std::string_view source, std::string_view state, Instant at,
                        std::string_view alert_id, std::string_view alert_json);

// When to try again after `attempts` failures: 1 s doubling to 15 min, ±20 % by `spread` in [0,1); what the receiver
// asked for (Retry-After) when that is later. None after 12 attempts: the delivery is dead.
std::optional<Duration> retry_delay(std::int64_t attempts, double spread, std::optional<Duration> asked);

}  // namespace weir::alert
