// Advisories of one's own, on the server.
#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families_bill.h"
#include "cli/listing.h"
#include "cli/session.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::size_t record_bytes_max = 1024 * 1024;
constexpr std::array columns{Column{"ID", "id"},
                             Column{"SUMMARY", "record.summary"},
                             Column{"PUBLISHED", "published_at", Show::time},
                             Column{"BY", "published_by"},
                             Column{"WITHDRAWN", "withdrawn_at", Show::time},
                             Column{"WHY", "reason"}};

}  // namespace

Action advisories_add(Options& options) {
  const auto file = std::make_shared<std::string>();
  options.argument({.name = "FILE", .help = "an OSV record; - is standard input", .need = Need::required},
                   file.get());
  return [file](Session& session) -> Result<Exit> {
    const std::string text = TRY(read_file(*file, record_bytes_max));
    auto record = format::parse_json(text);
    if (!record.ok()) return Error{record.error().code, fmt::format("{}: {}", *file, record.error().message)};
    Api* api = TRY(session.api());
    const Json answer = TRY(api->write({.path = "advisories", .body = std::move(*record)}));
    const std::string id = cleaned(answer.at("advisory").text("id"));
    session.answer(answer, fmt::format("{} is published; where it runs: weir vuln where {}\n", id, id));
    return Exit::yes;
  };
}

Action advisories_withdraw(Options& options) {
  struct Withdrawing {
    std::string id, reason;
  };
  const auto given = std::make_shared<Withdrawing>();
  options.argument({.name = "ID", .help = "of an advisory of your own", .need = Need::required}, &given->id);
  options.option({.name = "reason", .value = "TEXT", .help = "why", .need = Need::required}, &given->reason);
  return [given](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json answer = TRY(api->write({.path = path_of({"advisories", given->id, "withdraw"}),
                                        .body = Json::object({{"reason", given->reason}})}));
    session.answer(answer, fmt::format("{} is withdrawn\n", cleaned(given->id)));
    return Exit::yes;
  };
}

Action advisories_list(Options& options) {
  return listing(options, {.path = "advisories",
                           .columns = columns,
                           .hint = "no advisories of your own; publish one: weir advisories add FILE"});
}

}  // namespace weir::cli
