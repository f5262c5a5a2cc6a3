#include <fmt/format.h>

#include <array>
#include <iostream>

#include "base/limits.h"
#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"
#include "window/batch.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array window_columns{Column{"NAME", "name"},
                                    Column{"KIND", "kind"},
                                    Column{"OPEN", "open", Show::yes_no},
                                    Column{"OPENS", "opens", Show::time},
                                    Column{"CLOSES", "closes", Show::time},
                                    Column{"RULE", "rule"},
                                    Column{"LASTS", "duration"},
                                    Column{"ZONE", "timezone"},
                                    Column{"ENVIRONMENTS", "selector.environments", Show::list},
                                    Column{"REASON", "reason"}};
constexpr std::array bearing_columns{Column{"NAME", "name"},
                                     Column{"KIND", "kind"},
                                     Column{"OPEN", "open", Show::yes_no},
                                     Column{"OPENS", "opens", Show::time},
                                     Column{"CLOSES", "closes", Show::time},
                                     Column{"OVERRIDDEN", "overridden", Show::yes_no},
                                     Column{"INCIDENT", "incident"},
                                     Column{"REASON", "reason"}};
constexpr std::array<std::string_view, 2> kinds{"allow", "deny"};
constexpr OptionRow name_word{.name = "NAME", .help = "name of the window", .need = Need::required};
constexpr OptionRow reason_row{.name = "reason", .value = "TEXT", .help = "why"};

// When it is: options that creating a window and checking a schedule share.
struct When {
  std::optional<std::string> rrule, cron, start, duration, timezone, from, until;
};

void declare_when(Options& options, When& when) {
  options.option(
      {.name = "rrule", .value = "RULE", .help = "recurs as RFC 5545 says (FREQ=WEEKLY;BYDAY=MO,TU)"},
      &when.rrule);
  options.option({.name = "cron", .value = "LINE", .help = "recurs by five fields (\"0 9 * * 1-5\")"},
                 &when.cron);
  options.option(
      {.name = "start", .value = "TIME", .help = "local time the rule begins at (2026-01-05T09:00:00)"},
      &when.start);
  options.option({.name = "duration", .value = "LENGTH", .help = "how long it stays (4h, 90m, PT4H)"},
                 &when.duration);
  options.option(
      {.name = "timezone", .value = "ZONE", .help = "of the rule (Europe/Berlin); UTC unless said"},
      &when.timezone);
  options.option({.name = "from", .value = "WHEN", .help = "once: a time, or a duration from now"},
                 &when.from);
  options.option({.name = "until", .value = "WHEN", .help = "once: a time, or a duration from now"},
                 &when.until);
}

Result<Json> body_of(const When& when, Instant now) {
  Json body{Json::Object{}};
  set_given(body, "rrule", when.rrule);
  set_given(body, "cron", when.cron);
  set_given(body, "start", when.start);
  set_given(body, "duration", when.duration);
  set_given(body, "timezone", when.timezone);
  const auto from = TRY(parse_moment(when.from, now, "from"));
  const auto until = TRY(parse_moment(when.until, now, "until"));
  set_given(body, "from", from);
  set_given(body, "until", until);
  return body;
}

struct Creating {
  std::string name, kind;
  When when;
  std::vector<std::string> environments, flows, classes, tags, override_roles;
  std::optional<std::string> reason, override_for;
  std::optional<std::int64_t> override_people;
  bool ticket = false, confirm = false;
};

void declare_selector(Options& options, Creating& creating) {
  options.option(
      {.name = "environment", .value = "GLOB", .help = "only in these environments", .many = Many::each},
      &creating.environments);
  options.option(
      {.name = "flow", .value = "GLOB", .help = "only for artifacts of these flows", .many = Many::each},
      &creating.flows);
  options.option(
      {.name = "class", .value = "GLOB", .help = "only for these classes of change", .many = Many::each},
      &creating.classes);
  options.option({.name = "tag",
                  .value = "KEY=GLOB",
                  .help = "only with these tags of environment or flow",
                  .many = Many::each},
                 &creating.tags);
}

void declare_override(Options& options, Creating& creating) {
  options.option({.name = "override-for", .value = "LENGTH", .help = "may be overridden, at most so long"},
                 &creating.override_for);
  options.option(
      {.name = "override-role", .value = "ROLE", .help = "only by these roles", .many = Many::each},
      &creating.override_roles);
  options.option(
      {.name = "override-people", .value = "N", .help = "so many people must say so; 1 unless said"},
      &creating.override_people);
  options.option({.name = "override-ticket", .help = "an override names a ticket"}, &creating.ticket);
}

Result<Json> override_of(const Creating& creating) {
  if (!creating.override_for) {
    if (creating.ticket || creating.override_people || !creating.override_roles.empty())
      return invalid("--override-for is missing: how long an override may last", "override-for");
    return Json();
  }
  Json terms = Json::object({{"longest", *creating.override_for}});
  set_given(terms, "roles", creating.override_roles);
  set_given(terms, "number", creating.override_people);
  if (creating.ticket) terms.set("ticket", true);
  return terms;
}

Result<Json> body_of(const Creating& creating, Instant now) {
  Json body = TRY(body_of(creating.when, now));
  body.set("kind", creating.kind);
  Json selector{Json::Object{}};
  set_given(selector, "environments", creating.environments);
  set_given(selector, "flows", creating.flows);
  set_given(selector, "classes", creating.classes);
  if (auto tags = TRY(parse_tags(creating.tags, "tag"))) selector.set("tags", std::move(*tags));
  body.set("selector", std::move(selector));
  if (Json terms = TRY(override_of(creating)); !terms.is_null()) body.set("override", std::move(terms));
  set_given(body, "reason", creating.reason);
  if (creating.confirm) body.set("confirm", true);
  return body;
}

// One line for people: what `when` is, whatever way it is given.
Json::Array readable(const Json::Array& windows) {
  Json::Array rows;
  for (Json row : windows) {
    std::string rule = std::string(row.text("rrule")) + std::string(row.text("cron"));
    if (rule.empty()) rule = fmt::format("{} – {}", row.text("from"), row.text("until"));
    row.set("rule", std::move(rule));
    rows.push_back(std::move(row));
  }
  return rows;
}

// Each line is answered as it comes.
Result<Exit> check_lines(Session& session) {
  bool sound = true;
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const window::Checked checked = window::answer_check(line);
    session.line(dump(checked.answer));
    sound &= checked.sound;
  }
  session.flush();
  return sound ? Exit::yes : Exit::no;
}

std::string in_words(const Json& state) {
  const auto time = [&](std::string_view member) {
    return std::string(state.at(member).is_null() ? "" : state.text(member));
  };
  const bool open = state.text("verdict") == "open" ||
                    (state.at("open").boolean() != nullptr && *state.at("open").boolean());
  const std::string closes = time("closes") + time("next_closing"),
                    opens = time("opens") + time("next_opening");
  const std::string by =
      state.text("window").empty() ? "" : fmt::format(" by {}", cleaned(state.text("window")));
  if (open) return fmt::format("open{}{}\n", by, closes.empty() ? "" : " until " + closes);
  return fmt::format("closed{}{}\n", by, opens.empty() ? "; no opening is in sight" : ", opens at " + opens);
}

}  // namespace

Action window_create(Options& options) {
  const auto creating = std::make_shared<Creating>();
  options.argument(name_word, &creating->name);
  options.option({.name = "kind",
                  .value = "KIND",
                  .help = "allow: open only then; deny: shut then",
                  .need = Need::required,
                  .choices = kinds},
                 &creating->kind);
  declare_when(options, creating->when);
  declare_selector(options, *creating);
  declare_override(options, *creating);
  options.option(reason_row, &creating->reason);
  options.option({.name = "confirm", .help = "changes a window although it is open now"}, &creating->confirm);
  return [creating](Session& session) -> Result<Exit> {
    const Json body = TRY(body_of(*creating, session.now()));
    return put_and_say(session, path_of({"windows", creating->name}), body,
                       fmt::format("window {} is recorded", creating->name));
  };
}

Action window_list(Options&) {
  return [](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const auto rows = TRY(api->list("windows", "windows", {}));
    session.answer_rows(
        session.form() == OutputForm::json ? rows : readable(rows), window_columns,
        "no windows: deploying is always open; make one: weir window create NAME --kind allow …");
    return Exit::yes;
  };
}

Action window_remove(Options& options) {
  struct Arguments {
    std::string name;
    bool confirm = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(name_word, &arguments->name);
  options.option({.name = "confirm", .help = "although it is open now"}, &arguments->confirm);
  return [arguments](Session& session) -> Result<Exit> {
    std::string path = path_of({"windows", arguments->name});
    if (arguments->confirm) path += "?confirm=true";
    return write_and_say(session, {.method = "DELETE", .path = std::move(path)},
                         fmt::format("window {} is removed", arguments->name));
  };
}

Action window_check(Options& options) {
  struct Arguments {
    When when;
    std::optional<std::string> at;
    bool batch = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  declare_when(options, arguments->when);
  options.option({.name = "at", .value = "WHEN", .help = "the moment asked about; now unless said"},
                 &arguments->at);
  options.option({.name = "batch",
                  .help = "reads JSON lines {rrule, start, duration, timezone, at} from standard input"},
                 &arguments->batch);
  return [arguments](Session& session) -> Result<Exit> {
    if (arguments->batch) return check_lines(session);
    Json line = TRY(body_of(arguments->when, session.now()));
    if (line.find("timezone") == nullptr) line.set("timezone", "UTC");
    const auto at = TRY(parse_moment(arguments->at, session.now(), "at"));
    line.set("at", to_string(at.value_or(session.now())));
    const window::Check check = TRY(window::read_check(dump(line)));
    const window::Schedule schedule = TRY(window::Schedule::parse(check.timing));
    const Json state = window::describe(schedule.state_at(check.at));
    session.answer(state, in_words(state));
    return Exit::yes;
  };
}

Action window_state(Options& options) {
  struct Arguments {
    std::string environment;
    std::optional<std::string> flow, cls, at;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.option(environment_row, &arguments->environment);
  options.option({.name = "flow", .value = "FLOW", .help = "of the artifact"}, &arguments->flow);
  options.option({.name = "class", .value = "CLASS", .help = "of the change"}, &arguments->cls);
  options.option({.name = "at", .value = "WHEN", .help = "a time, or a duration from now; now unless said"},
                 &arguments->at);
  return [arguments](Session& session) -> Result<Exit> {
    const auto at = TRY(parse_moment(arguments->at, session.now(), "at"));
    Api* api = TRY(session.api());
    const Json state = TRY(api->read("windows/state", {{"environment", arguments->environment},
                                                       {"flow", arguments->flow.value_or("")},
                                                       {"class", arguments->cls.value_or("")},
                                                       {"at", at ? to_string(*at) : ""}}));
    const Json::Array& windows = state.items("windows");
    session.answer(
        state, in_words(state) + (windows.empty() ? "" : table(bearing_columns, windows, session.color())));
    return state.text("verdict") == "open" ? Exit::yes : Exit::no;
  };
}

Action window_override(Options& options) {
  struct Arguments {
    std::string name, environment, until;
    std::optional<std::string> reason, ticket;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(name_word, &arguments->name);
  options.option(environment_row, &arguments->environment);
  options.option(
      {.name = "for", .value = "LENGTH", .help = "how long (1h), or until when", .need = Need::required},
      &arguments->until);
  options.option(reason_row, &arguments->reason);
  options.option({.name = "ticket", .value = "TICKET", .help = "where it was agreed"}, &arguments->ticket);
  return [arguments](Session& session) -> Result<Exit> {
    const auto until = TRY(parse_moment(arguments->until, session.now(), "for"));
    Json body = Json::object({{"environment", arguments->environment}});
    set_given(body, "until", until);
    set_given(body, "reason", arguments->reason);
    set_given(body, "ticket", arguments->ticket);
    return write_and_say(session, {.path = path_of({"windows", arguments->name, "overrides"}), .body = body},
                         fmt::format("window {} is overridden in {} until {}", arguments->name,
                                     arguments->environment, to_string(*until)));
  };
}

}  // namespace weir::cli
