// The token of a link to an approval request, made to be passed around in a chat. It lets whoever holds it read that
// one request until it expires, and nothing else: to vote one must be logged in. It is bound to organization, request
// and expiry by HMAC-SHA-256 under a key that follows from the ledger's signing key and never leaves the server.
// Format: docs/formats/approval-link.md.
#pragma once
#include <string>

#include "base/bytes.h"
#include "base/time.h"

namespace weir::deploy {

Bytes link_key(BytesView seed);  // of the ledger's signing key

std::string encode_link(BytesView key, std::string_view organization, std::int64_t request,
                        Instant expires_at);
// The request it names; forbidden when it is altered, of another organization or key, or has expired.
Result<std::int64_t> open_link(BytesView key, std::string_view organization, std::string_view token,
                               Instant now);

}  // namespace weir::deploy
