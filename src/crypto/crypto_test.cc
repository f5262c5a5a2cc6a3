#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "crypto/random.h"
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
