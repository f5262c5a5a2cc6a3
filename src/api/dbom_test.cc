// A bill of materials put together from a real ledger: genuine, as of now or of a past time, and what changes it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/signature.h"
#include "dbom/check.h"
#include "format/dsse.h"
#include "support/api_fixture.h"

namespace weir::api {
namespace {

using format::Json;
using testing::ElementsAre;
using testing::IsEmpty;

class DbomApi : public testing::Test {
 protected:
  DbomApi() {
    write("PUT", "services/shop", R"({"team":"payments"})");
    write("PUT", "flows/api",
          R"({"service":"shop","template":{"artifacts":[{"name":"api","attestations":[{"name":"unit"}]}]}})");
    write("PUT", "environments/prod", R"({"kind":"host"})");
  }

  void write(std::string_view method, const std::string& path, const std::string& body, int status = 201) {
    const auto answer = api_.call(method, path, body);
    ASSERT_EQ(answer.status, status) << path << ' ' << answer.response.body;
    api_.ledger().clock().pass(seconds(1));
  }
  void build(const std::string& content, const std::string& trail, const std::string& version) {
    const std::string digest = to_string(crypto::sha256(content));
    write("PUT", "flows/api/trails/" + trail, fmt::format(R"({{"commit":"{}","author":"lena"}})", trail));
    write(
        "POST", "artifacts",
        fmt::format(R"({{"flow":"api","trail":"{}","name":"api","kind":"file","digest":"{}","commit":"{}"}})",
                    trail, digest, trail));
    attest(digest, trail, "unit", "test", R"(<testsuite tests="1"><testcase name="a"/></testsuite>)");
    attest(
        digest, trail, "sbom", "sbom",
        fmt::format(
            R"({{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{{"name":"zlib","version":"{}"}}]}})",
            version));
  }
  void attest(const std::string& digest, const std::string& trail, const std::string& name,
              const std::string& type, const std::string& content) {
    write(
        "POST", "attestations",
        fmt::format(R"({{"flow":"api","trail":"{}","name":"{}","type":"{}","artifact":"{}","content":"{}"}})",
                    trail, name, type, digest, encode_base64(content)));
  }
  std::string there(const std::string& content) {
    return fmt::format(R"({{"artifact":"{}","environment":"prod"}})", to_string(crypto::sha256(content)));
  }
  void release(const std::string& content, const std::string& trail, const std::string& version) {
    build(content, trail, version);
    write("POST", "approvals", there(content));
    write("POST", "deployments", there(content));
  }

  // The document, once it is found genuine.
  dbom::Dbom genuine(const std::string& content, const std::string& query = "") {
    const auto answer =
        api_.get(fmt::format("dboms/{}?environment=prod{}", to_string(crypto::sha256(content)), query));
    EXPECT_EQ(answer.status, 200) << answer.response.body;
    auto checked = dbom::check(dump_canonical(answer.json.at("envelope")), api_.ledger().key());
    for (const dbom::Fault& fault : checked.faults) ADD_FAILURE() << fault.place << ": " << fault.what;
    EXPECT_EQ(dump_canonical(answer.json.at("document")), format::encode(*checked.dbom));
    return std::move(*checked.dbom);
  }
  std::string now() {  // and nothing else happens in it
    const Instant at = api_.ledger().clock().now();
    api_.ledger().clock().pass(seconds(1));
    return to_string(at);
  }
  static std::vector<std::string> states(const dbom::Dbom& document, dbom::Kind kind) {
    std::vector<std::string> found;
    for (const auto& [section, lines] : sections_of(document))
      for (const dbom::Line& line : *lines)
        if (line.kind == kind) found.push_back(line.state);
    return found;
  }

  test::ApiFixture api_;
};

TEST_F(DbomApi, a_deployment_has_a_genuine_document_that_says_what_it_replaced) {
  release("one", "t1", "1.0");
  release("two", "t2", "1.1");
  const dbom::Dbom document = genuine("two");
  EXPECT_EQ(document.sentence, "api was not seen in prod; it is approved for it.");
  ASSERT_TRUE(document.difference.has_value());
  EXPECT_EQ(document.difference->artifact, crypto::sha256("one"));
  EXPECT_THAT(document.difference->changed, ElementsAre(dbom::ChangedComponent{"zlib", "", "1.1", "1.0"}));
  EXPECT_EQ(document.difference->commits.size(), 1u);
  EXPECT_EQ(document.components->items.size(), 1u);
  EXPECT_THAT(states(document, dbom::Kind::approver), ElementsAre("person"));
  EXPECT_THAT(states(document, dbom::Kind::required), ElementsAre("compliant"));
  EXPECT_THAT(states(genuine("one"), dbom::Kind::replaced), ElementsAre(""));
}

TEST_F(DbomApi, a_past_time_has_what_the_ledger_held_then) {
  build("one", "t1", "1.0");
  const std::string built = now();
  write("PUT", "flows/api/trails/t1", R"({"commit":"other","author":"omar"})");
  write("POST", "approvals", there("one"));
  const std::string approved = now();
  const auto listed = api_.get("approvals");
  write("POST", fmt::format("approvals/{}/revoke", dump(listed.json.items("approvals")[0].at("id"))), "{}");
  EXPECT_THAT(states(genuine("one", "&at=" + built), dbom::Kind::approval), IsEmpty());
  EXPECT_EQ(genuine("one", "&at=" + built).who[0].name, "lena");
  EXPECT_EQ(genuine("one").who[0].name, "omar");
  EXPECT_THAT(states(genuine("one", "&at=" + approved), dbom::Kind::approval), ElementsAre("active"));
  EXPECT_THAT(states(genuine("one"), dbom::Kind::approval), ElementsAre("revoked"));
}

TEST_F(DbomApi, whose_key_signed_evidence_is_named) {
  const auto ci = crypto::Signer::generate(), stranger = crypto::Signer::generate();
  const Bytes der = Bytes("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12) + ci.public_key();
  write("PUT", "signing-keys/builder",
        dump(Json::object({{"identity", "ci@example.com"},
                           {"public_key", "-----BEGIN PUBLIC KEY-----\n" + encode_base64(der) +
                                              "\n-----END PUBLIC KEY-----\n"}})));
  build("one", "t1", "1.0");
  const std::string digest = to_string(crypto::sha256("one"));
  constexpr std::string_view type = "application/vnd.in-toto+json";
  const std::string statement = fmt::format(
      R"({{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://slsa.dev/provenance/v1",)"
      R"("subject":[{{"name":"api","digest":{{"sha256":"{}"}}}}],"predicate":{{}}}})",
      digest.substr(digest.find(':') + 1));
  const auto signed_by = [&](const crypto::Signer& signer) {
    return fmt::format(R"({{"payloadType":"{}","payload":"{}","signatures":[{{"sig":"{}"}}]}})", type,
                       encode_base64(statement),
                       encode_base64(signer.sign(format::dsse_signed_bytes(type, statement))));
  };
  attest(digest, "t1", "foreign", "provenance", signed_by(stranger));
  EXPECT_THAT(states(genuine("one"), dbom::Kind::signer), IsEmpty());
  attest(digest, "t1", "slsa", "provenance", signed_by(ci));
  const dbom::Dbom document = genuine("one");
  EXPECT_THAT(states(document, dbom::Kind::signer), ElementsAre("verified"));
  const auto line = std::ranges::find(document.who, dbom::Kind::signer, &dbom::Line::kind);
  EXPECT_EQ(line->name, "ci@example.com");
  EXPECT_EQ(line->value, "slsa with key builder");
}

TEST_F(DbomApi, an_issued_one_is_kept_byte_for_byte_and_is_a_line_of_the_next) {
  release("one", "t1", "1.0");
  const auto issued = api_.post("dboms", there("one"));
  ASSERT_EQ(issued.status, 201) << issued.response.body;
  const Json& record = issued.json.at("dbom");
  write("POST", "approvals", there("one"));
  const auto kept =
      api_.get(fmt::format("dboms/{}?issued={}", to_string(crypto::sha256("one")), dump(record.at("entry"))));
  ASSERT_EQ(kept.status, 200) << kept.response.body;
  const std::string bytes = dump_canonical(kept.json.at("envelope"));
  EXPECT_EQ(record.text("digest"), to_string(crypto::sha256(bytes)));
  EXPECT_TRUE(dbom::check(bytes, api_.ledger().key()).genuine());
  EXPECT_EQ(states(genuine("one"), dbom::Kind::issued).size(), 1u);
  EXPECT_EQ(api_.get(fmt::format("dboms/{}?issued=0", to_string(crypto::sha256("one")))).status, 404);
}

TEST_F(DbomApi, what_is_not_known_has_none_and_the_future_has_not_come) {
  release("one", "t1", "1.0");
  const std::string one = to_string(crypto::sha256("one")), other = to_string(crypto::sha256("other"));
  EXPECT_EQ(api_.get("dboms/" + other + "?environment=prod").status, 404);
  EXPECT_EQ(api_.get("dboms/" + one + "?environment=nowhere").status, 404);
  EXPECT_EQ(api_.get("dboms/" + one).status, 400);
  EXPECT_EQ(api_.get("dboms/" + one + "?environment=prod&at=2096-01-01").status, 400);
  EXPECT_EQ(api_.get("dboms/" + one + "?environment=prod&at=1999-01-01").status, 404);
  EXPECT_EQ(api_.get("dboms/7?environment=prod").status, 400);
  EXPECT_EQ(api_.get("dboms/" + one + "?environment=prod&form=pdf").status, 400);
}

}  // namespace
}  // namespace weir::api
