// Two OpenAPI documents held against each other on this machine, without a server.
#include <fmt/format.h>

#include <algorithm>

#include "cli/exchange.h"
#include "cli/families_vuln.h"
#include "cli/session.h"
#include "evidence/openapi_difference.h"

namespace weir::cli {
namespace {

using evidence::OpenApiDifference;
using format::Json;

constexpr std::size_t document_bytes_max = std::size_t{64} * 1024 * 1024;
constexpr std::array columns{Column{"OPERATION", "operation"}, Column{"PLACE", "place"},
                             Column{"CHANGE", "what"}, Column{"EFFECT", "effect"}};

struct Comparing {
  std::string before, after;
  bool check = false;
};

Json row_of(std::string_view operation, std::string_view place, std::string_view what,
            evidence::Effect effect) {
  return Json::object(
      {{"operation", operation}, {"place", place}, {"what", what}, {"effect", format::name_of(effect)}});
}

bool is_open(const OpenApiDifference& difference, const std::string& operation) {
  return std::ranges::find(difference.added_open, operation) != difference.added_open.end();
}

std::string text_of(const OpenApiDifference& difference, Color color) {
  Json::Array rows;
  for (const std::string& each : difference.removed)
    rows.push_back(row_of(each, "", "is gone", evidence::Effect::breaking));
  for (const std::string& each : difference.added)
    rows.push_back(row_of(each, "",
                          is_open(difference, each) ? "is new; nobody is asked who he is" : "is new",
                          evidence::Effect::compatible));
  for (const evidence::OperationDifference& each : difference.changed)
    for (const evidence::ApiChange& change : each.changes)
      rows.push_back(row_of(each.operation, change.place, change.what, change.effect));
  std::string text =
      fmt::format("{} operations added, {} removed, {} changed; {} break callers\n", difference.added.size(),
                  difference.removed.size(), difference.changed.size(), difference.breaking);
  if (!rows.empty()) text += table(columns, rows, color);
  return text;
}

Result<Exit> compare(Session& session, const Comparing& comparing) {
  const std::string before = TRY(read_file(comparing.before, document_bytes_max));
  const std::string after = TRY(read_file(comparing.after, document_bytes_max));
  const OpenApiDifference difference = TRY(evidence::openapi_difference(before, after));
  session.line(session.form() == OutputForm::json ? format::encode(difference)
                                                  : text_of(difference, session.color()));
  session.flush();
  return comparing.check && difference.breaking > 0 ? Exit::no : Exit::yes;
}

}  // namespace

Action openapi_diff(Options& options) {
  const auto comparing = std::make_shared<Comparing>();
  options.argument({.name = "OLD", .help = "an OpenAPI 3 document, JSON or YAML", .need = Need::required},
                   &comparing->before);
  options.argument({.name = "NEW", .help = "the one it is held against", .need = Need::required},
                   &comparing->after);
  options.option({.name = "check", .help = "exit with 1 when callers may break"}, &comparing->check);
  return [comparing](Session& session) { return compare(session, *comparing); };
}

}  // namespace weir::cli
