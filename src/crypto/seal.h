// AES-256-GCM (NIST SP 800-38D) for payloads at rest. Each payload has its own random key, used once, so the nonce is
// fixed at zero. Destroying the key erases the payload. Output is ciphertext ‖ 16-byte tag.
#pragma once
#include "base/bytes.h"

namespace weir::crypto {

inline constexpr std::size_t seal_key_bytes = 32;

Bytes seal(BytesView single_use_key, BytesView plain);
Result<Bytes> open(BytesView single_use_key, BytesView sealed);  // corrupt when the tag does not fit

}  // namespace weir::crypto
