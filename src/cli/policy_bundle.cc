// Taking a bundle of the shipped policies for an environment in one step. Taking it again changes nothing; what
// somebody changed under the name of a shipped policy is not overwritten unasked. Where roles are named, what decides
// or would decide is proposed to them, and nothing else waits for that.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "cli/exchange.h"
#include "cli/families_policy.h"
#include "cli/listing.h"
#include "cli/proposing.h"
#include "crypto/digest.h"
#include "policy/catalogue.h"
#include "policy/record.h"

namespace weir::cli {
namespace {

using format::Json;
using policy::Bundle;

constexpr std::array bundle_columns{Column{"BUNDLE", "name"}, Column{"RULES", "rules", Show::count},
                                    Column{"WITH", "with", Show::list}, Column{"POLICY", "policy"},
                                    Column{"WHAT", "description"}};
constexpr std::array modes = policy::names_of(policy::Mode{});

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
  std::shared_ptr<Proposing> proposing;
};

// What there is of a shipped policy, and what is to be done.
struct Standing {
  const Bundle& bundle;
  Json policy;  // null: there is none
  bool creates = false, attaches = false;
  bool creation_decides = false, attachment_decides = false;  // now, or would: needs the consent of roles
  std::string path() const { return path_of({"policies", bundle.policy}); }
};

std::string mode_there(const Json& policy, const std::string& environment) {
  for (const Json& each : policy.items("attachments"))
    if (each.text("environment") == environment) return std::string(each.text("mode"));
  return "";
}

Result<Standing> look_at(Api& api, const Bundle& bundle, const Taking& taking) {
  Standing found{.bundle = bundle, .policy = {}};
  auto known = api.read(found.path());
  if (!known.ok() && known.error().code != Errc::not_found) return known.error();
  if (known.ok()) found.policy = std::move(*known);
  found.creates = found.policy.text("digest") != to_string(crypto::sha256(bundle.source));
  if (found.creates && !found.policy.is_null() && !taking.replace)
    return Error{
        Errc::conflict,
        fmt::format("policy {} is there and differs from the one that ships; --replace makes the shipped one "
                    "its next version",
                    bundle.policy)};
  const std::string mode = mode_there(found.policy, *taking.environment);
  found.attaches = mode != *taking.mode;
  found.attachment_decides = found.attaches && (mode == "enforce" || *taking.mode == "enforce");
  found.creation_decides =
      found.creates && std::ranges::any_of(found.policy.items("attachments"),
                                           [](const Json& each) { return each.text("mode") == "enforce"; });
  return found;
}

// Before anything is done: half a bundle would be no answer.
Status check_needs_no_proposal(Api& api, std::span<const Standing> all, const Taking& taking) {
  if (taking.proposing->propose) return {};
  const auto decides = std::ranges::find_if(
      all, [](const Standing& each) { return each.creation_decides || each.attachment_decides; });
  if (decides == all.end()) return {};
  const Json named = TRY(api.read("policy-roles"));
  if (named.items("roles").empty()) return {};
  return Error{
      Errc::conflict,
      fmt::format(
          "'{}' {} enforced there, and a change of that needs the consent of {}: propose it with `weir "
          "policy bundle {} --environment {} --mode {}{} --propose`",
          decides->bundle.policy, decides->creation_decides ? "is" : "is, or would be,",
          joined_texts(named.at("roles")), *taking.name, *taking.environment, *taking.mode,
          taking.replace ? " --replace" : "")};
}

// The proposal of that change: the open one, where there is one already.
Result<Json> proposed(Api& api, const Taking& taking, const std::string& policy, Json change) {
  for (const Json& each :
       TRY(api.list("policy-proposals", "policy-proposals", {{"policy", policy}, {"state", "open"}})))
    if (change.find("attachment") != nullptr
            ? each.at("attachment").text("environment") == *taking.environment &&
                  each.at("attachment").text("mode") == *taking.mode
            : each.text("digest") == to_string(crypto::sha256(change.text("source"))))
      return each;
  change.set("policy", policy);
  return post_proposal(api, *taking.proposing, std::move(change));
}

// The shipped source as the newest version, or as one that is proposed.
Result<std::optional<Json>> create(Api& api, const Standing& at, const Taking& taking) {
  Json body = Json::object({{"source", at.bundle.source}, {"form", "yaml"}});
  if (at.creation_decides && taking.proposing->propose)
    return std::optional(TRY(proposed(api, taking, std::string(at.bundle.policy), std::move(body))));
  if (taking.confirm) body.set("confirm", true);
  TRY(api.write({.method = "PUT", .path = at.path(), .body = std::move(body)}));
  return std::optional<Json>();
}

Result<std::optional<Json>> attach(Api& api, const Standing& at, const Taking& taking) {
  Json body = Json::object({{"mode", *taking.mode}, {"environment", *taking.environment}});
  if (at.attachment_decides && taking.proposing->propose)
    return std::optional(TRY(proposed(api, taking, std::string(at.bundle.policy),
                                      Json::object({{"attachment", std::move(body)}}))));
  if (taking.confirm) body.set("confirm", true);
  TRY(api.write({.method = "PUT", .path = at.path() + "/attachments", .body = std::move(body)}));
  return std::optional<Json>();
}

// One proposal at a time: a version in force would make that of where it counts outdated.
Result<Json> take_one(Api& api, const Standing& at, const Taking& taking) {
  std::optional<Json> proposal;
  if (at.creates) proposal = TRY(create(api, at, taking));
  const bool created = at.creates && !proposal, waits = proposal.has_value();
  if (at.attaches && !waits) proposal = TRY(attach(api, at, taking));
  const Json policy = TRY(api.read(at.path()));
  return Json::object({{"policy", at.bundle.policy},
                       {"version", policy.at("version")},
                       {"digest", policy.at("digest")},
                       {"created", created},
                       {"attached", at.attaches && !proposal},
                       {"proposal", proposal ? *proposal : Json()}});
}

std::string said_of(const Json& taken, const Standing& at, const Taking& taking) {
  const Json& proposal = taken.at("proposal");
  const std::string policy =
      fmt::format("policy {} version {} ", taken.text("policy"), dump(taken.at("version")));
  const std::string counts = fmt::format("in {} in mode {}", cleaned(*taking.environment), *taking.mode);
  const std::string_view there = taken.at("created") == Json(true) ? "is created" : "is there";
  if (proposal.is_null())
    return fmt::format("{}{}; it {} {}\n", policy, there, at.attaches ? "now counts" : "counted already",
                       counts);
  if (proposal.at("attachment").is_null())
    return fmt::format("{}is there; the shipped one is proposed as its next version, and {}", policy,
                       proposal_standing(proposal)) +
           (at.attaches ? fmt::format("take the bundle again then, for it to count {}\n", counts) : "");
  return fmt::format("{}{}; that it counts {} is proposed, and {}", policy, there, counts,
                     proposal_standing(proposal));
}

Result<Exit> take(Session& session, std::span<const Bundle> wanted, const Taking& taking) {
  Api* api = TRY(session.api());
  std::vector<Standing> all;
  for (const Bundle& bundle : wanted) all.push_back(TRY(look_at(*api, bundle, taking)));
  TRY(check_needs_no_proposal(*api, all, taking));
  Json::Array policies;
  std::string people;
  for (const Standing& each : all) {
    Json taken = TRY(take_one(*api, each, taking));
    people += said_of(taken, each, taking);
    policies.push_back(std::move(taken));
  }
  const bool waits =
      std::ranges::any_of(policies, [](const Json& each) { return !each.at("proposal").is_null(); });
  session.answer(Json::object({{"bundle", *taking.name},
                               {"environment", *taking.environment},
                               {"mode", *taking.mode},
                               {"policies", std::move(policies)}}),
                 people);
  session.note(
      waits ? std::string("look at what is proposed: weir policy proposal ID")
            : fmt::format("see what is missing: weir gate ARTIFACT --environment {}", *taking.environment));
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
  TRY(check_reason(*taking.proposing));
  if (!taking.name) {
    const Json::Array rows = TRY(bundle_rows());
    session.answer_rows(rows, bundle_columns, "");
    return Exit::yes;
  }
  const std::span<const Bundle> wanted = policy::bundles_up_to(*taking.name);
  if (wanted.empty())
    return not_found(fmt::format("there is no bundle '{}'; there are {}", *taking.name,
                                 fmt::join(policy::bundle_names, ", ")));
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
  taking->proposing = declare_proposing(options);
  return [taking](Session& session) { return bundle_action(session, *taking); };
}

}  // namespace weir::cli
