// Two bills of materials held against each other on this machine, without a server.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/exchange.h"
#include "cli/families_vuln.h"
#include "cli/session.h"
#include "vuln/bill_difference.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::size_t bill_bytes_max = std::size_t{256} * 1024 * 1024;
constexpr std::array<std::string_view, 2> forms{"table", "json"};
constexpr std::array columns{Column{"CHANGE", "change"},     Column{"COMPONENT", "component"},
                             Column{"BEFORE", "before"},     Column{"AFTER", "after"},
                             Column{"LICENCES", "licences"}, Column{"DEPTH", "depth"},
                             Column{"ALSO", "also"}};

struct Comparing {
  std::string before, after;
  std::optional<std::string> output;
};

Result<vuln::BillComponents> read_bill(const std::string& file) {
  const std::string content = TRY(read_file(file, bill_bytes_max));
  const auto inventory = evidence::read_inventory(content, evidence::Detail::whole);
  if (!inventory.ok())
    return Error{inventory.error().code, fmt::format("{}: {}", file, inventory.error().message)};
  return vuln::bill_components(*inventory);
}

std::string listed(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string_view depth_of(const vuln::BillComponent& component) {
  return component.depth == vuln::Depth::unknown ? "" : format::name_of(component.depth);
}

Json row_of(std::string_view change, const vuln::BillRow& row) {
  const std::string versions = listed(row.is.versions);
  return Json::object({{"change", change},
                       {"component", row.component},
                       {change == "added" ? "after" : "before", versions},
                       {"licences", listed(row.is.licences)},
                       {"depth", depth_of(row.is)}});
}

std::string moved(std::string_view before, std::string_view after) {
  return before == after ? std::string(after) : fmt::format("{} -> {}", before, after);
}

Json row_of(const vuln::BillChange& change) {
  std::string_view word =
      change.direction == vuln::Direction::none ? "changed" : format::name_of(change.direction);
  std::string also;
  for (const std::string& what : change.what)
    if (what == "supplier")
      also = "supplier " + moved(listed(change.before.suppliers), listed(change.after.suppliers));
  if (!change.new_authors.empty())
    also += fmt::format("{}new authors {}", also.empty() ? "" : "; ", listed(change.new_authors));
  return Json::object({{"change", word},
                       {"component", change.component},
                       {"before", listed(change.before.versions)},
                       {"after", listed(change.after.versions)},
                       {"licences", moved(listed(change.before.licences), listed(change.after.licences))},
                       {"depth", moved(depth_of(change.before), depth_of(change.after))},
                       {"also", also}});
}

std::string text_of(const vuln::BillDifference& difference, Color color) {
  std::string text = fmt::format("{} added, {} removed, {} changed, {} unchanged\n", difference.added.size(),
                                 difference.removed.size(), difference.changed.size(), difference.unchanged);
  Json::Array rows;
  for (const vuln::BillRow& row : difference.added) rows.push_back(row_of("added", row));
  for (const vuln::BillRow& row : difference.removed) rows.push_back(row_of("removed", row));
  for (const vuln::BillChange& change : difference.changed) rows.push_back(row_of(change));
  if (!rows.empty()) text += table(columns, rows, color);
  const auto fresh = [&](std::string_view what, const std::vector<std::string>& texts) {
    if (!texts.empty()) text += fmt::format("new {}: {}\n", what, cleaned(listed(texts)));
  };
  fresh("licences", difference.new_licences);
  fresh("suppliers", difference.new_suppliers);
  fresh("authors", difference.new_authors);
  return text;
}

Result<Exit> compare(Session& session, const Comparing& comparing) {
  const vuln::BillComponents before = TRY(read_bill(comparing.before)),
                             after = TRY(read_bill(comparing.after));
  const vuln::BillDifference difference = vuln::difference(before, after);
  const bool for_machines =
      comparing.output ? *comparing.output == "json" : session.form() == OutputForm::json;
  session.line(for_machines ? format::encode(difference) : text_of(difference, session.color()));
  return Exit::yes;
}

}  // namespace

Action sbom_diff(Options& options) {
  const auto comparing = std::make_shared<Comparing>();
  options.argument(
      {.name = "BEFORE", .help = "a bill of materials: CycloneDX or SPDX", .need = Need::required},
      &comparing->before);
  options.argument({.name = "AFTER", .help = "the one it is held against", .need = Need::required},
                   &comparing->after);
  options.option({.name = "output",
                  .value = "FORM",
                  .help = "for people, or for programs",
                  .choices = forms,
                  .letter = 'o'},
                 &comparing->output);
  return [comparing](Session& session) { return compare(session, *comparing); };
}

}  // namespace weir::cli
