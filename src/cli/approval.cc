#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"
#include "cli/subject.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array approval_columns{
    Column{"STATE", "state", Show::state},      Column{"ID", "id"},
    Column{"ARTIFACT", "artifact_name"},        Column{"DIGEST", "artifact", Show::digest},
    Column{"ENVIRONMENT", "environment"},       Column{"FROM", "from", Show::time},
    Column{"UNTIL", "until", Show::time},       Column{"BY", "actor"},
    Column{"ADOPTED", "adopted", Show::yes_no}, Column{"REASON", "reason"}};
constexpr std::array<std::string_view, 4> approval_states{"active", "early", "expired", "revoked"};

struct Approving {
  std::string what, environment;
  std::optional<std::string> from, until, reason;
};

std::string id_of(const Json& row) {
  const Json& id = row.at("id");
  return id.string() != nullptr ? *id.string() : dump(id);
}

// The approvals that a revocation ends: of an artifact all that allow it now or will, else the one of that
// id.
Result<std::vector<std::string>> ids_to_revoke(Session& session, const std::string& what,
                                               const std::optional<std::string>& environment) {
  if (!names_artifact(what)) return std::vector{what};
  if (!environment)
    return invalid("--environment is missing: where the artifact may no longer run", "environment");
  const artifact::Fingerprint found = TRY(identify(session, what));
  Api* api = TRY(session.api());
  const Json::Array rows = TRY(api->list(
      "approvals", "approvals", {{"artifact", to_string(found.digest)}, {"environment", *environment}}));
  std::vector<std::string> ids;
  for (const Json& row : rows)
    if (row.text("state") == "active" || row.text("state") == "early") ids.push_back(id_of(row));
  if (ids.empty())
    return not_found(
        fmt::format("no approval of {} in {} is in force", to_string(found.digest), *environment));
  return ids;
}

}  // namespace

Action approve(Options& options) {
  const auto given = std::make_shared<Approving>();
  options.argument(artifact_word, &given->what);
  options.option({.name = "environment", .value = "ENV", .help = "where it may run", .need = Need::required},
                 &given->environment);
  options.option({.name = "from", .value = "WHEN", .help = "a time, or a duration from now; now unless said"},
                 &given->from);
  options.option({.name = "until", .value = "WHEN", .help = "a time, or a duration from now (90d)"},
                 &given->until);
  options.option({.name = "reason", .value = "TEXT", .help = "why"}, &given->reason);
  return [given](Session& session) -> Result<Exit> {
    const auto from = TRY(parse_moment(given->from, session.now(), "from"));
    const auto until = TRY(parse_moment(given->until, session.now(), "until"));
    const artifact::Fingerprint found = TRY(identify(session, given->what));
    Json body = Json::object({{"artifact", to_string(found.digest)}, {"environment", given->environment}});
    set_given(body, "from", from);
    set_given(body, "until", until);
    set_given(body, "reason", given->reason);
    return write_and_say(session, {.path = "approvals", .body = body},
                         fmt::format("{} is approved for {}", to_string(found.digest), given->environment));
  };
}

Action revoke(Options& options) {
  struct Arguments {
    std::string what;
    std::optional<std::string> environment, reason;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(
      {.name = "ARTIFACT|ID", .help = "an artifact, or the id of an approval", .need = Need::required},
      &arguments->what);
  options.option(
      {.name = "environment", .value = "ENV", .help = "where it may no longer run; with an artifact"},
      &arguments->environment);
  options.option({.name = "reason", .value = "TEXT", .help = "why"}, &arguments->reason);
  return [arguments](Session& session) -> Result<Exit> {
    const std::vector<std::string> ids = TRY(ids_to_revoke(session, arguments->what, arguments->environment));
    Api* api = TRY(session.api());
    Json body{Json::Object{}};
    set_given(body, "reason", arguments->reason);
    Json::Array answers;
    for (const std::string& id : ids) {
      Json answer = TRY(api->write({.path = path_of({"approvals", id, "revoke"}), .body = body}));
      answers.push_back(std::move(answer));
    }
    const std::string said =
        fmt::format("{} approval{} revoked\n", ids.size(), ids.size() == 1 ? " is" : "s are");
    session.answer(answers.size() == 1 ? answers.front() : Json(answers), said);
    return Exit::yes;
  };
}

Action approvals(Options& options) {
  return listing(
      options,
      {.path = "approvals",
       .columns = approval_columns,
       .hint = "nothing is approved; allow something: weir approve ARTIFACT --environment ENV",
       .filters = {
           environment_filter,
           {.name = "artifact", .value = "DIGEST", .help = "only of this artifact"},
           {.name = "state", .value = "STATE", .help = "only in this state", .choices = approval_states}}});
}

}  // namespace weir::cli
