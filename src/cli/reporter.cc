#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array reporter_columns{Column{"STATE", "state", Show::state},
                                      Column{"HOST", "host"},
                                      Column{"ENVIRONMENT", "environment"},
                                      Column{"LAST SEEN", "last_seen_at", Show::time},
                                      Column{"LOST", "events_lost", Show::count},
                                      Column{"REMOVED", "removed_at", Show::time},
                                      Column{"ID", "id"}};

}  // namespace

Action reporter_list(Options& options) {
  return listing(options, {.path = "reporters",
                           .columns = reporter_columns,
                           .hint = "nobody reports yet; make a token for agents: weir env join-token ENV",
                           .filters = {environment_filter}});
}

Action reporter_remove(Options& options) {
  struct Arguments {
    std::string id, reason;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "ID", .help = "of the reporter", .need = Need::required}, &arguments->id);
  options.option({.name = "reason",
                  .value = "TEXT",
                  .help = "why nobody watches there any more",
                  .need = Need::required},
                 &arguments->reason);
  return [arguments](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json answer = TRY(api->write({.path = path_of({"reporters", arguments->id, "remove"}),
                                        .body = Json::object({{"reason", arguments->reason}})}));
    const Json& reporter = answer.at("reporter");
    session.answer(answer,
                   fmt::format("the reporter of {} is removed; what it watched in {} is no longer watched\n",
                               cleaned(reporter.text("host")), cleaned(reporter.text("environment"))));
    session.note("A join token may still bring it back under a new key: weir env join-token list " +
                 std::string(reporter.text("environment")));
    return Exit::yes;
  };
}

}  // namespace weir::cli
