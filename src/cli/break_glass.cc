#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"
#include "cli/subject.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array glass_columns{Column{"STATE", "state", Show::state},
                                   Column{"ID", "id"},
                                   Column{"ARTIFACT", "artifact_name"},
                                   Column{"DIGEST", "artifact", Show::digest},
                                   Column{"ENVIRONMENT", "environment"},
                                   Column{"UNTIL", "until", Show::time},
                                   Column{"BY", "actor"},
                                   Column{"TICKET", "ticket"},
                                   Column{"REASON", "reason"},
                                   Column{"REVIEWED BY", "reviewed_by"}};
constexpr std::array<std::string_view, 3> glass_states{"open", "over", "reviewed"};

}  // namespace

Action break_glass(Options& options) {
  struct Arguments {
    std::string what, environment, reason;
    Duration lasts;
    std::optional<std::string> ticket;
  };
  const auto given = std::make_shared<Arguments>();
  options.argument(artifact_word, &given->what);
  options.option({.name = "environment", .value = "ENV", .help = "where it may run", .need = Need::required},
                 &given->environment);
  options.option(
      {.name = "for", .value = "DURATION", .help = "how long (1h); 24h at most", .need = Need::required},
      &given->lasts);
  options.option({.name = "reason", .value = "TEXT", .help = "why this cannot wait", .need = Need::required},
                 &given->reason);
  options.option({.name = "ticket", .value = "TICKET", .help = "of the incident"}, &given->ticket);
  return [given](Session& session) -> Result<Exit> {
    const artifact::Fingerprint found = TRY(identify(session, given->what));
    Json body = Json::object({{"artifact", to_string(found.digest)},
                              {"environment", given->environment},
                              {"for_us", given->lasts.micros},
                              {"reason", given->reason}});
    set_given(body, "ticket", given->ticket);
    Api* api = TRY(session.api());
    const Json answer = TRY(api->write({.path = "break-glass", .body = body}));
    const Json& glass = answer.at("break_glass");
    session.answer(
        answer,
        fmt::format("{} may run in {} until {}, whatever policies ask for; a closed window or a freeze still "
                    "counts.\n"
                    "The alarm lasts until another person says:\n"
                    "weir break-glass review {} --note …\n",
                    to_string(found.digest), given->environment, glass.text("until"), dump(glass.at("id"))));
    return Exit::yes;
  };
}

Action break_glass_review(Options& options) {
  struct Arguments {
    std::string id, note;
  };
  const auto given = std::make_shared<Arguments>();
  options.argument({.name = "ID", .help = "of the break-glass", .need = Need::required}, &given->id);
  options.option({.name = "note", .value = "TEXT", .help = "what the review found", .need = Need::required},
                 &given->note);
  return [given](Session& session) -> Result<Exit> {
    return write_and_say(session,
                         {.path = path_of({"break-glass", given->id, "review"}),
                          .body = Json::object({{"note", given->note}})},
                         fmt::format("break-glass {} is reviewed", given->id));
  };
}

Action break_glass_list(Options& options) {
  return listing(
      options,
      {.path = "break-glass",
       .columns = glass_columns,
       .hint = "nobody broke the glass",
       .filters = {
           environment_filter,
           {.name = "state", .value = "STATE", .help = "only in this state", .choices = glass_states}}});
}

}  // namespace weir::cli
