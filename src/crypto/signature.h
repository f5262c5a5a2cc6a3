// Ed25519 (RFC 8032) by OpenSSL. A Signer holds a private key made from a 32-byte seed; it is safe to share between
// threads. The seed never leaves this type except by `seed()`, which is for writing it to its 0600 file.
#pragma once
#include <memory>

#include "base/bytes.h"

namespace weir::crypto {

inline constexpr std::size_t ed25519_public_key_bytes = 32;
inline constexpr std::size_t ed25519_signature_bytes = 64;

class Signer {
 public:
  static Signer generate();
  static Result<Signer> from_seed(BytesView seed);  // 32 bytes

  Bytes sign(BytesView message) const;  // 64 bytes
  const Bytes& public_key() const { return public_key_; }
  const Bytes& seed() const { return seed_; }

 private:
  Signer(Bytes seed, Bytes public_key, std::shared_ptr<void> key);
  Bytes seed_, public_key_;
  std::shared_ptr<void> key_;
};

// False for a wrong signature as well as for a key or signature of the wrong size.
bool verify_ed25519(BytesView public_key, BytesView message, BytesView signature);

}  // namespace weir::crypto
