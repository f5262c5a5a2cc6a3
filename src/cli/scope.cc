#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array scope_columns{Column{"ID", "id"},
                                   Column{"EFFECT", "effect"},
                                   Column{"PATH", "path"},
                                   Column{"USER", "user"},
                                   Column{"UNIT", "unit"},
                                   Column{"CONTAINER", "container"},
                                   Column{"ENDS", "expires_at", Show::time},
                                   Column{"REASON", "reason"}};
constexpr OptionRow environment_word{.name = "ENV", .help = "environment", .need = Need::required};

struct Scope {
  std::string environment;
  std::optional<std::string> path, user, unit, container, expires, reason;
  bool exclude = false, include = false, preview = false;
};

Result<Json> body_of(const Scope& scope, Instant now) {
  if (scope.exclude == scope.include) return invalid("a scope rule is either --exclude or --include");
  Json body = Json::object({{"effect", scope.exclude ? "exclude" : "include"}});
  set_given(body, "path", scope.path);
  set_given(body, "user", scope.user);
  set_given(body, "unit", scope.unit);
  set_given(body, "container", scope.container);
  if (body.object()->size() == 1)
    return invalid(
        "a scope rule needs at least one of --path, --user, --unit, --container; without, it would cover "
        "everything");
  const auto expires = TRY(parse_moment(scope.expires, now, "expires"));
  set_given(body, "expires_at", expires);
  set_given(body, "reason", scope.reason);
  return body;
}

}  // namespace

Action env_scope_add(Options& options) {
  const auto scope = std::make_shared<Scope>();
  options.argument(environment_word, &scope->environment);
  options.option({.name = "exclude", .help = "what matches is not watched"}, &scope->exclude);
  options.option({.name = "include", .help = "what matches is watched, though an earlier rule excludes it"},
                 &scope->include);
  options.option({.name = "path", .value = "GLOB", .help = "name of the program or file"}, &scope->path);
  options.option({.name = "user", .value = "GLOB", .help = "user it runs as"}, &scope->user);
  options.option({.name = "unit", .value = "GLOB", .help = "systemd unit it belongs to"}, &scope->unit);
  options.option({.name = "container", .value = "GLOB", .help = "container it runs in"}, &scope->container);
  options.option({.name = "expires", .value = "WHEN", .help = "a time, or a duration from now (30d)"},
                 &scope->expires);
  options.option({.name = "reason", .value = "TEXT", .help = "why"}, &scope->reason);
  options.option({.name = "preview", .help = "records nothing; says how many open alerts it would silence"},
                 &scope->preview);
  return [scope](Session& session) -> Result<Exit> {
    const Json body = TRY(body_of(*scope, session.now()));
    std::string path = path_of({"environments", scope->environment, "scopes"});
    if (!scope->preview) return put_and_say(session, std::move(path), body, "the scope rule is recorded");
    Api* api = TRY(session.api());
    const Json answer = TRY(api->write({.method = "PUT", .path = path + "?preview=true", .body = body}));
    session.answer(answer,
                   fmt::format("silences {} of {}\n", dump(answer.at("silences")), dump(answer.at("of"))));
    return Exit::yes;
  };
}

Action env_scope_list(Options& options) {
  const auto environment = std::make_shared<std::string>();
  options.argument(environment_word, environment.get());
  return [environment](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const auto rows = TRY(api->list(path_of({"environments", *environment, "scopes"}), "scopes", {}));
    session.answer_rows(rows, scope_columns, "no scope rules: everything is watched");
    return Exit::yes;
  };
}

Action env_scope_remove(Options& options) {
  struct Arguments {
    std::string environment, id;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(environment_word, &arguments->environment);
  options.argument({.name = "ID", .help = "of the rule", .need = Need::required}, &arguments->id);
  return [arguments](Session& session) -> Result<Exit> {
    return write_and_say(session,
                         {.method = "DELETE",
                          .path = path_of({"environments", arguments->environment, "scopes", arguments->id})},
                         fmt::format("scope rule {} has ended", arguments->id));
  };
}

}  // namespace weir::cli
