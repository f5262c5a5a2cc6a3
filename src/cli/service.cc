#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array service_columns{Column{"NAME", "name"}, Column{"TEAM", "team"}, Column{"TIER", "tier"},
                                     Column{"CONTACT", "contact"}, Column{"REPOSITORY", "repository"},
                                     Column{"RUNBOOK", "runbook"}};

}  // namespace

Action service_create(Options& options) {
  struct Arguments {
    std::string name, team;
    std::optional<std::string> contact, tier, repository, runbook;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "NAME", .help = "name of the service", .need = Need::required}, &arguments->name);
  options.option({.name = "team", .value = "TEAM", .help = "who owns it", .need = Need::required},
                 &arguments->team);
  options.option({.name = "contact", .value = "TEXT", .help = "how to reach the team"}, &arguments->contact);
  options.option({.name = "tier", .value = "TIER", .help = "how much depends on it"}, &arguments->tier);
  options.option({.name = "repository", .value = "URL", .help = "where its source is"},
                 &arguments->repository);
  options.option({.name = "runbook", .value = "URL", .help = "what to do when something is wrong; alerts link to it"},
                 &arguments->runbook);
  return [arguments](Session& session) -> Result<Exit> {
    Json body = Json::object({{"team", arguments->team}});
    set_given(body, "contact", arguments->contact);
    set_given(body, "tier", arguments->tier);
    set_given(body, "repository", arguments->repository);
    set_given(body, "runbook", arguments->runbook);
    constexpr std::array<std::string_view, 4> kept{"contact", "tier", "repository", "runbook"};
    TRY(keep_known(session, path_of({"services", arguments->name}), kept, body));
    return put_and_say(session, path_of({"services", arguments->name}), body,
                       fmt::format("service {} is recorded", arguments->name));
  };
}

Action service_list(Options& options) {
  return listing(options, {.path = "services",
                           .columns = service_columns,
                           .hint = "no services yet; make one: weir service create NAME --team TEAM"});
}

Action service_show(Options& options) {
  return showing(
      options,
      {.path = "services", .word = "NAME", .help = "name of the service", .columns = service_columns});
}

}  // namespace weir::cli
