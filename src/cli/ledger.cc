#include <fmt/format.h>

#include <array>
#include <ostream>

#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array entry_columns{Column{"INDEX", "index", Show::count},
                                   Column{"AT", "at", Show::time},
                                   Column{"TYPE", "type"},
                                   Column{"ACTOR", "actor"},
                                   Column{"SUBJECTS", "subjects", Show::length},
                                   Column{"LEAF HASH", "leaf_hash", Show::digest}};
constexpr std::int64_t page_rows = 1000;

// Entries are asked for by index, not by cursor.
Result<Json::Array> entries_from(Api& api, std::int64_t from, std::int64_t limit) {
  Json::Array rows;
  while (limit > 0) {
    const std::int64_t wanted = std::min(limit, page_rows);
    const Json page =
        TRY(api.read("ledger/entries", {{"from", std::to_string(from)}, {"limit", std::to_string(wanted)}}));
    const Json::Array& found = page.items("entries");
    rows.insert(rows.end(), found.begin(), found.end());
    if (found.empty()) break;
    from += static_cast<std::int64_t>(found.size());
    limit -= static_cast<std::int64_t>(found.size());
  }
  return rows;
}

// A document as it is; to machines that ask for JSON as the member `name`, unless it is JSON already.
Action printing(std::string path, std::string name = {}) {
  return [path, name](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const std::string text = TRY(api->text(path));
    if (session.form() == OutputForm::json && !name.empty())
      session.answer(Json::object({{name, text}}), text);
    else session.environment().out << text << (text.ends_with('\n') ? "" : "\n");
    return Exit::yes;
  };
}

}  // namespace

Action ledger_entries(Options& options) {
  struct Arguments {
    std::int64_t from = 0, limit = 0;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.option({.name = "from", .value = "INDEX", .help = "first entry", .fallback = "0"},
                 &arguments->from);
  options.option(limit_row, &arguments->limit);
  return [arguments](Session& session) -> Result<Exit> {
    if (arguments->from < 0) return invalid("--from must be 0 or more", "from");
    TRY(checked_limit(arguments->limit));
    Api* api = TRY(session.api());
    const Json::Array rows = TRY(entries_from(*api, arguments->from, arguments->limit));
    session.answer_rows(rows, entry_columns, "no entries from there on");
    return Exit::yes;
  };
}

Action ledger_proof(Options& options) {
  const auto index = std::make_shared<std::int64_t>(0);
  options.argument({.name = "INDEX", .help = "of the entry", .need = Need::required}, index.get());
  return [index](Session& session) -> Result<Exit> {
    if (*index < 0) return invalid("INDEX must be 0 or more");
    return printing(fmt::format("ledger/proof/{}", *index), "proof")(session);
  };
}

Action ledger_vkey(Options&) { return printing("ledger/vkey", "vkey"); }

Action openapi(Options&) { return printing("//v1/openapi.json"); }

}  // namespace weir::cli
