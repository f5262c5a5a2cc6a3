#include <gtest/gtest.h>

#include "evidence/predicate_bounds.h"
#include "support/api_fixture.h"

namespace weir::api {
namespace {

using format::Json;
using test::Answer;

const Sha256 program = crypto::sha256("program");

constexpr std::string_view one_passed = R"(<testsuite tests="9"><testcase name="a"/></testsuite>)";
constexpr std::string_view one_failed =
    R"(<testsuite><testcase name="a"><failure>no</failure></testcase></testsuite>)";

class Attestations : public testing::Test {
 protected:
  Attestations() {
    EXPECT_EQ(api_.put("flows/shop").status, 201);
    EXPECT_EQ(api_.put("flows/shop/trails/t1", R"({"commit":"c0ffee"})").status, 201);
    const Json artifact =
        Json::object({{"flow", "shop"}, {"trail", "t1"}, {"name", "app"}, {"digest", to_string(program)}});
    EXPECT_EQ(api_.post("artifacts", dump(artifact)).status, 201);
  }

  static Json request(std::string_view type, std::string_view content = "") {
    Json json = Json::object({{"flow", "shop"}, {"trail", "t1"}, {"name", "evidence"}, {"type", type}});
    if (!content.empty()) json.set("content", encode_base64(content));
    return json;
  }
  Answer record(const Json& json) { return api_.post("attestations", dump(json)); }

  test::ApiFixture api_;
};

std::string message(const Answer& answer) { return std::string(answer.json.at("error").text("message")); }
std::string field(const Answer& answer) { return std::string(answer.json.at("error").text("field")); }

TEST_F(Attestations, say_what_the_evidence_says_and_not_what_it_claims) {
  Json json = request("test", one_passed);
  json.set("artifact", to_string(program));
  const Answer answer = record(json);
  ASSERT_EQ(answer.status, 201) << message(answer);
  const Json& attestation = answer.json.at("attestation");
  EXPECT_EQ(attestation.at("compliant"), Json(true));
  EXPECT_EQ(attestation.at("summary").at("passed"), Json(1));
  EXPECT_EQ(attestation.text("actor"), "ada");
  EXPECT_EQ(attestation.text("content_digest"), to_string(crypto::sha256(one_passed)));
  EXPECT_FALSE(answer.json.at("receipt").is_null());
  EXPECT_EQ(record(request("test", one_failed)).json.at("attestation").at("compliant"), Json(false));
}

TEST_F(Attestations, are_listed_as_they_were_answered) {
  Json json = request("generic", "report");
  json.set("artifact", to_string(program));
  json.set("description", "by hand");
  json.set("compliant", true);
  const Json recorded = record(json).json.at("attestation");
  const Json listed = api_.get("attestations?artifact=" + to_string(program)).json;
  ASSERT_EQ(listed.items("attestations").size(), 1u);
  EXPECT_EQ(dump(listed.items("attestations")[0]), dump(recorded));
  EXPECT_TRUE(api_.get("attestations?flow=other").json.items("attestations").empty());
}

TEST_F(Attestations, give_their_file_back_byte_for_byte_and_only_as_a_download) {
  const std::string content("<script>\0</script>", 18);
  Json json = request("generic", content);
  json.set("media_type", "text/html");
  const std::int64_t entry = *record(json).json.at("attestation").at("entry").integer();
  const Answer file = api_.get(fmt::format("attestations/{}/content", entry));
  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.response.body, content);
  EXPECT_EQ(file.response.content_type, "text/html");
  const auto& headers = file.response.headers;
  EXPECT_NE(std::find(headers.begin(), headers.end(), http::Field{"x-content-type-options", "nosniff"}),
            headers.end());
  EXPECT_TRUE(std::any_of(headers.begin(), headers.end(), [](const http::Field& each) {
    return each.name == "content-disposition" && each.value.starts_with("attachment");
  }));
  EXPECT_EQ(api_.get("attestations/0/content").status, 404);
}

TEST_F(Attestations, count_for_the_template_of_their_artifact) {
  ASSERT_EQ(
      api_.put(
              "flows/shop",
              R"({"template":{"artifacts":[{"name":"app","attestations":[{"name":"evidence","type":"test"}]}]}})")
          .status,
      201);
  Json json = request("test", one_passed);
  json.set("artifact", to_string(program));
  ASSERT_EQ(record(json).status, 201);
  const Json trail = api_.get("flows/shop/trails/t1").json;
  EXPECT_EQ(trail.at("compliant"), Json(true));
  EXPECT_EQ(trail.items("beads")[0].text("state"), "met");
}

TEST_F(Attestations, leave_the_verdict_to_the_sender_only_where_evidence_has_none) {
  Json said = request("generic");
  said.set("compliant", true);
  EXPECT_EQ(record(said).json.at("attestation").at("compliant"), Json(true));
  EXPECT_TRUE(record(request("generic", "text")).json.at("attestation").at("compliant").is_null());
  Json overruled = request("ticket", R"({"key":"A-1","found":false})");
  overruled.set("compliant", true);
  EXPECT_EQ(record(overruled).json.at("attestation").at("compliant"), Json(false));
  Json claimed = request("test", one_failed);
  claimed.set("compliant", true);
  const Answer refused = record(claimed);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(field(refused), "compliant");
}

TEST_F(Attestations, are_refused_with_the_place_when_the_request_is_wrong) {
  const auto with = [](std::string_view type, std::string key, Json value) {
    Json json = request(type);
    json.set(std::move(key), std::move(value));
    return json;
  };
  struct Case {
    Json request;
    int status;
    std::string field;
  };
  const std::vector<Case> cases{
      {request("guess"), 400, "type"},
      {request("custom"), 400, "type"},
      {request("custom:"), 400, "type"},
      {request("test"), 400, "content"},
      {with("test", "content", "no base64!"), 400, "content"},
      {request("test", "<testsuite><testcase"), 400, ""},
      {with("generic", "flow", "a/b"), 400, "flow"},
      {with("generic", "name", ""), 400, "name"},
      {with("generic", "media_type", "text/html\r\nset-cookie: a"), 400, "media_type"},
      {with("generic", "unheard", 1), 400, "unheard"},
      {with("generic", "trail", "t9"), 404, ""},
      {with("generic", "artifact", to_string(crypto::sha256("other"))), 404, ""},
      {request("custom:pentest", "{}"), 404, ""},
      {with("generic", "artifact", "sha256:12"), 400, "artifact"},
  };
  const std::int64_t before = api_.ledger().sequencer().size();
  for (const Case& each : cases) {
    const Answer answer = record(each.request);
    EXPECT_EQ(answer.status, each.status) << dump(each.request);
    EXPECT_EQ(field(answer), each.field) << dump(each.request) << message(answer);
  }
  EXPECT_EQ(api_.ledger().sequencer().size(), before);
}

TEST_F(Attestations, about_another_artifact_are_refused) {
  const auto statement = [](const Sha256& subject) {
    return fmt::format(
        R"({{"_type":"https://in-toto.io/Statement/v1","subject":[{{"name":"app","digest":{{"sha256":"{}"}}}}],)"
        R"("predicateType":"https://slsa.dev/provenance/v1","predicate":{{"buildDefinition":{{"buildType":"make"}},)"
        R"("runDetails":{{"builder":{{"id":"ci"}}}}}}}})",
        to_hex(subject));
  };
  Json json = request("provenance", statement(crypto::sha256("other")));
  json.set("artifact", to_string(program));
  const Answer refused = record(json);
  EXPECT_EQ(refused.status, 400) << refused.response.body;
  EXPECT_EQ(field(refused), "artifact");
  json.set("content", encode_base64(statement(program)));
  const Answer taken = record(json);
  EXPECT_EQ(taken.status, 201) << message(taken);
  EXPECT_EQ(taken.json.at("attestation").at("compliant"), Json(true));
}

TEST_F(Attestations, of_a_custom_type_are_held_against_its_schema) {
  const std::string type =
      R"({"description":"how it was attacked","schema":{"type":"object","required":["open"],)"
      R"("properties":{"open":{"type":"integer","maximum":0}}}})";
  EXPECT_EQ(api_.put("attestation-types/pentest", type).status, 201);
  EXPECT_EQ(api_.put("attestation-types/pentest", type).status, 200) << "nothing new to record";
  EXPECT_EQ(api_.get("attestation-types").json.items("attestation-types")[0].text("name"), "pentest");
  EXPECT_EQ(record(request("custom:pentest", R"({"open":0})")).json.at("attestation").at("compliant"),
            Json(true));
  EXPECT_EQ(record(request("custom:pentest", R"({"open":3})")).json.at("attestation").at("compliant"),
            Json(false));
  EXPECT_EQ(record(request("custom:pentest", "no JSON")).status, 400);
  Json as_predicate = request("custom:pentest");
  as_predicate.set("predicate", Json::object({{"open", 0}}));
  EXPECT_EQ(record(as_predicate).json.at("attestation").at("compliant"), Json(true));
  EXPECT_EQ(api_.put("attestation-types/later", R"({"schema":{"unevaluatedProperties":false}})").status, 400);
}

TEST_F(Attestations, of_a_type_with_a_rule_are_judged_by_it) {
  const auto type = [](std::string_view rule) {
    return dump(Json::object({{"schema", Json::object({{"required", Json::Array{"lines"}}})}, {"rule", rule}}));
  };
  const Answer broken = api_.put("attestation-types/cover", type("package a\ndeny contains 1 if no_such(1)\n"));
  EXPECT_EQ(broken.status, 400);
  EXPECT_NE(dump(broken.json).find("no_such"), std::string::npos) << dump(broken.json);
  EXPECT_EQ(api_.put("attestation-types/cover", type("package a\nallow := true\n")).status, 400);
  const std::string rule = "package a\ndeny contains \"too few\" if input.lines < 80\n";
  EXPECT_EQ(api_.put("attestation-types/cover", type(rule)).status, 201);
  EXPECT_EQ(api_.put("attestation-types/cover", type(rule)).status, 200) << "nothing new to record";
  EXPECT_EQ(api_.get("attestation-types").json.items("attestation-types")[0].text("rule"), rule);
  EXPECT_EQ(record(request("custom:cover", R"({"lines":80})")).json.at("attestation").at("compliant"), Json(true));
  const Json low = record(request("custom:cover", R"({"lines":79})")).json.at("attestation");
  EXPECT_EQ(low.at("compliant"), Json(false));
  EXPECT_EQ(low.at("summary").items("violations")[0].text("what"), "too few");
}

TEST_F(Attestations, keep_a_small_predicate_in_the_entry_and_a_large_one_as_their_file) {
  Json small = request("generic");
  small.set("predicate", Json::object({{"stage", "beta"}}));
  EXPECT_TRUE(record(small).json.at("attestation").at("content_digest").is_null());
  Json large = request("generic");
  large.set("predicate", std::string(100'000, 'x'));
  EXPECT_EQ(record(large).json.at("attestation").at("content_size"), Json(100'002));
  large.set("content", encode_base64("file"));
  EXPECT_EQ(record(large).status, 413);
}

TEST_F(Attestations, keep_a_predicate_that_nests_deeper_than_a_decision_could_hold_as_their_file) {
  const auto nested = [](std::size_t depth) {
    return format::parse_json(std::string(depth, '[') + std::string(depth, ']')).value();
  };
  Json json = request("generic");
  json.set("predicate", nested(evidence::predicate_depth_max));
  EXPECT_TRUE(record(json).json.at("attestation").at("content_digest").is_null());
  json.set("predicate", nested(evidence::predicate_depth_max + 1));
  EXPECT_EQ(record(json).json.at("attestation").at("content_size"), Json(2 * 49));
}

TEST_F(Attestations, of_statements_about_flaws_are_about_no_more_than_their_maker_may_speak_of) {
  constexpr std::string_view vex =
      R"({"@context":"https://openvex.dev/ns/v0.2.0","@id":"v","author":"a","timestamp":"2024-01-01T00:00:00Z",)"
      R"("version":1,"statements":[{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:npm/a"}],)"
      R"("status":"fixed"}]})";
  EXPECT_EQ(api_.put("flows/other").status, 201);
  EXPECT_EQ(api_.put("flows/other/trails/t1").status, 201);
  const std::string wide = api_.add_account("wide", "recorder"),
                    shop = api_.add_account("shop", "recorder", "shop"),
                    other = api_.add_account("other", "recorder", "other");
  const auto status = [&](const std::string& token, std::string_view flow, bool about) {
    Json json = request("vex", vex);
    json.set("flow", flow);
    if (about) json.set("artifact", to_string(program));
    return api_.call("POST", "attestations", dump(json), token).status;
  };
  EXPECT_EQ(status(wide, "shop", false), 201);
  EXPECT_EQ(status(shop, "shop", true), 201);
  EXPECT_EQ(status(shop, "shop", false), 403) << "in general";
  EXPECT_EQ(status(other, "other", true), 403) << "of another flow's artifact";
  const Answer broken = record(request("vex", R"({"@context":"https://openvex.dev/ns","statements":[{}]})"));
  EXPECT_EQ(broken.status, 400) << "read whole or not at all";
}

TEST_F(Attestations, need_a_token_for_their_flow) {
  const std::string other = api_.add_account("other-ci", "recorder", "other"),
                    mine = api_.add_account("ci", "recorder", "shop");
  const std::string reader = api_.add_account("eve", "auditor");
  EXPECT_EQ(api_.call("POST", "attestations", dump(request("generic")), mine).status, 201);
  EXPECT_EQ(api_.call("POST", "attestations", dump(request("generic")), other).status, 403);
  EXPECT_EQ(api_.call("POST", "attestations", dump(request("generic")), reader).status, 403);
  EXPECT_EQ(api_.call("POST", "attestations", dump(request("generic")), "weir_nobody").status, 401);
}

}  // namespace
}  // namespace weir::api
