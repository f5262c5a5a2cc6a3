#include "http/tls.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/pem.h>

#include "http/tls_key.h"

namespace weir::http {

Sha256 key_sha256(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  const Sha256 digest =
      crypto::sha256({reinterpret_cast<const char*>(der), static_cast<std::size_t>(std::max(size, 0))});
  OPENSSL_free(der);
  return digest;
}

Result<Sha256> key_sha256_of_certificate(const std::string& pem_file) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(pem_file.c_str(), "r"), &BIO_free);
  if (!file) return invalid(fmt::format("cannot read the certificate file {}", pem_file));
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr), &X509_free);
  if (!certificate) return invalid(fmt::format("{} holds no PEM certificate", pem_file));
  return key_sha256(certificate.get());
}

}  // namespace weir::http
