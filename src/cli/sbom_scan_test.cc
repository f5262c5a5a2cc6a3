// What `weir sbom scan`, `vuln compare`, `vuln cvss` and `purl` answer, and with which exit codes.
#include <gtest/gtest.h>

#include <iostream>
#include <sstream>

#include "cli/session_test_support.h"
#include "format/json.h"
#include "support/scratch_directory.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::string_view record =
    R"({"id":"GO-1","aliases":["CVE-1"],"summary":"A flaw","affected":[{"package":{"ecosystem":"Go","name":"a.org/b"},)"
    R"("severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],)"
    R"("ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.0"}]}]}]})";
constexpr std::string_view bill =
    R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"name":"b","purl":"pkg:golang/a.org/b@v1.1.0"},)"
    R"({"name":"c","purl":"pkg:golang/a.org/c@v1.1.0"}]})";

// Runs with the given text as standard input.
Finished run_with(const std::string& input, const std::vector<std::string>& words) {
  std::istringstream text(input);
  std::streambuf* before = std::cin.rdbuf(text.rdbuf());
  CommandLine line;
  Finished done = line.run(words);
  std::cin.rdbuf(before);
  std::cin.clear();
  return done;
}

}  // namespace

TEST(SbomScan, a_finding_has_exactly_the_promised_members) {
  const test::ScratchDirectory scratch;
  const std::string file = scratch.write("bill.json", bill);
  scratch.write("osv/GO-1.json", record);
  const Finished done =
      run_with("", {"sbom", "scan", file, "--advisories", scratch.path("osv"), "--output", "json"});
  EXPECT_EQ(done.exit, 0) << done.err;
  const Json all = *format::parse_json(done.out);
  ASSERT_EQ(all.array()->size(), 1u);
  EXPECT_EQ(dump(all.array()->front()),
            R"({"file":")" + file +
                R"(","components":2,"findings":[{"purl":"pkg:golang/a.org/b@v1.1.0","advisory":"GO-1",)"
                R"("aliases":["CVE-1"],"fixed":"1.2.0","scope":"exact","severity":"critical"}]})");
}

TEST(SbomScan, sarif_names_rule_result_and_place) {
  const test::ScratchDirectory scratch;
  const std::string file = scratch.write("bill.json", bill);
  const std::string place = scratch.write("GO-1.json", record);
  const Finished done = run_with("", {"sbom", "scan", file, "--advisories", place, "--output", "sarif"});
  EXPECT_EQ(done.exit, 0) << done.err;
  const Json sarif = *format::parse_json(done.out);
  EXPECT_EQ(sarif.text("version"), "2.1.0");
  const Json& result = sarif.items("runs").at(0).items("results").at(0);
  EXPECT_EQ(result.text("ruleId"), "GO-1");
  EXPECT_EQ(result.text("level"), "error");
}

TEST(SbomScan, a_file_that_is_no_bill_is_said_and_the_others_are_scanned) {
  const test::ScratchDirectory scratch;
  const std::string good = scratch.write("bill.json", bill), bad = scratch.write("bad.json", "{}");
  const std::string place = scratch.write("GO-1.json", record);
  const Finished done = run_with("", {"sbom", "scan", bad, good, "--advisories", place, "--output", "json"});
  EXPECT_EQ(done.exit, 1);
  const Json all = *format::parse_json(done.out);
  ASSERT_EQ(all.array()->size(), 2u);
  EXPECT_FALSE(all.array()->front().text("error").empty());
  EXPECT_EQ(all.array()->back().items("findings").size(), 1u);
}

TEST(SbomScan, places_that_hold_no_advisories_are_refused) {
  const test::ScratchDirectory scratch;
  const std::string file = scratch.write("bill.json", bill);
  scratch.make_directory("empty");
  const std::string no_entries = std::string("PK\x05\x06", 4) + std::string(18, '\0');
  EXPECT_EQ(run_with("", {"sbom", "scan", file, "--advisories", scratch.write("b.zip", no_entries)}).exit, 2);
  EXPECT_EQ(run_with("", {"sbom", "scan", file, "--advisories", scratch.path("empty")}).exit, 2);
  EXPECT_EQ(run_with("", {"sbom", "scan", file, "--advisories", scratch.path("missing")}).exit, 1);
  EXPECT_EQ(run_with("", {"sbom", "scan", file, "--advisories", scratch.write("a.zip", "no zip")}).exit, 2);
}

TEST(SbomScan, a_statement_suppresses_a_finding_and_stands_beside_it) {
  const test::ScratchDirectory scratch;
  const std::string file = scratch.write("bill.json", bill), place = scratch.write("GO-1.json", record);
  const std::string vex =
      scratch.write("vex.json", R"({"@context":"https://openvex.dev/ns/v0.2.0","@id":"v","author":"Acme",
    "timestamp":"2026-01-01T00:00:00Z","version":1,"statements":[{"vulnerability":{"name":"CVE-1"},
    "products":[{"@id":"pkg:golang/a.org/b"}],"status":"not_affected","justification":"component_not_present"}]})");
  const auto scan = [&](const std::string& form) {
    return run_with("", {"sbom", "scan", file, "--advisories", place, "--vex", vex, "--output", form});
  };
  const Json found = format::parse_json(scan("json").out)->array()->front().items("findings").at(0);
  EXPECT_EQ(found.at("vex").text("status"), "not_affected");
  EXPECT_TRUE(*found.at("vex").at("suppressed").boolean());
  EXPECT_NE(scan("table").out.find("1 of them suppressed"), std::string::npos);
  EXPECT_NE(scan("table").out.find("Acme says not_affected (component_not_present)"), std::string::npos);
  EXPECT_EQ(format::parse_json(scan("osv-scanner").out)->items("results").size(), 0u);
  const Json openvex = *format::parse_json(scan("openvex").out);
  EXPECT_EQ(openvex.items("statements").at(0).text("status"), "not_affected");
  EXPECT_EQ(format::parse_json(scan("cyclonedx-vex").out)->text("specVersion"), "1.6");
  const std::string broken = scratch.write("broken.json", "{}");
  EXPECT_EQ(run_with("", {"sbom", "scan", file, "--advisories", place, "--vex", broken}).exit, 2);
}

TEST(SbomDiff, rows_say_what_changed_and_json_says_all) {
  const test::ScratchDirectory scratch;
  const std::string before = scratch.write("a.json", bill);
  const std::string after =
      scratch.write("b.json", R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[
    {"name":"b","purl":"pkg:golang/a.org/b@v1.0.0"},{"name":"d","purl":"pkg:golang/a.org/d@v1.1.0"}]})");
  const Finished people = run_with("", {"sbom", "diff", before, after});
  EXPECT_EQ(people.exit, 0) << people.err;
  EXPECT_NE(people.out.find("1 added, 1 removed, 1 changed, 0 unchanged"), std::string::npos) << people.out;
  EXPECT_NE(people.out.find("down"), std::string::npos);
  const Json json =
      *format::parse_json(run_with("", {"sbom", "diff", before, after, "--output", "json"}).out);
  EXPECT_EQ(json.items("changed").at(0).text("direction"), "down");
  EXPECT_EQ(run_with("", {"sbom", "diff", before, scratch.write("c.json", "{}")}).exit, 2);
}

TEST(VulnCompare, wrong_lines_are_printed_and_counted) {
  const Finished done =
      run_with("// note\n\n1 < 2\n10 < 2\n1.0 = 1\n", {"vuln", "compare", "--ecosystem", "npm", "--batch"});
  EXPECT_EQ(done.exit, 1);
  EXPECT_EQ(done.out, "line 4: 10 < 2  (10 > 2)\n2 passed, 1 failed\n");
  EXPECT_EQ(run_with("1 < 2\n", {"vuln", "compare", "--ecosystem", "PyPI", "--batch"}).exit, 0);
  EXPECT_EQ(run_with("", {"vuln", "compare", "1.0~rc1", "1.0", "--ecosystem", "Debian:12"}).out,
            "1.0~rc1 < 1.0\n");
  EXPECT_EQ(run_with("", {"vuln", "compare", "1", "--ecosystem", "npm"}).exit, 2);
  EXPECT_EQ(run_with("", {"vuln", "compare", "1", "2", "--ecosystem", "Nowhere"}).exit, 2);
}

TEST(VulnCvss, each_line_is_answered_with_scores_or_an_error) {
  const Finished done =
      run_with("AV:N/AC:L/Au:S/C:C/I:C/A:C/E:U/RL:U/RC:C\nnonsense\n", {"vuln", "cvss", "--batch"});
  EXPECT_EQ(done.exit, 0);
  std::istringstream lines(done.out);
  std::string first, second;
  std::getline(lines, first);
  std::getline(lines, second);
  EXPECT_EQ(first, R"({"vector":"AV:N/AC:L/Au:S/C:C/I:C/A:C/E:U/RL:U/RC:C","scores":[9,7.7,null]})");
  EXPECT_EQ(format::parse_json(second)->text("vector"), "nonsense");
  EXPECT_NE(format::parse_json(second)->find("error"), nullptr);
}

TEST(Purl, a_batch_answers_cases_and_one_is_shown_in_parts) {
  const Finished done = run_with(R"({"test_type":"validate","input":"pkg:NPM/a@1"})"
                                 "\n",
                                 {"purl", "--batch"});
  EXPECT_EQ(done.out, "{\"output\":\"pkg:npm/a@1\"}\n");
  EXPECT_NE(run_with("", {"purl", "pkg:npm/%40a/b@1"}).out.find("@a"), std::string::npos);
  EXPECT_EQ(run_with("", {"purl", "nonsense"}).exit, 2);
}

}  // namespace weir::cli
