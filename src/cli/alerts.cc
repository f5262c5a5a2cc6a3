#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/alert_feed.h"
#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/families_alert.h"
#include "cli/listing.h"
#include "cli/shapes.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array alert_columns{Column{"STATE", "state", Show::state},
                                   Column{"SEVERITY", "severity", Show::state},
                                   Column{"ID", "id"},
                                   Column{"ENVIRONMENT", "environment"},
                                   Column{"CAUSE", "cause"},
                                   Column{"WHAT", "subject_name"},
                                   Column{"HOST", "workload.host"},
                                   Column{"OPENED", "opened_at", Show::time},
                                   Column{"OWNER", "owner"}};
constexpr std::array story_columns{Column{"STATE", "state", Show::state},
                                   Column{"SEVERITY", "severity", Show::state},
                                   Column{"ID", "id"},
                                   Column{"INCIDENT", "incident"},
                                   Column{"CAUSE", "cause"},
                                   Column{"WHAT", "story.what"},
                                   Column{"DIGEST", "workload.digests", Show::list},
                                   Column{"WHERE", "story.where"},
                                   Column{"WHO", "story.who"},
                                   Column{"WHY", "story.why"},
                                   Column{"REMEDY", "story.remedy"},
                                   Column{"STARTED", "started_at", Show::time},
                                   Column{"OPENED", "opened_at", Show::time},
                                   Column{"ACKNOWLEDGED", "acknowledged_at", Show::time},
                                   Column{"BY", "acknowledged_by"},
                                   Column{"NOTE", "note"},
                                   Column{"RESOLVED", "resolved_at", Show::time},
                                   Column{"BECAUSE", "resolved_why"},
                                   Column{"OWNER", "owner"},
                                   Column{"RUNBOOK", "runbook"},
                                   Column{"LINK", "link"}};
constexpr std::array<std::string_view, 3> states{"open", "acknowledged", "resolved"};
constexpr Duration reconnect_pause = seconds(1);

struct Asking {
  std::optional<std::string> state, environment, incident;
  std::int64_t limit = 0;
  bool follow = false;
  Query query() const {
    return {{"state", state.value_or("")},
            {"environment", environment.value_or("")},
            {"incident", incident.value_or("")}};
  }
};

// What no workload stands behind (a host's first sight, a silent reporter) is named by its title.
Json named(Json row) {
  if (row.at("workload").text("name").empty()) row.set("subject_name", row.at("title"));
  else row.set("subject_name", row.at("workload").at("name"));
  return row;
}

Result<Exit> show_list(Session& session, const Asking& asking) {
  const std::size_t limit = TRY(checked_limit(asking.limit));
  Api* api = TRY(session.api());
  Json::Array rows = TRY(api->list("alerts", "alerts", asking.query(), limit));
  Json::Array stable;
  for (Json& row : rows) {
    stable.push_back(stable_alert(row));
    row = named(std::move(row));
  }
  if (rows.empty()) session.note("no alerts");
  session.answer(Json(stable), rows.empty() ? "" : table(alert_columns, rows, session.color()));
  return Exit::yes;
}

void print_change(Session& session, const Json& alert) {
  if (session.form() == OutputForm::json) session.line(dump(stable_alert(alert)));
  else session.line(alert_line(alert, session.color()));
  session.flush();
}

// Until Ctrl-C: a lost server is waited for, everything else that goes wrong ends it.
Result<Exit> follow(Session& session, const Asking& asking) {
  Api* api = TRY(session.api());
  AlertFeed feed(*api, {.state = asking.state.value_or(""),
                        .environment = asking.environment.value_or(""),
                        .incident = asking.incident.value_or("")});
  const auto show = [&](const Json& alert) { print_change(session, alert); };
  while (true) {
    const Status ended = feed.follow(show);
    if (!ended && row_of(ended.error().code).retry == Retry::no) return ended.error();
    session.note(fmt::format("{} lost the server: {}; trying again", to_string(session.now()),
                             ended ? "it closed the stream" : ended.error().message));
    session.environment().wait(reconnect_pause);
  }
}

}  // namespace

Action alerts(Options& options) {
  const auto asking = std::make_shared<Asking>();
  options.option({.name = "state", .value = "STATE", .help = "only in this state", .choices = states},
                 &asking->state);
  options.option(environment_filter, &asking->environment);
  options.option({.name = "incident", .value = "ID", .help = "only of this incident"}, &asking->incident);
  options.option(limit_row, &asking->limit);
  options.option({.name = "follow",
                  .help = "first those that stand, then each change as it happens, until Ctrl-C",
                  .letter = 'f'},
                 &asking->follow);
  return [asking](Session& session) -> Result<Exit> {
    return asking->follow ? follow(session, *asking) : show_list(session, *asking);
  };
}

Action alert_show(Options& options) {
  const auto id = std::make_shared<std::string>();
  options.argument({.name = "ID", .help = "of the alert", .need = Need::required}, id.get());
  return [id](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    Json alert = TRY(api->read(path_of({"alerts", *id})));
    if (session.form() == OutputForm::table) alert.set("link", whole_link(session, alert));
    session.answer_card(alert, story_columns);
    return Exit::yes;
  };
}

Action alert_ack(Options& options) {
  struct Arguments {
    std::vector<std::string> ids;
    std::optional<std::string> note;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "ID", .help = "of alerts", .need = Need::required, .many = Many::row},
                   &arguments->ids);
  options.option({.name = "note", .value = "TEXT", .help = "what you found, or will do"}, &arguments->note);
  return [arguments](Session& session) -> Result<Exit> {
    Json::Array ids;
    for (const std::string& word : arguments->ids) {
      const Result<std::int64_t> id = parse_integer(word);
      if (!id) return invalid(fmt::format("'{}' is no id of an alert: these are numbers", word), "ID");
      ids.emplace_back(*id);
    }
    Json body = Json::object({{"ids", std::move(ids)}});
    set_given(body, "note", arguments->note);
    Api* api = TRY(session.api());
    const Json answer = TRY(api->write({.path = "alerts/acknowledge", .body = body}));
    session.answer(answer, fmt::format("acknowledged {} of {}\n", dump(answer.at("acknowledged")),
                                       arguments->ids.size()));
    return answer.at("acknowledged") == Json(0) ? Exit::no : Exit::yes;
  };
}

}  // namespace weir::cli
