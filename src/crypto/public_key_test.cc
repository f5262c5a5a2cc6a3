// Keys and signatures made by OpenSSL's own command line, so that what signs is not what verifies.
#include "crypto/public_key.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>

namespace weir::crypto {
namespace {

class Keys : public testing::Test {
 protected:
  Keys() { EXPECT_NE(mkdtemp(folder_), nullptr); }
  ~Keys() override { run("rm -r " + std::string(folder_)); }
  static bool run(const std::string& command) { return system((command + " >/dev/null 2>&1").c_str()) == 0; }
  std::string path(const std::string& name) const { return std::string(folder_) + "/" + name; }
  std::string read(const std::string& name) const {
    std::ifstream file(path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
  std::string make(const std::string& options) const {
    EXPECT_TRUE(run("openssl genpkey " + options + " -out " + path("key")));
    EXPECT_TRUE(run("openssl pkey -in " + path("key") + " -pubout -out " + path("pub")));
    return read("pub");
  }
  std::string sign(const std::string& message, const std::string& options) const {
    write("message", message);
    EXPECT_TRUE(run("openssl pkeyutl -sign -inkey " + path("key") + " -rawin -in " + path("message") +
                    " -out " + path("signature") + " " + options));
    return read("signature");
  }

 private:
  char folder_[32] = "/tmp/weir-keys-XXXXXX";
};

void expect_signature(const std::string& pem, std::string_view algorithm, std::string signature) {
  const auto key = PublicKey::from_pem(pem);
  ASSERT_TRUE(key.ok()) << key.error().message;
  EXPECT_EQ(key->algorithm(), algorithm);
  EXPECT_TRUE(key->verify("what is said", signature));
  EXPECT_FALSE(key->verify("what is Said", signature));
  EXPECT_FALSE(key->verify("what is said", ""));
  EXPECT_FALSE(key->verify("what is said", signature.substr(1)));
  signature[signature.size() / 2] ^= 1;
  EXPECT_FALSE(key->verify("what is said", signature));
  EXPECT_EQ(PublicKey::from_pem(key->pem())->id(), key->id());
}

TEST_F(Keys, ed25519_signature_holds) {
  const auto pem = make("-algorithm ed25519");
  expect_signature(pem, "ed25519", sign("what is said", ""));
}
TEST_F(Keys, ecdsa_p256_signature_holds) {
  const auto pem = make("-algorithm EC -pkeyopt ec_paramgen_curve:P-256");
  expect_signature(pem, "ecdsa-p256", sign("what is said", "-digest sha256"));
}
TEST_F(Keys, rsa_signature_holds_in_both_paddings) {
  const auto pem = make("-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
  expect_signature(pem, "rsa", sign("what is said", "-digest sha256"));
  expect_signature(pem, "rsa",
                   sign("what is said",
                        "-digest sha256 -pkeyopt rsa_padding_mode:pss -pkeyopt "
                        "rsa_pss_saltlen:digest"));
}

TEST_F(Keys, other_curves_short_keys_private_ones_and_two_at_once_are_refused) {
  EXPECT_FALSE(PublicKey::from_pem(make("-algorithm EC -pkeyopt ec_paramgen_curve:P-384")).ok());
  EXPECT_FALSE(PublicKey::from_pem(make("-algorithm RSA -pkeyopt rsa_keygen_bits:1024")).ok());
  const auto good = make("-algorithm ed25519");
  EXPECT_TRUE(PublicKey::from_pem(good).ok());
  EXPECT_FALSE(PublicKey::from_pem(good + good).ok());
  EXPECT_FALSE(PublicKey::from_pem(read("key")).ok());
  EXPECT_FALSE(PublicKey::from_pem("").ok());
  for (std::size_t size = 0; size + 2 < good.size(); ++size)
    EXPECT_FALSE(PublicKey::from_pem(good.substr(0, size)).ok()) << size;
}

}  // namespace
}  // namespace weir::crypto
