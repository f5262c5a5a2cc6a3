#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"
#include "cli/rollback.h"
#include "cli/subject.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array deployment_columns{Column{"STATE", "state", Show::state},
                                        Column{"ID", "id"},
                                        Column{"ARTIFACT", "artifact_name"},
                                        Column{"DIGEST", "artifact", Show::digest},
                                        Column{"ENVIRONMENT", "environment"},
                                        Column{"DECLARED", "declared_at", Show::time},
                                        Column{"SEEN BY", "deadline", Show::time},
                                        Column{"SEEN", "observed_at", Show::time},
                                        Column{"RUNNING", "running", Show::count},
                                        Column{"AT LEAST", "at_least", Show::count},
                                        Column{"BY", "actor"},
                                        Column{"SAYS", "says"}};
constexpr std::array<std::string_view, 4> deployment_states{"expected", "observed", "ended", "missed"};

// What is no longer watched is said before why the deployment ended or was missed, and that before what it could go
// back to, where that was asked; that it runs is seen.
Json told(Json row) {
  Json says = row.at("unwatched");
  if (says.is_null() && row.text("state") != "observed") says = row.at("reason");
  std::string back = rollback_line(row.at("rollback_target"));
  while (back.ends_with('\n')) back.pop_back();
  if (says.is_null() && !back.empty()) says = Json(std::move(back));
  row.set("says", std::move(says));
  return row;
}

struct Deploying {
  std::string what, environment;
  std::optional<std::string> change_class;
  std::optional<Duration> within;
  std::optional<std::int64_t> at_least;
  bool alongside = false, rollback = false;
};

}  // namespace

Action deploy(Options& options) {
  const auto given = std::make_shared<Deploying>();
  options.argument(artifact_word, &given->what);
  options.option(
      {.name = "environment", .value = "ENV", .help = "where it is to run", .need = Need::required},
      &given->environment);
  options.option(
      {.name = "within", .value = "DURATION", .help = "by when it must be seen (2s, 15m); 15m unless said"},
      &given->within);
  options.option(
      {.name = "class", .value = "CLASS", .help = "class of the change: standard, normal, emergency"},
      &given->change_class);
  options.option({.name = "at-least", .value = "N", .help = "so many instances must run"}, &given->at_least);
  options.option({.name = "alongside", .help = "what ran before may go on, as with a canary"},
                 &given->alongside);
  options.option({.name = "rollback", .help = "goes back to an earlier approved artifact"}, &given->rollback);
  return [given](Session& session) -> Result<Exit> {
    if (given->at_least && *given->at_least < 1) return invalid("--at-least must be 1 or more", "at-least");
    const artifact::Fingerprint found = TRY(identify(session, given->what));
    Json body = Json::object({{"artifact", to_string(found.digest)}, {"environment", given->environment}});
    if (given->within) body.set("within_us", given->within->micros);
    set_given(body, "at_least", given->at_least);
    if (given->alongside) body.set("alongside", true);
    if (given->rollback) body.set("rollback", true);
    set_given(body, "class", given->change_class);
    Api* api = TRY(session.api());
    // What is declared rests on a decision; where policies are enforced the server wants the newest.
    TRY(api->read("gate", {{"artifact", to_string(found.digest)},
                           {"environment", given->environment},
                           {"class", given->change_class.value_or("")}}));
    const Json answer = TRY(api->write({.path = "deployments", .body = body}));
    session.answer(answer,
                   fmt::format("{} is expected in {}\n{}", to_string(found.digest), given->environment,
                               rollback_line(answer.at("deployment").at("rollback_target"))));
    return Exit::yes;
  };
}

Action deployments(Options& options) {
  return listing(
      options,
      {.path = "deployments",
       .columns = deployment_columns,
       .hint = "no deployment was declared; declare one: weir deploy ARTIFACT --environment ENV",
       .filters =
           {environment_filter,
            {.name = "state", .value = "STATE", .help = "only in this state", .choices = deployment_states}},
       .flags = {{.name = "rollback", .help = "also what each could go back to, as it is now"}},
       .told = told});
}

Action deployment_end(Options& options) {
  struct Arguments {
    std::string id, reason;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "ID", .help = "of the deployment", .need = Need::required}, &arguments->id);
  options.option({.name = "reason",
                  .value = "TEXT",
                  .help = "why it is expected no more: withdrawn, replaced, taken away",
                  .need = Need::required},
                 &arguments->reason);
  return [arguments](Session& session) -> Result<Exit> {
    return write_and_say(session,
                         {.path = path_of({"deployments", arguments->id, "end"}),
                          .body = Json::object({{"reason", arguments->reason}})},
                         fmt::format("deployment {} has ended", arguments->id));
  };
}

}  // namespace weir::cli
