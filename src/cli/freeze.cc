#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array freeze_columns{Column{"ID", "id", Show::count},
                                    Column{"ENVIRONMENT", "environment"},
                                    Column{"ACTIVE", "active", Show::yes_no},
                                    Column{"FROM", "from", Show::time},
                                    Column{"UNTIL", "until", Show::time},
                                    Column{"ENDED", "ended_at", Show::time},
                                    Column{"BY", "actor"},
                                    Column{"INCIDENT", "incident"},
                                    Column{"REASON", "reason"}};

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Of an environment all that hold it now, else the one of that id.
Result<std::vector<std::string>> ids_to_end(Session& session, const std::string& what) {
  if (is_number(what)) return std::vector{what};
  Api* api = TRY(session.api());
  const Json::Array rows = TRY(api->list("freezes", "freezes", {{"environment", what}}));
  std::vector<std::string> ids;
  for (const Json& row : rows)
    if (const bool* active = row.at("active").boolean(); active != nullptr && *active)
      ids.push_back(dump(row.at("id")));
  if (ids.empty()) return not_found(fmt::format("no freeze holds {}", what));
  return ids;
}

}  // namespace

Action freeze(Options& options) {
  struct Arguments {
    std::string environment, until;
    std::optional<std::string> incident, reason;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "ENV", .help = "environment", .need = Need::required}, &arguments->environment);
  options.option({.name = "for", .value = "LENGTH", .help = "how long (4h), or until when", .need = Need::required},
                 &arguments->until);
  options.option({.name = "incident", .value = "URL", .help = "what it is for"}, &arguments->incident);
  options.option({.name = "reason", .value = "TEXT", .help = "why"}, &arguments->reason);
  return [arguments](Session& session) -> Result<Exit> {
    const auto until = TRY(parse_moment(arguments->until, session.now(), "for"));
    Json body = Json::object({{"environment", arguments->environment}});
    set_given(body, "until", until);
    set_given(body, "incident", arguments->incident);
    set_given(body, "reason", arguments->reason);
    return write_and_say(session, {.path = "freezes", .body = body},
                         fmt::format("{} is frozen until {}", arguments->environment, to_string(*until)));
  };
}

Action thaw(Options& options) {
  struct Arguments {
    std::string what;
    std::optional<std::string> reason;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "ENV|ID", .help = "an environment, or the id of a freeze", .need = Need::required},
                   &arguments->what);
  options.option({.name = "reason", .value = "TEXT", .help = "why"}, &arguments->reason);
  return [arguments](Session& session) -> Result<Exit> {
    const std::vector<std::string> ids = TRY(ids_to_end(session, arguments->what));
    Api* api = TRY(session.api());
    Json body{Json::Object{}};
    set_given(body, "reason", arguments->reason);
    Json::Array answers;
    for (const std::string& id : ids) {
      Json answer = TRY(api->write({.path = path_of({"freezes", id, "thaw"}), .body = body}));
      answers.push_back(std::move(answer));
    }
    session.answer(answers.size() == 1 ? answers.front() : Json(answers),
                   fmt::format("{} freeze{} ended\n", ids.size(), ids.size() == 1 ? " has" : "s have"));
    return Exit::yes;
  };
}

Action freezes(Options& options) {
  return listing(options, {.path = "freezes",
                           .columns = freeze_columns,
                           .hint = "nothing was ever frozen; freeze something: weir freeze ENV --for 4h --incident URL",
                           .filters = {environment_filter}});
}

}  // namespace weir::cli
