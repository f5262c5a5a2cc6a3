#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"
#include "cli/shapes.h"

namespace weir::cli {
namespace {

constexpr std::array incident_columns{Column{"STATE", "state", Show::state},
                                      Column{"SEVERITY", "severity", Show::state},
                                      Column{"ID", "id"},
                                      Column{"ENVIRONMENT", "environment"},
                                      Column{"HOST", "host"},
                                      Column{"OPEN", "open", Show::count},
                                      Column{"ALERTS", "alerts", Show::count},
                                      Column{"UPDATED", "updated_at", Show::time},
                                      Column{"OWNER", "owner"},
                                      Column{"BY", "title"},
                                      Column{"FIRST ALERT", "first"}};
constexpr std::array card_columns{Column{"STATE", "state", Show::state},
                                  Column{"SEVERITY", "severity", Show::state},
                                  Column{"ENVIRONMENT", "environment"},
                                  Column{"HOST", "host"},
                                  Column{"BY", "title"},
                                  Column{"FIRST ALERT", "first"},
                                  Column{"OPEN", "open", Show::count},
                                  Column{"ALERTS", "alerts", Show::count},
                                  Column{"OPENED", "opened_at", Show::time},
                                  Column{"UPDATED", "updated_at", Show::time},
                                  Column{"SERVICE", "service"},
                                  Column{"OWNER", "owner"},
                                  Column{"A RULE WOULD SILENCE", "suggestion.silences", Show::count},
                                  Column{"OF", "suggestion.of", Show::count}};
constexpr std::array alert_columns{Column{"STATE", "state", Show::state},
                                   Column{"SEVERITY", "severity", Show::state},
                                   Column{"ID", "id"},
                                   Column{"CAUSE", "cause"},
                                   Column{"WHAT", "title"},
                                   Column{"OPENED", "opened_at", Show::time}};
constexpr std::array<std::string_view, 3> states{"open", "acknowledged", "resolved"};

}  // namespace

Action incidents(Options& options) {
  return listing(
      options,
      {.path = "incidents",
       .columns = incident_columns,
       .hint = "no incidents",
       .filters = {{.name = "state", .value = "STATE", .help = "only in this state", .choices = states},
                   environment_filter}});
}

Action incident_show(Options& options) {
  const auto id = std::make_shared<std::string>();
  options.argument({.name = "ID", .help = "of the incident", .need = Need::required}, id.get());
  return [id](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    format::Json incident = TRY(api->read(path_of({"incidents", *id})));
    auto alerts = TRY(api->list("alerts", "alerts", {{"incident", *id}}));
    const std::string people =
        card(card_columns, incident, session.color()) + "\n" + table(alert_columns, alerts, session.color());
    for (format::Json& alert : alerts) alert = stable_alert(alert);
    incident.set("of", std::move(alerts));
    session.answer(incident, people);
    return Exit::yes;
  };
}

Action incident_ack(Options& options) {
  struct Arguments {
    std::string id;
    std::optional<std::string> note;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "ID", .help = "of the incident", .need = Need::required}, &arguments->id);
  options.option({.name = "note", .value = "TEXT", .help = "what you found, or will do"}, &arguments->note);
  return [arguments](Session& session) -> Result<Exit> {
    format::Json body{format::Json::Object{}};
    set_given(body, "note", arguments->note);
    return write_and_say(session,
                         {.path = path_of({"incidents", arguments->id, "acknowledge"}), .body = body},
                         fmt::format("incident {} is acknowledged", arguments->id));
  };
}

}  // namespace weir::cli
