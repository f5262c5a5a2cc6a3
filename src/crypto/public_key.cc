#include "crypto/public_key.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/digest.h"

namespace weir::crypto {
namespace {

constexpr int rsa_bits_min = 2048, rsa_bits_max = 8192;
constexpr std::size_t pem_bytes_max = 32 * 1024;
constexpr std::string_view end_line = "-----END PUBLIC KEY-----";

const unsigned char* raw(BytesView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
EVP_PKEY* raw(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }

using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

Result<std::string> algorithm_of(EVP_PKEY* key) {
  const int kind = EVP_PKEY_get_base_id(key);
  if (kind == EVP_PKEY_ED25519) return std::string("ed25519");
  if (kind == EVP_PKEY_RSA) {
    const int bits = EVP_PKEY_get_bits(key);
    if (bits < rsa_bits_min || bits > rsa_bits_max) return invalid("an RSA key must have 2048 to 8192 bits");
    return std::string("rsa");
  }
  char curve[64] = "";
  std::size_t length = 0;
  if (kind == EVP_PKEY_EC && EVP_PKEY_get_group_name(key, curve, sizeof curve, &length) == 1 &&
      std::string_view(curve, length) == "prime256v1")
    return std::string("ecdsa-p256");
  return invalid("the key must be Ed25519, ECDSA over P-256 or RSA");
}

Bytes der_of(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  CHECK(length > 0);
  Bytes bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return bytes;
}

enum class Padding { none, pss };

bool verify_once(EVP_PKEY* key, const EVP_MD* digest, Padding padding, BytesView message,
                 BytesView signature) {
  const DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_PKEY_CTX* parameters = nullptr;
  bool ready = EVP_DigestVerifyInit(context.get(), &parameters, digest, nullptr, key) == 1;
  if (ready && padding == Padding::pss)
    ready = EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1;
  const bool verified = ready && EVP_DigestVerify(context.get(), raw(signature), signature.size(),
                                                  raw(message), message.size()) == 1;
  ERR_clear_error();
  return verified;
}

}  // namespace

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  if (pem.size() > pem_bytes_max) return invalid("the key is larger than 32 KiB");
  const std::size_t end = pem.find(end_line);
  if (end == pem.npos) return invalid("this is no public key in PEM (-----BEGIN PUBLIC KEY-----)");
  if (pem.substr(end + end_line.size()).find_first_not_of(" \t\r\n") != pem.npos)
    return invalid("something follows the public key; give one key");
  const Bio bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
  const std::shared_ptr<void> key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr),
                                  [](void* p) { EVP_PKEY_free(static_cast<EVP_PKEY*>(p)); });
  ERR_clear_error();
  if (key == nullptr) return invalid("this is no public key in PEM (-----BEGIN PUBLIC KEY-----)");
  std::string algorithm = TRY(algorithm_of(raw(key)));
  return PublicKey(key, std::move(algorithm), sha256(der_of(raw(key))));
}

bool PublicKey::verify(BytesView message, BytesView signature) const {
  if (algorithm_ == "ed25519") return verify_once(raw(key_), nullptr, Padding::none, message, signature);
  if (verify_once(raw(key_), EVP_sha256(), Padding::none, message, signature)) return true;
  return algorithm_ == "rsa" && verify_once(raw(key_), EVP_sha256(), Padding::pss, message, signature);
}

std::string PublicKey::pem() const {
  const Bio bio{BIO_new(BIO_s_mem()), &BIO_free};
  CHECK(PEM_write_bio_PUBKEY(bio.get(), raw(key_)) == 1);
  char* text = nullptr;
  const auto length = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace weir::crypto
