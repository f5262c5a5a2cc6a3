// What is in an artifact, campaigns, and where evidence runs, as people and scripts see them. The answers are canned,
// the rest is real.
#include <fmt/format.h>

#include "cli/golden_test_support.h"

namespace weir::cli {
namespace {

const std::string digest = "sha256:" + std::string(64, 'a');
const std::string in = "artifacts/sha256%3A" + std::string(64, 'a') + "/components";

std::string node(int id, std::string_view name, int needs, std::string_view open = "",
                 std::string_view worst = "") {
  return fmt::format(
      R"({{"id":{},"component":"pkg:npm/{}@1.0.0","name":"{}","version":"1.0.0","type":"library",)"
      R"("licences":["MIT"],"needs":{},"needed_by":1,"open":[{}],"worst_below":"{}"}})",
      id, name, name, needs, open, worst);
}
std::string level(std::string_view nodes, int found) {
  return fmt::format(
      R"({{"attestation":7,"problem":"","product":{{"name":"shop","version":"2.0"}},"total":4,"direct":1,)"
      R"("apart":1,"flawed":1,"found":{},"components":[{}],"next":null}})",
      found, nodes);
}

struct Tree : Shown {
  Tree() {
    const std::string web = node(0, "web", 2, "", "high"), log = node(1, "log", 1, "", "high");
    const std::string pad =
        node(2, "pad", 0, R"({"cluster":"CVE-2026-1","severity":"high","fixed":"1.0.1"})", "high");
    server.on("GET " + in, 200, level(web, 1));
    server.on("GET " + in + "?limit=1000", 200, level(web, 1));
    server.on("GET " + in + "?parent=0&limit=1000", 200, level(log + "," + pad, 2));
    server.on("GET " + in + "?parent=1&limit=1000", 200, level(web, 1));
    server.on("GET " + in + "?q=pad&limit=20", 200, level(pad, 1));
    server.on("GET " + in + "?q=none&limit=20", 200, level("", 0));
    server.on("GET " + in + "/2", 200,
              R"({"attestation":7,"product":{"name":"shop","version":"2.0"},"component":)" + pad +
                  R"(,"paths":[[{"id":0,"name":"web","version":"1.0.0"},)"
                  R"({"id":2,"name":"pad","version":"1.0.0"}]],"more":true})");
  }
};

}  // namespace

TEST(GoldenTree, shows_what_is_in_an_artifact_and_stops_in_a_circle) {
  Tree tree;
  tree.golden("sbom-tree.txt", {"sbom", "tree", digest});
  tree.golden("sbom-tree-deep.txt", {"sbom", "tree", digest, "--depth", "5"});
}

TEST(GoldenTree, says_how_a_component_came_in) {
  Tree tree;
  tree.golden("sbom-tree-component.txt", {"sbom", "tree", digest, "--component", "pad"});
  EXPECT_EQ(tree.line.run({"sbom", "tree", digest, "--component", "none"}).exit, 1);
  EXPECT_EQ(tree.line.run({"sbom", "tree", digest, "--depth", "21"}).exit, 2);
}

TEST(GoldenTree, an_artifact_without_a_bill_is_an_error_that_says_why) {
  Tree tree;
  tree.server.forget("GET " + in);
  tree.server.on("GET " + in, 200,
                 R"({"attestation":null,"problem":"no bill of materials is attested of it"})");
  const Finished done = tree.line.run({"sbom", "tree", digest});
  EXPECT_NE(done.exit, 0);
  EXPECT_NE(done.err.find("no bill of materials is attested of it"), std::string::npos) << done.err;
}

TEST(GoldenCampaign, shows_its_owners_and_how_what_runs_grew_less) {
  Shown shown;
  shown.server.on("GET campaigns/50", 200, golden_content("answer-campaign.json"));
  shown.golden("campaign-show.txt", {"campaign", "show", "50"});
}

TEST(GoldenCampaign, rows_for_tickets_are_one_for_each_owner_and_no_formula) {
  Shown shown;
  shown.server.on("GET campaigns/50", 200, golden_content("answer-campaign.json"));
  const auto without_address = [&](std::string text) {
    const std::string url = shown.server.url();
    for (std::size_t at = text.find(url); at != text.npos; at = text.find(url, at))
      text.replace(at, url.size(), "URL");
    return text;
  };
  expect_golden("campaign-export.csv", without_address(shown.line.run({"campaign", "export", "50"}).out));
  expect_golden("campaign-export.json",
                without_address(shown.line.run({"campaign", "export", "50", "--output", "json"}).out));
}

TEST(GoldenCampaign, opening_and_asking_send_what_was_said) {
  Shown shown;
  shown.server.on("POST campaigns", 201, R"({"campaign":{"id":50,"cluster":"CVE-2026-1"},"receipt":null})");
  EXPECT_EQ(shown.line.run({"campaign", "open", "CVE-2026-1", "--due", "2026-12-24", "--note", "n"}).out,
            "campaign 50 about CVE-2026-1 is open: weir campaign show 50\n");
  EXPECT_EQ(shown.server.asked("campaigns").back().body,
            R"({"flaw":"CVE-2026-1","due":"2026-12-24T00:00:00.000000Z","note":"n"})");
  shown.server.on("POST campaigns/50/exceptions?preview=true", 200,
                  R"({"scopes":[{"environment":"prod","artifact":"sha256:)" + std::string(64, 'a') +
                      R"(","owner":"pay","workloads":[{},{}]}],"exceptions":[],"skipped":[]})");
  shown.golden("campaign-except.txt",
               {"campaign", "except", "50", "--owner", "pay", "--owner", "web", "--reason", "r",
                "--compensating-control", "c", "--until", "2026-12-24", "--preview"});
  EXPECT_EQ(
      shown.server.asked("exceptions").back().body,
      R"({"owners":["pay","web"],"reason":"r","compensating_control":"c","until":"2026-12-24T00:00:00.000000Z"})");
}

TEST(GoldenImpact, says_where_a_result_of_a_scan_runs_and_what_was_not_looked_at) {
  Shown shown;
  shown.server.on("GET scans/where?rule=sql-injection", 200, golden_content("answer-scan-where.json"));
  shown.golden("scan-where.txt", {"scan", "where", "sql-injection"});
  shown.server.on("GET scans/where?fingerprint=f1&environment=prod", 200,
                  golden_content("answer-scan-where.json"));
  shown.golden("scan-where.json",
               {"scan", "where", "f1", "--fingerprint", "--environment", "prod", "--output", "json"});
}

TEST(GoldenImpact, says_which_running_releases_break_callers_or_are_broken) {
  Shown shown;
  shown.server.on("GET apis/where", 200, golden_content("answer-openapi-where.json"));
  shown.golden("openapi-where.txt", {"openapi", "where"});
}

}  // namespace weir::cli
