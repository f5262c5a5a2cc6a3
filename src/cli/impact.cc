// Where results of scans and breaks of APIs run.
#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families_bill.h"
#include "cli/session.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array scan_columns{Column{"WORKLOAD", "name"},
                                  Column{"HOST", "host"},
                                  Column{"ENVIRONMENT", "environment"},
                                  Column{"SINCE", "since", Show::time},
                                  Column{"RULE", "rule"},
                                  Column{"LEVEL", "level"},
                                  Column{"FILE", "file"},
                                  Column{"LINE", "line"},
                                  Column{"FIRST COMMIT", "first.commit"},
                                  Column{"TEAM", "team"}};
constexpr std::array api_columns{Column{"WORKLOAD", "name"},
                                 Column{"HOST", "host"},
                                 Column{"ENVIRONMENT", "environment"},
                                 Column{"AS", "role"},
                                 Column{"API", "api"},
                                 Column{"BUILT FOR", "before_version"},
                                 Column{"NOW", "after_version"},
                                 Column{"BREAKING", "breaking", Show::count},
                                 Column{"FIRST BREAK", "first_break"},
                                 Column{"TEAM", "team"}};
constexpr std::array uncovered_columns{Column{"NOT COVERED", "name"}, Column{"HOST", "host"},
                                       Column{"ENVIRONMENT", "environment"}, Column{"WHY", "why"}};

std::string told(const Json& answer, std::string_view found, std::span<const Column> columns,
                 const Json::Array& rows, Color color) {
  const Json& coverage = answer.at("coverage");
  std::string text = fmt::format("{}\n{}: {} in what runs\n", cleaned(coverage.text("sentence")),
                                 cleaned(found), rows.empty() ? "not found" : "found");
  if (!rows.empty()) text += table(columns, rows, color);
  if (const bool* more = answer.at("more").boolean(); more != nullptr && *more)
    text += "there is more than this\n";
  const Json::Array& uncovered = coverage.items("uncovered");
  return uncovered.empty() ? text : text + table(uncovered_columns, uncovered, color);
}

// With the first break in words, for a table.
Json::Array with_first_break(const Json::Array& rows) {
  Json::Array made = rows;
  for (Json& row : made) {
    const Json::Array& breaks = row.items("breaks");
    if (breaks.empty()) continue;
    const Json& first = breaks.front();
    const std::string place = first.text("place").empty() ? "" : fmt::format(": {}", first.text("place"));
    row.set("first_break", fmt::format("{}{} {}", first.text("operation"), place, first.text("what")));
  }
  return made;
}

}  // namespace

Action scan_where(Options& options) {
  struct Asking {
    std::string finding;
    std::optional<std::string> environment;
    bool fingerprint = false;
  };
  const auto asking = std::make_shared<Asking>();
  options.argument(
      {.name = "FINDING", .help = "the rule that finds it, or a fingerprint", .need = Need::required},
      &asking->finding);
  options.option({.name = "fingerprint", .help = "FINDING is the fingerprint of one result"},
                 &asking->fingerprint);
  options.option(environment_filter, &asking->environment);
  return [asking](Session& session) -> Result<Exit> {
    Query query{{asking->fingerprint ? "fingerprint" : "rule", asking->finding}};
    if (asking->environment) query.emplace_back("environment", *asking->environment);
    Api* api = TRY(session.api());
    const Json answer = TRY(api->read("scans/where", query));
    session.answer(answer,
                   told(answer, asking->finding, scan_columns, answer.items("running"), session.color()));
    return Exit::yes;
  };
}

Action openapi_where(Options& options) {
  const auto environment = std::make_shared<std::optional<std::string>>();
  options.option(environment_filter, environment.get());
  return [environment](Session& session) -> Result<Exit> {
    Query query;
    if (*environment) query.emplace_back("environment", **environment);
    Api* api = TRY(session.api());
    const Json answer = TRY(api->read("apis/where", query));
    session.answer(answer, told(answer, "breaking differences", api_columns,
                                with_first_break(answer.items("running")), session.color()));
    return Exit::yes;
  };
}

}  // namespace weir::cli
