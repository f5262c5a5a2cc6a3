#include "evidence/signing_key.h"

#include <gtest/gtest.h>

#include "crypto/public_key.h"
#include "crypto/rsa.h"
#include "crypto/signature.h"
#include "format/dsse.h"

namespace weir::evidence {
namespace {

const std::string statement =
    R"({"_type":"https://in-toto.io/Statement/v1","predicateType":"https://slsa.dev/provenance/v1",)"
    R"("subject":[{"name":"a",)"
    R"("digest":{"sha256":"0a35cada3b9572ec787a827a0c3af498673f46612f16762eeb525f21833420bc"}}],"predicate":{}})";
constexpr std::string_view type = "application/vnd.in-toto+json";

// SubjectPublicKeyInfo of an Ed25519 key (RFC 8410).
std::string pem_of(const crypto::Signer& signer) {
  const Bytes der = Bytes("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12) + signer.public_key();
  return "-----BEGIN PUBLIC KEY-----\n" + encode_base64(der) + "\n-----END PUBLIC KEY-----\n";
}

SigningKey key_of(const std::string& name, const crypto::Signer& signer,
                  std::vector<std::string> flows = {}) {
  auto declared = read_signing_key({.name = name,
                                    .identity = name + "@example.com",
                                    .public_key = pem_of(signer),
                                    .algorithm = {},
                                    .key_id = {},
                                    .flows = std::move(flows)});
  EXPECT_TRUE(declared.ok()) << declared.error().message;
  return {std::move(*declared), 7};
}

std::string signature_json(const std::string& key_id, const Bytes& signature) {
  return R"({"keyid":")" + key_id + R"(","sig":")" + encode_base64(signature) + "\"}";
}
std::string envelope(const std::string& payload, const std::string& signatures,
                     std::string_view payload_type = type) {
  return R"({"payloadType":")" + std::string(payload_type) + R"(","payload":")" + encode_base64(payload) +
         R"(","signatures":[)" + signatures + "]}";
}
Bytes signed_by(const crypto::Signer& signer) {
  return signer.sign(format::dsse_signed_bytes(type, statement));
}

struct Signed : testing::Test {
  crypto::Signer ann = crypto::Signer::generate(), ben = crypto::Signer::generate();
  std::vector<SigningKey> keys{key_of("ann", ann), key_of("ben", ben, {"shop"})};
  Verified held(const std::string& content, std::string_view flow = "shop") {
    auto found = verify_statement(content, keys, flow);
    EXPECT_TRUE(found.ok()) << found.error().message;
    return found.ok() ? *found : Verified{};
  }
};

TEST_F(Signed, signature_of_a_known_key_names_its_identity) {
  for (const std::string& key_id :
       {std::string(), std::string("ann"), to_hex(keys[0].declared.key_id),
        to_string(keys[0].declared.key_id), std::string("someone else's words")}) {
    const Verified found = held(envelope(statement, signature_json(key_id, signed_by(ann))));
    EXPECT_EQ(found.signature, Signature::verified) << key_id;
    EXPECT_EQ(found.signer, (Signer{"ann", "ann@example.com", 7}));
  }
}

TEST_F(Signed, without_a_known_key_it_is_marked_as_such) {
  EXPECT_EQ(held(statement).signature, Signature::unsigned_);
  const auto stranger = crypto::Signer::generate();
  EXPECT_EQ(held(envelope(statement, signature_json("", signed_by(stranger)))).signature,
            Signature::unknown_key);
  EXPECT_EQ(held(R"({"bomFormat":"CycloneDX"})").signature, Signature::none);
  keys.clear();
  EXPECT_EQ(held(envelope(statement, signature_json("ann", signed_by(ann)))).signature,
            Signature::unknown_key);
}

TEST_F(Signed, a_key_counts_in_its_flows_only) {
  const auto by_ben = envelope(statement, signature_json("ben", signed_by(ben)));
  EXPECT_EQ(held(by_ben).signature, Signature::verified);
  EXPECT_EQ(held(by_ben, "bank").signature, Signature::unknown_key);
}

TEST_F(Signed, a_bad_signature_in_the_name_of_a_known_key_is_refused_with_its_place) {
  const auto refused = [&](const std::string& content) {
    const auto found = verify_statement(content, keys, "shop");
    EXPECT_FALSE(found.ok());
    return found.ok() ? std::string() : found.error().field;
  };
  const std::string good = signature_json("ben", signed_by(ben));
  EXPECT_EQ(refused(envelope(statement, good + "," + signature_json("ann", signed_by(ben)))),
            "signatures[1].sig");
  EXPECT_EQ(refused(envelope(statement, signature_json("ann", ann.sign(statement)))), "signatures[0].sig")
      << "the payload alone is not what is signed";
  const Bytes other = ann.sign(format::dsse_signed_bytes("text/plain", statement));
  EXPECT_EQ(refused(envelope(statement, signature_json("ann", other))), "signatures[0].sig")
      << "type is bound";
}

TEST_F(Signed, one_byte_changed_anywhere_in_the_payload_is_never_verified) {
  for (std::size_t i = 0; i < statement.size(); ++i) {
    std::string altered = statement;
    altered[i] = altered[i] == 'x' ? 'y' : 'x';
    const auto found = verify_statement(envelope(altered, signature_json("", signed_by(ann))), keys, "shop");
    EXPECT_FALSE(found.ok() && found->signature == Signature::verified) << i;
  }
}

TEST_F(Signed, too_many_tries_are_refused) {
  std::string signatures;
  for (int i = 0; i < 64; ++i) signatures += (i > 0 ? "," : "") + signature_json("", Bytes(64, 'x'));
  while (keys.size() < 20) keys.push_back(keys[0]);
  const auto found = verify_statement(envelope(statement, signatures), keys, "shop");
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, Errc::too_large);
}

// Each try hashes the whole statement: 64 signatures of nobody, held against two keys, would go over gigabytes.
TEST_F(Signed, many_tries_of_a_large_statement_are_refused_and_one_that_names_its_key_is_not) {
  std::string large = statement;
  large.replace(large.find("\"predicate\":{}"), 14, "\"predicate\":\"" + std::string(20'000'000, 'a') + "\"");
  std::string signatures;
  for (int i = 0; i < 64; ++i) signatures += (i > 0 ? "," : "") + signature_json("", Bytes(64, 'x'));
  const auto found = verify_statement(envelope(large, signatures), keys, "shop");
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, Errc::too_large);
  const Bytes signature = ann.sign(format::dsse_signed_bytes(type, large));
  EXPECT_EQ(held(envelope(large, signature_json("ann", signature))).signature, Signature::verified);
}

TEST(SigningKeys, what_is_no_key_names_its_field) {
  const auto field = [](SigningKeyDeclared asked) {
    const auto read = read_signing_key(std::move(asked));
    return read.ok() ? "" : read.error().field;
  };
  const std::string good = pem_of(crypto::Signer::generate());
  EXPECT_EQ(field({.name = "a b", .identity = "x", .public_key = good}), "name");
  EXPECT_EQ(field({.name = "a", .identity = "", .public_key = good}), "identity");
  EXPECT_EQ(field({.name = "a", .identity = "x", .public_key = "nonsense"}), "public_key");
  EXPECT_EQ(field({.name = "a", .identity = "x", .public_key = good, .flows = {"no flow!"}}), "flows");
  EXPECT_EQ(field({.name = "a", .identity = "x", .public_key = good, .flows = {"f"}}), "");
}

}  // namespace
}  // namespace weir::evidence
