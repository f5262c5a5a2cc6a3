// Campaigns and advisories of one's own through the API: what each owner has come to follows from what is recorded.
#include <gtest/gtest.h>

#include "jobs/find_vulnerabilities.h"
#include "support/api_fixture.h"
#include "support/history.h"

namespace weir::api {
namespace {

using format::Json;
using test::Answer;

constexpr std::string_view component = "pkg:npm/left-pad@1.0.0";

std::string bill(std::string_view purl) {
  return fmt::format(
      R"({{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{{"component":{{"bom-ref":"p","name":"shop"}}}},)"
      R"("components":[{{"bom-ref":"a","name":"express","version":"4.0.0","purl":"pkg:npm/express@4.0.0",)"
      R"("licenses":[{{"license":{{"id":"MIT"}}}}]}},{{"bom-ref":"b","name":"left-pad","purl":"{}"}},)"
      R"({{"bom-ref":"c","name":"alone"}}],"dependencies":[{{"ref":"p","dependsOn":["a"]}},)"
      R"({{"ref":"a","dependsOn":["b"]}}]}})",
      purl);
}

class Campaigns : public testing::Test {
 protected:
  Campaigns() {
    EXPECT_EQ(api_.put("environments/prod", R"({"kind":"host"})").status, 201);
    append(runtime::ReporterEnrolled{.id = reporter_.id,
                                     .actor = std::string(32, 'a'),
                                     .environment = "prod",
                                     .host = "web1",
                                     .public_key = encode_base64(std::string(32, 'k'))});
    for (const std::string_view team : {"pay", "web"}) {
      EXPECT_EQ(
          api_.put(fmt::format("services/{}", team), fmt::format(R"({{"team":"team-{}"}})", team)).status,
          201);
      EXPECT_EQ(api_.put(fmt::format("flows/{}", team), fmt::format(R"({{"service":"{}"}})", team)).status,
                201);
    }
    dev_ = token_of("dev", "recorder");
    bob_ = token_of("bob", "approver");
    auditor_ = token_of("auditor", "auditor");
  }

  std::string token_of(std::string_view name, std::string_view role) {
    const Answer made = api_.post("people", fmt::format(R"({{"name":"{}","roles":["{}"]}})", name, role));
    EXPECT_EQ(made.status, 201);
    return std::string(made.json.text("token"));
  }
  void append(store::Event event) { EXPECT_TRUE(api_.ledger().append(std::move(event)).ok()); }
  Instant now() { return api_.ledger().clock().now(); }
  void pass(Duration by) { api_.ledger().clock().pass(by); }

  void release(std::string_view flow, std::string_view content, std::string_view purl) {
    const std::string trail = std::string(content), digest = to_string(crypto::sha256(content));
    EXPECT_EQ(api_.put(fmt::format("flows/{}/trails/{}", flow, trail),
                       fmt::format(R"({{"commit":"c-{}"}})", content))
                  .status,
              201);
    EXPECT_EQ(
        api_.post("artifacts",
                  fmt::format(R"({{"flow":"{}","trail":"{}","name":"{}","digest":"{}","commit":"c-{}"}})",
                              flow, trail, flow, digest, content))
            .status,
        201);
    EXPECT_EQ(
        api_.post(
                "attestations",
                fmt::format(
                    R"({{"flow":"{}","trail":"{}","name":"sbom","type":"sbom","artifact":"{}","content":"{}"}})",
                    flow, trail, digest, encode_base64(bill(purl))))
            .status,
        201);
  }
  void attest(std::string_view flow, std::string_view content, std::string_view name, std::string_view type,
              std::string_view file) {
    const Answer made = api_.post(
        "attestations",
        fmt::format(R"({{"flow":"{}","trail":"{}","name":"{}","type":"{}","artifact":"{}","content":"{}"}})",
                    flow, content, name, type, to_string(crypto::sha256(content)),
                    encode_base64(std::string(file))));
    EXPECT_EQ(made.status, 201) << made.response.body;
  }
  void start(std::string id, std::string_view content) {
    append(reporter_.report(now(), {test::instance(std::move(id), content, now())}));
  }
  void end(std::string id) { append(reporter_.report(now(), {}, {{std::move(id), now()}})); }

  // As the server's follower would.
  void find() {
    if (!finder_)
      finder_ = jobs::make_find_vulnerabilities(
          {api_.ledger().sequencer(), api_.ledger().actor()},
          {.exposure = std::shared_ptr<jobs::Exposure>(std::shared_ptr<void>(), &api_.exposure()),
           .blobs = std::shared_ptr<blob::BlobStore>(std::shared_ptr<void>(), &api_.ledger().blobs()),
           .advisories = {},
           .index_file = api_.ledger().directory().path("index")},
          api_.ledger().reader());
    pass(seconds(1));
    for (auto step = finder_->tick(now()); step.ok() && *step == jobs::Step::more;)
      step = finder_->tick(now());
    EXPECT_TRUE(finder_->tick(now()).ok());
  }
  static std::string advisory(std::string_view fixed = "1.1.0") {
    return fmt::format(
        R"({{"id":"ORG-2026-1","aliases":["CVE-2026-7"],"summary":"s","affected":[{{"package":{{"ecosystem":"npm",)"
        R"("name":"left-pad"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"{}"}}]}}]}}]}})",
        fixed);
  }
  std::int64_t open(std::string_view flaw = "CVE-2026-7") {
    const Answer made = api_.post(
        "campaigns", fmt::format(R"({{"flaw":"{}","due":"{}"}})", flaw, to_string(now() + days(7))));
    EXPECT_EQ(made.status, 201) << made.response.body;
    const std::int64_t* id = made.json.at("campaign").at("id").integer();
    return id == nullptr ? -1 : *id;
  }
  Json story(std::int64_t id) { return api_.get(fmt::format("campaigns/{}", id)).json; }
  std::string standings(std::int64_t id) {
    std::string text;
    const Json told = story(id);
    for (const Json& owner : told.items("owners"))
      text += fmt::format("{}{}:{}:{}/{}", text.empty() ? "" : " ", owner.text("owner"),
                          owner.text("standing"), dump(owner.at("open")), dump(owner.at("workloads")));
    return text;
  }
  Answer except(std::int64_t id, std::string_view owners, std::string_view token,
                std::string_view query = "") {
    return api_.call("POST", fmt::format("campaigns/{}/exceptions{}", id, query),
                     fmt::format(R"({{"owners":{},"reason":"r","compensating_control":"c","until":"{}"}})",
                                 owners, to_string(now() + days(3))),
                     token);
  }

  test::ApiFixture api_;
  test::Reporter reporter_;
  std::unique_ptr<jobs::Job> finder_;
  std::string dev_, bob_, auditor_;
};

TEST_F(Campaigns, an_advisory_of_ones_own_finds_what_runs_and_its_withdrawal_ends_it) {
  release("pay", "p1", component);
  start("i1", "p1");
  find();
  EXPECT_EQ(api_.post("advisories", R"({"id":"CVE-2026-7"})").json.at("error").text("field"), "id");
  EXPECT_EQ(api_.call("POST", "advisories", advisory(), auditor_).status, 403);
  EXPECT_EQ(api_.call("POST", "advisories", advisory(), dev_).status, 403);
  EXPECT_EQ(api_.call("POST", "advisories", advisory(), bob_).status, 201);
  find();
  const Json where = api_.get("vulnerabilities/where?query=ORG-2026-1").json;
  ASSERT_EQ(where.items("running").size(), 1U);
  EXPECT_EQ(where.items("running")[0].text("fixed"), "1.1.0");
  EXPECT_EQ(api_.post("advisories", advisory("1.2.0")).status, 201);
  find();
  EXPECT_EQ(api_.get("vulnerabilities/where?query=CVE-2026-7").json.items("running")[0].text("fixed"),
            "1.2.0");
  EXPECT_EQ(api_.post("advisories/ORG-2026-1/withdraw", R"({"reason":""})").status, 400);
  EXPECT_EQ(api_.post("advisories/ORG-2026-1/withdraw", R"({"reason":"a mistake"})").status, 201);
  EXPECT_EQ(api_.post("advisories/ORG-2026-1/withdraw", R"({"reason":"a mistake"})").status, 409);
  EXPECT_EQ(api_.post("advisories/ORG-9/withdraw", R"({"reason":"r"})").status, 404);
  find();
  EXPECT_TRUE(api_.get("vulnerabilities/where?query=CVE-2026-7").json.items("running").empty());
  EXPECT_EQ(api_.get("vulnerabilities").json.items("vulnerabilities")[0].text("state"), "retracted");
  EXPECT_EQ(api_.get("advisories/ORG-2026-1").json.text("reason"), "a mistake");
  EXPECT_EQ(api_.get("advisories").json.items("advisories").size(), 1U);
}

TEST_F(Campaigns, owners_go_from_not_started_to_rolled_out_by_what_happens_alone) {
  release("pay", "p1", component);
  release("web", "w1", component);
  start("i1", "p1");
  start("i2", "w1");
  EXPECT_EQ(api_.post("advisories", advisory()).status, 201);
  find();
  const std::int64_t id = open();
  EXPECT_EQ(standings(id), "team-pay:not-started:1/1 team-web:not-started:1/1");

  pass(hours(1));
  release("pay", "p2", "pkg:npm/left-pad@1.1.0");
  find();
  EXPECT_EQ(standings(id), "team-web:not-started:1/1 team-pay:fix-released:1/1");
  EXPECT_EQ(story(id).items("owners")[1].items("fixed_releases")[0], Json("c-p2"));

  pass(hours(1));
  start("i3", "p2");
  end("i1");
  EXPECT_EQ(standings(id), "team-web:not-started:1/1 team-pay:rolled-out:0/1");
  pass(hours(1));
  const Json told = story(id);
  const Json::Array points = told.items("burn_down");
  ASSERT_EQ(points.size(), 3U) << dump(told);
  EXPECT_EQ(points[0].at("running"), Json(2));
  EXPECT_EQ(points[1].at("running"), Json(1));
  EXPECT_EQ(points[2].at("running"), Json(1));
  EXPECT_EQ(told.at("campaign").at("workloads_open"), Json(1));
  EXPECT_EQ(
      api_.get(fmt::format("campaigns/{}/workloads?standing=rolled-out", id)).json.items("workloads").size(),
      1U);
  EXPECT_EQ(api_.get(fmt::format("campaigns/{}/workloads?owner=team-web", id))
                .json.items("workloads")[0]
                .text("name"),
            "/opt/w1");
}

TEST_F(Campaigns, a_statement_that_it_is_not_affected_answers_for_what_runs_of_the_artifact) {
  release("pay", "p1", component);
  release("web", "w1", component);
  start("i1", "p1");
  start("i2", "w1");
  EXPECT_EQ(api_.post("advisories", advisory()).status, 201);
  find();
  const std::int64_t id = open();
  attest(
      "pay", "p1", "vex", "vex",
      R"({"@context":"https://openvex.dev/ns/v0.2.0","@id":"v","author":"a","timestamp":"2024-01-01T00:00:00Z",)"
      R"("version":1,"statements":[{"vulnerability":{"name":"CVE-2026-7"},"products":[{"@id":"pkg:npm/left-pad"}],)"
      R"("status":"not_affected","justification":"component_not_present"}]})");
  find();
  EXPECT_EQ(standings(id), "team-web:not-started:1/1 team-pay:not-affected:0/1");
}

TEST_F(Campaigns, exceptions_of_many_are_asked_for_at_once_and_granted_by_another) {
  release("pay", "p1", component);
  release("web", "w1", component);
  start("i1", "p1");
  start("i2", "w1");
  EXPECT_EQ(api_.post("advisories", advisory()).status, 201);
  find();
  const std::int64_t id = open();
  EXPECT_EQ(except(id, R"(["team-pay"])", bob_).status, 403);
  EXPECT_EQ(except(id, R"(["nobody"])", dev_).status, 404);
  EXPECT_EQ(except(id, "[]", dev_).status, 400);
  const Answer shown = except(id, R"(["team-pay","team-web"])", dev_, "?preview=true");
  EXPECT_EQ(shown.status, 200) << shown.response.body;
  EXPECT_EQ(shown.json.items("scopes").size(), 2U);
  const Answer asked = except(id, R"(["team-pay"])", dev_);
  ASSERT_EQ(asked.status, 201) << asked.response.body;
  const Json::Array made = asked.json.at("asked").items("exceptions");
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].text("finding"), "CVE-2026-7");
  EXPECT_EQ(standings(id), "team-pay:not-started:1/1 team-web:not-started:1/1");  // asked for is not accepted
  EXPECT_EQ(except(id, R"(["team-pay"])", dev_).json.at("asked").items("skipped").size(), 1U);

  const std::string grant = fmt::format("exceptions/{}/grant", dump(made[0].at("id")));
  const std::string scope = fmt::format(R"({{"scope":"{}"}})", made[0].text("scope_digest"));
  EXPECT_EQ(api_.call("POST", grant, scope, dev_).status, 403);
  EXPECT_EQ(api_.call("POST", grant, scope, bob_).status, 201);
  EXPECT_EQ(standings(id), "team-web:not-started:1/1 team-pay:accepted:0/1");
  pass(days(4));
  EXPECT_EQ(standings(id), "team-pay:not-started:1/1 team-web:not-started:1/1");  // it has ended
}

TEST_F(Campaigns, statements_of_many_are_made_at_once_and_answer_for_their_artifacts_alone) {
  release("pay", "p1", component);
  release("web", "w1", component);
  start("i1", "p1");
  start("i2", "w1");
  EXPECT_EQ(api_.post("advisories", advisory()).status, 201);
  find();
  const std::int64_t id = open();
  const auto state = [&](std::string_view body, std::string_view token) {
    return api_.call("POST", fmt::format("campaigns/{}/statements", id), std::string(body), token);
  };
  const std::string said =
      R"({"owners":["team-pay"],"status":"not_affected","justification":"vulnerable_code_not_in_execute_path"})";
  EXPECT_EQ(state(said, bob_).status, 403);
  EXPECT_EQ(state(R"({"owners":["team-pay"],"status":"not_affected"})", dev_).status, 400);
  const Answer made = state(said, dev_);
  ASSERT_EQ(made.status, 201) << made.response.body;
  EXPECT_EQ(made.json.at("stated").items("attestations").size(), 1U);
  find();
  EXPECT_EQ(standings(id), "team-web:not-started:1/1 team-pay:not-affected:0/1");
  const std::string path =
      fmt::format("artifacts/{}/components?flawed=true", to_string(crypto::sha256("p1")));
  EXPECT_TRUE(api_.get(path).json.items("components").empty());
}

TEST_F(Campaigns, one_is_open_for_a_flaw_at_a_time_and_closed_once) {
  EXPECT_EQ(api_.post("campaigns", R"({"flaw":"CVE-1999-1"})").status, 404);
  EXPECT_EQ(api_.post("advisories", advisory()).status, 201);
  find();
  EXPECT_EQ(api_.call("POST", "campaigns", R"({"flaw":"CVE-2026-7"})", auditor_).status, 403);
  EXPECT_EQ(
      api_.post("campaigns", R"({"flaw":"CVE-2026-7","due":"2001-01-01"})").json.at("error").text("field"),
      "due");
  const std::int64_t id = open("ORG-2026-1");
  EXPECT_EQ(story(id).at("campaign").text("cluster"), "CVE-2026-7");
  EXPECT_EQ(api_.post("campaigns", R"({"flaw":"CVE-2026-7"})").status, 409);
  EXPECT_EQ(api_.get("campaigns?open=true").json.items("campaigns").size(), 1U);
  pass(days(8));
  EXPECT_EQ(story(id).at("campaign").text("state"), "overdue");
  const std::string close = fmt::format("campaigns/{}/close", id);
  EXPECT_EQ(api_.post(close, R"({"note":"done"})").status, 201);
  EXPECT_EQ(api_.post(close).status, 409);
  EXPECT_EQ(except(id, R"(["x"])", dev_).status, 409);
  EXPECT_EQ(api_.get("campaigns?open=true").json.items("campaigns").size(), 0U);
  EXPECT_EQ(story(id).at("campaign").text("closed_note"), "done");
  EXPECT_NE(open(), id);
  EXPECT_EQ(api_.post("campaigns/999/close").status, 404);
  EXPECT_EQ(api_.get("campaigns/999").status, 404);
}

TEST_F(Campaigns, an_artifacts_bill_is_read_level_by_level_and_says_how_a_component_came_in) {
  release("pay", "p1", component);
  EXPECT_EQ(api_.post("advisories", advisory()).status, 201);
  find();
  const std::string path = fmt::format("artifacts/{}/components", to_string(crypto::sha256("p1")));
  const Json top = api_.get(path).json;
  EXPECT_EQ(top.at("total"), Json(3));
  EXPECT_EQ(top.at("direct"), Json(1));
  EXPECT_EQ(top.at("flawed"), Json(1));
  ASSERT_EQ(top.items("components").size(), 1U);
  EXPECT_EQ(top.items("components")[0].text("name"), "express");
  EXPECT_EQ(top.items("components")[0].text("worst_below"), "medium");  // nobody scored it
  EXPECT_EQ(top.items("components")[0].items("licences")[0], Json("MIT"));
  const Json below = api_.get(path + "?parent=0").json;
  EXPECT_EQ(below.items("components")[0].items("open")[0].text("cluster"), "CVE-2026-7");
  EXPECT_EQ(api_.get(path + "?apart=true").json.items("components")[0].text("name"), "alone");
  EXPECT_EQ(api_.get(path + "?q=LEFT-PAD@1").json.items("components").size(), 1U);
  EXPECT_EQ(api_.get(path + "?flawed=true").json.items("components").size(), 1U);
  const Json page = api_.get(path + "?q=e&limit=2").json;
  EXPECT_EQ(page.items("components").size(), 2U);
  EXPECT_EQ(page.text("next"), "2");
  const Json ways = api_.get(path + "/1").json;
  ASSERT_EQ(ways.items("paths").size(), 1U);
  EXPECT_EQ(ways.items("paths")[0].array()->at(0).text("name"), "express");
  EXPECT_EQ(api_.get(path + "/99").status, 404);
  EXPECT_EQ(api_.get(path + "?parent=99").status, 404);
  EXPECT_EQ(api_.get(fmt::format("artifacts/{}/components", to_string(crypto::sha256("none")))).status, 404);
}

TEST_F(Campaigns, an_artifact_without_a_bill_says_so) {
  EXPECT_EQ(api_.put("flows/pay/trails/t").status, 201);
  EXPECT_EQ(api_.post("artifacts", fmt::format(R"({{"flow":"pay","trail":"t","name":"x","digest":"{}"}})",
                                               to_string(crypto::sha256("x"))))
                .status,
            201);
  const Json none = api_.get(fmt::format("artifacts/{}/components", to_string(crypto::sha256("x")))).json;
  EXPECT_TRUE(none.at("attestation").is_null());
  EXPECT_NE(none.text("problem"), "");
}

TEST_F(Campaigns, a_result_of_a_scan_is_joined_to_where_it_runs_and_since_which_release) {
  const auto scanned = [&](std::string_view content, std::string_view results) {
    release("pay", content, component);
    attest("pay", content, "lint", "scan",
           fmt::format(
               R"({{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"lint"}}}},"results":[{}]}}]}})",
               results));
  };
  const std::string found = R"({"ruleId":"sql","message":{"text":"m"},"partialFingerprints":{"v1":"f1"}})";
  scanned("p1", found);
  scanned("p2", "");
  scanned("p3", found);
  release("pay", "p4", component);  // not scanned: says nothing
  scanned("p5", found + R"(,{"ruleId":"xss","message":{"text":"m"}})");
  start("i1", "p5");
  start("i2", "p2");
  release("web", "w1", component);
  start("i3", "w1");
  const Json where = api_.get("scans/where?rule=sql").json;
  ASSERT_EQ(where.items("running").size(), 1U) << dump(where);
  EXPECT_EQ(where.items("running")[0].text("name"), "/opt/p5");
  EXPECT_EQ(where.items("running")[0].at("first").text("commit"), "c-p3");
  EXPECT_EQ(where.at("coverage").text("sentence"),
            "covers 2 of 3 running workloads; 1 has no scan that can be read");
  EXPECT_EQ(api_.get("scans/where?fingerprint=f1").json.items("running").size(), 1U);
  EXPECT_EQ(api_.get("scans/where?fingerprint=sql").json.items("running").size(), 0U);
  EXPECT_EQ(api_.get("scans/where?rule=xss").json.items("running")[0].at("first").text("commit"), "c-p5");
  EXPECT_EQ(api_.get("scans/where?rule=sql&environment=none").json.items("running").size(), 0U);
  EXPECT_EQ(api_.get("scans/where?rule=a&fingerprint=b").status, 400);
}

TEST_F(Campaigns, a_break_of_an_api_is_joined_to_the_provider_and_the_consumers_that_run) {
  const auto api = [](std::string_view version, std::string_view paths) {
    return fmt::format(R"({{"openapi":"3.0.0","info":{{"title":"pay","version":"{}"}},"paths":{{{}}}}})",
                       version, paths);
  };
  const std::string path = R"("/a":{"get":{"responses":{"200":{"description":"d"}}}})";
  release("pay", "p1", component);
  attest("pay", "p1", "openapi", "generic", api("1", path));
  release("pay", "p2", component);
  attest("pay", "p2", "openapi", "generic", api("2", ""));
  release("web", "w1", component);
  attest("web", "w1", "consumes:pay", "generic", api("1", path));
  start("i1", "p1");
  start("i2", "w1");
  EXPECT_TRUE(api_.get("apis/where").json.items("running").empty());
  start("i3", "p2");
  const Json::Array rows = api_.get("apis/where?environment=prod").json.items("running");
  ASSERT_EQ(rows.size(), 2U);
  const bool first_is_provider = rows[0].text("role") == "provider";
  const Json &provider = rows[first_is_provider ? 0 : 1], &consumer = rows[first_is_provider ? 1 : 0];
  EXPECT_EQ(provider.text("name"), "/opt/p2");
  EXPECT_EQ(provider.text("other"), to_string(crypto::sha256("p1")));
  EXPECT_EQ(provider.items("breaks")[0].text("operation"), "GET /a");
  EXPECT_EQ(consumer.text("role"), "consumer");
  EXPECT_EQ(consumer.text("name"), "/opt/w1");
  EXPECT_EQ(consumer.text("other"), to_string(crypto::sha256("p2")));
  EXPECT_EQ(consumer.text("before_version"), "1");
  EXPECT_EQ(consumer.text("after_version"), "2");
}

}  // namespace
}  // namespace weir::api
