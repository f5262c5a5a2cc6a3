// Who sent a delivery: its signature or token, held against the secrets of the integration over the bytes as they came,
// in constant time. GitHub signs with X-Hub-Signature-256. GitLab signs a webhook as Standard Webhooks says (a secret
// that begins with "whsec_") or sends the secret itself in X-Gitlab-Token, and signs an external status check with
// X-Gitlab-Signature. Flagger and an API server of Kubernetes can set no header: their secret stands in the
// address. Pure.
#pragma once
#include <optional>

#include "integration/integration.h"

namespace weir::integration {

inline constexpr Duration timestamp_skew_max = minutes(5);  // of Standard Webhooks

// What came with a delivery; empty: not there.
struct Presented {
  std::string_view hub_signature;                   // X-Hub-Signature-256
  std::string_view gitlab_token, gitlab_signature;  // X-Gitlab-Token, X-Gitlab-Signature
  std::string_view webhook_id, webhook_timestamp, webhook_signature;
  std::string_view in_url;
  BytesView body;
};

// The digest of the secret that proves it; none when no secret does.
std::optional<Sha256> proven_by(Kind kind, const Secrets& secrets, const Presented& presented, Instant now);

}  // namespace weir::integration
