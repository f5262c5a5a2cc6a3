#include "crypto/seal.h"

#include <openssl/evp.h>

#include <array>
#include <memory>

namespace weir::crypto {
namespace {

constexpr std::size_t tag_bytes = 16;
constexpr std::array<unsigned char, 12> zero_nonce{};

const unsigned char* raw(BytesView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

// Contexts and the fetched cipher are kept per thread: fetching costs more than sealing a small payload.
EVP_CIPHER_CTX* context() {
  thread_local const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> kept(
      EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  return kept.get();
}

}  // namespace

Bytes seal(BytesView single_use_key, BytesView plain) {
  CHECK(single_use_key.size() == seal_key_bytes);
  EVP_CIPHER_CTX* const at = context();
  Bytes sealed(plain.size() + tag_bytes, '\0');
  int length = 0, rest = 0;
  CHECK(EVP_EncryptInit_ex(at, EVP_aes_256_gcm(), nullptr, raw(single_use_key), zero_nonce.data()) == 1);
  CHECK(EVP_EncryptUpdate(at, raw(sealed), &length, raw(plain), static_cast<int>(plain.size())) == 1);
  CHECK(EVP_EncryptFinal_ex(at, raw(sealed) + length, &rest) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(at, EVP_CTRL_GCM_GET_TAG, tag_bytes, raw(sealed) + plain.size()) == 1);
  return sealed;
}

Result<Bytes> open(BytesView single_use_key, BytesView sealed) {
  const Error damaged{Errc::corrupt, "a sealed payload does not open: its bytes or its key were changed"};
  if (single_use_key.size() != seal_key_bytes || sealed.size() < tag_bytes) return damaged;
  EVP_CIPHER_CTX* const at = context();
  Bytes plain(sealed.size() - tag_bytes, '\0');
  Bytes tag(sealed.substr(plain.size()));
  int length = 0, rest = 0;
  CHECK(EVP_DecryptInit_ex(at, EVP_aes_256_gcm(), nullptr, raw(single_use_key), zero_nonce.data()) == 1);
  CHECK(EVP_DecryptUpdate(at, raw(plain), &length, raw(sealed), static_cast<int>(plain.size())) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(at, EVP_CTRL_GCM_SET_TAG, tag_bytes, raw(tag)) == 1);
  if (EVP_DecryptFinal_ex(at, raw(plain) + length, &rest) != 1) return damaged;
  return plain;
}

}  // namespace weir::crypto
