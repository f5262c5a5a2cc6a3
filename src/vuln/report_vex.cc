// OpenVEX 0.2.0 and CycloneDX 1.6. Ids are made of what a document says, so that the same findings have the
// same id.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "crypto/digest.h"
#include "format/members.h"
#include "vuln/cvss.h"
#include "vuln/report.h"

namespace weir::vuln {
namespace {

using format::Json;

// A UUID of version 8 (RFC 9562): made from a digest.
std::string uuid_of(const Json& content) {
  std::string hex = to_hex(crypto::sha256(dump_canonical(content))).substr(0, 32);
  hex[12] = '8';
  hex[16] = "89ab"[static_cast<unsigned>(hex[16]) % 4];
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

Json texts(const std::vector<std::string>& all) { return Json(Json::Array(all.begin(), all.end())); }

std::string_view subject_id(const evidence::Subject& subject) {
  return subject.purl.empty() ? std::string_view(subject.name) : std::string_view(subject.purl);
}

// The component within what the bill is of; the component alone where the bill doesn't say.
Json product_of(const evidence::Subject& subject, const std::string& purl) {
  Json component = Json::object({{"@id", purl}});
  if (purl.starts_with("pkg:")) component.set("identifiers", Json::object({{"purl", purl}}));
  if (subject_id(subject).empty()) return component;
  Json product = Json::object({{"@id", subject_id(subject)}});
  if (!subject.purl.empty()) product.set("identifiers", Json::object({{"purl", subject.purl}}));
  if (!subject.digests.empty())
    product.set("hashes", Json::object({{"sha-256", to_hex(subject.digests.front())}}));
  product.set("subcomponents", Json::Array{component});
  return product;
}

Json openvex_statement(const evidence::Subject& subject, const ReportedFinding& reported,
                       const ReportHead& head) {
  const Finding& finding = reported.finding;
  const Said said = said_of(reported);
  Json vulnerability = Json::object({{"name", finding.advisory}});
  if (!finding.aliases.empty()) vulnerability.set("aliases", texts(finding.aliases));
  Json statement = Json::object({{"vulnerability", std::move(vulnerability)},
                                 {"products", Json::Array{product_of(subject, finding.purl)}},
                                 {"status", format::name_of(said.status)}});
  if (said.status == VexStatus::not_affected && !said.justification.empty())
    statement.set("justification", said.justification);
  if (said.status == VexStatus::not_affected && !said.impact.empty())
    statement.set("impact_statement", said.impact);
  if (said.status == VexStatus::affected) statement.set("action_statement", said.action);
  if (!reported.said || reported.accepted) return statement;
  if (!reported.said->author.empty() && reported.said->author != head.author)
    statement.set("supplier", reported.said->author);
  if (reported.said->at.micros > 0) statement.set("timestamp", to_string(reported.said->at));
  return statement;
}

constexpr std::array<std::string_view, 4> states{"not_affected", "resolved", "in_triage", "exploitable"};

struct JustificationRow {
  std::string_view means, said;
};
constexpr std::array justification_rows{
    JustificationRow{"component_not_present", "code_not_present"},
    JustificationRow{"vulnerable_code_not_present", "code_not_present"},
    JustificationRow{"vulnerable_code_not_in_execute_path", "code_not_reachable"},
    JustificationRow{"vulnerable_code_cannot_be_controlled_by_adversary", "requires_environment"},
    JustificationRow{"inline_mitigations_already_exist", "protected_by_mitigating_control"}};

// As it was said there, where it comes from CycloneDX.
std::string justification_of(const ReportedFinding& reported, const Said& said) {
  if (said.status != VexStatus::not_affected) return {};
  if (reported.said && !reported.said->justification_said.empty()) return reported.said->justification_said;
  const auto row = std::ranges::find(justification_rows, said.justification, &JustificationRow::means);
  return row == justification_rows.end() ? std::string() : std::string(row->said);
}

Json analysis_of(const ReportedFinding& reported) {
  const Said said = said_of(reported);
  Json analysis = Json::object({{"state", states[static_cast<std::size_t>(said.status)]}});
  if (reported.said && !reported.accepted && !reported.said->status_said.empty())
    analysis.set("state", reported.said->status_said);
  if (const std::string justification = justification_of(reported, said); !justification.empty())
    analysis.set("justification", justification);
  if (reported.accepted) analysis.set("response", Json::Array{"will_not_fix"});
  else if (said.status == VexStatus::affected && !reported.finding.fixed.empty())
    analysis.set("response", Json::Array{"update"});
  const std::string& detail = said.impact.empty() ? said.action : said.impact;
  if (!detail.empty()) analysis.set("detail", detail);
  if (reported.said && !reported.accepted && reported.said->at.micros > 0)
    analysis.set("lastUpdated", to_string(reported.said->at));
  return analysis;
}

Json cyclonedx_vulnerability(const std::string& reference, const ReportedFinding& reported) {
  const Finding& finding = reported.finding;
  Json made = Json::object(
      {{"bom-ref", fmt::format("{} {}", finding.advisory, reference)}, {"id", finding.advisory}});
  Json::Array references;
  for (const std::string& alias : finding.aliases)
    references.push_back(Json::object({{"id", alias}, {"source", Json::object({{"name", "OSV"}})}}));
  if (!references.empty()) made.set("references", std::move(references));
  if (finding.score)
    made.set("ratings",
             Json::Array{Json::object({{"score", *finding.score}, {"severity", rating_of(*finding.score)}})});
  if (!finding.summary.empty()) made.set("description", finding.summary);
  if (!finding.fixed.empty())
    made.set("recommendation", fmt::format("Update to {} or later.", finding.fixed));
  made.set("analysis", analysis_of(reported));
  made.set("affects", Json::Array{Json::object({{"ref", reference}})});
  return made;
}

Json component_of(const std::string& purl) {
  const auto read = format::parse_purl(purl, format::PurlReading::tolerant);
  Json component =
      Json::object({{"type", "library"}, {"bom-ref", purl}, {"name", read.ok() ? read->name : purl}});
  if (read.ok() && !read->version.empty()) component.set("version", read->version);
  if (read.ok()) component.set("purl", purl);
  return component;
}

Json subject_component(const ReportedBill& bill) {
  const evidence::Subject& subject = bill.subject;
  Json component = Json::object({{"type", "application"},
                                 {"bom-ref", bill.file},
                                 {"name", subject.name.empty() ? bill.file : subject.name}});
  if (!subject.version.empty()) component.set("version", subject.version);
  if (!subject.digests.empty()) {
    Json hash = Json::object({{"alg", "SHA-256"}, {"content", to_hex(subject.digests.front())}});
    component.set("hashes", Json::Array{std::move(hash)});
  }
  if (!subject.purl.empty()) component.set("purl", subject.purl);
  return component;
}

}  // namespace

Json to_openvex(std::span<const ReportedBill> bills, const ReportHead& head) {
  Json::Array statements;
  for (const ReportedBill& bill : bills)
    for (const ReportedFinding& reported : bill.findings)
      statements.push_back(openvex_statement(bill.subject, reported, head));
  Json document = Json::object({{"@context", "https://openvex.dev/ns/v0.2.0"},
                                {"@id", ""},
                                {"author", head.author},
                                {"timestamp", to_string(head.at)},
                                {"version", 1},
                                {"tooling", fmt::format("weir {}", head.tool_version)},
                                {"statements", std::move(statements)}});
  document.set("@id", fmt::format("urn:uuid:{}", uuid_of(document)));
  return document;
}

// One bill is the document's subject; several are components of it, and hold theirs.
Json to_cyclonedx_vex(std::span<const ReportedBill> bills, const ReportHead& head) {
  Json::Array components, vulnerabilities;
  const bool single = bills.size() == 1;
  for (const ReportedBill& bill : bills) {
    Json::Array inner;
    Json::Array& place = single ? components : inner;
    for (const ReportedFinding& reported : bill.findings) {
      const std::string& purl = reported.finding.purl;
      const std::string reference = single ? purl : fmt::format("{} {}", bill.file, purl);
      if (place.empty() ||
          place.back().text("bom-ref") != reference) {  // findings are in order of their purl
        Json component = component_of(purl);
        component.set("bom-ref", reference);
        place.push_back(std::move(component));
      }
      vulnerabilities.push_back(cyclonedx_vulnerability(reference, reported));
    }
    if (single) continue;
    Json whole = subject_component(bill);
    whole.set("components", std::move(inner));
    components.push_back(std::move(whole));
  }
  Json tool = Json::object({{"type", "application"}, {"name", "weir"}, {"version", head.tool_version}});
  Json metadata = Json::object({{"timestamp", to_string(head.at)},
                                {"tools", Json::object({{"components", Json::Array{std::move(tool)}}})},
                                {"authors", Json::Array{Json::object({{"name", head.author}})}}});
  if (single) metadata.set("component", subject_component(bills.front()));
  Json document = Json::object({{"$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json"},
                                {"bomFormat", "CycloneDX"},
                                {"specVersion", "1.6"},
                                {"serialNumber", ""},
                                {"version", 1},
                                {"metadata", std::move(metadata)},
                                {"components", std::move(components)},
                                {"vulnerabilities", std::move(vulnerabilities)}});
  document.set("serialNumber", fmt::format("urn:uuid:{}", uuid_of(document)));
  return document;
}

}  // namespace weir::vuln
