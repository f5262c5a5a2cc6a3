#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto/rsa.h"
#include "crypto/seal.h"
#include "crypto/signature.h"

namespace weir::crypto {

TEST(Digest, sha256_matches_fips_180_4_example) {
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("a", "bc"), sha256("abc"));
  Hasher hasher;
  hasher.update("ab");
  hasher.update("c");
  EXPECT_EQ(hasher.finish(), sha256("abc"));
}

TEST(Digest, hmac_matches_rfc4231_case_2) {
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Signature, ed25519_matches_rfc8032_test_2) {
  const auto signer = Signer::from_seed(
      decode_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").value()).value();
  EXPECT_EQ(encode_hex(signer.public_key()), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const Bytes signature = signer.sign("\x72");
  EXPECT_EQ(encode_hex(signature).substr(0, 32), "92a009a9f0d4cab8720e820b5f642540");
  EXPECT_TRUE(verify_ed25519(signer.public_key(), "\x72", signature));
  EXPECT_FALSE(verify_ed25519(signer.public_key(), "\x73", signature));
  EXPECT_FALSE(verify_ed25519("short", "\x72", signature));
}

// A fresh key as PEM, as OpenSSL writes it; with a passphrase when one is given.
std::string pem_of(EVP_PKEY* key, const char* passphrase = nullptr) {
  BIO* const bio = BIO_new(BIO_s_mem());
  const int length = passphrase == nullptr ? 0 : static_cast<int>(std::strlen(passphrase));
  const auto* const phrase = reinterpret_cast<const unsigned char*>(passphrase);
  EXPECT_EQ(PEM_write_bio_PrivateKey(bio, key, passphrase == nullptr ? nullptr : EVP_aes_256_cbc(), phrase, length,
                                     nullptr, nullptr), 1);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

TEST(Rsa, signs_what_its_public_key_verifies_and_nothing_else) {
  EVP_PKEY* const key = EVP_RSA_gen(2048);
  const auto signer = RsaSigner::from_pem(pem_of(key));
  ASSERT_TRUE(signer.ok());
  const Bytes signature = signer->sign("header.claims");
  EXPECT_EQ(signature.size(), 256u);
  EXPECT_TRUE(verify_rsa_sha256(signer->public_pem(), "header.claims", signature));
  EXPECT_FALSE(verify_rsa_sha256(signer->public_pem(), "header.claimz", signature));
  EXPECT_FALSE(verify_rsa_sha256("nothing", "header.claims", signature));
  EXPECT_FALSE(RsaSigner::from_pem(pem_of(key, "secret")).ok()) << "nobody is asked for a passphrase";
  EVP_PKEY_free(key);
}

TEST(Rsa, other_and_weak_keys_are_refused) {
  EVP_PKEY* const weak = EVP_RSA_gen(1024);
  EVP_PKEY* const curve = EVP_EC_gen("P-256");
  EXPECT_EQ(RsaSigner::from_pem(pem_of(weak)).error().message, "the RSA key must have 2048 to 8192 bits");
  EXPECT_EQ(RsaSigner::from_pem(pem_of(curve)).error().message, "the private key is no RSA key");
  EXPECT_FALSE(RsaSigner::from_pem("").ok());
  EXPECT_FALSE(RsaSigner::from_pem(std::string(100'000, 'x')).ok());
  EVP_PKEY_free(weak);
  EVP_PKEY_free(curve);
}

TEST(Seal, opens_only_with_its_key_and_unchanged_bytes) {
  const Bytes key = random_bytes(seal_key_bytes);
  for (const Bytes& plain : {Bytes(), Bytes("x"), Bytes(100'000, 'p')}) {
    Bytes sealed = seal(key, plain);
    EXPECT_EQ(open(key, sealed).value(), plain);
    EXPECT_FALSE(open(random_bytes(seal_key_bytes), sealed).ok());
    sealed[sealed.size() / 2] = static_cast<char>(sealed[sealed.size() / 2] ^ 1);
    EXPECT_FALSE(open(key, sealed).ok());
  }
}

}  // namespace weir::crypto
