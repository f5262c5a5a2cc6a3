// What `weir advisories` answers, kept in test/golden/cli, and that a scan against a store is one against its feeds.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "cli/session_test_support.h"
#include "format/json.h"
#include "support/advisory_corpus.h"

namespace weir::cli {
namespace {

// Paths of the scratch directory differ from run to run.
std::string placeless(std::string text, const std::string& directory) {
  for (std::size_t at = text.find(directory); at != text.npos; at = text.find(directory, at))
    text.replace(at, directory.size(), "DIR");
  return text;
}

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = "test/golden/cli/" + name;
  if (std::getenv("WEIR_GOLDEN_UPDATE") != nullptr) std::ofstream(path) << text;
  EXPECT_EQ(text, test::read_file(path)) << name;
}

constexpr std::string_view log4j =
    R"({"id":"GHSA-jfh8-c2jp-5v3q","modified":"2024-06-01T10:00:00Z","aliases":["CVE-2021-44228"],)"
    R"("summary":"Remote code injection","severity":[{"type":"CVSS_V3","score":)"
    R"("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}],"affected":[{"package":{"ecosystem":"Maven",)"
    R"("name":"org.apache.logging.log4j:log4j-core"},"ranges":[{"type":"ECOSYSTEM","events":[)"
    R"({"introduced":"2.13.0"},{"fixed":"2.15.0"}]}],"versions":["2.14.0","2.14.1"]}]})";
constexpr std::string_view debian =
    R"({"id":"DSA-5020-1","modified":"2024-06-02T10:00:00Z","upstream":["CVE-2021-44228"],"affected":[)"
    R"({"package":{"ecosystem":"Debian:11","name":"apache-log4j2"},"ranges":[{"type":"ECOSYSTEM","events":[)"
    R"({"introduced":"0"},{"fixed":"2.15.0-1~deb11u1"}]}]}]})";
constexpr std::string_view kev =
    R"({"catalogVersion":"1","dateReleased":"2025-08-25T00:00:00Z","vulnerabilities":[{"cveID":"CVE-2021-44228",)"
    R"("vendorProject":"Apache","product":"Log4j2","vulnerabilityName":"Log4Shell","dateAdded":"2021-12-10",)"
    R"("dueDate":"2021-12-24","requiredAction":"Update","knownRansomwareCampaignUse":"Known"}]})";
constexpr std::string_view epss = "cve,epss,percentile\nCVE-2021-44228,0.94358,0.99957\n";
constexpr std::string_view bill =
    R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"name":"log4j-core",)"
    R"("purl":"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"},{"name":"y","purl":"pkg:npm/y@1.0.0"}]})";

struct Filled {
  test::ScratchDirectory scratch;
  std::string store = scratch.path("store");
  CommandLine line;

  Filled() {
    scratch.write("osv/GHSA-jfh8-c2jp-5v3q.json", log4j);
    scratch.write("osv/DSA-5020-1.json", debian);
    scratch.write("osv/wrong.json", R"({"id":"X","affected":[{"ranges":[{"type":"SEMVER","events":[]}]}]})");
    scratch.write("kev.json", kev);
    scratch.write("epss.csv", epss);
  }
  Finished run(std::vector<std::string> words) {
    Finished done = line.run(words);
    done.out = placeless(done.out, scratch.path());
    done.err = placeless(done.err, scratch.path());
    return done;
  }
  Finished update() {
    return run({"advisories", "update", scratch.path("osv"), scratch.path("kev.json"),
                scratch.path("epss.csv"), "--store", store, "--output", "json"});
  }
};

}  // namespace

TEST(Advisories, an_update_says_what_it_did_with_each_feed) {
  Filled filled;
  const Finished first = filled.update();
  EXPECT_EQ(first.exit, 0) << first.err;
  expect_golden("advisories-update.json", first.out);
  filled.scratch.write("osv/A.json", test::osv_record("A", "y", "2.0.0"));
  std::filesystem::remove(filled.scratch.path("osv/DSA-5020-1.json"));
  const Finished second = filled.run({"advisories", "update", filled.scratch.path("osv"),
                                      filled.scratch.path("gone"), "--store", filled.store});
  EXPECT_EQ(second.exit, 1);
  expect_golden("advisories-update.txt", second.out);
}

TEST(Advisories, the_status_says_what_is_held_of_each_feed_and_how_old_it_is) {
  Filled filled;
  filled.update();
  const Finished json = filled.run({"advisories", "status", "--store", filled.store, "--output", "json"});
  EXPECT_EQ(json.exit, 0) << json.err;
  expect_golden("advisories-status.json", json.out);
  EXPECT_EQ(filled.run({"advisories", "status", "--store", filled.store}).exit, 0);
  EXPECT_EQ(filled.run({"advisories", "status", "--store", filled.scratch.path("nowhere")}).exit, 1);
}

TEST(Advisories, an_explanation_names_record_range_event_comparator_and_scope) {
  Filled filled;
  filled.update();
  const std::vector<std::string> words{"advisories",
                                       "explain",
                                       "CVE-2021-44228",
                                       "--store",
                                       filled.store,
                                       "--purl",
                                       "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"};
  const Finished text = filled.run(words);
  EXPECT_EQ(text.exit, 0) << text.err;
  expect_golden("advisories-explain.txt", text.out);
  std::vector<std::string> with_json = words;
  with_json.insert(with_json.end(), {"--output", "json"});
  expect_golden("advisories-explain.json", filled.run(with_json).out);
  EXPECT_EQ(filled.run({"advisories", "explain", "CVE-1999-0001", "--store", filled.store}).exit, 1);
  EXPECT_EQ(
      filled.run({"advisories", "explain", "CVE-2021-44228", "--store", filled.store, "--purl", "pkg:x/y"})
          .exit,
      2);
}

TEST(Advisories, a_scan_against_a_store_is_one_against_its_feeds) {
  Filled filled;
  filled.update();
  const std::string file = filled.scratch.write("bill.json", bill);
  const auto scan = [&](const std::string& place) {
    return filled.run({"sbom", "scan", file, "--advisories", place, "--output", "json"});
  };
  const Finished mapped = scan(filled.store), read = scan(filled.scratch.path("osv"));
  EXPECT_EQ(mapped.exit, 0) << mapped.err;
  EXPECT_EQ(mapped.out, read.out);
  EXPECT_NE(mapped.out.find("GHSA-jfh8-c2jp-5v3q"), std::string::npos);
  EXPECT_EQ(filled.run({"sbom", "scan", file, "--advisories", filled.store, "--advisories", file}).exit, 2);
}

TEST(Advisories, a_damaged_store_is_an_error_and_no_clean_bill) {
  Filled filled;
  filled.update();
  const std::string segment = filled.scratch.path("store/advisories-00000001.weir");
  std::string content = test::read_file(segment);
  for (std::size_t at = 4096; at + 4096 < content.size(); at += 512) content[at] ^= 1;
  std::ofstream(segment, std::ios::binary) << content;
  const std::string file = filled.scratch.write("bill.json", bill);
  const Finished done = filled.run({"sbom", "scan", file, "--advisories", filled.store, "--output", "json"});
  EXPECT_EQ(done.exit, 1);
  EXPECT_NE(done.out.find("are not what was written"), std::string::npos) << done.out;
}

TEST(Advisories, a_scan_against_a_bucket_fetches_the_ecosystems_of_the_bill) {
  Filled filled;
  CannedServer server;
  server.on("GET /Maven/all.zip", 200, "no zip");
  const std::string file = filled.scratch.write("bill.json", bill);
  const Finished done = filled.run({"sbom", "scan", file, "--advisories", server.url(), "--output", "json"});
  EXPECT_EQ(done.exit, 2);
  EXPECT_NE(done.err.find("is no archive that can be read"), std::string::npos) << done.err;
  EXPECT_EQ(server.asked("/Maven/all.zip").size(), 1u);
  EXPECT_EQ(server.asked("/Go/all.zip").size(), 0u);
}

}  // namespace weir::cli
