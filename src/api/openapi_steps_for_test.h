// Steps of the walk in openapi_test.cc: what delivery systems ask, signing keys, flaws of what runs.
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/api_fixture.h"

namespace weir::api {

struct Step {
  std::string method, path;
  int status = 0;
  std::string body = {};
};

inline constexpr std::string_view gitlab_secret = "glwebhook-0123456789";
inline constexpr std::string_view canary = R"({"kind":"flagger","environment":"prod","rotate":true})";
inline constexpr std::string_view canary_webhook =
    R"({"name":"a","namespace":"b","phase":"Waiting","metadata":{"artifact":"DIGEST","class":"standard"}})";

inline std::vector<Step> steps_of_integrations() {
  const std::string event = fmt::format(
      R"({{"object_kind":"deployment","status":"blocked","deployment_id":5,"deployable_id":6,"environment":"prod",)"
      R"("project":{{"id":3,"path_with_namespace":"a/b"}},"short_sha":"cccccccc","commit_url":"https://g/{}"}})",
      std::string(40, 'c'));
  const std::string gitlab = fmt::format(
      R"({{"kind":"gitlab","base_url":"https://gitlab.example","token":"glpat-0123456789abcdef",)"
      R"("webhook_secrets":["{}"],"environments":{{"prod":"prod"}},"merge_environment":"prod","wait_us":60000000}})",
      gitlab_secret);
  return {{"PUT", "integrations/gitlab", 201, gitlab},
          {"PUT", "integrations/gitlab", 200, gitlab},
          {"PUT", "integrations/gitlab", 400, R"({"kind":"gitlab","base_url":"http://gitlab.example"})"},
          {"PUT", "integrations/gitlab", 409, R"({"kind":"flagger","environment":"prod"})"},
          {"POST", "integrations/gitlab/events", 202, event},
          {"POST", "integrations/gitlab/events", 400, "{"},
          {"POST", "integrations/nobody/events", 401, event},
          {"GET", "integrations", 200},
          {"GET", "integrations/gitlab/requests?state=pending", 200},
          {"GET", "integrations/none/requests", 404},
          {"POST", "integrations/gitlab/test", 200, ""},
          {"POST", "integrations/gitlab/requests/999/retry", 404, ""}};
}

// RFC 8410, section 10.1.
inline constexpr std::string_view key_request =
    R"({"identity":"ci@example.com","public_key":"-----BEGIN PUBLIC KEY-----\n)"
    R"(MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n"})";

inline std::vector<Step> steps_of_keys() {
  const std::string request(key_request);
  return {{"PUT", "signing-keys/ci", 201, request},
          {"PUT", "signing-keys/ci", 200, request},
          {"PUT", "signing-keys/other", 409, request},
          {"PUT", "signing-keys/bad", 400, R"({"identity":"x","public_key":"y"})"},
          {"GET", "signing-keys", 200},
          {"DELETE", "signing-keys/ci", 201},
          {"DELETE", "signing-keys/ci", 404}};
}

inline constexpr std::string_view installed =
    R"({"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"library","name":"bash",)"
    R"("version":"5.2","purl":"pkg:deb/debian/bash@5.2?arch=amd64&distro=debian-12"}]})";

inline runtime::InventoryClaim claim_of_installed(Instant at) {
  return {.parts = {crypto::sha256(installed)}, .components = 1, .distribution = "debian-12", .taken_at = at};
}

inline std::vector<Step> steps_of_hosts() {
  return {{"GET", "hosts?environment=prod", 200},
          {"GET", "hosts/web1/inventory?open=false", 200},
          {"GET", "hosts/web1/news", 200},
          {"GET", "hosts/nobody/inventory", 404}};
}

inline constexpr std::string_view cluster =
    R"({"kind":"kubernetes","environment":"prod","environments":{"dev-*":"prod"},"mode":"warn","fail":"open",)"
    R"("rotate":true})";
inline std::vector<Step> steps_of_cluster(const test::Answer& made) {
  const std::string path(made.json.text("path"));
  const std::string review = fmt::format(
      R"({{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{{"uid":"u","operation":"CREATE",)"
      R"("namespace":"dev-1","kind":{{"group":"","version":"v1","kind":"Pod"}},"object":{{"kind":"Pod","spec":)"
      R"({{"containers":[{{"name":"api","image":"api@{}"}},{{"name":"side","image":"side:1"}}]}}}}}}}})",
      to_string(crypto::sha256("api")));
  const auto replaced = [&](std::string_view from, std::string_view to) {
    std::string text = review;
    return text.replace(text.find(from), from.size(), to);
  };
  return {{"POST", path + "?timeout=5s", 200, review},
          {"POST", path, 400, replaced("admission.k8s.io/v1", "admission.k8s.io/v1beta1")},
          {"POST", "integrations/cluster/admission/wh_guess", 401, review},
          {"PUT", "integrations/cluster", 201, std::string(R"({"kind":"kubernetes","environment":"prod"})")},
          {"POST", path, 200, review},
          {"POST", "integrations/cluster/test", 409, ""},
          {"DELETE", "integrations/cluster", 201}};
}

inline std::vector<Step> steps_of_canary(const std::string& path, const std::string& webhook) {
  return {{"POST", path, 200, webhook},
          {"POST", path, 400, R"({"name":"a","namespace":"b"})"},
          {"POST", "integrations/canary/gate/wh_guess", 401, webhook},
          {"DELETE", "integrations/canary", 201}};
}

// An artifact's bill names a component, and a flaw of it was found.
inline void learn_flaw(test::ApiFixture& api, std::string_view artifact) {
  const vuln::Component component{.text = "pkg:npm/left-pad@1.1.0",
                                  .name = "left-pad",
                                  .version = "1.1.0",
                                  .package = {.ecosystem = "npm", .names = {"left-pad"}, .version = "1.1.0"}};
  const vuln::FindingChange flaw{.cluster = "CVE-2024-0001",
                                 .records = {"CVE-2024-0001", "GHSA-aaaa-bbbb-cccc"},
                                 .component = component.text,
                                 .fixed = "1.1.1",
                                 .severity = "high",
                                 .score = "7.5",
                                 .scope = "exact",
                                 .summary = "s",
                                 .exploited = "2024-01-02",
                                 .by_ransomware = true,
                                 .epss = "0.5",
                                 .artifacts = 1};
  const vuln::FindingStated stated{.cluster = flaw.cluster,
                                   .component = flaw.component,
                                   .status = vuln::VexStatus::affected,
                                   .action = "update",
                                   .author = "Acme",
                                   .authority = vuln::Authority::supplier,
                                   .attested_by = "ci",
                                   .at = Instant{1}};
  api.exposure().change([&](jobs::Exposure::State& state) {
    state.index.take(crypto::sha256(artifact), 0, std::array{component});
    state.open[*state.index.find(component.text)] = {flaw};
    state.stated[*state.index.find(component.text)] = {stated};
  });
  CHECK(api.ledger()
            .append(vuln::FindingsChanged{
                .cause = vuln::FindingCause::sbom, .changes = {flaw}, .stated = {stated}})
            .ok());
}

inline std::vector<Step> steps_of_flaws() {
  const std::string report = "vulnerabilities/report?artifact=" + to_string(crypto::sha256("api"));
  return {{"GET", "vulnerabilities?open=true", 200},
          {"GET", "vulnerabilities?order=priority&limit=1", 200},
          {"GET", "vulnerabilities?order=luck", 400},
          {"GET", "vulnerabilities/backlog", 200},
          {"GET", "vulnerabilities/backlog?at=2020-01-01T00:00:00Z", 200},
          {"GET", "vulnerabilities/backlog?at=yesterday", 400},
          {"GET", "vulnerabilities/remedy-times", 200},
          {"PUT", "vulnerabilities/remedy-times", 201,
           R"({"critical_us":86400000000,"exploited_us":3600000000})"},
          {"PUT", "vulnerabilities/remedy-times", 200,
           R"({"critical_us":86400000000,"exploited_us":3600000000})"},
          {"PUT", "vulnerabilities/remedy-times", 400, R"({"low_us":0})"},
          {"GET", "vulnerabilities/remedy-times", 200},
          {"GET", report, 200},
          {"GET", report + "&format=cyclonedx-vex", 200},
          {"GET", report + "&format=csaf&author=Acme&namespace=https://acme.test", 200},
          {"GET", report + "&format=csaf&namespace=acme", 400},
          {"GET", report + "&format=sarif", 200},
          {"GET", report + "&format=osv-scanner", 200},
          {"GET", "vulnerabilities/report", 400},
          {"GET", "vulnerabilities/report?artifact=" + to_string(crypto::sha256("nothing")), 404},
          {"GET", "vulnerabilities?environment=prod&limit=1", 200},
          {"GET", "vulnerabilities/1", 200},
          {"GET", "vulnerabilities/999999", 404},
          {"GET", "vulnerabilities/where?query=GHSA-aaaa-bbbb-cccc", 200},
          {"GET", "vulnerabilities/where?query=left-pad%3C2", 200},
          {"GET", "vulnerabilities/where", 400},
          {"GET", "components?q=left-pad", 200},
          {"GET", "components", 400}};
}

// Of `artifact`, what is in it, who mends it and where what is said of it runs. `campaign`: the entry that the first
// step makes.
inline std::vector<Step> steps_of_campaigns(const std::string& artifact, std::int64_t campaign) {
  const std::string bill = encode_base64(
      R"({"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"bom-ref":"p","name":"api"}},)"
      R"("components":[{"bom-ref":"a","name":"left-pad","version":"1.1.0","purl":"pkg:npm/left-pad@1.1.0",)"
      R"("licenses":[{"license":{"id":"MIT"}}]}],"dependencies":[{"ref":"p","dependsOn":["a"]}]})");
  const std::string sarif = encode_base64(
      R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"lint"}},"results":[{"ruleId":"sql",)"
      R"("message":{"text":"m"},"partialFingerprints":{"a":"f"},"locations":[{"physicalLocation":)"
      R"({"artifactLocation":{"uri":"a.c"},"region":{"startLine":7}}}]}]}]})");
  const auto evidence = [&](std::string_view name, std::string_view type, std::string_view content) {
    return fmt::format(
        R"({{"flow":"shop","trail":"t1","name":"{}","type":"{}","artifact":"{}","content":"{}"}})", name,
        type, artifact, content);
  };
  const auto paths = [](std::string_view each) {
    return encode_base64(
        fmt::format(R"({{"openapi":"3.0.0","info":{{"title":"a","version":"1"}},"paths":{}}})", each));
  };
  const std::string path = fmt::format("campaigns/{}", campaign),
                    in = fmt::format("artifacts/{}/components", artifact);
  const std::string ask =
      R"({"owners":["payments"],"reason":"r","compensating_control":"c","until":"2025-01-01"})";
  return {{"GET", in, 200},
          {"POST", "attestations", 201, evidence("bill", "sbom", bill)},
          {"POST", "attestations", 201, evidence("scan", "scan", sarif)},
          {"POST", "attestations", 201, evidence("openapi", "generic", paths("{}"))},
          {"POST", "attestations", 201,
           evidence("consumes:shop", "generic",
                    paths(R"({"/a":{"get":{"responses":{"200":{"description":"d"}}}}})"))},
          {"GET", in + "?q=pad&limit=1", 200},
          {"GET", in + "/0", 200},
          {"GET", in + "/7", 404},
          {"GET", "scans/where?rule=sql", 200},
          {"GET", "scans/where?fingerprint=f&environment=prod", 200},
          {"GET", "scans/where", 400},
          {"GET", "apis/where", 200},
          {"GET", path, 200},
          {"GET", path + "/workloads?owner=payments", 200},
          {"GET", "campaigns/0", 404},
          {"GET", "campaigns?open=true", 200},
          {"POST", path + "/exceptions?preview=true", 200, ask},
          {"POST", path + "/exceptions", 201, ask},
          {"POST", path + "/exceptions", 404,
           R"({"owners":["x"],"reason":"r","compensating_control":"c","until":"2025-01-01"})"},
          {"POST", path + "/statements", 201,
           R"({"owners":["payments"],"status":"affected","action":"update"})"},
          {"POST", path + "/statements", 400, R"({"owners":["payments"],"status":"not_affected"})"},
          {"POST", path + "/close", 201, R"({"note":"n"})"},
          {"POST", path + "/close", 409, R"({"note":"n"})"},
          {"POST", "campaigns", 404, R"({"flaw":"CVE-1-1"})"},
          {"POST", "advisories", 201,
           R"({"id":"ORG-1","affected":[{"package":{"ecosystem":"npm","name":"a"},"versions":["1"]}]})"},
          {"POST", "advisories", 400, R"({"id":"CVE-1"})"},
          {"GET", "advisories?limit=1", 200},
          {"GET", "advisories/ORG-1", 200},
          {"GET", "advisories/ORG-2", 404},
          {"POST", "advisories/ORG-1/withdraw", 201, R"({"reason":"r"})"},
          {"POST", "advisories/ORG-1/withdraw", 409, R"({"reason":"r"})"}};
}

}  // namespace weir::api
