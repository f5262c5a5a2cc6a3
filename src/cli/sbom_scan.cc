// Bills of materials against advisories on this machine, without a server.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "base/limits.h"
#include "cli/advisory_files.h"
#include "cli/exchange.h"
#include "cli/families_vuln.h"
#include "cli/session.h"
#include "cli/working.h"
#include "format/purl.h"
#include "vuln/limits.h"
#include "vuln/package.h"
#include "vuln/report.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::size_t bill_bytes_max = std::size_t{256} * 1024 * 1024;
constexpr std::array<std::string_view, 7> forms{"table",         "json",    "sarif",
                                                "cyclonedx-vex", "openvex", "csaf", "osv-scanner"};
constexpr std::array finding_columns{
    Column{"PACKAGE", "purl"},      Column{"ADVISORY", "advisory"}, Column{"ALIASES", "aliases", Show::list},
    Column{"SEVERITY", "severity"}, Column{"FIXED", "fixed"},       Column{"SCOPE", "scope"},
    Column{"STATEMENT", "vex.why"}};  // the last one only where somebody says something

struct Scanning {
  std::vector<std::string> files, advisories, statements, trusted;
  std::optional<std::string> output, author, author_namespace;
};

// One file, and what became of it.
struct Bill {
  std::string file;
  vuln::ReportedBill report;
  std::string error = {};
};

Json::Array rows_of(const vuln::ReportedBill& report) {
  Json::Array rows;
  for (const vuln::ReportedFinding& finding : report.findings) rows.push_back(vuln::finding_json(finding));
  return rows;
}

Json json_of(const Bill& bill) {
  if (!bill.error.empty()) return Json::object({{"file", bill.file}, {"error", bill.error}});
  return Json::object({{"file", bill.file},
                       {"components", static_cast<std::int64_t>(bill.report.components)},
                       {"findings", rows_of(bill.report)}});
}

std::string text_of(const Bill& bill, Color color) {
  if (!bill.error.empty()) return fmt::format("{}: {}\n", cleaned(bill.file), cleaned(bill.error));
  const auto suppressed = std::ranges::count_if(bill.report.findings, &vuln::ReportedFinding::is_suppressed);
  const bool is_said = std::ranges::any_of(
      bill.report.findings, [](const vuln::ReportedFinding& finding) { return finding.said.has_value(); });
  std::string text = fmt::format("{}: {} components, {} findings", cleaned(bill.file), bill.report.components,
                                 bill.report.findings.size());
  text += suppressed > 0 ? fmt::format(", {} of them suppressed\n", suppressed) : "\n";
  const std::span<const Column> columns(finding_columns);
  const Json::Array rows = rows_of(bill.report);
  if (!rows.empty()) text += table(is_said ? columns : columns.first(columns.size() - 1), rows, color);
  return text;
}

struct Statements {
  const vuln::VexIndex& index;
  std::set<const vuln::Statement*> covering = {};  // a finding
};

Result<evidence::Inventory> read_bill(const std::string& file) {
  const std::string content = TRY(read_file(file, bill_bytes_max));
  return evidence::read_inventory(content, evidence::Detail::matching, content.capacity() - content.size());
}

Bill scan_file(const std::string& file, const vuln::AdvisoryReader& advisories, Statements& statements) {
  const Result<evidence::Inventory> inventory = read_bill(file);
  if (!inventory.ok()) return {.file = file, .report = {}, .error = inventory.error().message};
  Result<vuln::Scanned> scanned = vuln::match(*inventory, advisories);
  if (!scanned.ok()) return {.file = file, .report = {}, .error = scanned.error().message};
  return {.file = file,
          .report = vuln::report_bill(file, *inventory, std::move(scanned).value(), statements.index,
                                      &statements.covering)};
}

// A VEX document that can't be read stops the scan: what it silences would come back unsaid.
Result<std::vector<vuln::Statement>> read_statements(const Scanning& scanning) {
  std::vector<vuln::Statement> all;
  for (const std::string& file : scanning.statements) {
    const std::string content = TRY(read_file(file, vuln::vex_bytes_max));
    auto read = vuln::read_vex(content, {.organization = scanning.trusted});
    if (!read.ok())
      return Error{read.error().code, fmt::format("{}: {}", file, read.error().message), read.error().field};
    std::ranges::move(*read, std::back_inserter(all));
  }
  return all;
}

// Those of the components, so that no more than these are fetched.
std::vector<std::string> ecosystems_of(std::span<const std::string> files) {
  std::set<std::string> names;
  for (const std::string& file : files) {
    const Result<evidence::Inventory> inventory = read_bill(file);
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

void print(Session& session, const std::string& form, std::span<const Bill> bills, const vuln::ReportHead& head) {
  if (form == "table") {
    for (const Bill& bill : bills) session.line(text_of(bill, session.color()));
    return;
  }
  if (form == "json") {
    Json::Array all;
    for (const Bill& bill : bills) all.push_back(json_of(bill));
    return session.line(dump(Json(std::move(all))));
  }
  std::vector<vuln::ReportedBill> reports;
  for (const Bill& bill : bills) {
    if (bill.error.empty()) reports.push_back(bill.report);
    else session.note(fmt::format("{}: {}", cleaned(bill.file), cleaned(bill.error)));
  }
  if (form == "sarif") session.line(dump_pretty(to_sarif(reports, head)));
  // A document without statements is none.
  const bool finds =
      std::ranges::any_of(reports, [](const auto& report) { return !report.findings.empty(); });
  if (form == "openvex" && !finds) return session.note("no finding: OpenVEX has nothing to say");
  if (form == "csaf" && !finds) return session.note("no finding: CSAF has nothing to say");
  if (form == "csaf") session.line(dump_pretty(to_csaf_vex(reports, head)));
  if (form == "openvex") session.line(dump_pretty(to_openvex(reports, head)));
  if (form == "cyclonedx-vex") session.line(dump_pretty(to_cyclonedx_vex(reports, head)));
  if (form == "osv-scanner") session.line(dump_pretty(to_osv_scanner(reports)));
}

Result<Exit> scan(Session& session, const Scanning& scanning) {
  vuln::ReportHead head{
      .author = scanning.author.value_or("weir"), .tool_version = WEIR_VERSION, .at = session.now()};
  if (scanning.author_namespace) head.author_namespace = TRY(vuln::checked_namespace(*scanning.author_namespace));
  std::optional<Working> working(std::in_place, session, "reading advisories and bills of materials");
  const ReadAdvisories read =
      TRY(read_advisories(scanning.advisories, [&] { return ecosystems_of(scanning.files); }));
  const std::vector<vuln::Statement> statements = TRY(read_statements(scanning));
  const vuln::VexIndex index(statements);
  Statements held{index};
  std::vector<Bill> bills;
  bool sound = true;
  for (const std::string& file : scanning.files) {
    bills.push_back(scan_file(file, *read.reader, held));
    sound &= bills.back().error.empty();
  }
  working.reset();
  for (const std::string& refused : read.refused) session.note("refused " + cleaned(refused));
  if (held.covering.size() < statements.size())
    session.note(fmt::format("{} of {} statements cover no finding", statements.size() - held.covering.size(),
                             statements.size()));
  print(session, scanning.output.value_or(session.form() == OutputForm::json ? "json" : "table"), bills, head);
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
  options.option({.name = "vex",
                  .value = "FILE",
                  .help = "what is said about flaws: OpenVEX, CSAF VEX, CycloneDX",
                  .many = Many::each},
                 &scanning->statements);
  options.option({.name = "vex-trust",
                  .value = "AUTHOR",
                  .help = "whose statements in these files outrank all others",
                  .many = Many::each},
                 &scanning->trusted);
  options.option({.name = "output",
                  .value = "FORM",
                  .help = "for people, for programs, or for other tools",
                  .choices = forms,
                  .letter = 'o'},
                 &scanning->output);
  options.option(author_row, &scanning->author);
  options.option(namespace_row, &scanning->author_namespace);
  return [scanning](Session& session) { return scan(session, *scanning); };
}

}  // namespace weir::cli
