// How far a token reaches: evidence, approvals and all else about an artifact are for who may act on each of its flows.
#include "access/reach.h"

#include <gtest/gtest.h>

#include "format/dsse.h"
#include "support/api_fixture.h"

namespace weir::api {
namespace {

using format::Json;
using test::Answer;

const Sha256 app = crypto::sha256("payments' program");
std::string digest() { return to_string(app); }
constexpr std::string_view passed = R"(<testsuite tests="9"><testcase name="a"/></testsuite>)";

class Reach : public testing::Test {
 protected:
  Reach() {
    EXPECT_EQ(api_.put("environments/prod", R"({"kind":"host"})").status, 201);
    for (const std::string_view flow : {"payments", "sandbox"}) {
      EXPECT_EQ(api_.put(fmt::format("flows/{}", flow)).status, 201);
      EXPECT_EQ(api_.put(fmt::format("flows/{}/trails/t1", flow), R"({"commit":"c0ffee"})").status, 201);
      recorder_[std::string(flow)] = api_.add_account(fmt::format("{}-ci", flow), "recorder", flow);
    }
  }

  std::string person(std::string_view name, std::string_view more = "") {
    const Answer made =
        api_.post("people", fmt::format(R"({{"name":"{}","roles":["approver","recorder"]{}}})", name, more));
    EXPECT_EQ(made.status, 201) << made.response.body;
    return std::string(made.json.text("token"));
  }
  Answer record(std::string_view flow, const std::string& token, std::string_view what = digest()) {
    return api_.call("POST", "artifacts",
                     fmt::format(R"({{"flow":"{}","trail":"t1","name":"app","digest":"{}"}})", flow, what),
                     token);
  }
  Answer attest(std::string_view flow, const std::string& token) {
    return api_.call("POST", "attestations",
                     fmt::format(R"({{"flow":"{}","trail":"t1","name":"unit","type":"test","artifact":"{}",)"
                                 R"("content":"{}"}})",
                                 flow, digest(), encode_base64(passed)),
                     token);
  }
  std::string there(std::string_view more = "") {
    return fmt::format(R"({{"artifact":"{}","environment":"prod"{}}})", digest(), more);
  }
  std::string exception_there() {
    return there(
        fmt::format(R"(,"rule":"tested","owner":"o","reason":"r","compensating_control":"c","until":"{}")",
                    to_string(api_.ledger().clock().now() + days(9))));
  }

  test::ApiFixture api_;
  std::map<std::string, std::string> recorder_;
  const std::string admin_{test::ApiFixture::admin_token};
};

TEST_F(Reach, a_recorder_of_one_flow_attests_nothing_of_an_artifact_of_another) {
  ASSERT_EQ(record("payments", recorder_["payments"]).status, 201);
  const Answer refused = attest("sandbox", recorder_["sandbox"]);
  EXPECT_EQ(refused.status, 403) << refused.response.body;
  EXPECT_NE(refused.response.body.find("payments"), std::string::npos) << "it says whose it is";
  EXPECT_EQ(record("sandbox", recorder_["sandbox"]).status, 403) << "nor takes it onto a trail of its own";
  EXPECT_EQ(attest("payments", recorder_["payments"]).status, 201);
  EXPECT_EQ(attest("sandbox", admin_).status, 201) << "who is narrowed to nothing may";
}

TEST_F(Reach, an_artifact_of_two_flows_is_for_who_may_act_on_both) {
  ASSERT_EQ(record("payments", admin_).status, 201);
  ASSERT_EQ(record("sandbox", admin_).status, 201);
  EXPECT_EQ(attest("payments", recorder_["payments"]).status, 403);
  const Answer both =
      api_.post("service-accounts", R"({"name":"both","roles":["recorder"],"flows":["payments","sandbox"]})");
  EXPECT_EQ(attest("payments", std::string(both.json.text("token"))).status, 201);
}

TEST_F(Reach, an_approver_of_one_flow_acts_on_no_artifact_of_another) {
  ASSERT_EQ(record("payments", recorder_["payments"]).status, 201);
  const std::string ann = person("ann"), sam = person("sam", R"(,"flows":["sandbox"])"),
                    pam = person("pam", R"(,"flows":["payments"])");
  const Json asked =
      api_.call("POST", "approval-requests", there(R"(,"approvals":2)"), ann).json.at("approval_request");
  const Json except = api_.call("POST", "exceptions", exception_there(), ann).json.at("exception");
  const Json given = api_.call("POST", "approvals", there(), ann).json.at("approval");
  const Json glass = api_.call("POST", "break-glass", there(R"(,"for_us":7200000000,"reason":"r")"), ann)
                         .json.at("break_glass");
  struct Case {
    std::string path, body;
    int status = 201;  // of who is narrowed to the artifact's flow
  };
  const std::vector<Case> cases{
      {"approvals", there()},
      {"deployments", there()},
      {"approval-requests", there()},
      {"break-glass", there(R"(,"for_us":7200000000,"reason":"r")")},
      {"exceptions", exception_there()},
      {fmt::format("approval-requests/{}/votes", dump(asked.at("id"))), R"({"vote":"consent"})"},
      {fmt::format("exceptions/{}/grant", dump(except.at("id"))),
       fmt::format(R"({{"scope":"{}"}})", except.text("scope_digest"))},
      {fmt::format("exceptions/{}/end", dump(except.at("id"))), R"({"because":"person","note":"n"})"},
      {fmt::format("break-glass/{}/review", dump(glass.at("id"))), R"({"note":"n"})"},
      {fmt::format("approvals/{}/revoke", dump(given.at("id"))), R"({"reason":"r"})"},
      {"environments/prod/adopt", R"({"reason":"r"})", 403},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(api_.call("POST", each.path, each.body, sam).status, 403) << each.path;
    const Answer own = api_.call("POST", each.path, each.body, pam);
    EXPECT_EQ(own.status, each.status) << each.path << own.response.body;
  }
}

TEST_F(Reach, what_nobody_recorded_is_for_who_is_narrowed_to_no_flow) {
  const std::string sam = person("sam", R"(,"flows":["sandbox"])"), ann = person("ann");
  EXPECT_EQ(api_.call("POST", "approvals", there(), sam).status, 403);
  EXPECT_EQ(api_.call("POST", "approvals", there(), ann).status, 201);
}

TEST_F(Reach, an_artifact_answers_to_the_policies_of_each_flow_that_recorded_it) {
  const std::string source =
      "apiVersion: weir/v1\nkind: Policy\nrules:\n  - {id: tested, require: {attestation: {type: test}}}\n";
  ASSERT_EQ(api_.put("policies/safe", dump(Json::object({{"source", source}}))).status, 201);
  ASSERT_EQ(api_.put("policies/safe/attachments", R"({"flow":"payments","mode":"enforce"})").status, 201);
  ASSERT_EQ(record("sandbox", recorder_["sandbox"]).status, 201);
  ASSERT_EQ(api_.post("approvals", there()).status, 201);
  const auto verdict = [&] {
    return std::string(api_.get("gate?environment=prod&artifact=" + digest()).json.text("verdict"));
  };
  EXPECT_EQ(verdict(), "allow");
  EXPECT_EQ(record("payments", recorder_["payments"]).status, 403) << "the other flow's pipeline hears of it";
  ASSERT_EQ(record("payments", admin_).status, 201);
  EXPECT_EQ(verdict(), "undecided") << "who recorded it first does not choose the policies";
  ASSERT_EQ(attest("payments", admin_).status, 201);
  EXPECT_EQ(verdict(), "allow");
}

// `payload` in an envelope, signed by the key.
std::string enveloped(const crypto::Signer& key, const std::string& payload) {
  constexpr std::string_view type = "application/vnd.in-toto+json";
  const Json signature =
      Json::object({{"sig", encode_base64(key.sign(format::dsse_signed_bytes(type, payload)))}});
  return dump(Json::object(
      {{"payloadType", type}, {"payload", encode_base64(payload)}, {"signatures", Json::Array{signature}}}));
}

TEST_F(Reach, a_signature_counts_for_the_type_of_evidence_that_was_signed) {
  ASSERT_EQ(record("payments", admin_).status, 201);
  const auto key = crypto::Signer::generate();
  const Bytes der = Bytes("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12) + key.public_key();
  const std::string pem = "-----BEGIN PUBLIC KEY-----\n" + encode_base64(der) + "\n-----END PUBLIC KEY-----\n";
  ASSERT_EQ(api_.put("signing-keys/sec",
                     dump(Json::object({{"identity", "security@corp"}, {"public_key", pem}})))
                .status,
            201);
  const auto sent_as = [&](std::string_view type, std::string_view signed_type, std::string_view predicate) {
    const std::string payload = fmt::format(
        R"({{"_type":"https://in-toto.io/Statement/v1","subject":[{{"name":"app","digest":{{"sha256":"{}"}}}}],)"
        R"("predicateType":"{}","predicate":{}}})",
        to_hex(app), signed_type, predicate);
    const Answer sent = api_.post(
        "attestations",
        fmt::format(
            R"({{"flow":"payments","trail":"t1","name":"r","type":"{}","artifact":"{}","content":"{}"}})",
            type, digest(), encode_base64(enveloped(key, payload))));
    EXPECT_EQ(sent.status, 201) << sent.response.body;
    return std::string(sent.json.at("attestation").text("signed"));
  };
  constexpr std::string_view custom = "custom:release", approved = R"({"approved":true})",
                             release = "https://corp.example/release/v1", draft = "https://corp.example/draft/v1";
  ASSERT_EQ(api_.put("attestation-types/release", R"({"schema":{}})").status, 201);
  EXPECT_EQ(sent_as(custom, release, approved), "unbound") << "the type does not say what it is signed as";
  ASSERT_EQ(api_.put("attestation-types/release",
                     fmt::format(R"({{"schema":{{}},"predicate_type":"{}"}})", release))
                .status,
            201);
  EXPECT_EQ(sent_as(custom, release, approved), "verified");
  EXPECT_EQ(sent_as(custom, draft, approved), "unbound");
  constexpr std::string_view vex =
      R"({"@context":"https://openvex.dev/ns/v0.2.0","@id":"v","author":"a","timestamp":"2024-01-01T00:00:00Z",)"
      R"("version":1,"statements":[{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:npm/a"}],)"
      R"("status":"fixed"}]})";
  EXPECT_EQ(sent_as("vex", "https://openvex.dev/ns/v0.2.0", vex), "verified");
  EXPECT_EQ(sent_as("vex", draft, vex), "unbound");
}

}  // namespace
}  // namespace weir::api
