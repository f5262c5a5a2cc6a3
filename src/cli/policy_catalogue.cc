// The shipped policies: what there is, and taking a bundle of them for an environment in one step. Taking it again
// changes nothing; what somebody changed under the name of a shipped policy is not overwritten unasked.
#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families_policy.h"
#include "cli/listing.h"
#include "crypto/digest.h"
#include "policy/catalogue.h"

namespace weir::cli {
namespace {

using format::Json;
using policy::Bundle;

constexpr std::array bundle_columns{Column{"BUNDLE", "name"}, Column{"RULES", "rules", Show::count},
                                    Column{"WITH", "with", Show::list}, Column{"POLICY", "policy"},
                                    Column{"WHAT", "description"}};
constexpr std::array rule_columns{Column{"RULE", "id"},     Column{"BUNDLE", "bundle"},
                                  Column{"STAGE", "stage"}, Column{"SEVERITY", "severity"},
                                  Column{"TITLE", "title"}, Column{"CONTROLS", "controls", Show::list}};
constexpr std::array<std::string_view, 3> modes{"shadow", "warn", "enforce"};
constexpr std::array<std::string_view, 3> bundle_names{"starter", "regulated", "hardened"};
constexpr std::array stages = policy::names_of(policy::Stage{});

Json strings(std::span<const std::string> texts) { return Json(Json::Array(texts.begin(), texts.end())); }

Result<Json::Array> bundle_rows() {
  Json::Array rows;
  Json::Array before;
  for (const Bundle& bundle : policy::bundles()) {
    const policy::Document document = TRY(policy::read_policy(bundle.source, policy::Form::yaml));
    rows.push_back(Json::object({{"name", bundle.name},
                                 {"rules", static_cast<std::int64_t>(document.policy.rules.size())},
                                 {"with", before},
                                 {"policy", bundle.policy},
                                 {"description", document.policy.description}}));
    before.emplace_back(bundle.name);
  }
  return rows;
}

struct Taking {
  std::optional<std::string> name, environment, mode;
  bool show = false, replace = false, confirm = false;
};

// The shipped source as the newest version of its policy. False: it was that already.
Result<bool> create_shipped(Api& api, const Bundle& bundle, const Taking& taking) {
  const std::string path = path_of({"policies", bundle.policy});
  const auto known = api.read(path);
  if (!known.ok() && known.error().code != Errc::not_found) return known.error();
  const std::string digest = to_string(crypto::sha256(bundle.source));
  if (known.ok() && known->text("digest") == digest) return false;
  if (known.ok() && !taking.replace)
    return Error{
        Errc::conflict,
        fmt::format("policy {} is there and differs from the one that ships; --replace makes the shipped one "
                    "its next version",
                    bundle.policy)};
  Json body = Json::object({{"source", bundle.source}, {"form", "yaml"}});
  if (taking.confirm) body.set("confirm", true);
  TRY(api.write({.method = "PUT", .path = path, .body = std::move(body)}));
  return true;
}

bool is_attached(const Json& policy, const Taking& taking) {
  for (const Json& each : policy.items("attachments"))
    if (each.text("environment") == *taking.environment && each.text("mode") == *taking.mode) return true;
  return false;
}

Result<Json> take_one(Api& api, const Bundle& bundle, const Taking& taking) {
  const bool created = TRY(create_shipped(api, bundle, taking));
  const std::string path = path_of({"policies", bundle.policy});
  const Json policy = TRY(api.read(path));
  const bool attached = !is_attached(policy, taking);
  if (attached) {
    Json body = Json::object({{"mode", *taking.mode}, {"environment", *taking.environment}});
    if (taking.confirm) body.set("confirm", true);
    TRY(api.write({.method = "PUT", .path = path + "/attachments", .body = std::move(body)}));
  }
  return Json::object({{"policy", bundle.policy},
                       {"version", policy.at("version")},
                       {"digest", policy.at("digest")},
                       {"created", created},
                       {"attached", attached}});
}

std::string said_of(const Json& taken, const Taking& taking) {
  return fmt::format("policy {} version {} {}; it {} {} in mode {}\n", taken.text("policy"),
                     dump(taken.at("version")), taken.at("created") == Json(true) ? "is created" : "is there",
                     taken.at("attached") == Json(true) ? "now counts in" : "counted already in",
                     cleaned(*taking.environment), *taking.mode);
}

Result<Exit> take(Session& session, std::span<const Bundle> wanted, const Taking& taking) {
  Api* api = TRY(session.api());
  Json::Array policies;
  std::string people;
  for (const Bundle& bundle : wanted) {
    Json taken = TRY(take_one(*api, bundle, taking));
    people += said_of(taken, taking);
    policies.push_back(std::move(taken));
  }
  session.answer(Json::object({{"bundle", *taking.name},
                               {"environment", *taking.environment},
                               {"mode", *taking.mode},
                               {"policies", std::move(policies)}}),
                 people);
  session.note(fmt::format("see what is missing: weir gate ARTIFACT --environment {}", *taking.environment));
  return Exit::yes;
}

Result<Exit> show(Session& session, const Bundle& bundle) {
  if (session.form() == OutputForm::table) {
    session.line(bundle.source.substr(0, bundle.source.find_last_not_of('\n') + 1));
    return Exit::yes;
  }
  session.answer(Json::object({{"name", bundle.name}, {"policy", bundle.policy}, {"source", bundle.source}}),
                 "");
  return Exit::yes;
}

Result<Exit> bundle_action(Session& session, const Taking& taking) {
  if (!taking.name) {
    const Json::Array rows = TRY(bundle_rows());
    session.answer_rows(rows, bundle_columns, "");
    return Exit::yes;
  }
  const std::span<const Bundle> wanted = policy::bundles_up_to(*taking.name);
  if (wanted.empty())
    return not_found(
        fmt::format("there is no bundle '{}'; there are {}", *taking.name, fmt::join(bundle_names, ", ")));
  if (taking.show == taking.environment.has_value())
    return invalid("say --show to read the bundle, or --environment ENV to take it", "environment");
  return taking.show ? show(session, wanted.back()) : take(session, wanted, taking);
}

}  // namespace

Action policy_bundle(Options& options) {
  const auto taking = std::make_shared<Taking>();
  options.argument({.name = "BUNDLE", .help = "starter, regulated or hardened; without it they are listed"},
                   &taking->name);
  options.option(
      {.name = "environment",
       .value = "ENV",
       .help = "creates its policies, with those of the bundles before it, and lets them count here"},
      &taking->environment);
  options.option({.name = "mode",
                  .value = "MODE",
                  .help = "recorded only, said, or decisive",
                  .fallback = "warn",
                  .choices = modes},
                 &taking->mode);
  options.option({.name = "show", .help = "prints the bundle's own policy, to read or to change"},
                 &taking->show);
  options.option({.name = "replace", .help = "also when a policy of that name was changed here"},
                 &taking->replace);
  options.option({.name = "confirm", .help = "also when it denies everything that is there"},
                 &taking->confirm);
  return [taking](Session& session) { return bundle_action(session, *taking); };
}

Action policy_catalogue(Options& options) {
  struct Arguments {
    std::optional<std::string> bundle, stage;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.option(
      {.name = "bundle", .value = "BUNDLE", .help = "only of this bundle", .choices = bundle_names},
      &arguments->bundle);
  options.option({.name = "stage", .value = "STAGE", .help = "only of this stage", .choices = stages},
                 &arguments->stage);
  return [arguments](Session& session) -> Result<Exit> {
    Json::Array rows;
    for (const policy::CatalogueRule& each : TRY(policy::catalogue())) {
      const policy::Rule& rule = each.rule;
      const std::string_view stage = rule.stage ? format::name_of(*rule.stage) : std::string_view();
      if (arguments->bundle && *arguments->bundle != each.bundle) continue;
      if (arguments->stage && *arguments->stage != stage) continue;
      rows.push_back(Json::object({{"id", rule.id},
                                   {"bundle", each.bundle},
                                   {"stage", stage},
                                   {"severity", format::name_of(rule.severity)},
                                   {"title", rule.title},
                                   {"why", rule.why},
                                   {"message", rule.message},
                                   {"who", rule.who},
                                   {"fix", rule.fix},
                                   {"controls", strings(rule.controls)}}));
    }
    session.answer_rows(rows, rule_columns, "no rule is of that bundle and stage");
    return Exit::yes;
  };
}

Action policy_schema(Options&) {
  return [](Session& session) -> Result<Exit> {
    std::string schema = policy::policy_schema();
    while (schema.ends_with('\n')) schema.pop_back();
    session.line(schema);
    return Exit::yes;
  };
}

}  // namespace weir::cli
