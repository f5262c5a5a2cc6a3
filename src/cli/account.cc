#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"
#include "cli/proposing.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array account_columns{Column{"NAME", "name"},
                                     Column{"KIND", "kind"},
                                     Column{"ROLES", "roles", Show::list},
                                     Column{"FLOWS", "flows", Show::list},
                                     Column{"ENVIRONMENTS", "environments", Show::list},
                                     Column{"ENDS", "expires_at", Show::time}};
constexpr std::array me_columns{Column{"name", "name"},
                                Column{"kind", "kind"},
                                Column{"roles", "roles", Show::list},
                                Column{"groups", "groups", Show::list},
                                Column{"organization", "organization"},
                                Column{"flows", "scopes.flows", Show::list},
                                Column{"environments", "scopes.environments", Show::list},
                                Column{"server", "server.version"}};
constexpr std::array group_columns{Column{"NAME", "name"}, Column{"MEMBERS", "members", Show::list},
                                   Column{"ROLES", "roles", Show::list},
                                   Column{"DESCRIPTION", "description"}};
constexpr std::array<std::string_view, 5> roles{"admin", "recorder", "approver", "reporter", "auditor"};

}  // namespace

Action account_create(Options& options) {
  struct Arguments {
    std::string name;
    bool service = false, person = false;
    std::vector<std::string> roles, flows, environments;
    std::optional<std::string> expires;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "NAME", .help = "of the account", .need = Need::required}, &arguments->name);
  options.option({.name = "role",
                  .value = "ROLE",
                  .help = "what it may do",
                  .need = Need::required,
                  .many = Many::each,
                  .choices = roles},
                 &arguments->roles);
  options.option({.name = "service", .help = "for a machine, such as a pipeline; this unless said"},
                 &arguments->service);
  options.option({.name = "person", .help = "for a human being"}, &arguments->person);
  options.option({.name = "flow", .value = "FLOW", .help = "only for this flow", .many = Many::each},
                 &arguments->flows);
  options.option(
      {.name = "environment", .value = "ENV", .help = "only for this environment", .many = Many::each},
      &arguments->environments);
  options.option({.name = "expires", .value = "WHEN", .help = "a time, or a duration from now (90d)"},
                 &arguments->expires);
  return [arguments](Session& session) -> Result<Exit> {
    if (arguments->service && arguments->person) return invalid("an account is either --service or --person");
    Json body = Json::object({{"name", arguments->name}});
    set_given(body, "roles", arguments->roles);
    set_given(body, "flows", arguments->flows);
    set_given(body, "environments", arguments->environments);
    const auto expires = TRY(parse_moment(arguments->expires, session.now(), "expires"));
    set_given(body, "expires_at", expires);
    Api* api = TRY(session.api());
    const Json answer =
        TRY(api->write({.path = arguments->person ? "people" : "service-accounts", .body = body}));
    session.note("The token is shown once:");
    session.answer(answer, fmt::format("{}\n", cleaned(answer.text("token"))));
    return Exit::yes;
  };
}

Action account_list(Options& options) {
  return listing(options, {.path = "accounts",
                           .columns = account_columns,
                           .hint = "no accounts; make one: weir account create NAME --role recorder"});
}

Action account_remove(Options& options) {
  const auto name = std::make_shared<std::string>();
  options.argument({.name = "NAME", .help = "of the account", .need = Need::required}, name.get());
  return [name](Session& session) -> Result<Exit> {
    return write_and_say(session, {.method = "DELETE", .path = path_of({"accounts", *name})},
                         fmt::format("account {} has ended; its token no longer works", *name));
  };
}

Action group_create(Options& options) {
  struct Arguments {
    std::string name;
    std::optional<std::string> description;
    std::vector<std::string> members, roles;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "NAME", .help = "of the group", .need = Need::required}, &arguments->name);
  options.option({.name = "member",
                  .value = "PERSON",
                  .help = "a person in it; all of them each time",
                  .many = Many::each},
                 &arguments->members);
  options.option({.name = "role",
                  .value = "ROLE",
                  .help = "what members may do besides",
                  .many = Many::each,
                  .choices = roles},
                 &arguments->roles);
  options.option({.name = "description", .value = "TEXT", .help = "what the group is for"},
                 &arguments->description);
  const auto proposing = declare_proposing(options);
  return [arguments, proposing](Session& session) -> Result<Exit> {
    TRY(check_reason(*proposing));
    Json::Array members;
    for (const std::string& member : arguments->members) members.push_back(member);
    Json body = Json::object({{"members", std::move(members)}});
    set_given(body, "roles", arguments->roles);
    set_given(body, "description", arguments->description);
    if (proposing->propose) {
      body.set("name", arguments->name);
      return propose(session, *proposing, Json::object({{"group", std::move(body)}}));
    }
    return put_and_say(session, path_of({"groups", arguments->name}), body,
                       fmt::format("group {} has {} member{}", arguments->name, arguments->members.size(),
                                   arguments->members.size() == 1 ? "" : "s"));
  };
}

Action group_list(Options& options) {
  return listing(options, {.path = "groups",
                           .columns = group_columns,
                           .hint = "no groups; make one: weir group create NAME --member PERSON"});
}

Action whoami(Options&) {
  return [](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json me = TRY(api->read("me"));
    session.answer_card(me, me_columns);
    return Exit::yes;
  };
}

}  // namespace weir::cli
