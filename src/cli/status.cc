#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/session.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array lake_columns{Column{"ENVIRONMENT", "name"}, Column{"ALERTS", "alerts_open", Show::count},
                                  Column{"INCIDENTS", "incidents_open", Show::count},
                                  Column{"SAYS", "sentence"}};
constexpr std::array need_columns{
    Column{"NEEDS A PERSON", "title"}, Column{"KIND", "kind"},   Column{"ID", "id"},
    Column{"WHERE", "where"},          Column{"OWNER", "owner"}, Column{"SINCE", "since", Show::time}};
constexpr std::array hit_columns{Column{"KIND", "kind"}, Column{"TITLE", "title"},
                                 Column{"DETAIL", "detail"}};

std::string sentence_of(const Json& overview) {
  std::string text;
  for (const Json& piece : overview.items("sentence")) text += cleaned(piece.text("text"));
  return text;
}

std::string trust_line(const Json& trust) {
  std::string line = fmt::format("{} of {} hosts report, {} events lost, {} ledger entries\n",
                                 dump(trust.at("hosts_reporting")), dump(trust.at("hosts")),
                                 dump(trust.at("events_lost")), dump(member(trust, "ledger.size")));
  for (const Json& blind : trust.items("blind"))
    if (blind.string() != nullptr) line += fmt::format("not seen: {}\n", cleaned(*blind.string()));
  if (const auto damage = member(trust, "ledger.damage").string(); damage != nullptr)
    line += fmt::format("the ledger is damaged: {}\n", cleaned(*damage));
  return line;
}

// What was taken over as it ran, and nobody has looked at since.
std::string debt_lines(const Json& overview) {
  std::string lines;
  for (const Json& pool : overview.items("lake"))
    if (const auto adopted = pool.at("adopted").integer(); adopted && *adopted > 0)
      lines += fmt::format("debt: {} approval{} of {} only adopted what ran\n", *adopted,
                           *adopted == 1 ? "" : "s", cleaned(pool.text("name")));
  return lines;
}

}  // namespace

Action status(Options&) {
  return [](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json overview = TRY(api->read("overview"));
    const Color color = session.color();
    std::string people = styled(sentence_of(overview), Weight::strong, color) + "\n";
    if (!overview.items("lake").empty()) people += "\n" + table(lake_columns, overview.items("lake"), color);
    if (!overview.items("needs").empty())
      people += "\n" + table(need_columns, overview.items("needs"), color);
    people += "\n" + debt_lines(overview) + styled(trust_line(overview.at("trust")), Weight::quiet, color);
    session.answer(overview, people);
    return Exit::yes;
  };
}

Action search(Options& options) {
  const auto query = std::make_shared<std::string>();
  options.argument(
      {.name = "TEXT", .help = "digest, name, commit, environment, person", .need = Need::required},
      query.get());
  return [query](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json found = TRY(api->read("search", {{"q", *query}}));
    const Json::Array& hits = found.items("hits");
    session.answer_rows(hits, hit_columns, "nothing matches");
    return hits.empty() ? Exit::no : Exit::yes;
  };
}

}  // namespace weir::cli
