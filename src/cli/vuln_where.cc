// Findings of the server: where a flaw runs, which are open, and which components there are.
#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families_vuln.h"
#include "cli/listing.h"
#include "cli/session.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array where_columns{Column{"WORKLOAD", "name"},
                                   Column{"HOST", "host"},
                                   Column{"ENVIRONMENT", "environment"},
                                   Column{"SINCE", "since", Show::time},
                                   Column{"COMPONENT", "component"},
                                   Column{"SOURCE PACKAGE", "source"},
                                   Column{"FLAW", "cluster"},
                                   Column{"SEVERITY", "severity"},
                                   Column{"FIXED", "fixed"},
                                   Column{"FIRST COMMIT", "first.commit"},
                                   Column{"FIXED RELEASE", "fixed_release.commit"},
                                   Column{"EXPLOITED SINCE", "exploited"},
                                   Column{"EXPOSURE", "exposure.reach"},
                                   Column{"TEAM", "team"},
                                   Column{"ACCEPTED UNTIL", "accepted.until", Show::time},
                                   Column{"STATED", "statement.status"},
                                   Column{"BECAUSE", "statement.justification"},
                                   Column{"BY", "statement.author"},
                                   Column{"ATTESTED BY", "statement.attested_by"}};
constexpr std::array uncovered_columns{Column{"NOT COVERED", "name"}, Column{"HOST", "host"},
                                       Column{"ENVIRONMENT", "environment"}, Column{"WHY", "why"}};
constexpr std::array outdated_columns{Column{"LOOKED AT AN OLDER SBOM", "name"}, Column{"HOST", "host"},
                                      Column{"ENVIRONMENT", "environment"}, Column{"WHY", "why"}};
constexpr std::array finding_columns{Column{"ID", "id"},
                                     Column{"PRIORITY", "priority.points", Show::count},
                                     Column{"FLAW", "cluster"},
                                     Column{"COMPONENT", "component"},
                                     Column{"STATE", "state"},
                                     Column{"SEVERITY", "severity"},
                                     Column{"SCORE", "score"},
                                     Column{"EPSS", "epss"},
                                     Column{"EXPLOITED SINCE", "exploited"},
                                     Column{"FIXED", "fixed"},
                                     Column{"ARTIFACTS", "artifacts"},
                                     Column{"SINCE", "opened_at", Show::time},
                                     Column{"DUE", "due_at", Show::time},
                                     Column{"STATED", "statement.status"},
                                     Column{"SUPPRESSED IN", "suppressed"}};
constexpr std::array component_columns{Column{"COMPONENT", "component"}, Column{"VERSION", "version"},
                                       Column{"ECOSYSTEM", "ecosystem"}, Column{"ARTIFACTS", "artifacts"},
                                       Column{"OPEN", "open", Show::list}};
constexpr std::array term_columns{Column{"PRIORITY OF", "name"}, Column{"POINTS", "points", Show::count},
                                  Column{"AT MOST", "points_max", Show::count}, Column{"BECAUSE", "because"}};
constexpr std::array stated_columns{Column{"STATED", "statement.status"},
                                    Column{"BECAUSE", "statement.justification"},
                                    Column{"OF", "statement.artifact", Show::digest},
                                    Column{"BY", "statement.author"},
                                    Column{"ATTESTED BY", "statement.attested_by"},
                                    Column{"FROM", "at", Show::time},
                                    Column{"UNTIL", "until", Show::time},
                                    Column{"ATTESTATION", "statement.attestation"}};
constexpr std::array step_columns{Column{"AT", "at", Show::time}, Column{"STATE", "state"},
                                  Column{"BECAUSE OF", "cause"}, Column{"FIXED", "fixed"},
                                  Column{"ENTRY", "entry"}};

std::string where_told(const Json& answer, Color color) {
  const Json& coverage = answer.at("coverage");
  std::string text = fmt::format("{}\n", cleaned(coverage.text("sentence")));
  const Json::Array &running = answer.items("running"), &uncovered = coverage.items("uncovered");
  const std::int64_t* rows = answer.at("rows").integer();
  text += fmt::format("{}: {} in what runs", cleaned(answer.text("query")),
                      running.empty() ? "not found" : "found");
  const std::int64_t* recorded = answer.at("artifacts").integer();
  if (running.empty() && recorded != nullptr && *recorded > 0)
    text += *recorded == 1 ? "; 1 recorded artifact has it"
                           : fmt::format("; {} recorded artifacts have it", *recorded);
  text += '\n';
  if (rows != nullptr && *rows > static_cast<std::int64_t>(running.size()))
    text += fmt::format("{} of {} rows; --limit shows more\n", running.size(), *rows);
  if (!running.empty()) text += table(where_columns, running, color);
  if (!uncovered.empty()) text += table(uncovered_columns, uncovered, color);
  if (const Json::Array& outdated = coverage.items("outdated"); !outdated.empty())
    text += table(outdated_columns, outdated, color);
  return text;
}

std::string story_told(const Json& answer, Color color) {
  const Json& finding = answer.at("finding");
  std::string text = card(finding_columns, finding, color) +
                     table(term_columns, finding.at("priority").items("terms"), color) +
                     table(step_columns, answer.items("history"), color);
  if (!answer.items("statements").empty()) text += table(stated_columns, answer.items("statements"), color);
  return text;
}

struct Asking {
  std::string what;
  std::optional<std::string> at;
  std::int64_t limit = 0;
};

// The first page with the rows of those after it, until there are enough.
Result<Json> read_where(Api& api, const Query& query, std::size_t limit) {
  constexpr std::size_t page_max = 1000;
  const auto page = [&](std::size_t rows, const std::string& cursor) {
    Query of_page = query;
    of_page.emplace_back("limit", std::to_string(std::min(rows, page_max)));
    if (!cursor.empty()) of_page.emplace_back("cursor", cursor);
    return api.read("vulnerabilities/where", of_page);
  };
  Json answer = TRY(page(limit, ""));
  Json::Array running = answer.items("running");
  std::string next(answer.text("next"));
  while (!next.empty() && running.size() < limit) {
    const Json more = TRY(page(limit - running.size(), next));
    for (const Json& row : more.items("running")) running.push_back(row);
    next = more.text("next");
  }
  answer.set("running", std::move(running));
  answer.set("next", next.empty() ? Json() : Json(next));
  return answer;
}

}  // namespace

Action vuln_where(Options& options) {
  const auto asking = std::make_shared<Asking>();
  options.argument({.name = "WHAT",
                    .help = "CVE-…, GHSA-…, a package URL, a name, or name<version",
                    .need = Need::required},
                   &asking->what);
  options.option({.name = "at", .value = "WHEN", .help = "at that moment; else now"}, &asking->at);
  options.option(limit_row, &asking->limit);
  return [asking](Session& session) -> Result<Exit> {
    Query query{{"query", asking->what}};
    const auto at = TRY(parse_moment(asking->at, session.now(), "at"));
    if (at) query.emplace_back("at", to_string(*at));
    Api* api = TRY(session.api());
    const Json answer = TRY(read_where(*api, query, TRY(checked_limit(asking->limit))));
    session.answer(answer, where_told(answer, session.color()));
    return Exit::yes;
  };
}

Action vuln_list(Options& options) {
  struct Filters {
    std::optional<std::string> environment, artifact;
    bool open = false;
    std::int64_t limit = 0;
  };
  const auto given = std::make_shared<Filters>();
  options.option({.name = "environment", .value = "ENV", .help = "only of what runs there"},
                 &given->environment);
  options.option({.name = "artifact", .value = "DIGEST", .help = "only of this artifact"}, &given->artifact);
  options.option({.name = "open", .help = "only those that are open"}, &given->open);
  options.option(limit_row, &given->limit);
  return [given](Session& session) -> Result<Exit> {
    Query query{{"order", "priority"}};
    if (given->environment) query.emplace_back("environment", *given->environment);
    if (given->artifact) query.emplace_back("artifact", *given->artifact);
    if (given->open) query.emplace_back("open", "true");
    const std::size_t limit = TRY(checked_limit(given->limit));
    Api* api = TRY(session.api());
    const Json::Array rows = TRY(api->list("vulnerabilities", "vulnerabilities", query, limit));
    session.answer_rows(
        rows, finding_columns,
        "no findings; they come of bills of materials (weir attest sbom) and advisories (weir serve "
        "--advisories PLACE)");
    return Exit::yes;
  };
}

Action vuln_show(Options& options) {
  const auto id = std::make_shared<std::string>();
  options.argument({.name = "ID", .help = "of the finding", .need = Need::required}, id.get());
  return [id](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json answer = TRY(api->read(path_of({"vulnerabilities", *id})));
    session.answer(answer, story_told(answer, session.color()));
    return Exit::yes;
  };
}

Action component_search(Options& options) {
  struct Searching {
    std::string what;
    std::int64_t limit = 0;
  };
  const auto given = std::make_shared<Searching>();
  options.argument(
      {.name = "NAME", .help = "a name, name@version, or part of a package URL", .need = Need::required},
      &given->what);
  options.option(limit_row, &given->limit);
  return [given](Session& session) -> Result<Exit> {
    const std::size_t limit = TRY(checked_limit(given->limit));
    Api* api = TRY(session.api());
    const Json::Array rows = TRY(api->list("components", "components", {{"q", given->what}}, limit));
    session.answer_rows(rows, component_columns,
                        "no component matches; bills of materials name them: weir attest sbom");
    return Exit::yes;
  };
}

}  // namespace weir::cli
