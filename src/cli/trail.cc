#include "cli/trail.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array trail_columns{Column{"NAME", "name"},
                                   Column{"FLOW", "flow"},
                                   Column{"COMPLIANT", "standing"},
                                   Column{"COMMIT", "commit", Show::digest},
                                   Column{"BRANCH", "branch"},
                                   Column{"BEGUN", "begun_at", Show::time},
                                   Column{"MISSING", "missing", Show::list},
                                   Column{"RUN", "url"}};

constexpr std::array bead_columns{Column{"STATE", "state", Show::state}, Column{"EVIDENCE", "name"},
                                  Column{"TYPE", "type"}, Column{"ARTIFACT", "artifact"},
                                  Column{"ENTRY", "entry", Show::count}};

constexpr OptionRow flow_row{
    .name = "flow", .value = "FLOW", .help = "flow it is a run of", .need = Need::required};

}  // namespace

std::string standing_of(const Json& trail) {
  if (trail.is_null()) return "";
  if (trail.at("compliant") != Json(true)) return "no";
  const Json::Array& beads = trail.items("beads");
  const bool required =
      std::ranges::any_of(beads, [](const Json& bead) { return bead.text("state") != "extra"; });
  return required ? "yes" : "nothing required";
}

std::string trail_story(const Json& trail, Color color) {
  Json row = trail;
  row.set("standing", standing_of(trail));
  std::string out = card(trail_columns, row, color);
  const Json::Array& beads = trail.items("beads");
  if (!beads.empty()) out += "\n" + table(bead_columns, beads, color);
  return out;
}

Action trail_begin(Options& options) {
  struct Arguments {
    std::string trail, flow;
    std::optional<std::string> commit, branch, url, description, author;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "TRAIL", .help = "name of the run", .need = Need::required}, &arguments->trail);
  options.option(flow_row, &arguments->flow);
  options.option({.name = "commit", .value = "SHA", .help = "commit it builds"}, &arguments->commit);
  options.option({.name = "branch", .value = "NAME", .help = "branch of that commit"}, &arguments->branch);
  options.option({.name = "url", .value = "URL", .help = "page of the pipeline's run"}, &arguments->url);
  options.option({.name = "description", .value = "TEXT", .help = "what it is about"},
                 &arguments->description);
  options.option({.name = "author", .value = "NAME", .help = "who made the change"}, &arguments->author);
  return [arguments](Session& session) -> Result<Exit> {
    Json body{Json::Object{}};
    set_given(body, "commit", arguments->commit);
    set_given(body, "branch", arguments->branch);
    set_given(body, "url", arguments->url);
    set_given(body, "description", arguments->description);
    set_given(body, "author", arguments->author);
    const std::string path = path_of({"flows", arguments->flow, "trails", arguments->trail});
    constexpr std::array<std::string_view, 5> kept{"commit", "branch", "url", "description", "author"};
    TRY(keep_known(session, path, kept, body));
    return put_and_say(session, path, body,
                       fmt::format("trail {} of flow {} has begun", arguments->trail, arguments->flow));
  };
}

Action trail_list(Options& options) {
  struct Arguments {
    std::string flow;
    std::int64_t limit = 0;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.option(flow_row, &arguments->flow);
  options.option(limit_row, &arguments->limit);
  return [arguments](Session& session) -> Result<Exit> {
    const std::size_t limit = TRY(checked_limit(arguments->limit));
    Api* api = TRY(session.api());
    const auto rows = TRY(api->list(path_of({"flows", arguments->flow, "trails"}), "trails", {}, limit));
    Json::Array people = rows;
    for (Json& row : people) row.set("standing", standing_of(row));
    if (rows.empty())
      session.note("no trails yet; begin one: weir trail begin NAME --flow " + arguments->flow);
    session.answer(Json(rows), rows.empty() ? "" : table(trail_columns, people, session.color()));
    return Exit::yes;
  };
}

Action trail_show(Options& options) {
  struct Arguments {
    std::string trail, flow;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "TRAIL", .help = "name of the run", .need = Need::required}, &arguments->trail);
  options.option(flow_row, &arguments->flow);
  return [arguments](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json found = TRY(api->read(path_of({"flows", arguments->flow, "trails", arguments->trail})));
    session.answer(found, trail_story(found, session.color()));
    return Exit::yes;
  };
}

}  // namespace weir::cli
