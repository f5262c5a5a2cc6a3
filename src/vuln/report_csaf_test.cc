// CSAF with the VEX profile as it is written: held against the rules of its schema, said here in our words, against
// the profile's own tests, and read back by our own reader.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include "evidence/schema.h"
#include "support/child_process.h"
#include "support/scratch_directory.h"
#include "vuln/report.h"
#include "vuln/vex.h"

namespace weir::vuln {
namespace {

using format::Json;

constexpr std::string_view rules = R"json({
 "type":"object","required":["document","product_tree","vulnerabilities"],"additionalProperties":false,
 "definitions":{
  "text":{"type":"string","minLength":1},
  "time":{"type":"string","pattern":"^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$"},
  "version":{"type":"string","pattern":"^(0|[1-9][0-9]*)$"},
  "products":{"type":"array","minItems":1,"uniqueItems":true,"items":{"$ref":"#/definitions/text"}},
  "known":{"type":"object","minProperties":1,"additionalProperties":false,"properties":{
   "purl":{"type":"string","minLength":7,"pattern":"^pkg:[A-Za-z.+-][A-Za-z0-9.+-]*/.+"},
   "hashes":{"type":"array","minItems":1,"items":{"type":"object","required":["file_hashes","filename"],"properties":{
    "filename":{"$ref":"#/definitions/text"},
    "file_hashes":{"type":"array","minItems":1,"items":{"type":"object","required":["algorithm","value"],"properties":{
     "algorithm":{"$ref":"#/definitions/text"},"value":{"type":"string","pattern":"^[0-9a-fA-F]{32,}$"}}}}}}}}},
  "product":{"type":"object","required":["name","product_id"],"additionalProperties":false,"properties":{
   "name":{"$ref":"#/definitions/text"},"product_id":{"$ref":"#/definitions/text"},
   "product_identification_helper":{"$ref":"#/definitions/known"}}}},
 "properties":{
  "document":{"type":"object","required":["category","csaf_version","publisher","title","tracking"],"properties":{
   "category":{"enum":["csaf_vex"]},"csaf_version":{"enum":["2.0"]},"title":{"$ref":"#/definitions/text"},
   "lang":{"type":"string","pattern":"^[A-Za-z]{2,3}$"},
   "publisher":{"type":"object","required":["category","name","namespace"],"additionalProperties":false,"properties":{
    "category":{"enum":["coordinator","discoverer","other","translator","user","vendor"]},
    "name":{"$ref":"#/definitions/text"},"namespace":{"type":"string","pattern":"^[a-z][a-z0-9+.-]+:.+$"}}},
   "tracking":{"type":"object",
    "required":["current_release_date","id","initial_release_date","revision_history","status","version"],
    "properties":{"current_release_date":{"$ref":"#/definitions/time"},
     "initial_release_date":{"$ref":"#/definitions/time"},"status":{"enum":["draft","final","interim"]},
     "id":{"type":"string","pattern":"^\\S(.*\\S)?$"},"version":{"$ref":"#/definitions/version"},
     "generator":{"type":"object","required":["engine"],"properties":{"date":{"$ref":"#/definitions/time"},
      "engine":{"type":"object","required":["name"],"properties":{"name":{"$ref":"#/definitions/text"},
       "version":{"$ref":"#/definitions/text"}}}}},
     "revision_history":{"type":"array","minItems":1,"items":{"type":"object","required":["date","number","summary"],
      "properties":{"date":{"$ref":"#/definitions/time"},"number":{"$ref":"#/definitions/version"},
       "summary":{"$ref":"#/definitions/text"}}}}}}}},
  "product_tree":{"type":"object","minProperties":1,"additionalProperties":false,"properties":{
   "full_product_names":{"type":"array","minItems":1,"items":{"$ref":"#/definitions/product"}},
   "relationships":{"type":"array","minItems":1,"items":{"type":"object",
    "required":["category","full_product_name","product_reference","relates_to_product_reference"],"properties":{
    "category":{"enum":["default_component_of","external_component_of","installed_on","installed_with",
     "optional_component_of"]},
    "full_product_name":{"$ref":"#/definitions/product"},"product_reference":{"$ref":"#/definitions/text"},
    "relates_to_product_reference":{"$ref":"#/definitions/text"}}}}}},
  "vulnerabilities":{"type":"array","minItems":1,"items":{"type":"object","additionalProperties":false,
   "required":["notes","product_status"],"anyOf":[{"required":["cve"]},{"required":["ids"]}],"properties":{
   "cve":{"type":"string","pattern":"^CVE-[0-9]{4}-[0-9]{4,}$"},
   "ids":{"type":"array","minItems":1,"uniqueItems":true,"items":{"type":"object","required":["system_name","text"],
    "properties":{"system_name":{"$ref":"#/definitions/text"},"text":{"$ref":"#/definitions/text"}}}},
   "notes":{"type":"array","minItems":1,"items":{"type":"object","required":["category","text"],"properties":{
    "category":{"enum":["description","details","faq","general","legal_disclaimer","other","summary"]},
    "text":{"$ref":"#/definitions/text"}}}},
   "product_status":{"type":"object","minProperties":1,"additionalProperties":false,"properties":{
    "fixed":{"$ref":"#/definitions/products"},"known_affected":{"$ref":"#/definitions/products"},
    "known_not_affected":{"$ref":"#/definitions/products"},"under_investigation":{"$ref":"#/definitions/products"}}},
   "flags":{"type":"array","minItems":1,"items":{"type":"object","required":["label","product_ids"],"properties":{
    "label":{"enum":["component_not_present","inline_mitigations_already_exist",
     "vulnerable_code_cannot_be_controlled_by_adversary","vulnerable_code_not_in_execute_path",
     "vulnerable_code_not_present"]},"product_ids":{"$ref":"#/definitions/products"}}}},
   "threats":{"type":"array","minItems":1,"items":{"type":"object","required":["category","details"],"properties":{
    "category":{"enum":["exploit_status","impact","target_set"]},"details":{"$ref":"#/definitions/text"},
    "product_ids":{"$ref":"#/definitions/products"}}}},
   "remediations":{"type":"array","minItems":1,"items":{"type":"object","required":["category","details"],"properties":{
    "category":{"enum":["mitigation","no_fix_planned","none_available","vendor_fix","workaround"]},
    "details":{"$ref":"#/definitions/text"},"product_ids":{"$ref":"#/definitions/products"}}}}}}}}})json";

std::string broken_rule(const Json& document) {
  const auto schema = evidence::Schema::read(*format::parse_json(rules));
  EXPECT_TRUE(schema.ok()) << schema.error().message;
  const auto violations = schema->check(document);
  EXPECT_TRUE(violations.ok());
  return violations->empty() ? "" : violations->front().place + ": " + violations->front().what;
}

std::set<std::string> ids_in(const Json::Array& owners) {
  std::set<std::string> ids;
  for (const Json& owner : owners)
    for (const Json& id : owner.items("product_ids")) ids.insert(*id.string());
  return ids;
}

// What no schema says: §6.1.1, .2, .6, .16, .21, .23, .27.9, .27.10, .32, .33 of CSAF 2.0.
void expect_sound(const Json& document) {
  std::set<std::string> defined, flaws;
  for (const Json& product : document.at("product_tree").items("full_product_names"))
    EXPECT_TRUE(defined.emplace(product.text("product_id")).second) << dump(product);
  for (const Json& relation : document.at("product_tree").items("relationships")) {
    EXPECT_TRUE(defined.contains(std::string(relation.text("product_reference"))));
    EXPECT_TRUE(defined.contains(std::string(relation.text("relates_to_product_reference"))));
    EXPECT_TRUE(defined.emplace(relation.at("full_product_name").text("product_id")).second);
  }
  const Json& tracking = document.at("document").at("tracking");
  EXPECT_EQ(tracking.items("revision_history").back().text("number"), tracking.text("version"));
  for (const Json& flaw : document.items("vulnerabilities")) {
    if (!flaw.text("cve").empty()) EXPECT_TRUE(flaws.emplace(flaw.text("cve")).second) << "a CVE stands once";
    std::map<std::string, std::string> status;
    for (const auto& [name, products] : *flaw.at("product_status").object())
      for (const Json& id : *products.array()) {
        EXPECT_TRUE(defined.contains(*id.string())) << *id.string();
        EXPECT_TRUE(status.emplace(*id.string(), name).second) << "contradicts itself about " << *id.string();
      }
    const auto flagged = ids_in(flaw.items("flags")), excused = ids_in(flaw.items("threats")),
               remedied = ids_in(flaw.items("remediations"));
    std::size_t flags = 0;
    for (const Json& flag : flaw.items("flags")) flags += flag.items("product_ids").size();
    EXPECT_EQ(flags, flagged.size()) << "one flag for a product";
    for (const auto& [id, name] : status) {
      if (name == "known_not_affected") EXPECT_TRUE(flagged.contains(id) || excused.contains(id)) << id;
      if (name == "known_affected") EXPECT_TRUE(remedied.contains(id)) << id;
    }
  }
}

Finding finding(std::string purl, std::string advisory, std::vector<std::string> aliases = {},
                Scope scope = Scope::exact) {
  return {.purl = std::move(purl),
          .advisory = std::move(advisory),
          .fixed = "1.2.0",
          .aliases = std::move(aliases),
          .summary = "A flaw",
          .scope = scope,
          .score = 9.8};
}

Statement statement(VexStatus status, std::string justification = "", std::string impact = "") {
  Statement made{.status = status, .justification = std::move(justification), .impact = std::move(impact)};
  made.author = "Acme";
  made.at = *parse_instant("2026-02-01T00:00:00Z");
  return made;
}

std::vector<ReportedBill> bills() {
  ReportedBill bill{.file = "bill.json", .components = 5};
  bill.subject = {
      .name = "app", .version = "2", .purl = "pkg:oci/app", .digests = {*parse_sha256(std::string(64, 'a'))}};
  bill.findings.push_back({.finding = finding("pkg:golang/a.org/b@v1.1.0", "GO-1", {"CVE-2026-0001"})});
  bill.findings.push_back({.finding = finding("pkg:golang/a.org/b@v1.1.0", "CVE-2026-0002"),
                           .said = statement(VexStatus::not_affected, "vulnerable_code_not_in_execute_path")});
  bill.findings.push_back({.finding = finding("pkg:npm/%40s/c@1", "GHSA-x", {"CVE-2026-0001"}),
                           .said = statement(VexStatus::fixed)});
  bill.findings.push_back({.finding = finding("pkg:rpm/redhat/d@1", "GO-4", {}, Scope::unscoped)});
  bill.findings.push_back({.finding = finding("a name without URL", "GO-4"),
                           .said = statement(VexStatus::not_affected, "", "it is never called")});
  bill.findings.push_back({.finding = finding("pkg:pypi/e@1", "GO-5"),
                           .said = statement(VexStatus::not_affected, "component_not_present"),
                           .accepted = RiskAccepted{"ada", "no way in", *parse_instant("2026-09-01T00:00:00Z")}});
  return {bill};
}

const ReportHead head{.author = "Acme",
                      .tool_version = "1.0",
                      .at = *parse_instant("2026-05-01T00:00:00Z"),
                      .author_namespace = "https://acme.test"};

}  // namespace

TEST(CsafVex, keeps_the_rules_of_its_schema_and_of_its_profile) {
  const Json document = to_csaf_vex(bills(), head);
  EXPECT_EQ(broken_rule(document), "");
  expect_sound(document);
  const std::string path = "test/golden/vuln/csaf.json", text = dump_pretty(document) + "\n";
  if (std::getenv("WEIR_GOLDEN_UPDATE") != nullptr) std::ofstream(path) << text;
  EXPECT_EQ(text, test::read_file(path));
  EXPECT_EQ(dump(document), dump(to_csaf_vex(bills(), head))) << "equal findings give equal bytes";
}

TEST(CsafVex, the_rules_are_rules) {
  const auto broken = [](std::string_view part, std::string_view text) {
    std::string document = dump(to_csaf_vex(bills(), head));
    const std::size_t at = document.find(part);
    EXPECT_NE(at, document.npos) << part;
    return !broken_rule(*format::parse_json(document.replace(at, part.size(), text))).empty();
  };
  EXPECT_TRUE(broken(R"("category":"csaf_vex")", R"("category":"csaf")"));
  EXPECT_TRUE(broken(R"("namespace":"https://acme.test")", R"("namespace":"")"));
  EXPECT_TRUE(broken(R"("cve":"CVE-2026-0001")", R"("cve":"GO-1")"));
  EXPECT_TRUE(broken(R"("category":"vendor_fix")", R"("category":"update")"));
  EXPECT_TRUE(broken(R"("label":"vulnerable_code_not_in_execute_path")", R"("label":"because")"));
}

TEST(CsafVex, several_bills_and_what_says_of_itself_nothing_are_sound_too) {
  std::vector<ReportedBill> all = bills();
  all.push_back(all.front());
  all.back().subject.digests = {*parse_sha256(std::string(64, 'b'))};
  all.push_back({.file = "nameless.json", .subject = {}});
  all.back().findings = all.front().findings;
  // One product and flaw, said twice: the worse word stands.
  all.back().findings.push_back({.finding = finding("pkg:pypi/e@1", "CVE-2026-7777", {"GO-7"})});
  all.back().findings.push_back(
      {.finding = finding("pkg:pypi/e@1", "GO-7", {"CVE-2026-7777"}), .said = statement(VexStatus::fixed)});
  const Json document = to_csaf_vex(all, head);
  EXPECT_EQ(broken_rule(document), "");
  expect_sound(document);
  for (const Json& flaw : document.items("vulnerabilities"))
    if (flaw.text("cve") == "CVE-2026-7777") EXPECT_EQ(flaw.at("product_status").items("known_affected").size(), 1u);
}

// By flaw and component, what is read back holds for the same findings.
TEST(CsafVex, what_is_written_is_read_back) {
  const ReportedBill bill = bills().front();
  const auto read = read_vex(dump(to_csaf_vex(bills(), head)));
  ASSERT_TRUE(read.ok()) << read.error().message;
  for (const ReportedFinding& reported : bill.findings) {
    const Finding& finding = reported.finding;
    FindingSubject subject{.vulnerabilities = {finding.advisory}, .purl = finding.purl};
    if (!finding.purl.starts_with("pkg:")) subject = {.vulnerabilities = {finding.advisory}, .name = finding.purl};
    subject.artifacts = bill.subject.digests;
    const Applied applied = apply_statements(*read, subject);
    ASSERT_NE(applied.holds, nullptr) << finding.purl;
    EXPECT_TRUE(applied.outranked.empty()) << finding.purl;
    const Said said = said_of(reported);
    EXPECT_EQ(applied.holds->status, said.status) << finding.purl;
    EXPECT_EQ(applied.holds->justification, said.justification) << finding.purl;
    EXPECT_EQ(applied.holds->impact, said.impact) << finding.purl;
    EXPECT_EQ(applied.holds->action, said.action) << finding.purl;
    EXPECT_EQ(applied.holds->author, "Acme");
  }
}

TEST(CsafVex, an_accepted_risk_is_affected_whatever_is_said) {
  for (const VexStatus status :
       {VexStatus::not_affected, VexStatus::fixed, VexStatus::under_investigation, VexStatus::affected}) {
    ReportedBill bill{.file = "b", .subject = {}};
    bill.findings.push_back({.finding = finding("pkg:npm/c@1", "GO-1", {}, Scope::unscoped),
                             .said = statement(status, "component_not_present"),
                             .accepted = RiskAccepted{"ada", "no way in", std::nullopt}});
    const std::vector<ReportedBill> all{bill};
    const Json document = to_csaf_vex(all, head);
    expect_sound(document);
    EXPECT_EQ(dump(document).find("not_affected"), std::string::npos);
    EXPECT_NE(dump(document).find("Risk accepted by ada: no way in"), std::string::npos);
    EXPECT_EQ(read_vex(dump(document))->front().status, VexStatus::affected);
  }
}

TEST(CsafVex, a_namespace_is_an_absolute_uri) {
  EXPECT_TRUE(checked_namespace("https://acme.test").ok());
  for (const std::string_view odd : {"", "acme", ":x", "a:", "https://a b", "https://<a>"})
    EXPECT_FALSE(checked_namespace(odd).ok()) << odd;
}

}  // namespace weir::vuln
