#include <fmt/format.h>

#include <array>
#include <set>

#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"
#include "cli/moment.h"
#include "cli/shapes.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array environment_columns{Column{"NAME", "name"},
                                         Column{"KIND", "kind"},
                                         Column{"SNAPSHOT", "snapshot", Show::count},
                                         Column{"ALERTS", "alerts_open", Show::count},
                                         Column{"REPORTERS", "reporters", Show::length},
                                         Column{"ADOPTED", "adopted", Show::count},
                                         Column{"SAYS", "sentence"}};

constexpr std::array workload_columns{Column{"VERDICT", "verdict", Show::state},
                                      Column{"KIND", "kind"},
                                      Column{"NAME", "name"},
                                      Column{"COUNT", "count", Show::count},
                                      Column{"DIGEST", "digest", Show::digest},
                                      Column{"HOST", "host"},
                                      Column{"STARTED", "started_at", Show::time},
                                      Column{"BECAUSE", "because"}};

constexpr std::array snapshot_columns{
    Column{"NUMBER", "number", Show::count}, Column{"FROM", "from", Show::time},
    Column{"UNTIL", "until", Show::time},    Column{"STARTED", "started", Show::count},
    Column{"ENDED", "ended", Show::count},   Column{"RUNNING", "count", Show::count},
    Column{"ENTRY", "entry", Show::count}};

constexpr std::array token_columns{Column{"STATE", "state", Show::state}, Column{"ID", "id"},
                                   Column{"EXPIRES", "expires_at", Show::time},
                                   Column{"REVOKED", "revoked_at", Show::time}};
constexpr std::array run_columns{Column{"HOUR", "hour", Show::time}, Column{"HOST", "host"},
                                 Column{"COUNT", "count", Show::count}, Column{"NAME", "name"},
                                 Column{"PACKAGE", "package"}};
constexpr std::array skipped_columns{Column{"NOT ADOPTED", "workload"}, Column{"NAME", "name"},
                                     Column{"WHY", "why"}};
constexpr std::array<std::string_view, 2> truths{"true", "false"};
constexpr std::array<std::string_view, 4> kinds{"host", "docker", "kubernetes", "logical"};
constexpr OptionRow environment_word{.name = "ENV", .help = "environment", .need = Need::required};

Json::Array readable(const Json::Array& workloads) {
  Json::Array rows;
  for (Json row : workloads) {
    const Json::Array& digests = row.items("digests");
    const Json::Array& reasons = row.items("reasons");
    Json digest = digests.empty() ? Json() : digests.front();
    Json because = reasons.empty() ? Json() : reasons.front().at("message");
    row.set("digest", std::move(digest));
    row.set("because", std::move(because));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string titled(std::string_view title, const Json::Array& workloads, Color color) {
  if (workloads.empty()) return "";
  return fmt::format("{}\n{}", styled(title, Weight::strong, color),
                     table(workload_columns, readable(workloads), color));
}

std::string difference(const Json& diff, Color color) {
  std::string out =
      titled("started", diff.items("started"), color) + titled("ended", diff.items("ended"), color);
  Json::Array before, after;
  for (const Json& row : diff.items("changed")) {
    before.push_back(row.at("before"));
    after.push_back(row.at("after"));
  }
  out += titled("changed, before", before, color) + titled("changed, after", after, color);
  return out + fmt::format("unchanged: {}\n", dump(diff.at("unchanged")));
}

// The commands that would exclude what can't be adopted.
std::string scope_commands(std::string_view environment, const Json::Array& skipped) {
  std::set<std::string> commands;
  for (const Json& each : skipped) {
    const Json& scope = each.at("scope");
    if (scope.is_null()) continue;
    std::string command = fmt::format("  weir env scope add {} --exclude", environment);
    for (const std::string_view field : {"path", "user", "unit", "container"})
      if (!scope.text(field).empty()) command += fmt::format(" --{} '{}'", field, cleaned(scope.text(field)));
    commands.insert(command + " --expires 7d --reason …\n");
  }
  if (commands.empty()) return "";
  return fmt::format("What is no file can be excluded, for a while:\n{}", fmt::join(commands, ""));
}

// What the API lists below an environment; `{}` in the hint stands for its name.
Action list_of_environment(Options& options, std::string_view resource, std::span<const Column> columns,
                           std::string_view hint) {
  struct Arguments {
    std::string environment;
    std::int64_t limit = 0;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(environment_word, &arguments->environment);
  options.option(limit_row, &arguments->limit);
  return [=](Session& session) -> Result<Exit> {
    const std::size_t limit = TRY(checked_limit(arguments->limit));
    Api* api = TRY(session.api());
    const auto rows =
        TRY(api->list(path_of({"environments", arguments->environment, resource}), resource, {}, limit));
    session.answer_rows(rows, columns, fmt::format(fmt::runtime(hint), arguments->environment));
    return Exit::yes;
  };
}

}  // namespace

Action env_create(Options& options) {
  struct Arguments {
    std::string name, kind;
    std::optional<std::string> description;
    std::optional<bool> arguments;
    std::vector<std::string> tags;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "ENV", .help = "name of the environment", .need = Need::required},
                   &arguments->name);
  options.option({.name = "kind",
                  .value = "KIND",
                  .help = "how it is observed",
                  .need = Need::required,
                  .choices = kinds},
                 &arguments->kind);
  options.option({.name = "description", .value = "TEXT", .help = "what it is for"}, &arguments->description);
  options.option({.name = "arguments",
                  .value = "BOOL",
                  .help = "whether arguments of processes may be reported",
                  .choices = truths},
                 &arguments->arguments);
  options.option(tag_row, &arguments->tags);
  return [arguments](Session& session) -> Result<Exit> {
    Json body = Json::object({{"kind", arguments->kind}});
    set_given(body, "description", arguments->description);
    if (arguments->arguments) body.set("arguments", *arguments->arguments);
    if (auto tags = TRY(parse_tags(arguments->tags, "tag"))) body.set("tags", std::move(*tags));
    constexpr std::array<std::string_view, 3> kept{"description", "arguments", "tags"};
    TRY(keep_known(session, path_of({"environments", arguments->name}), kept, body));
    if (arguments->kind == "kubernetes")
      session.note(
          "Agents on its nodes report what runs there; nobody asks the cluster itself what it holds.");
    return put_and_say(session, path_of({"environments", arguments->name}), body,
                       fmt::format("environment {} is recorded", arguments->name));
  };
}

Action env_list(Options& options) {
  return listing(options, {.path = "environments",
                           .columns = environment_columns,
                           .hint = "no environments yet; make one: weir env create NAME --kind host"});
}

Action env_show(Options& options) {
  struct Arguments {
    std::string moment;
    std::optional<std::string> verdict, query;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(
      {.name = "ENV[@TIME|#N]", .help = "environment, live or at a moment", .need = Need::required},
      &arguments->moment);
  options.option({.name = "verdict", .value = "VERDICT", .help = "only workloads of this verdict"},
                 &arguments->verdict);
  options.option({.name = "query", .value = "TEXT", .help = "only workloads that mention this"},
                 &arguments->query);
  return [arguments](Session& session) -> Result<Exit> {
    const Moment moment = TRY(parse_moment_of(arguments->moment));
    Api* api = TRY(session.api());
    const Json found = TRY(api->read(path_of({"environments", moment.environment, "workloads"}),
                                     {{"at", moment.at},
                                      {"snapshot", moment.snapshot},
                                      {"verdict", arguments->verdict.value_or("")},
                                      {"q", arguments->query.value_or("")}}));
    const Json::Array& workloads = found.items("workloads");
    const bool unseen = found.at("snapshot") == Json(0);
    const std::string head = fmt::format(
        "{} at {}, {}: {} workload{}\n", cleaned(found.text("environment")), cleaned(found.text("at")),
        unseen ? "before anybody looked" : fmt::format("snapshot {}", dump(found.at("snapshot"))),
        workloads.size(), workloads.size() == 1 ? "" : "s");
    session.answer(
        stable_environment(found),
        head + (workloads.empty() ? "" : table(workload_columns, readable(workloads), session.color())));
    return Exit::yes;
  };
}

Action env_log(Options& options) {
  return list_of_environment(options, "snapshots", snapshot_columns,
                             "nothing was reported yet; start an agent: weir agent --environment {}");
}

Action env_runs(Options& options) {
  return list_of_environment(options, "run-counts", run_columns,
                             "no short run that a package explains was counted yet");
}

Action env_diff(Options& options) {
  struct Arguments {
    std::string before, after;
    bool exit_code = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "A", .help = "ENV[@TIME|#N]", .need = Need::required}, &arguments->before);
  options.argument(
      {.name = "B", .help = "ENV[@TIME|#N], of the same environment or another", .need = Need::required},
      &arguments->after);
  options.option({.name = "exit-code", .help = "exit with 1 when something differs"}, &arguments->exit_code);
  return [arguments](Session& session) -> Result<Exit> {
    const Moment before = TRY(parse_moment_of(arguments->before));
    const Moment after = TRY(parse_moment_of(arguments->after));
    const std::string from = before.spelled().empty() ? to_string(session.now()) : before.spelled();
    const std::string other = after.environment == before.environment ? "" : after.environment;
    Api* api = TRY(session.api());
    const Json diff = TRY(api->read(path_of({"environments", before.environment, "diff"}),
                                    {{"from", from}, {"to", after.spelled()}, {"environment", other}}));
    session.answer(diff, difference(diff, session.color()));
    const bool same =
        diff.items("started").empty() && diff.items("ended").empty() && diff.items("changed").empty();
    return same || !arguments->exit_code ? Exit::yes : Exit::no;
  };
}

Action env_adopt(Options& options) {
  struct Arguments {
    std::string environment, reason;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(environment_word, &arguments->environment);
  options.option({.name = "reason", .value = "TEXT", .help = "why what runs may run", .need = Need::required},
                 &arguments->reason);
  return [arguments](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json answer = TRY(api->write({.path = path_of({"environments", arguments->environment, "adopt"}),
                                        .body = Json::object({{"reason", arguments->reason}})}));
    const Json::Array& skipped = answer.items("skipped");
    std::string people = fmt::format("adopted {} for 90 days, under your name\n", dump(answer.at("adopted")));
    if (!skipped.empty()) people += table(skipped_columns, skipped, session.color());
    people += scope_commands(arguments->environment, skipped);
    session.answer(answer, people);
    return Exit::yes;
  };
}

Action env_join_token(Options& options) {
  struct Arguments {
    std::string environment;
    std::optional<std::string> expires;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(environment_word, &arguments->environment);
  options.option({.name = "expires", .value = "WHEN", .help = "a time, or a duration from now (1h)"},
                 &arguments->expires);
  return [arguments](Session& session) -> Result<Exit> {
    Json body{Json::Object{}};
    const auto expires = TRY(parse_moment(arguments->expires, session.now(), "expires"));
    set_given(body, "expires_at", expires);
    Api* api = TRY(session.api());
    const Json answer = TRY(
        api->write({.path = path_of({"environments", arguments->environment, "join-tokens"}), .body = body}));
    session.note("Shown once. On the host: weir agent --server URL --environment " + arguments->environment +
                 " --token TOKEN");
    session.answer(answer, fmt::format("{}\n", cleaned(answer.text("token"))));
    return Exit::yes;
  };
}

Action env_join_token_list(Options& options) {
  const auto environment = std::make_shared<std::string>();
  options.argument(environment_word, environment.get());
  return [environment](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const auto rows =
        TRY(api->list(path_of({"environments", *environment, "join-tokens"}), "join-tokens", {}));
    session.answer_rows(rows, token_columns,
                        "no join token was made; make one: weir env join-token " + *environment);
    return Exit::yes;
  };
}

Action env_join_token_revoke(Options& options) {
  struct Arguments {
    std::string environment, id;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(environment_word, &arguments->environment);
  options.argument({.name = "ID", .help = "of the token", .need = Need::required}, &arguments->id);
  return [arguments](Session& session) -> Result<Exit> {
    return write_and_say(
        session,
        {.method = "DELETE",
         .path = path_of({"environments", arguments->environment, "join-tokens", arguments->id}),
         .body = {}},
        fmt::format("join token {} is revoked; who enrolled with it goes on reporting", arguments->id));
  };
}

}  // namespace weir::cli
