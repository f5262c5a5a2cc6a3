// Reads an image's documents from a registry: index, manifests and configs, never layers. Every document is
// checked against its digest, so the registry is not trusted for content. Clear text is spoken only to
// loopback; credentials and tokens go only where TLS or loopback protects them, and never along with a
// redirect to another host.
// Source: distribution-spec 1.1 (pull), distribution token authentication. Belongs to one thread.
#pragma once
#include <stop_token>
#include <string>
#include <vector>

#include "registry/credentials.h"
#include "registry/reference.h"

namespace weir::registry {

struct RegistryImage {
  Sha256 digest;                 // of the document the reference names
  std::vector<Bytes> documents;  // it first
};

// Errors: not_found (no such image), forbidden (the registry wants other credentials), unavailable, invalid
// (an answer that is not what its digest says).
Result<RegistryImage> read_image(const ImageReference& reference, const Credential& credential,
                                 std::stop_token stop = {});

// What a 401 asks for: `Bearer realm="…",service="…",scope="…"` or `Basic realm="…"`. Pure.
struct Challenge {
  std::string scheme;  // lower case
  std::string realm, service, scope;
};
Result<Challenge> parse_challenge(std::string_view header);

}  // namespace weir::registry
