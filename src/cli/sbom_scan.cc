// Bills of materials against advisories on this machine, without a server.
#include <fmt/format.h>

#include <array>
#include <set>

#include "base/limits.h"
#include "cli/advisory_files.h"
#include "cli/exchange.h"
#include "cli/families_vuln.h"
#include "cli/session.h"
#include "vuln/cvss.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::size_t bill_bytes_max = std::size_t{256} * 1024 * 1024;
constexpr std::array<std::string_view, 3> forms{"table", "json", "sarif"};
constexpr std::array finding_columns{
    Column{"PACKAGE", "purl"},      Column{"ADVISORY", "advisory"}, Column{"ALIASES", "aliases", Show::list},
    Column{"SEVERITY", "severity"}, Column{"FIXED", "fixed"},       Column{"SCOPE", "scope"}};

struct Scanning {
  std::vector<std::string> files, advisories;
  std::optional<std::string> output;
};

// One file, and what became of it.
struct Bill {
  std::string file;
  vuln::Scanned scanned;
  std::string error = {};
};

Json row_of(const vuln::Finding& finding) {
  Json::Array aliases;
  for (const std::string& alias : finding.aliases) aliases.push_back(alias);
  return Json::object({{"purl", finding.purl},
                       {"advisory", finding.advisory},
                       {"aliases", std::move(aliases)},
                       {"fixed", finding.fixed.empty() ? Json() : Json(finding.fixed)},
                       {"scope", vuln::name_of(finding.scope)},
                       {"severity", finding.score ? Json(vuln::rating_of(*finding.score)) : Json()}});
}

Json::Array rows_of(const vuln::Scanned& scanned) {
  Json::Array rows;
  for (const vuln::Finding& finding : scanned.findings) rows.push_back(row_of(finding));
  return rows;
}

Json json_of(const Bill& bill) {
  if (!bill.error.empty()) return Json::object({{"file", bill.file}, {"error", bill.error}});
  return Json::object({{"file", bill.file},
                       {"components", static_cast<std::int64_t>(bill.scanned.components)},
                       {"findings", rows_of(bill.scanned)}});
}

std::string text_of(const Bill& bill, Color color) {
  if (!bill.error.empty()) return fmt::format("{}: {}\n", cleaned(bill.file), cleaned(bill.error));
  std::string text = fmt::format("{}: {} components, {} findings\n", cleaned(bill.file),
                                 bill.scanned.components, bill.scanned.findings.size());
  const Json::Array rows = rows_of(bill.scanned);
  if (!rows.empty()) text += table(finding_columns, rows, color);
  return text;
}

std::string_view level_of(const vuln::Finding& finding) {
  if (!finding.score) return "warning";
  if (*finding.score >= 7) return "error";
  return *finding.score >= 4 ? "warning" : "note";
}

Json result_of(const Bill& bill, const vuln::Finding& finding) {
  const std::string fixed = finding.fixed.empty() ? "no fixed version is known" : "fixed in " + finding.fixed;
  Json location = Json::object({{"uri", bill.file}});
  location = Json::object({{"artifactLocation", std::move(location)}});
  location = Json::object({{"physicalLocation", std::move(location)}});
  return Json::object(
      {{"ruleId", finding.advisory},
       {"level", level_of(finding)},
       {"message", Json::object({{"text", fmt::format("{} is affected by {}; {}", finding.purl,
                                                      finding.advisory, fixed)}})},
       {"locations", Json::Array{std::move(location)}},
       {"partialFingerprints", Json::object({{"packageAdvisory/v1", finding.purl + " " + finding.advisory}})},
       {"properties", row_of(finding)}});
}

Json rule_of(const vuln::Finding& finding) {
  const std::string& title = finding.summary.empty() ? finding.advisory : finding.summary;
  Json properties{Json::Object{}};
  if (finding.score) properties.set("security-severity", fmt::format("{:.1f}", *finding.score));
  return Json::object({{"id", finding.advisory},
                       {"shortDescription", Json::object({{"text", title}})},
                       {"properties", std::move(properties)}});
}

Json sarif_of(std::span<const Bill> bills) {
  Json::Array rules, results;
  std::set<std::string_view> known;
  for (const Bill& bill : bills)
    for (const vuln::Finding& finding : bill.scanned.findings) {
      if (known.insert(finding.advisory).second) rules.push_back(rule_of(finding));
      results.push_back(result_of(bill, finding));
    }
  Json driver = Json::object({{"name", "weir"}, {"version", WEIR_VERSION}, {"rules", std::move(rules)}});
  Json run = Json::object(
      {{"tool", Json::object({{"driver", std::move(driver)}})}, {"results", std::move(results)}});
  return Json::object({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                       {"version", "2.1.0"},
                       {"runs", Json::Array{std::move(run)}}});
}

Bill scan_file(const std::string& file, const vuln::AdvisoryReader& advisories) {
  const Result<std::string> content = read_file(file, bill_bytes_max);
  if (!content.ok()) return {.file = file, .scanned = {}, .error = content.error().message};
  const Result<evidence::Inventory> inventory = evidence::read_inventory(*content);
  if (!inventory.ok()) return {.file = file, .scanned = {}, .error = inventory.error().message};
  Result<vuln::Scanned> scanned = vuln::match(*inventory, advisories);
  if (!scanned.ok()) return {.file = file, .scanned = {}, .error = scanned.error().message};
  return {.file = file, .scanned = std::move(scanned).value()};
}

// Those of the components, so that no more than these are fetched.
std::vector<std::string> ecosystems_of(std::span<const std::string> files) {
  std::set<std::string> names;
  for (const std::string& file : files) {
    const Result<std::string> content = read_file(file, bill_bytes_max);
    if (!content.ok()) continue;
    const Result<evidence::Inventory> inventory = evidence::read_inventory(*content);
    if (!inventory.ok()) continue;
    for (const evidence::Item& item : inventory->items) {
      const auto purl = format::parse_purl(item.purl, format::PurlReading::tolerant);
      if (!purl.ok()) continue;
      const auto package = vuln::package_of(*purl, item.source, std::nullopt);
      if (package) names.insert(package->ecosystem);
    }
  }
  return {names.begin(), names.end()};
}

void print(Session& session, const std::string& form, std::span<const Bill> bills) {
  if (form == "sarif") return session.line(dump_pretty(sarif_of(bills)));
  if (form == "json") {
    Json::Array all;
    for (const Bill& bill : bills) all.push_back(json_of(bill));
    return session.line(dump(Json(std::move(all))));
  }
  for (const Bill& bill : bills) session.line(text_of(bill, session.color()));
}

Result<Exit> scan(Session& session, const Scanning& scanning) {
  const ReadAdvisories read = 
      TRY(read_advisories(scanning.advisories, [&] { return ecosystems_of(scanning.files); }));
  for (const std::string& refused : read.refused) session.note("refused " + cleaned(refused));
  std::vector<Bill> bills;
  bool sound = true;
  for (const std::string& file : scanning.files) {
    bills.push_back(scan_file(file, *read.reader));
    sound &= bills.back().error.empty();
  }
  print(session, scanning.output.value_or(session.form() == OutputForm::json ? "json" : "table"), bills);
  session.flush();
  return sound ? Exit::yes : Exit::no;
}

}  // namespace

Action sbom_scan(Options& options) {
  const auto scanning = std::make_shared<Scanning>();
  options.argument({.name = "FILE",
                    .help = "bills of materials: CycloneDX (JSON, XML) or SPDX (JSON, tag-value)",
                    .need = Need::required,
                    .many = Many::row},
                   &scanning->files);
  options.option({.name = "advisories",
                  .value = "PLACE",
                  .help = "OSV records: a store, a directory, a zip or tar, a file, a URL, or a git repository",
                  .need = Need::required,
                  .many = Many::each},
                 &scanning->advisories);
  options.option({.name = "output",
                  .value = "FORM",
                  .help = "for people, for programs, or as SARIF 2.1.0",
                  .choices = forms,
                  .letter = 'o'},
                 &scanning->output);
  return [scanning](Session& session) { return scan(session, *scanning); };
}

}  // namespace weir::cli
