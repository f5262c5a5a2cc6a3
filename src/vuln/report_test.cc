// What other tools read of findings, kept in test/golden/vuln. A file is written anew when WEIR_GOLDEN_UPDATE
// is set; the difference is then somebody's to judge.
#include "vuln/report.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "format/members.h"
#include "support/child_process.h"
#include "support/scratch_directory.h"

namespace weir::vuln {
namespace {

void expect_golden(const std::string& name, const format::Json& json) {
  const std::string path = "test/golden/vuln/" + name, text = dump_pretty(json) + "\n";
  if (std::getenv("WEIR_GOLDEN_UPDATE") != nullptr) std::ofstream(path) << text;
  EXPECT_EQ(text, test::read_file(path)) << name;
}

Finding finding(std::string purl, std::string advisory, Scope scope = Scope::exact) {
  return {.purl = std::move(purl),
          .advisory = std::move(advisory),
          .fixed = "1.2.0",
          .aliases = {"CVE-1"},
          .summary = "A flaw",
          .scope = scope,
          .score = 9.8};
}

Statement statement(VexStatus status) {
  Statement made{.vulnerabilities = {"CVE-1"}, .status = status, .author = "Acme"};
  if (status == VexStatus::not_affected) made.justification = "vulnerable_code_not_in_execute_path";
  made.at = *parse_instant("2026-02-01T00:00:00Z");
  made.document = "https://acme.test/vex-1";
  return made;
}

// One of each: nothing said, excused, fixed, in doubt, excused there and accepted here.
std::vector<ReportedBill> bills() {
  ReportedBill bill{.file = "bill.json", .components = 5};
  bill.subject = {
      .name = "app", .version = "2", .purl = "pkg:oci/app", .digests = {*parse_sha256(std::string(64, 'a'))}};
  bill.findings.push_back({.finding = finding("pkg:golang/a.org/b@v1.1.0", "GO-1")});
  bill.findings.push_back({.finding = finding("pkg:golang/a.org/b@v1.1.0", "GO-2"),
                           .said = statement(VexStatus::not_affected),
                           .why = "Acme says so"});
  bill.findings.push_back({.finding = finding("pkg:npm/c@1", "GO-3"),
                           .said = statement(VexStatus::fixed),
                           .why = "Acme says so"});
  bill.findings.push_back({.finding = finding("pkg:rpm/redhat/d@1", "GO-4", Scope::unscoped)});
  bill.findings.push_back(
      {.finding = finding("pkg:pypi/e@1", "GO-5"),
       .said = statement(VexStatus::not_affected),
       .accepted = RiskAccepted{"ada", "no way in", parse_instant("2026-09-01T00:00:00Z").value()}});
  return {bill};
}

const ReportHead head{.author = "Acme", .tool_version = "1.0", .at = *parse_instant("2026-05-01T00:00:00Z")};

}  // namespace

TEST(Report, other_tools_read_exactly_the_promised_members) {
  expect_golden("openvex.json", to_openvex(bills(), head));
  expect_golden("cyclonedx-vex.json", to_cyclonedx_vex(bills(), head));
  expect_golden("sarif.json", to_sarif(bills(), head));
  expect_golden("osv-scanner.json", to_osv_scanner(bills()));
}

TEST(Report, an_accepted_risk_is_affected_in_every_form_whatever_is_said) {
  for (const VexStatus status :
       {VexStatus::not_affected, VexStatus::fixed, VexStatus::under_investigation, VexStatus::affected}) {
    ReportedBill bill{.file = "b"};
    bill.findings.push_back({.finding = finding("pkg:npm/c@1", "GO-1", Scope::unscoped),
                             .said = statement(status),
                             .accepted = RiskAccepted{"ada", "no way in", std::nullopt}});
    const std::vector<ReportedBill> all{bill};
    EXPECT_EQ(said_of(bill.findings[0]).status, VexStatus::affected);
    for (const auto& json : {to_openvex(all, head), to_cyclonedx_vex(all, head)}) {
      const auto read = read_vex(dump(json));
      ASSERT_TRUE(read.ok()) << read.error().message;
      ASSERT_EQ(read->size(), 1u);
      EXPECT_EQ(read->front().status, VexStatus::affected);
      EXPECT_EQ(dump(json).find("not_affected"), std::string::npos);
    }
    EXPECT_EQ(dump(to_sarif(all, head)).find("suppressions"), std::string::npos);
    EXPECT_NE(dump(to_osv_scanner(all)).find("GO-1"), std::string::npos);
  }
}

// What is written is read back as what was said, and holds for the same findings.
TEST(Report, what_is_written_is_read_back) {
  const std::vector<ReportedBill> all = bills();
  for (const auto& json : {to_openvex(all, head), to_cyclonedx_vex(all, head)}) {
    const auto read = read_vex(dump(json));
    ASSERT_TRUE(read.ok()) << read.error().message;
    ASSERT_EQ(read->size(), all[0].findings.size());
    for (std::size_t i = 0; i < read->size(); ++i) {
      const ReportedFinding& reported = all[0].findings[i];
      EXPECT_EQ((*read)[i].status, said_of(reported).status) << i;
      EXPECT_EQ((*read)[i].justification, said_of(reported).justification) << i;
      FindingSubject subject{.vulnerabilities = {reported.finding.advisory}, .purl = reported.finding.purl};
      subject.artifacts = all[0].subject.digests;
      EXPECT_TRUE(covers((*read)[i], subject)) << i;
    }
  }
}

TEST(Report, equal_findings_give_equal_bytes_and_others_another_id) {
  EXPECT_EQ(dump(to_openvex(bills(), head)), dump(to_openvex(bills(), head)));
  std::vector<ReportedBill> others = bills();
  others[0].findings.pop_back();
  EXPECT_NE(to_openvex(others, head).text("@id"), to_openvex(bills(), head).text("@id"));
  EXPECT_NE(to_cyclonedx_vex(others, head).text("serialNumber"),
            to_cyclonedx_vex(bills(), head).text("serialNumber"));
}

TEST(Report, statements_are_held_against_the_artifact_that_the_bill_is_of) {
  const auto inventory = evidence::read_inventory(R"({"bomFormat":"CycloneDX","specVersion":"1.6",
    "metadata":{"component":{"name":"app","version":"2","purl":"pkg:oci/app@2"}},"components":[]})");
  ASSERT_TRUE(inventory.ok());
  Scanned scanned{.components = 1, .findings = {finding("pkg:npm/c@1", "GO-1")}};
  Statement said = statement(VexStatus::not_affected);
  for (const auto& [product, is_held] : {std::pair{"pkg:oci/app", true}, std::pair{"pkg:oci/other", false}}) {
    said.products = {{.product = {.purl = *format::parse_purl(product)}, .within = {}}};
    const std::vector<Statement> all{said};
    const ReportedBill bill = report_bill("b", *inventory, scanned, VexIndex(all));
    EXPECT_EQ(bill.findings[0].is_suppressed(), is_held) << product;
  }
}

TEST(Report, several_bills_stand_beside_each_other) {
  std::vector<ReportedBill> two = bills();
  two.push_back(two[0]);
  two[1].file = "other.json";
  const auto read = read_vex(dump(to_cyclonedx_vex(two, head)));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->size(), 10u);
}

}  // namespace weir::vuln
