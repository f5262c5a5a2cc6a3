#include "crypto/rsa.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

namespace weir::crypto {
namespace {

constexpr int bits_min = 2048, bits_max = 8192;
constexpr std::size_t pem_bytes_max = 32 * 1024;

const unsigned char* raw(BytesView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

DigestContext new_context() { return {EVP_MD_CTX_new(), &EVP_MD_CTX_free}; }
Bio reading(std::string_view text) { return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free}; }

// Nobody is asked for a passphrase.
int no_passphrase(char*, int, int, void*) { return -1; }

std::shared_ptr<void> owned(EVP_PKEY* key) {
  return {key, [](void* p) { EVP_PKEY_free(static_cast<EVP_PKEY*>(p)); }};
}
EVP_PKEY* raw(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }

}  // namespace

Result<RsaSigner> RsaSigner::from_pem(std::string_view pem) {
  if (pem.size() > pem_bytes_max) return invalid("the private key is larger than 32 KiB");
  const Bio bio = reading(pem);
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_passphrase, nullptr);
  ERR_clear_error();
  if (key == nullptr) return invalid("this is no private key in PEM without a passphrase");
  const std::shared_ptr<void> held = owned(key);
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) return invalid("the private key is no RSA key");
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < bits_min || bits > bits_max) return invalid("the RSA key must have 2048 to 8192 bits");
  return RsaSigner(held);
}

Bytes RsaSigner::sign(BytesView message) const {
  const auto context = new_context();
  CHECK(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, raw(key_)) == 1);
  std::size_t length = 0;
  CHECK(EVP_DigestSign(context.get(), nullptr, &length, raw(message), message.size()) == 1);
  Bytes signature(length, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(signature.data());
  CHECK(EVP_DigestSign(context.get(), out, &length, raw(message), message.size()) == 1);
  signature.resize(length);
  return signature;
}

std::string RsaSigner::public_pem() const {
  const Bio bio{BIO_new(BIO_s_mem()), &BIO_free};
  CHECK(PEM_write_bio_PUBKEY(bio.get(), raw(key_)) == 1);
  char* text = nullptr;
  const auto length = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

bool verify_rsa_sha256(std::string_view public_pem, BytesView message, BytesView signature) {
  const Bio bio = reading(public_pem);
  const std::shared_ptr<void> key = owned(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (key == nullptr) return false;
  const auto context = new_context();
  const bool verified =
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, raw(key)) == 1 &&
      EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message), message.size()) == 1;
  ERR_clear_error();
  return verified;
}

}  // namespace weir::crypto
