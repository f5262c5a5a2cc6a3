// RSA signatures with SHA-256 (RSASSA-PKCS1-v1_5, RFC 8017), by OpenSSL: what JSON Web Tokens call RS256. The private
// key comes as PEM (PKCS#1 or PKCS#8), without a passphrase, of 2048 to 8192 bits. Immutable; safe to share between
// threads.
#pragma once
#include <memory>

#include "base/bytes.h"

namespace weir::crypto {

class RsaSigner {
 public:
  static Result<RsaSigner> from_pem(std::string_view pem);  // `invalid` says what is wrong, never what was given
  Bytes sign(BytesView message) const;
  std::string public_pem() const;  // SubjectPublicKeyInfo

 private:
  explicit RsaSigner(std::shared_ptr<void> key) : key_(std::move(key)) {}
  std::shared_ptr<void> key_;
};

bool verify_rsa_sha256(std::string_view public_pem, BytesView message, BytesView signature);

}  // namespace weir::crypto
