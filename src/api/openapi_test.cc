// The document against the server: every real answer fits its schema with no member too many, and a body is refused by
// the server where its schema refuses it.
#include <gtest/gtest.h>

#include <set>

#include "api/openapi_rules_for_test.h"
#include "api/openapi_steps_for_test.h"
#include "api/routes.h"
#include "crypto/signature.h"
#include "evidence/schema.h"
#include "jobs/reconcile.h"
#include "support/api_fixture.h"
#include "support/changed_body.h"

namespace weir::api {
namespace {

using evidence::Violation;
using format::Json;
using test::Answer;
using test::Change;
using test::changes_of;

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// Of an answer a client must bear members it does not know; here there must be none.
Json closed(Json schema) {
  if (Json::Array* items = schema.array())
    for (Json& item : *items) item = closed(std::move(item));
  if (Json::Object* members = schema.object()) {
    for (auto& [name, member] : *members) member = closed(std::move(member));
    const bool open = schema.find("properties") != nullptr && schema.find("additionalProperties") == nullptr;
    if (open && schema.at("properties").object() != nullptr && schema.text("type") == "object")
      schema.set("additionalProperties", false);
  }
  return schema;
}

class Document {
 public:
  const Json& operation(const Route& route) const {
    std::string path = replaced(std::string(route.pattern), "...}", "}"), method(route.method);
    for (char& c : method) c = static_cast<char>(std::tolower(c));
    return document_.at("paths").at(path).at(method);
  }
  // In the draft that valijson reads; the keywords used mean the same there.
  evidence::Schema schema(const Json& schema) const {
    const std::string text = dump(Json::object(
        {{"allOf", Json::Array{schema}}, {"definitions", document_.at("components").at("schemas")}}));
    const Json whole = format::parse_json(replaced(text, "#/components/schemas/", "#/definitions/")).value();
    return evidence::Schema::read(closed(whole)).value();
  }

 private:
  Json document_ = format::parse_json(openapi_document("1")).value();
};

std::string of_digest(std::string_view pattern);
struct Sent {
  const Route* route;
  Step step;
  Answer answer;
};

// Every route once or more on one small world: a host with a reporter that signs, a pipeline, alerts, a channel.
class World {
 public:
  World() {
    walk(beginning());
    enrol("web1");
    report();
    alert_ = first_id("alerts");  // the newest: of what came last
    incident_ = *call({"GET", "incidents", 200}).json.items("incidents").back().at("id").integer();
    walk(middle());
    walk(windows());
    thaw();
    const auto file = call({"GET", "attestations?flow=shop&trail=t1", 200}).json.items("attestations");
    file_ = *file.back().at("entry").integer();
    walk(end(first_id("approvals")));
    decide();
    consent();
    propose();
    integrate();
    learn_flaw(api_, "api");
    walk(steps_of_flaws());
    const Answer opened = call({"POST", "campaigns", 201, R"({"flaw":"CVE-2024-0001","note":"n"})"});
    walk(steps_of_campaigns(of_digest("DIGEST"), *opened.json.at("campaign").at("id").integer()));
    end_what_stands();
  }

  Answer call(const Step& step) {
    settle();
    const std::size_t mark = std::min(step.path.find('?'), step.path.size());
    const bool at_root = step.path.starts_with('/');
    http::Request request{.method = step.method,
                          .path = (at_root ? "" : "/v1/orgs/org/") + step.path.substr(0, mark)};
    if (mark < step.path.size()) request.query_fields = http::parse_query(step.path.substr(mark + 1)).value();
    request.headers = {{"authorization", fmt::format("Bearer {}", as_)},
                       {"x-gitlab-token", "glwebhook-0123456789"},
                       {"weir-signature", encode_base64(signer_.sign(step.body))},
                       {"weir-reporter", to_hex(crypto::sha256(signer_.public_key()))}};
    request.body = step.body;
    const auto match = router().match(request);
    const Route& route = routes()[std::get<http::RouteFound>(match).index];
    return sent_.emplace_back(Sent{&route, step, api_.send(std::move(request))}).answer;
  }
  const std::vector<Sent>& sent() const { return sent_; }

 private:
  // As the server's followers would meanwhile.
  void settle() {
    for (const auto& job : {judge_.get(), snapshots_.get()}) {
      auto step = job->tick(now());
      while (step.ok() && *step == jobs::Step::more) step = job->tick(now());
      EXPECT_TRUE(step.ok());
    }
  }
  std::int64_t first_id(std::string_view plural) {
    const Json rows = call({"GET", std::string(plural), 200}).json;
    return *rows.items(plural).at(0).at("id").integer();
  }
  std::string add_approver(std::string_view name, std::string_view more = "") {
    as_ = test::ApiFixture::admin_token;
    const std::string body = fmt::format(R"({{"name":"{}","roles":["approver"{}]}})", name, more);
    return std::string(call({"POST", "people", 201, body}).json.text("token"));
  }
  Instant now() { return api_.ledger().clock().now(); }
  jobs::Shared shared() { return {api_.ledger().sequencer(), api_.ledger().actor()}; }

  void walk(const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      const Answer answer = call(step);
      EXPECT_EQ(answer.status, step.status) << step.method << ' ' << step.path << ' ' << answer.response.body;
    }
  }
  static std::vector<Step> beginning();
  std::vector<Step> windows();
  void thaw();
  void consent();
  void except();
  void propose();
  void integrate();
  // What a policy asks for, and what is answered.
  void decide() {
    const std::string gate = "gate?environment=prod&artifact=" + to_string(crypto::sha256("api"));
    walk({{"GET", gate, 200},
          {"GET", gate + "&class=standard", 200},
          {"GET", gate + "&status=verdict", 403},
          {"POST", "gate", 200, of_digest(R"({"artifact":"DIGEST","environment":"prod","class":"normal"})")},
          {"POST", "gate?status=verdict", 403, of_digest(R"({"artifact":"DIGEST","environment":"prod"})")},
          {"GET", "decisions?environment=prod", 200},
          {"POST", "policies/simulate", 200, R"({"name":"safe","environment":"prod"})"},
          {"GET", "gate?environment=prod", 400},
          {"GET", "decisions/0", 404}});
    const Json decisions = call({"GET", "decisions", 200}).json;
    const std::int64_t entry = *decisions.items("decisions").at(0).at("entry").integer();
    walk({{"GET", fmt::format("decisions/{}", entry), 200},
          {"GET", fmt::format("decisions/{}/replay", entry), 200},
          {"GET", fmt::format("decisions/{}/vsa", entry), 200},
          {"GET", "decisions/0/vsa", 404}});
  }
  std::vector<Step> middle() const;
  std::vector<Step> end(std::int64_t approval) const;

  // The organization is named, and what was declared and watched is no more.
  void end_what_stands() {
    ASSERT_TRUE(api_.ledger()
                    .append(store::LedgerOpened{
                        .organization = "org", .origin = "weir.test/org", .server_actor = std::string(32, '0')})
                    .ok());
    const Answer declared = api_.get("deployments");
    const std::string deployment = dump(declared.json.items("deployments").front().at("id"));
    const crypto::Signer own = std::exchange(signer_, crypto::Signer::generate());
    enrol("web2");
    const std::string reporter = to_hex(crypto::sha256(signer_.public_key()));
    signer_ = own;
    walk({{"GET", "organization", 200},
          {"PUT", "organization", 201, R"({"title":"Example Ltd","contact":"ops@example.org"})"},
          {"PUT", "organization", 200, R"({"title":"Example Ltd","contact":"ops@example.org"})"},
          {"GET", "environments/prod/join-tokens", 200},
          {"GET", "environments/prod/run-counts", 200},
          {"POST", "deployments/" + deployment + "/end", 201, R"({"reason":"withdrawn"})"},
          {"POST", "deployments/" + deployment + "/end", 409, R"({"reason":"again"})"},
          {"POST", "reporters/" + reporter + "/remove", 201, R"({"reason":"the host is gone"})"},
          {"POST", "reporters/" + reporter + "/remove", 409, R"({"reason":"again"})"},
          {"GET", "reporters?environment=prod", 200}});
  }
  void enrol(const std::string& host) {
    const Answer issued = call({"POST", "environments/prod/join-tokens", 201, R"({"expires_at":null})"});
    token_ = *issued.json.at("id").integer();
    const std::string token(issued.json.text("token")), key = encode_base64(signer_.public_key());
    walk({{"POST", "reporters", 201, format::encode(runtime::Enrolment{"prod", host, key, token})}});
  }
  runtime::Report report_of(std::int64_t sequence, const std::vector<std::string>& started) {
    runtime::Report report{.environment = "prod",
                           .host = "web1",
                           .incarnation = "i",
                           .sequence = sequence,
                           .sent_at = now(),
                           .sources = {{.watches = "processes", .means = "scan"}}};
    for (const std::string& name : started)
      report.started.push_back({.id = name,
                                .name = "/opt/" + name,
                                .digests = {crypto::sha256(name)},
                                .started_at = Instant{now().micros - 1},
                                .origin = {.user = "ada", .parents = {{.pid = 1, .name = "init"}}}});
    return report;
  }
  // What runs, the same again, which is refused, and something new.
  void report() {
    runtime::Report report = report_of(1, {"api", "miner"});
    report.full = true;
    report.started[0].package = {.name = "shop", .version = "5.2"};
    const std::string body = format::encode(report);
    const runtime::Heartbeat beat{.incarnation = "i", .sequence = 1, .sent_at = now()};
    runtime::Report next = report_of(2, {"late"});
    next.previous = crypto::sha256(body);
    next.inventories = {claim_of_installed(now())};
    runtime::Report other = report;
    other.sent_at = now() + seconds(1);
    next.exposures = {{.instance = "late",
                       .network = runtime::Network::own,
                       .listens = {{"tcp 0.0.0.0:80"}},
                       .published = {{"tcp 0.0.0.0:8080->80"}},
                       .more = 1}};
    walk({{"POST", "reports", 200, body},
          {"POST", "reports", 200, body},
          {"POST", "reports", 409, format::encode(other)},
          {"POST", "heartbeats", 200, format::encode(beat)},
          {"POST", "inventories", 200, std::string(installed)},
          {"POST", "inventories", 400, "{}"},
          {"GET", "environments/prod", 200},  // what was there is judged, and what comes is new
          {"POST", "reports", 200, format::encode(next)}});
    walk(steps_of_hosts());
  }

  test::ApiFixture api_;
  std::unique_ptr<jobs::Job> judge_ = jobs::make_judge(shared(), api_.ledger().reader());
  std::unique_ptr<jobs::Job> snapshots_ = jobs::make_snapshots(shared(), api_.ledger().reader());
  crypto::Signer signer_ = crypto::Signer::generate();
  std::string as_{test::ApiFixture::admin_token};  // who asks
  std::int64_t alert_ = 0, incident_ = 0, file_ = 0, token_ = 0;
  std::vector<Sent> sent_;
};

std::string of_digest(std::string_view pattern) {
  return replaced(std::string(pattern), "DIGEST", to_string(crypto::sha256("api")));
}

std::vector<Step> World::beginning() {
  const std::string flow =
      R"({"service":"shop","template":{"attestations":[{"name":"lint","type":"generic"}],)"
      R"("artifacts":[{"name":"api","attestations":[{"name":"tests"}]}]}})";
  const std::string attestation = of_digest(
      R"({"flow":"shop","trail":"t1","name":"tests","type":"test","artifact":"DIGEST","media_type":"text/xml",)"
      R"("content":")" +
      encode_base64(R"(<testsuite tests="1"><testcase name="a"/></testsuite>)") + "\"}");
  const std::string policy =
      R"({"source":"apiVersion: weir/v1\nkind: Policy\nrules: []\n","form":"yaml","description":"d"})";
  const std::string type = R"({"description":"d","schema":{"type":"object"}})";
  const std::string service = R"({"name":"shop","team":"payments","tier":"1","contact":"c"})";
  return {
      {"PUT", "services/shop", 201, service},
      {"PUT", "services/shop", 200, service},
      {"PUT", "flows/shop", 201, flow},
      {"PUT", "flows/shop", 200, flow},
      {"PUT", "flows/shop/trails/t1", 201, R"({"commit":"c0ffee","branch":"main"})"},
      {"PUT", "flows/shop/trails/t1", 200, R"({"commit":"c0ffee","branch":"main"})"},
      {"POST", "artifacts", 201,
       of_digest(
           R"({"flow":"shop","trail":"t1","name":"api","kind":"file","digest":"DIGEST","commit":"c"})")},
      {"PUT", "attestation-types/cover", 201, type},
      {"PUT", "attestation-types/cover", 200, type},
      {"POST", "attestations", 201, attestation},
      {"POST", "attestations", 201,
       R"({"flow":"shop","trail":"t1","name":"lint","type":"generic","compliant":true,"predicate":{"by":"ada"}})"},
      {"PUT", "environments/prod", 201, R"({"kind":"host","arguments":true,"tags":{"tier":"critical"}})"},
      {"PUT", "environments/prod", 200, R"({"kind":"host","arguments":true,"tags":{"tier":"critical"}})"},
      {"PUT", "environments/prod", 400, R"({"kind":"host","tags":{"a key":"x"}})"},
      {"POST", "approvals", 201,
       of_digest(R"({"artifact":"DIGEST","environment":"prod","until":"2096-01-01","reason":"r"})")},
      {"POST", "deployments", 201, of_digest(R"({"artifact":"DIGEST","environment":"prod","at_least":2})")},
      {"PUT", "policies/safe", 201, policy},
      {"PUT", "policies/safe", 200, policy},
      {"PUT", "policies/safe/attachments", 201, R"({"environment":"prod","mode":"shadow","confirm":true})"},
      {"PUT", "policies/safe/attachments", 200, R"({"environment":"prod","mode":"shadow"})"},
      {"PUT", "channels/hook", 201, R"({"url":"http://127.0.0.1:9/hook","environments":["prod"]})"},
      {"PUT", "channels/hook", 200, R"({"url":"http://127.0.0.1:9/hook","environments":["prod"]})"},
      {"POST", "channels/hook/test", 200},
      {"POST", "writes", 201,
       R"({"writes":[{"method":"PUT","path":"flows/two","body":{}},)"
       R"({"method":"PUT","path":"flows/two/trails/t","key":"k"},)"
       R"({"method":"POST","path":"people","body":{"name":"bob","roles":["approver"]}}]})"},
  };
}

std::vector<Step> World::middle() const {
  const std::string story = of_digest("artifacts/DIGEST"), alert = fmt::format("alerts/{}", alert_),
                    incident = fmt::format("incidents/{}", incident_),
                    acknowledging = incident + "/acknowledge";
  return {
      {"GET", "/healthz", 200},
      {"GET", "/readyz", 200},
      {"GET", "/metrics", 200},
      {"GET", "/v1/openapi.json", 200},
      {"GET", "me", 200},
      {"GET", "search?q=shop", 200},
      {"GET", "overview", 200},
      {"GET", "services", 200},
      {"GET", "services/shop?min_index=0", 200},
      {"GET", "flows?limit=1", 200},
      {"GET", "flows?limit=1&cursor=1", 200},
      {"GET", "flows/shop", 200},
      {"GET", "flows/shop/trails", 200},
      {"GET", "flows/shop/trails/t1", 200},
      {"GET", "artifacts?flow=shop&limit=1", 200},
      {"GET", story, 200},
      {"GET", "attestations?trail=t1", 200},
      {"GET", "attestation-types", 200},
      {"GET", "approvals?state=active", 200},
      {"GET", "deployments?environment=prod", 200},
      {"GET", "environments", 200},
      {"GET", "environments/prod", 200},
      {"GET", "environments/prod/workloads", 200},
      {"GET", "environments/prod/workloads?instances=true&verdict=unknown", 200},
      {"GET", "environments/prod/snapshots", 200},
      {"GET", "environments/prod/diff?from=2020-01-01", 200},
      {"GET", "alerts?state=open", 200},
      {"GET", alert, 200},
      {"GET", "incidents", 200},
      {"GET", incident, 200},
      {"GET", "channels", 200},
      {"GET", "deliveries?channel=hook", 200},
      {"POST", "deliveries/1/retry", 200},
      {"POST", "alerts/acknowledge", 201, fmt::format(R"({{"ids":[{}],"note":"n"}})", alert_)},
      {"POST", "alerts/acknowledge", 200, fmt::format(R"({{"ids":[{}],"note":"n"}})", alert_)},
      {"POST", acknowledging, 201, R"({"note":"n"})"},
      {"GET", alert, 200},
      {"GET", "policies", 200},
      {"GET", "policies/safe", 200},
      {"GET", "policies/safe/versions", 200},
      {"GET", "policies/safe/versions/1", 200},
      {"GET", "policies/safe/versions/1/signed", 200},
      {"GET", of_digest("dboms/DIGEST?environment=prod"), 200},
      {"POST", "dboms", 201,
       of_digest(R"({"artifact":"DIGEST","environment":"prod","at":"2024-10-04T00:00:00Z"})")},
      {"GET", "/v1/dbom.schema.json", 200},
      {"GET", "/v1/policy.schema.json", 200},
      {"GET", "windows/calendar?from=2026-01-05T00:00:00Z&until=2026-01-12T00:00:00Z", 200},
      {"GET", "windows/calendar?from=2026-01-05T00:00:00Z&until=2026-06-12T00:00:00Z", 400},
      {"GET", "ledger/checkpoint", 200},
      {"GET", "ledger/vkey", 200},
      {"GET", "ledger/entries?from=0&limit=200", 200},
      {"GET", "ledger/entries/0", 200},
      {"GET", "ledger/proof/0", 200},
      {"GET", "ledger/tile/0/000.p/1", 200},
  };
}

std::vector<Step> World::end(std::int64_t approval) const {
  const std::string file = fmt::format("attestations/{}/content", file_),
                    token = fmt::format("environments/prod/join-tokens/{}", token_);
  const std::string revoking = fmt::format("approvals/{}/revoke", approval);
  const std::string rule =
      R"({"id":"r1","effect":"exclude","path":"/opt/**","expires_at":"2096-01-01T00:00:00+01:00"})";
  return {
      {"POST", "environments/prod/adopt", 201, R"({"reason":"was here"})"},
      {"PUT", "environments/prod/scopes?preview=true", 200, rule},
      {"PUT", "environments/prod/scopes", 201, rule},
      {"GET", "environments/prod/scopes", 200},
      {"DELETE", "environments/prod/scopes/r1", 201},
      {"POST", revoking, 201, R"({"reason":"no"})"},
      {"GET", "approvals?state=revoked", 200},
      {"POST", "service-accounts", 201, R"({"name":"ci","roles":["recorder"],"flows":["shop"]})"},
      {"POST", "people", 201, R"({"name":"eve","roles":["auditor"],"expires_at":"2096-01-01T00:00:00Z"})"},
      {"GET", "accounts", 200},
      {"PUT", "groups/security", 201, R"({"members":["eve","ada"],"roles":["approver"],"description":"d"})"},
      {"PUT", "groups/security", 200, R"({"members":["ada","eve"],"roles":["approver"],"description":"d"})"},
      {"PUT", "groups/security", 400, R"({"members":["ci"]})"},
      {"PUT", "groups/security", 404, R"({"members":["nobody"]})"},
      {"GET", "groups", 200},
      {"DELETE", "accounts/ci", 201},
      {"GET", file, 200},
      {"DELETE", token, 201},
      {"DELETE", "channels/hook", 201},
      {"DELETE", "policies/safe/attachments?environment=prod", 201},
      {"GET", "policies/none", 404},
      {"GET", "overview", 200},
      {"GET", "services/none", 404},
      {"GET", "services?colour=red", 400},
      {"POST", "people", 409, R"({"name":"eve","roles":["auditor"]})"},
      {"PUT", "flows/shop", 400, R"({"colour":"red"})"},
  };
}

// What is open now changes only with a confirmation; what is lifted or frozen ends again.
std::vector<Step> World::windows() {
  const std::string until = to_string(now() + hours(2));
  const std::string always = R"({"kind":"allow","cron":"0 0 * * *","duration":"24h")";
  const std::string lift = fmt::format(R"({{"environment":"prod","until":"{}","reason":"hotfix"}})", until);
  return {
      {"PUT", "windows/hours", 201, always + "}"},
      {"PUT", "windows/hours", 200, always + "}"},
      {"PUT", "windows/hours", 409, always + R"(,"reason":"more"})"},
      {"PUT", "windows/hours", 201, always + R"(,"reason":"more","confirm":true})"},
      {"PUT", "windows/never", 400, R"({"kind":"allow","cron":"0 0 30 2 *","duration":"1h"})"},
      {"PUT", "windows/nowhere", 400,
       R"({"kind":"allow","cron":"0 0 * * *","duration":"1h","timezone":"Mars/Base"})"},
      {"PUT", "windows/hours", 400, R"({"kind":"freeze","cron":"0 0 * * *","duration":"1h"})"},
      {"PUT", "windows/closed", 201,
       fmt::format(R"({{"kind":"deny","from":"2020-01-01T00:00:00Z","until":"{}","override":{{"longest":"4h"}},)"
                   R"("selector":{{"environments":["p*"],"tags":{{"tier":"critical"}}}}}})",
                   until)},
      {"GET", "windows", 200},
      {"GET", "windows/state?environment=prod", 200},
      {"GET", "windows/state?environment=prod&flow=shop&class=normal&at=2026-01-01T00:00:00Z", 200},
      {"GET", "windows/state", 400},
      {"GET", "windows/state?environment=none", 404},
      {"POST", "windows/closed/overrides", 201, lift},
      {"POST", "windows/closed/overrides", 400, fmt::format(R"({{"environment":"prod","until":"{}"}})", until)},
      {"POST", "windows/hours/overrides", 403, lift},
      {"POST", "windows/none/overrides", 404, lift},
      {"GET", "windows/state?environment=prod", 200},
      {"DELETE", "windows/closed", 409},
      {"DELETE", "windows/closed?confirm=true", 201},
      {"DELETE", "windows/none", 404},
      {"POST", "freezes", 201,
       fmt::format(R"({{"environment":"prod","until":"{}","incident":"https://status.example/7"}})", until)},
      {"POST", "freezes", 400, fmt::format(R"({{"environment":"prod","until":"{}"}})", until)},
      {"POST", "freezes", 404, fmt::format(R"({{"environment":"none","until":"{}","reason":"x"}})", until)},
      {"GET", "freezes?environment=prod", 200},
      {"GET", "windows/state?environment=prod", 200}};
}

void World::thaw() {
  const std::string path = fmt::format("freezes/{}/thaw", first_id("freezes"));
  walk({{"POST", path, 201, R"({"reason":"over"})"}, {"POST", path, 409, "{}"}, {"POST", "freezes/1/thaw", 404, "{}"}});
}

// What ada asks for herself is refused; others consent, grant and review.
void World::consent() {
  const std::string asking = of_digest(
      R"({"artifact":"DIGEST","environment":"prod","until":"2096-01-01","reason":"r","approvals":2,)"
      R"("groups":["security"],"change":"normal"})");
  const Json asked = call({"POST", "approval-requests", 201, asking}).json.at("approval_request");
  const std::string request = fmt::format("approval-requests/{}", dump(asked.at("id"))),
                    link(asked.text("link").substr(asked.text("link").find('#') + 1)),
                    consent = R"({"vote":"consent","note":"n"})";
  walk({{"GET", "approval-requests?state=open", 200},
        {"GET", request, 200},
        {"GET", "approval-links/" + link, 200},
        {"GET", "approval-links/" + link + "x", 403},
        {"POST", request + "/votes", 403, consent}});
  as_ = add_approver("grace");
  walk({{"POST", request + "/votes", 201, consent}});
  as_ = test::ApiFixture::admin_token;
  walk({{"POST", request + "/withdraw", 201, R"({"note":"n"})"}});
  except();
}

void World::except() {
  const std::string asking = of_digest(
      R"({"rule":"tests-pass","policy":"production","artifact":"DIGEST","environment":"prod","owner":"o",)"
      R"("reason":"r","compensating_control":"c","until":"2025-03-01","ends_on":["scope-growth"]})");
  as_ = add_approver("peggy", R"(,"recorder")");
  walk({{"POST", "exceptions?preview=true", 200, asking}});
  const Json asked = call({"POST", "exceptions", 201, asking}).json.at("exception");
  const std::string
      exception = fmt::format("exceptions/{}", dump(asked.at("id"))),
      grant = fmt::format(R"({{"scope":"{}","until":"2025-02-01","note":"n"}})", asked.text("scope_digest")),
      opening =
          of_digest(R"({"artifact":"DIGEST","environment":"prod","for_us":7000,"reason":"r","ticket":"t"})");
  walk({{"POST", exception + "/grant", 403, grant}});
  as_ = add_approver("heidi");
  walk({{"POST", exception + "/grant", 201, grant},
        {"GET", exception, 200},
        {"GET", "exceptions?state=in-force", 200},
        {"POST", exception + "/refuse", 409, R"({"note":"n"})"},
        {"POST", exception + "/end", 201, R"({"because":"person","note":"n"})"}});
  const Json broken = call({"POST", "break-glass", 201, opening}).json.at("break_glass");
  const std::string review = fmt::format("break-glass/{}/review", dump(broken.at("id")));
  walk({{"GET", "break-glass?state=open", 200}, {"POST", review, 403, R"({"note":"n"})"}});
  as_ = add_approver("ivan");
  walk({{"POST", review, 201, R"({"note":"n"})"}});
  as_ = test::ApiFixture::admin_token;
  walk({{"POST", "exceptions", 201, asking}});
  const std::string newest = fmt::format("exceptions/{}", first_id("exceptions"));
  as_ = add_approver("victor");
  walk({{"POST", newest + "/refuse", 201, R"({"note":"n"})"}});
  as_ = test::ApiFixture::admin_token;
}

// A change of a policy: proposed by one, consented to by another, withdrawn, refused.
void World::propose() {
  const std::string source = "apiVersion: weir/v1\\nkind: Policy\\nrules: []\\n# ",
                    roles = R"({"roles":["security"]})";
  const auto asking = [&](std::string_view mark) {
    return fmt::format(R"({{"policy":"safe","source":"{}{}\n","form":"yaml","description":"d"}})", source, mark);
  };
  walk({{"GET", "policy-roles", 200},
        {"PUT", "policy-roles", 201, roles},
        {"PUT", "policy-roles", 200, roles},
        {"GET", "policy-roles", 200}});
  const auto made = [&](std::string_view mark) {
    const Json proposal = call({"POST", "policy-proposals", 201, asking(mark)}).json.at("proposal");
    return fmt::format("policy-proposals/{}", dump(proposal.at("id")));
  };
  as_ = add_approver("judy");
  const std::string judy = as_;
  const std::string first = made("one"), second = made("two");
  walk({{"POST", first + "/voices", 403, R"({"voice":"consent","role":"security"})"},
        {"POST", first + "/voices", 201, R"({"voice":"comment","comment":"c"})"},
        {"POST", second + "/withdraw", 201, R"({"note":"n"})"}});
  as_ = test::ApiFixture::admin_token;
  walk({{"GET", "policy-proposals?state=open&policy=safe", 200},
        {"GET", first, 200},
        {"POST", first + "/voices", 201, R"({"voice":"consent","role":"security","comment":"c","confirm":true})"},
        {"GET", first, 200},
        {"GET", "policies/safe", 200},
        {"GET", "policy-proposals/0", 404},
        {"GET", "overview", 200}});
}

void World::integrate() {
  for (const auto& steps : {steps_of_keys(), steps_of_integrations()}) walk(steps);
  const Json asked = call({"GET", "integrations/gitlab/requests", 200}).json.items("requests").at(0);
  walk({{"POST", fmt::format("integrations/gitlab/requests/{}/retry", dump(asked.at("id"))), 200, ""}});
  const Json made = call({"PUT", "integrations/canary", 201, std::string(canary)}).json;
  walk(steps_of_canary(std::string(made.text("path")), of_digest(std::string(canary_webhook))));
  walk(steps_of_cluster(call({"PUT", "integrations/cluster", 201, std::string(cluster)})));
}

TEST(Openapi, the_server_refuses_a_body_where_its_schema_does) {
  World world;
  const Document document;
  std::set<const Route*> walked;
  const std::vector<Sent> sent = world.sent();
  std::size_t changed = 0;
  for (const Sent& each : sent) {
    if (each.route->body.form != Form::one || each.answer.status >= 300) continue;
    walked.insert(each.route);
    const auto schema = document.schema(
        document.operation(*each.route).at("requestBody").at("content").at("application/json").at("schema"));
    const Json body = format::parse_json(each.step.body).value();
    EXPECT_TRUE(schema.check(body)->empty()) << each.step.path << ' ' << each.step.body;
    for (const Change& change : changes_of(body)) {
      if (is_free(*each.route, change.what)) continue;
      ++changed;
      const bool fits = schema.check(change.body)->empty();
      const Answer answer =
          world.call({.method = each.step.method, .path = each.step.path, .body = dump(change.body)});
      const auto where = fmt::format("{} {}: {}: {}", each.step.method, each.step.path, change.what,
                                     answer.response.body.substr(0, 300));
      EXPECT_LT(answer.status, 500) << where;
      const bool refused = answer.status == 400;
      const bool ruled = fits && (!change.of_members || is_wanted_by_a_rule(*each.route, change.what));
      EXPECT_TRUE(refused == !fits || ruled) << where;
    }
  }
  for (const Route& route : routes())
    EXPECT_TRUE(route.body.form != Form::one || walked.contains(&route))
        << route.pattern << " is not walked";
  EXPECT_GT(changed, 1000u);
}

TEST(Openapi, every_real_answer_fits_its_schema_and_has_no_member_more) {
  World world;
  const Document document;
  std::set<const Route*> walked;
  for (const Sent& each : world.sent()) {
    if (each.answer.status < 300) walked.insert(each.route);
    const Json& content =
        document.operation(*each.route).at("responses").at(std::to_string(each.answer.status)).at("content");
    ASSERT_NE(content.object(), nullptr) << each.step.path << ' ' << each.answer.status;
    if (content.find("application/json") == nullptr) continue;
    const auto schema = document.schema(content.at("application/json").at("schema"));
    const auto checked = schema.check(each.answer.json);
    if (!checked.ok() && checked.error().code == Errc::too_large) continue;  // the checker's own bound
    if (!checked.ok()) {
      ADD_FAILURE() << each.step.method << ' ' << each.step.path << ": " << checked.error().message;
      continue;
    }
    ASSERT_TRUE(checked.ok()) << each.step.path << ' ' << checked.error().message;
    for (const Violation& found : *checked)
      ADD_FAILURE() << each.step.method << ' ' << each.step.path << ' ' << each.answer.status << ": "
                    << found.place << ' ' << found.what << '\n'
                    << each.answer.response.body.substr(0, 600);
  }
  for (const Route& route : routes())
    EXPECT_TRUE(walked.contains(&route) || route.answer.form == Form::events || route.retell != nullptr)
        << route.method << ' ' << route.pattern << " is not walked";
}

}  // namespace
}  // namespace weir::api
