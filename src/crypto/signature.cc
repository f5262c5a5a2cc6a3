#include "crypto/signature.h"

#include <openssl/evp.h>

#include "crypto/random.h"

namespace weir::crypto {
namespace {

const unsigned char* raw(BytesView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
DigestContext new_context() { return {EVP_MD_CTX_new(), &EVP_MD_CTX_free}; }

}  // namespace

Signer::Signer(Bytes seed, Bytes public_key, std::shared_ptr<void> key)
    : seed_(std::move(seed)), public_key_(std::move(public_key)), key_(std::move(key)) {}

Signer Signer::generate() { return from_seed(random_bytes(32)).value(); }

Result<Signer> Signer::from_seed(BytesView seed) {
  if (seed.size() != 32) return invalid("an Ed25519 seed has 32 bytes");
  EVP_PKEY* key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed), seed.size());
  CHECK(key != nullptr);
  std::shared_ptr<void> owned(key, [](void* p) { EVP_PKEY_free(static_cast<EVP_PKEY*>(p)); });
  Bytes public_key(ed25519_public_key_bytes, '\0');
  std::size_t length = public_key.size();
  CHECK(EVP_PKEY_get_raw_public_key(key, raw(public_key), &length) == 1);
  return Signer(Bytes(seed), std::move(public_key), std::move(owned));
}

Bytes Signer::sign(BytesView message) const {
  const auto context = new_context();
  Bytes signature(ed25519_signature_bytes, '\0');
  std::size_t length = signature.size();
  CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, static_cast<EVP_PKEY*>(key_.get())) == 1);
  CHECK(EVP_DigestSign(context.get(), raw(signature), &length, raw(message), message.size()) == 1);
  return signature;
}

bool verify_ed25519(BytesView public_key, BytesView message, BytesView signature) {
  if (public_key.size() != ed25519_public_key_bytes || signature.size() != ed25519_signature_bytes) return false;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(public_key), public_key.size()), &EVP_PKEY_free);
  if (key == nullptr) return false;
  const auto context = new_context();
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1) return false;
  return EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message), message.size()) == 1;
}

}  // namespace weir::crypto
