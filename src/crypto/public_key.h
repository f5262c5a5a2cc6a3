// Public keys of others that sign evidence: Ed25519 (RFC 8032), ECDSA over P-256 with SHA-256 (FIPS 186-5, signatures
// in DER as RFC 3279 has them), and RSA with SHA-256 (RSASSA-PKCS1-v1_5 or RSASSA-PSS with a salt as long as the
// digest, RFC 8017), by OpenSSL. Immutable; safe to share between threads.
#pragma once
#include <memory>
#include <string>

#include "base/bytes.h"

namespace weir::crypto {

class PublicKey {
 public:
  // SubjectPublicKeyInfo in PEM. `invalid` says what is wrong: no public key, another algorithm or curve, RSA of fewer
  // than 2048 or more than 8192 bits, anything after the key.
  static Result<PublicKey> from_pem(std::string_view pem);

  bool verify(BytesView message, BytesView signature) const;
  const std::string& algorithm() const { return algorithm_; }  // ed25519, ecdsa-p256, rsa
  const Sha256& id() const { return id_; }                     // SHA-256 of the DER form
  std::string pem() const;

 private:
  PublicKey(std::shared_ptr<void> key, std::string algorithm, Sha256 id)
      : key_(std::move(key)), algorithm_(std::move(algorithm)), id_(id) {}
  std::shared_ptr<void> key_;
  std::string algorithm_;
  Sha256 id_;
};

}  // namespace weir::crypto
