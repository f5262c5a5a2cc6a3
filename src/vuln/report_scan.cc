// SARIF 2.1.0, and the JSON of osv-scanner.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "format/members.h"
#include "vuln/cvss.h"
#include "vuln/report.h"

namespace weir::vuln {
namespace {

using format::Json;

std::string_view level_of(const Finding& finding) {
  if (!finding.score) return "warning";
  if (*finding.score >= 7) return "error";
  return *finding.score >= 4 ? "warning" : "note";
}

// What suppresses stands in the result (§3.35): who said it outside, by which words.
Json suppression_of(const ReportedFinding& reported) {
  return Json::object({{"kind", "external"}, {"status", "accepted"}, {"justification", reported.why}});
}

Json result_of(const ReportedBill& bill, const ReportedFinding& reported) {
  const Finding& finding = reported.finding;
  const std::string fixed = finding.fixed.empty() ? "no fixed version is known" : "fixed in " + finding.fixed;
  Json location = Json::object({{"uri", bill.file}});
  location = Json::object({{"artifactLocation", std::move(location)}});
  location = Json::object({{"physicalLocation", std::move(location)}});
  Json result = Json::object(
      {{"ruleId", finding.advisory},
       {"level", level_of(finding)},
       {"message", Json::object({{"text", fmt::format("{} is affected by {}; {}", finding.purl,
                                                      finding.advisory, fixed)}})},
       {"locations", Json::Array{std::move(location)}},
       {"partialFingerprints", Json::object({{"packageAdvisory/v1", finding.purl + " " + finding.advisory}})},
       {"properties", finding_json(reported)}});
  if (reported.is_suppressed() && !reported.accepted)
    result.set("suppressions", Json::Array{suppression_of(reported)});
  return result;
}

Json rule_of(const Finding& finding) {
  const std::string& title = finding.summary.empty() ? finding.advisory : finding.summary;
  Json properties{Json::Object{}};
  if (finding.score) properties.set("security-severity", fmt::format("{:.1f}", *finding.score));
  return Json::object({{"id", finding.advisory},
                       {"shortDescription", Json::object({{"text", title}})},
                       {"properties", std::move(properties)}});
}

// Its vulnerabilities of one package: records, and groups of those that are one flaw by their aliases.
using Package = std::vector<const Finding*>;

Json package_json(const std::string& purl) {
  const auto read = format::parse_purl(purl, format::PurlReading::tolerant);
  const auto package = read.ok() ? package_of(*read, "", std::nullopt) : std::nullopt;
  if (!package) return Json::object({{"name", purl}});
  const std::string suffix = package->release.empty() ? "" : ":" + package->release;
  return Json::object({{"name", package->names.front()},
                       {"version", package->version},
                       {"ecosystem", package->ecosystem + suffix}});
}

Json groups_of(const Package& findings) {
  std::vector<std::pair<std::set<std::string>, std::vector<const Finding*>>> groups;
  for (const Finding* finding : findings) {
    std::set<std::string> ids(finding->aliases.begin(), finding->aliases.end());
    ids.insert(finding->advisory);
    std::vector<const Finding*> members{finding};
    std::erase_if(groups, [&](auto& group) {
      const bool same =
          std::ranges::any_of(group.first, [&](const std::string& id) { return ids.contains(id); });
      if (!same) return false;
      ids.insert(group.first.begin(), group.first.end());
      members.insert(members.begin(), group.second.begin(), group.second.end());
      return true;
    });
    groups.emplace_back(std::move(ids), std::move(members));
  }
  Json::Array rows;
  for (const auto& [aliases, members] : groups) {
    Json::Array ids;
    std::optional<double> highest;
    for (const Finding* member : members) {
      ids.push_back(member->advisory);
      if (member->score && (!highest || *member->score > *highest)) highest = member->score;
    }
    rows.push_back(
        Json::object({{"ids", std::move(ids)},
                      {"aliases", Json(Json::Array(aliases.begin(), aliases.end()))},
                      {"max_severity", highest ? fmt::format("{:.1f}", *highest) : std::string()}}));
  }
  return rows;
}

Json record_of(const Finding& finding) {
  Json record =
      Json::object({{"id", finding.advisory},
                    {"aliases", Json(Json::Array(finding.aliases.begin(), finding.aliases.end()))}});
  if (!finding.summary.empty()) record.set("summary", finding.summary);
  return record;
}

Json::Array packages_of(const ReportedBill& bill) {
  std::map<std::string, Package> by_purl;
  for (const ReportedFinding& reported : bill.findings)
    if (!reported.is_suppressed() || reported.accepted)
      by_purl[reported.finding.purl].push_back(&reported.finding);
  Json::Array packages;
  for (const auto& [purl, findings] : by_purl) {
    Json::Array records;
    for (const Finding* finding : findings) records.push_back(record_of(*finding));
    packages.push_back(Json::object({{"package", package_json(purl)},
                                     {"vulnerabilities", std::move(records)},
                                     {"groups", groups_of(findings)}}));
  }
  return packages;
}

}  // namespace

Json to_sarif(std::span<const ReportedBill> bills, const ReportHead& head) {
  Json::Array rules, results;
  std::set<std::string_view> known;
  for (const ReportedBill& bill : bills)
    for (const ReportedFinding& reported : bill.findings) {
      if (known.insert(reported.finding.advisory).second) rules.push_back(rule_of(reported.finding));
      results.push_back(result_of(bill, reported));
    }
  Json driver = Json::object({{"name", "weir"}, {"version", head.tool_version}, {"rules", std::move(rules)}});
  Json run = Json::object(
      {{"tool", Json::object({{"driver", std::move(driver)}})}, {"results", std::move(results)}});
  return Json::object({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                       {"version", "2.1.0"},
                       {"runs", Json::Array{std::move(run)}}});
}

// Only what counts, as that tool does with what its own configuration ignores.
Json to_osv_scanner(std::span<const ReportedBill> bills) {
  Json::Array results;
  for (const ReportedBill& bill : bills) {
    Json::Array packages = packages_of(bill);
    if (packages.empty()) continue;
    results.push_back(Json::object({{"source", Json::object({{"path", bill.file}, {"type", "sbom"}})},
                                    {"packages", std::move(packages)}}));
  }
  return Json::object({{"results", std::move(results)}});
}

}  // namespace weir::vuln
