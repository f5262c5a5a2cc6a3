#include "crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>

namespace weir::crypto {
namespace {

const unsigned char* raw(BytesView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

}  // namespace

Sha256 sha256(BytesView bytes) {
  Sha256 digest;
  SHA256(raw(bytes), bytes.size(), digest.bytes.data());
  return digest;
}

// The low-level interface is deprecated but an order of magnitude cheaper for the 65-byte nodes of a Merkle tree.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
Sha256 sha256(BytesView first, BytesView second) {
  SHA256_CTX context;
  Sha256 digest;
  SHA256_Init(&context);
  SHA256_Update(&context, first.data(), first.size());
  SHA256_Update(&context, second.data(), second.size());
  SHA256_Final(digest.bytes.data(), &context);
  return digest;
}

struct Hasher::State {
  SHA256_CTX context{};
};

Hasher::Hasher() : state_(std::make_unique<State>()) { SHA256_Init(&state_->context); }
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(BytesView bytes) { SHA256_Update(&state_->context, bytes.data(), bytes.size()); }

Sha256 Hasher::finish() {
  Sha256 digest;
  SHA256_Final(digest.bytes.data(), &state_->context);
  SHA256_Init(&state_->context);
  return digest;
}
#pragma GCC diagnostic pop

Sha256 hmac_sha256(BytesView key, BytesView message) {
  Sha256 digest;
  unsigned length = 0;
  const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), raw(message),
                          message.size(), digest.bytes.data(), &length);
  CHECK(made != nullptr && length == digest.bytes.size());
  return digest;
}

void Md5::Free::operator()(void* context) const { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context)); }

Md5::Md5() : context_(EVP_MD_CTX_new()) {
  works_ = context_ && EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(context_.get()), EVP_md5(), nullptr) == 1;
}

void Md5::update(BytesView bytes) {
  works_ =
      works_ && EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_.get()), bytes.data(), bytes.size()) == 1;
}

std::string Md5::finish_hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (!works_ || EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_.get()), digest.data(), &length) != 1)
    return {};
  works_ = false;
  return encode_hex({reinterpret_cast<const char*>(digest.data()), length});
}

bool equal_in_constant_time(BytesView a, BytesView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace weir::crypto
