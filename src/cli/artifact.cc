#include <array>

#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"
#include "cli/subject.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array artifact_columns{Column{"NAME", "name"},
                                      Column{"DIGEST", "digest", Show::digest},
                                      Column{"KIND", "kind"},
                                      Column{"FLOW", "flow"},
                                      Column{"TRAIL", "trail"},
                                      Column{"COMMIT", "commit", Show::digest},
                                      Column{"SERVICE", "service"},
                                      Column{"CREATED", "created_at", Show::time},
                                      Column{"RUNS IN", "running_in", Show::list}};
constexpr std::array attestation_columns{Column{"EVIDENCE", "name"},
                                         Column{"TYPE", "type"},
                                         Column{"COMPLIANT", "compliant", Show::yes_no},
                                         Column{"SIGNED", "signed"},
                                         Column{"AT", "recorded_at", Show::time},
                                         Column{"BY", "actor"}};
constexpr std::array approval_columns{Column{"APPROVAL", "state", Show::state},
                                      Column{"ENVIRONMENT", "environment"},
                                      Column{"FROM", "from", Show::time},
                                      Column{"UNTIL", "until", Show::time},
                                      Column{"BY", "actor"},
                                      Column{"REASON", "reason"}};
constexpr std::array run_columns{Column{"VERDICT", "verdict", Show::state},
                                 Column{"ENVIRONMENT", "environment"},
                                 Column{"HOST", "host"},
                                 Column{"STARTED", "started_at", Show::time},
                                 Column{"ENDED", "ended_at", Show::time},
                                 Column{"COUNT", "count", Show::count}};

std::string part(std::span<const Column> columns, const Json::Array& rows, Color color) {
  return rows.empty() ? "" : "\n" + table(columns, rows, color);
}

}  // namespace

Action artifact_list(Options& options) {
  return listing(
      options, {.path = "artifacts",
                .columns = artifact_columns,
                .hint = "no artifacts yet; record one: weir attest artifact PATH --flow F --trail T --name N",
                .filters = {{.name = "name", .value = "NAME", .help = "only of this name"},
                            {.name = "flow", .value = "FLOW", .help = "only of this flow"},
                            {.name = "q", .value = "TEXT", .help = "only those that mention this"}}});
}

Action artifact_show(Options& options) {
  const auto what = std::make_shared<std::string>();
  options.argument(artifact_word, what.get());
  return [what](Session& session) -> Result<Exit> {
    const artifact::Fingerprint found = TRY(identify(session, *what));
    Api* api = TRY(session.api());
    const Json known = TRY(api->read(path_of({"artifacts", to_string(found.digest)})));
    const Color color = session.color();
    session.answer(known, card(artifact_columns, known, color) +
                              part(attestation_columns, known.items("attestations"), color) +
                              part(approval_columns, known.items("approvals"), color) +
                              part(run_columns, known.items("runs"), color));
    return Exit::yes;
  };
}

}  // namespace weir::cli
