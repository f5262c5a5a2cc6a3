#include "vuln/report.h"

#include <fmt/format.h>

#include "format/members.h"
#include "vuln/cvss.h"

namespace weir::vuln {
namespace {

using format::Json;

std::string whole_id(const evidence::Subject& subject) {
  return subject.version.empty() ? subject.name : fmt::format("{}@{}", subject.name, subject.version);
}

FindingSubject subject_of(const Finding& finding, const evidence::Subject& artifact) {
  FindingSubject made{.vulnerabilities = finding.aliases, .purl = finding.purl};
  if (!finding.purl.starts_with("pkg:")) {
    const std::size_t at = std::min(finding.purl.rfind('@'), finding.purl.size());
    made.purl.clear();
    made.name = finding.purl.substr(0, at);
    made.version = finding.purl.substr(std::min(at + 1, finding.purl.size()));
  }
  made.vulnerabilities.push_back(finding.advisory);
  made.artifacts = artifact.digests;
  if (auto purl = format::parse_purl(artifact.purl, format::PurlReading::tolerant); purl.ok()) {
    if (const auto digest = parse_sha256(purl->version); purl->version.starts_with("sha256:") && digest.ok())
      made.artifacts.push_back(*digest);
    made.artifact_purls.push_back(std::move(*purl));
  }
  if (!artifact.name.empty()) made.artifact_names = {artifact.name, whole_id(artifact)};
  return made;
}

std::string action_of(const Finding& finding) {
  return finding.fixed.empty() ? "No fixed version is known."
                               : fmt::format("Update to {} or later.", finding.fixed);
}

std::string acceptance(const RiskAccepted& accepted) {
  std::string text = fmt::format("Risk accepted by {}", accepted.by);
  if (accepted.until) text += fmt::format(" until {}", to_string(*accepted.until));
  return text + ": " + accepted.reason;
}

}  // namespace

ReportedBill report_bill(std::string file, const evidence::Inventory& inventory, Scanned scanned,
                         const VexIndex& statements, std::set<const Statement*>* covering) {
  ReportedBill bill{.file = std::move(file), .subject = inventory.subject, .components = scanned.components};
  for (Finding& finding : scanned.findings) {
    ReportedFinding reported{.finding = std::move(finding)};
    const Applied applied = statements.apply(subject_of(reported.finding, inventory.subject));
    if (applied.holds != nullptr && covering != nullptr) {
      covering->insert(applied.holds);
      covering->insert(applied.outranked.begin(), applied.outranked.end());
    }
    if (applied.holds != nullptr) {
      reported.said = *applied.holds;
      reported.why = why(applied);
    }
    bill.findings.push_back(std::move(reported));
  }
  return bill;
}

Said said_of(const ReportedFinding& finding) {
  if (finding.accepted) return {.status = VexStatus::affected, .action = acceptance(*finding.accepted)};
  if (finding.said) {
    const Statement& said = *finding.said;
    Said made{said.status, said.justification, said.impact, said.action};
    if (made.status == VexStatus::affected && made.action.empty()) made.action = action_of(finding.finding);
    // CycloneDX asks for no reason, OpenVEX does.
    if (made.status == VexStatus::not_affected && made.justification.empty() && made.impact.empty())
      made.impact = said.status_said.empty() ? "No reason was given." : said.status_said;
    return made;
  }
  if (finding.finding.scope == Scope::unscoped) return {.status = VexStatus::under_investigation};
  return {.status = VexStatus::affected, .action = action_of(finding.finding)};
}

Json finding_json(const ReportedFinding& reported) {
  const Finding& finding = reported.finding;
  Json::Array aliases(finding.aliases.begin(), finding.aliases.end());
  Json row = Json::object({{"purl", finding.purl},
                           {"advisory", finding.advisory},
                           {"aliases", std::move(aliases)},
                           {"fixed", finding.fixed.empty() ? Json() : Json(finding.fixed)},
                           {"scope", name_of(finding.scope)},
                           {"severity", finding.score ? Json(rating_of(*finding.score)) : Json()}});
  if (!reported.said) return row;
  const Statement& said = *reported.said;
  row.set("vex", Json::object({{"status", format::name_of(said.status)},
                               {"suppressed", reported.is_suppressed()},
                               {"justification", said.justification},
                               {"author", said.author},
                               {"at", to_string(said.at)},
                               {"document", said.document},
                               {"why", reported.why}}));
  return row;
}

}  // namespace weir::vuln
