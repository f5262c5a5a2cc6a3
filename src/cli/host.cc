// Hosts: whose installed packages are known, what is installed, and what is wrong with it.
#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families_vuln.h"
#include "cli/listing.h"
#include "cli/session.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array host_columns{Column{"HOST", "host"},
                                  Column{"ENVIRONMENT", "environment"},
                                  Column{"SYSTEM", "distribution"},
                                  Column{"PACKAGES", "packages"},
                                  Column{"PROGRAMS", "programs"},
                                  Column{"OPEN FLAWS", "open"},
                                  Column{"TAKEN", "taken_at", Show::time}};
constexpr std::array installed_columns{Column{"PACKAGE", "name"}, Column{"VERSION", "version"},
                                       Column{"SOURCE", "source"}, Column{"OPEN", "flaws", Show::list},
                                       Column{"FIXED", "fixed", Show::list}};
constexpr std::array news_columns{Column{"PACKAGE", "name"}, Column{"WAS", "before"}, Column{"IS", "now"}};
constexpr std::string_view hint = "start an agent where dpkg or rpm is: weir agent --environment ENV";

// With its flaws as two lists, for a table.
Json told(const Json& installed) {
  Json::Array flaws, fixed;
  for (const Json& flaw : installed.items("open")) {
    flaws.push_back(flaw.at("cluster"));
    if (!flaw.text("fixed").empty()) fixed.push_back(flaw.at("fixed"));
  }
  return Json::object({{"name", installed.at("name")},
                       {"version", installed.at("version")},
                       {"source", installed.at("source")},
                       {"flaws", std::move(flaws)},
                       {"fixed", std::move(fixed)}});
}

std::string table_of(const Json::Array& components, Color color) {
  Json::Array rows;
  for (const Json& each : components) rows.push_back(told(each));
  return table(installed_columns, rows, color);
}

}  // namespace

Action host_list(Options& options) {
  return listing(options,
                 {.path = "hosts",
                  .columns = host_columns,
                  .hint = hint,
                  .filters = {{.name = "environment", .value = "ENV", .help = "only of this environment"}}});
}

Action host_news(Options& options) {
  struct Asking {
    std::string host;
    std::optional<std::string> environment;
  };
  const auto asking = std::make_shared<Asking>();
  options.argument({.name = "HOST", .help = "as its agent names it", .need = Need::required}, &asking->host);
  options.option({.name = "environment", .value = "ENV", .help = "where several have a host of this name"},
                 &asking->environment);
  return [asking](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json answer = TRY(api->read(path_of({"hosts", asking->host, "news"}),
                                      {{"environment", asking->environment.value_or("")}}));
    const Json::Array& news = answer.items("news");
    std::string people = fmt::format("since {}\n", cleaned(answer.text("since")));
    people += news.empty() ? "nothing was installed, changed or removed\n"
                           : table(news_columns, news, session.color());
    session.answer(answer, people);
    return Exit::yes;
  };
}

Action host_inventory(Options& options) {
  struct Asking {
    std::string host;
    std::optional<std::string> environment;
    bool open = false;
    std::int64_t limit = 0;
  };
  const auto asking = std::make_shared<Asking>();
  options.argument({.name = "HOST", .help = "as its agent names it", .need = Need::required}, &asking->host);
  options.option({.name = "environment", .value = "ENV", .help = "where several have a host of this name"},
                 &asking->environment);
  options.option({.name = "open", .help = "only what has an open flaw"}, &asking->open);
  options.option(limit_row, &asking->limit);
  return [asking](Session& session) -> Result<Exit> {
    Query query{{"limit", std::to_string(TRY(checked_limit(asking->limit)))}};
    if (asking->environment) query.emplace_back("environment", *asking->environment);
    if (asking->open) query.emplace_back("open", "true");
    Api* api = TRY(session.api());
    const Json answer = TRY(api->read(path_of({"hosts", asking->host, "inventory"}), query));
    std::string people = card(host_columns, answer.at("host"), session.color());
    people += table_of(answer.items("installed"), session.color());
    for (const Json& program : answer.items("running"))
      people += fmt::format("\n{}\n{}", cleaned(program.text("name")),
                            table_of(program.items("archives"), session.color()));
    if (!answer.text("next").empty()) people += "there is more: --limit\n";
    session.answer(answer, people);
    return Exit::yes;
  };
}

}  // namespace weir::cli
