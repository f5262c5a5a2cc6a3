#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "base/limits.h"
#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"
#include "cli/proposing.h"
#include "cli/signed_file.h"
#include "cli/simulation_lines.h"
#include "cli/working.h"
#include "policy/record.h"
#include "policy/statement.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array policy_columns{Column{"NAME", "name"},
                                    Column{"VERSION", "version", Show::count},
                                    Column{"FORM", "form"},
                                    Column{"DIGEST", "digest", Show::digest},
                                    Column{"BY", "actor"},
                                    Column{"SINCE", "created_at", Show::time},
                                    Column{"ATTACHED", "attachments", Show::length},
                                    Column{"DESCRIPTION", "description"}};
constexpr std::array modes = policy::names_of(policy::Mode{});
constexpr OptionRow policy_word{.name = "NAME", .help = "name of the policy", .need = Need::required};

struct Place {
  std::string policy;
  std::optional<std::string> environment, flow;
};

void declare_target(Options& options, Place& target) {
  options.argument(policy_word, &target.policy);
  options.option({.name = "environment", .value = "ENV", .help = "where it counts"}, &target.environment);
  options.option({.name = "flow", .value = "FLOW", .help = "or: for what this flow delivers"}, &target.flow);
}

Status check_one(const Place& target) {
  if (target.environment.has_value() == target.flow.has_value())
    return invalid("name one of --environment and --flow", "environment");
  return {};
}

std::string place_of(const Place& target) {
  return target.environment ? fmt::format("environment {}", *target.environment)
                            : fmt::format("flow {}", *target.flow);
}

Json place_json(const Place& target) {
  Json place{Json::Object{}};
  set_given(place, "environment", target.environment);
  set_given(place, "flow", target.flow);
  return place;
}

std::string attachment_lines(const Json& policy) {
  std::string out;
  for (const Json& each : policy.items("attachments"))
    out +=
        fmt::format("  {} {} {}\n", each.text("environment").empty() ? "flow" : "environment",
                    cleaned(each.text("environment").empty() ? each.text("flow") : each.text("environment")),
                    each.text("mode"));
  return out.empty() ? "attached nowhere\n" : "attached to\n" + out;
}

// The source as it is, but for what a terminal would obey.
std::string source_lines(const Json& version) {
  std::string out;
  std::string_view rest = version.text("source");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    out += cleaned(rest.substr(0, end)) + "\n";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

Result<Exit> print_policy_object(Session& session, const std::string& name,
                                 std::optional<std::int64_t> version) {
  if (!version) {
    Api* api = TRY(session.api());
    const Json newest = TRY(api->read(path_of({"policies", name})));
    version = newest.at("version").integer() == nullptr ? 0 : *newest.at("version").integer();
  }
  return print_signed(session, path_of({"policies", name, "versions", std::to_string(*version), "signed"}));
}

// A time, or how long ago.
Result<std::optional<Instant>> parse_past(const std::optional<std::string>& text, Instant now) {
  if (!text) return std::optional<Instant>();
  if (const auto ago = parse_duration(*text); ago.ok()) return std::optional(now - *ago);
  return parse_moment(text, now, "since");
}

}  // namespace

Action policy_create(Options& options) {
  struct Arguments {
    std::string name, file;
    std::optional<std::string> description;
    bool confirm = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(policy_word, &arguments->name);
  options.argument({.name = "FILE",
                    .help = "the policy: YAML, or Rego (.rego); - is standard input",
                    .need = Need::required},
                   &arguments->file);
  options.option({.name = "description", .value = "TEXT", .help = "what it is for"}, &arguments->description);
  options.option({.name = "confirm", .help = "also when it is enforced and would let nothing through"},
                 &arguments->confirm);
  return [arguments](Session& session) -> Result<Exit> {
    const std::string source = TRY(read_file(arguments->file, limits::policy_bytes_max));
    Json body =
        Json::object({{"source", source}, {"form", arguments->file.ends_with(".rego") ? "rego" : "yaml"}});
    set_given(body, "description", arguments->description);
    if (arguments->confirm) body.set("confirm", true);
    Api* api = TRY(session.api());
    const Json answer =
        TRY(api->write({.method = "PUT", .path = path_of({"policies", arguments->name}), .body = body}));
    const Json& policy = answer.at("policy");
    session.answer(
        answer, fmt::format("policy {} is version {} ({})\n{}", arguments->name, dump(policy.at("version")),
                            policy.text("digest"), attachment_lines(policy)));
    return Exit::yes;
  };
}

Action policy_list(Options& options) {
  return listing(options, {.path = "policies",
                           .columns = policy_columns,
                           .hint = "no policies yet; make one: weir policy create NAME FILE"});
}

Action policy_show(Options& options) {
  struct Arguments {
    std::string name;
    std::optional<std::int64_t> version;
    bool signed_object = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(policy_word, &arguments->name);
  options.option({.name = "version", .value = "N", .help = "that version; the newest unless said"},
                 &arguments->version);
  options.option({.name = "signed", .help = "that version (--version) as a signed object (DSSE)"},
                 &arguments->signed_object);
  return [arguments](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    if (arguments->signed_object) return print_policy_object(session, arguments->name, arguments->version);
    const std::string path =
        arguments->version
            ? path_of({"policies", arguments->name, "versions", std::to_string(*arguments->version)})
            : path_of({"policies", arguments->name});
    const Json found = TRY(api->read(path));
    session.answer(found, card(policy_columns, found, session.color()) +
                              (arguments->version ? "" : attachment_lines(found)) + "\n" +
                              source_lines(found));
    return Exit::yes;
  };
}

Action policy_verify(Options& options) {
  const auto given = declare_signed_file(options);
  return [given](Session& session) {
    return verify_signed_file(
        session, *given, policy::policy_payload_type, [](BytesView payload) -> Result<Json> {
          const policy::PolicyCreated said = TRY(policy::read_policy_statement(payload));
          return Json::object({{"name", said.name},
                               {"version", said.version},
                               {"form", format::name_of(said.form)},
                               {"digest", to_string(said.digest)}});
        });
  };
}

Action policy_attach(Options& options) {
  struct Arguments {
    Place target;
    std::string mode;
    bool confirm = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  declare_target(options, arguments->target);
  options.option({.name = "mode",
                  .value = "MODE",
                  .help = "recorded only, said, or decisive",
                  .fallback = "shadow",
                  .choices = modes},
                 &arguments->mode);
  options.option({.name = "confirm", .help = "also when it denies everything that is there"},
                 &arguments->confirm);
  const auto proposing = declare_proposing(options);
  return [arguments, proposing](Session& session) -> Result<Exit> {
    const Place& target = arguments->target;
    TRY(check_one(target));
    TRY(check_reason(*proposing));
    Json body = place_json(target);
    body.set("mode", arguments->mode);
    if (proposing->propose)
      return propose(session, *proposing,
                     Json::object({{"policy", target.policy}, {"attachment", std::move(body)}}));
    if (arguments->confirm) body.set("confirm", true);
    return put_and_say(session, path_of({"policies", target.policy, "attachments"}), body,
                       fmt::format("policy {} is attached to {} in mode {}", target.policy, place_of(target),
                                   arguments->mode));
  };
}

Action policy_simulate(Options& options) {
  struct Arguments {
    std::string what, mode;
    std::optional<std::string> name, environment, flow, since;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(
      {.name = "FILE|NAME", .help = "a policy's file, or the name of one", .need = Need::required},
      &arguments->what);
  options.option({.name = "name", .value = "NAME", .help = "in whose place the file would stand"},
                 &arguments->name);
  options.option(environment_filter, &arguments->environment);
  options.option({.name = "flow", .value = "FLOW", .help = "only of this flow"}, &arguments->flow);
  options.option({.name = "since", .value = "WHEN", .help = "a time, or how long ago (30d); 30d unless said"},
                 &arguments->since);
  options.option({.name = "mode",
                  .value = "MODE",
                  .help = "as if in this mode",
                  .fallback = "enforce",
                  .choices = modes},
                 &arguments->mode);
  return [arguments](Session& session) -> Result<Exit> {
    std::error_code fault;
    const bool is_file = std::filesystem::exists(arguments->what, fault);
    const std::string stem = std::filesystem::path(arguments->what).stem().string();
    Json body = Json::object({{"name", arguments->name.value_or(is_file ? stem : arguments->what)}});
    if (is_file) {
      std::string source = TRY(read_file(arguments->what, limits::policy_bytes_max));
      body.set("source", std::move(source));
      body.set("form", arguments->what.ends_with(".rego") ? "rego" : "yaml");
    }
    set_given(body, "environment", arguments->environment);
    set_given(body, "flow", arguments->flow);
    body.set("mode", arguments->mode);
    const auto since = TRY(parse_past(arguments->since, session.now()));
    set_given(body, "since", since);
    Api* api = TRY(session.api());
    std::optional<Working> working(std::in_place, session, "deciding again");
    const Json found = TRY(api->write({.path = "policies/simulate", .body = body}));
    working.reset();
    session.answer(found, simulation_lines(found, session.color()));
    return Exit::yes;
  };
}

Action policy_detach(Options& options) {
  const auto target = std::make_shared<Place>();
  declare_target(options, *target);
  const auto proposing = declare_proposing(options);
  return [target, proposing](Session& session) -> Result<Exit> {
    TRY(check_one(*target));
    TRY(check_reason(*proposing));
    if (proposing->propose)
      return propose(session, *proposing,
                     Json::object({{"policy", target->policy}, {"attachment", place_json(*target)}}));
    const Query query{{"environment", target->environment.value_or("")}, {"flow", target->flow.value_or("")}};
    return write_and_say(
        session,
        {.method = "DELETE", .path = path_of({"policies", target->policy, "attachments"}) + query_of(query)},
        fmt::format("policy {} is detached from {}", target->policy, place_of(*target)));
  };
}

}  // namespace weir::cli
