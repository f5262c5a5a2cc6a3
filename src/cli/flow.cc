#include <fmt/format.h>

#include <array>

#include "base/limits.h"
#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"
#include "cli/trail.h"
#include "format/yaml.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array flow_columns{Column{"NAME", "name"},
                                  Column{"SERVICE", "service"},
                                  Column{"TRAILS", "trails", Show::count},
                                  Column{"LATEST TRAIL", "latest_trail.name"},
                                  Column{"BEGUN", "latest_trail.begun_at", Show::time},
                                  Column{"COMPLIANT", "standing"},
                                  Column{"DESCRIPTION", "description"}};

Result<Json> read_template(const std::string& path) {
  const std::string text = TRY(read_file(path, limits::request_body_bytes_max));
  Result<Json> read = format::parse_yaml(text);
  if (!read)
    return Error{read.error().code, fmt::format("--template {}: {}", path, read.error().message), "template"};
  return read;
}

std::string required_lines(const Json& flow) {
  std::string out;
  for (const Json& row : flow.at("template").items("attestations"))
    out += fmt::format("  {} ({})\n", cleaned(row.text("name")), cleaned(row.text("type")));
  for (const Json& artifact : flow.at("template").items("artifacts")) {
    out += fmt::format("  artifact {}\n", cleaned(artifact.text("name")));
    for (const Json& row : artifact.items("attestations"))
      out += fmt::format("    {} ({})\n", cleaned(row.text("name")), cleaned(row.text("type")));
  }
  return out.empty() ? "requires nothing yet\n" : "requires\n" + out;
}

Json with_standing(Json flow) {
  flow.set("standing", standing_of(flow.at("latest_trail")));
  return flow;
}

}  // namespace

Action flow_create(Options& options) {
  struct Arguments {
    std::string flow;
    std::optional<std::string> file, service, description;
    std::vector<std::string> tags;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "FLOW", .help = "name of the flow", .need = Need::required}, &arguments->flow);
  options.option({.name = "template", .value = "FILE", .help = "required evidence (YAML)"}, &arguments->file);
  options.option({.name = "service", .value = "SERVICE", .help = "service it delivers"}, &arguments->service);
  options.option({.name = "description", .value = "TEXT", .help = "what it is for"}, &arguments->description);
  options.option(tag_row, &arguments->tags);
  return [arguments](Session& session) -> Result<Exit> {
    Json body{Json::Object{}};
    set_given(body, "service", arguments->service);
    set_given(body, "description", arguments->description);
    if (arguments->file) {
      Json required = TRY(read_template(*arguments->file));
      body.set("template", std::move(required));
    }
    if (auto tags = TRY(parse_tags(arguments->tags, "tag"))) body.set("tags", std::move(*tags));
    constexpr std::array<std::string_view, 4> kept{"service", "description", "template", "tags"};
    TRY(keep_known(session, path_of({"flows", arguments->flow}), kept, body));
    return put_and_say(session, path_of({"flows", arguments->flow}), body,
                       fmt::format("flow {} is recorded", arguments->flow));
  };
}

Action flow_list(Options& options) {
  return listing(options, {.path = "flows",
                           .columns = flow_columns,
                           .hint = "no flows yet; make one: weir flow create NAME --template FILE",
                           .told = with_standing});
}

Action flow_show(Options& options) {
  const auto flow = std::make_shared<std::string>();
  options.argument({.name = "FLOW", .help = "name of the flow", .need = Need::required}, flow.get());
  return [flow](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json found = TRY(api->read(path_of({"flows", *flow})));
    session.answer(found, card(flow_columns, with_standing(found), session.color()) + required_lines(found));
    return Exit::yes;
  };
}

}  // namespace weir::cli
