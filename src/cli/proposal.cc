// Changes of policies: proposing, looking, speaking, and the roles whose consent a change needs.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "base/limits.h"
#include "cli/exchange.h"
#include "cli/families_proposal.h"
#include "cli/listing.h"
#include "cli/proposing.h"
#include "cli/simulation_lines.h"

namespace weir::cli {

using format::Json;

std::string joined_texts(const Json& list) {
  std::string text;
  for (const Json& item : list.array() == nullptr ? Json::Array() : *list.array())
    if (item.string() != nullptr) text += (text.empty() ? "" : ", ") + *item.string();
  return cleaned(text);
}

std::string proposal_standing(const Json& proposal) {
  const std::string id = dump(proposal.at("id"));
  if (proposal.text("state") == "in-force" && proposal.at("version").is_null())
    return fmt::format("proposal {} is in force: {}\n", id, cleaned(proposal.text("title")));
  if (proposal.text("state") == "in-force")
    return fmt::format("proposal {} is in force as version {} of {}\n", id, dump(proposal.at("version")),
                       cleaned(proposal.text("policy")));
  if (proposal.text("state") != "open")
    return fmt::format("proposal {} has ended: {}{}{}\n", id, proposal.text("state"),
                       proposal.text("ended_reason").empty() ? "" : ", ",
                       cleaned(proposal.text("ended_reason")));
  if (proposal.items("roles").empty())
    return fmt::format("proposal {} is open: another person who may change policies consents\n", id);
  return fmt::format("proposal {} is open: the consent of {} is missing\n", id,
                     joined_texts(proposal.at("open_roles")));
}

namespace {

constexpr std::array proposal_columns{Column{"STATE", "state", Show::state},
                                      Column{"ID", "id"},
                                      Column{"CHANGE", "title"},
                                      Column{"BY", "proposer"},
                                      Column{"SINCE", "proposed_at", Show::time},
                                      Column{"NEEDS", "roles", Show::list},
                                      Column{"OPEN", "open_roles", Show::list},
                                      Column{"VOICES", "voices", Show::length},
                                      Column{"DESCRIPTION", "description"}};
constexpr std::array voice_columns{Column{"SAYS", "voice", Show::state}, Column{"WHO", "actor"},
                                   Column{"AS", "role"}, Column{"WHEN", "at", Show::time},
                                   Column{"COMMENT", "comment"}};
constexpr std::array roles_columns{Column{"ROLES", "roles", Show::list}, Column{"NAMED BY", "actor"},
                                   Column{"SINCE", "named_at", Show::time}};
constexpr std::array<std::string_view, 5> proposal_states{"open", "in-force", "refused", "withdrawn",
                                                          "outdated"};
constexpr OptionRow id_word{.name = "ID", .help = "of the proposal", .need = Need::required};

// The lines of `diff -u`, coloured as people know them, without what a terminal would obey.
std::string difference_lines(std::string_view text, Color color) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string line = cleaned(text.substr(0, end));
    const bool head = line.starts_with("---") || line.starts_with("+++") || line.starts_with("@@");
    if (head) out += styled(line, Weight::quiet, color);
    else if (line.starts_with('-')) out += styled(line, Weight::red, color);
    else if (line.starts_with('+')) out += styled(line, Weight::blue, color);
    else out += line;
    out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

// What who asks may say to it now.
std::string own_part(const Json& proposal) {
  const Json::Array& roles = proposal.items("may_speak");
  if (roles.empty()) return "";
  const std::string as = joined_texts(proposal.at("may_speak"));
  return fmt::format("you may consent{}{}: weir policy consent {}\n", as.empty() ? "" : " as ", as,
                     dump(proposal.at("id")));
}

std::string told(const Json& proposal, Color color) {
  std::string text = card(proposal_columns, proposal, color) + "\n" +
                     difference_lines(proposal.text("difference"), color) + "\n";
  const std::string so = proposal.at("attachment").is_null() ? "enforced, " : "so, ";
  if (!proposal.at("simulation").is_null())
    text += so + simulation_lines(proposal.at("simulation"), color) + "\n";
  if (!proposal.items("voices").empty()) text += table(voice_columns, proposal.items("voices"), color) + "\n";
  return text + proposal_standing(proposal) + own_part(proposal);
}

struct Speaking {
  std::string id;
  std::optional<std::string> role, comment;
  std::string words;
  bool confirm = false;
};
Result<Exit> speak(Session& session, const Speaking& given, std::string_view voice) {
  Json body = Json::object({{"voice", voice}});
  set_given(body, "role", given.role);
  set_given(body, "comment", given.words.empty() ? given.comment : std::optional(given.words));
  if (given.confirm) body.set("confirm", true);
  Api* api = TRY(session.api());
  const Json answer =
      TRY(api->write({.path = path_of({"policy-proposals", given.id, "voices"}), .body = body}));
  session.answer(answer, proposal_standing(answer.at("proposal")));
  return Exit::yes;
}

void declare_speaking(Options& options, Speaking& given) {
  options.argument(id_word, &given.id);
  options.option({.name = "role", .value = "ROLE", .help = "in which you speak, when you are of several"},
                 &given.role);
  options.option({.name = "comment", .value = "TEXT", .help = "why"}, &given.comment);
}

}  // namespace

std::shared_ptr<Proposing> declare_proposing(Options& options) {
  const auto proposing = std::make_shared<Proposing>();
  options.option({.name = "propose", .help = "as a proposal to those whose consent it needs"},
                 &proposing->propose);
  options.option({.name = "reason", .value = "TEXT", .help = "why, with --propose"}, &proposing->reason);
  return proposing;
}

Status check_reason(const Proposing& proposing) {
  if (proposing.reason && !proposing.propose)
    return invalid("--reason is for who consents; say --propose", "reason");
  return {};
}

Result<Json> post_proposal(Api& api, const Proposing& proposing, Json body) {
  set_given(body, "description", proposing.reason);
  const Json answer = TRY(api.write({.path = "policy-proposals", .body = std::move(body)}));
  return answer.at("proposal");
}

Result<Exit> propose(Session& session, const Proposing& proposing, Json body) {
  set_given(body, "description", proposing.reason);
  Api* api = TRY(session.api());
  const Json answer = TRY(api->write({.path = "policy-proposals", .body = body}));
  const Json& proposal = answer.at("proposal");
  session.answer(answer,
                 proposal_standing(proposal) +
                     fmt::format("look at it with: weir policy proposal {}\n", dump(proposal.at("id"))));
  return Exit::yes;
}

Action policy_propose(Options& options) {
  struct Arguments {
    std::string name, file;
    std::optional<std::string> description;
    std::optional<std::int64_t> base;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "NAME", .help = "name of the policy", .need = Need::required}, &arguments->name);
  options.argument({.name = "FILE",
                    .help = "the policy: YAML, or Rego (.rego); - is standard input",
                    .need = Need::required},
                   &arguments->file);
  options.option({.name = "description", .value = "TEXT", .help = "what it is for"}, &arguments->description);
  options.option(
      {.name = "base", .value = "N", .help = "the version it is made from; the newest unless said"},
      &arguments->base);
  return [arguments](Session& session) -> Result<Exit> {
    const std::string source = TRY(read_file(arguments->file, limits::policy_bytes_max));
    Json body = Json::object({{"policy", arguments->name},
                              {"source", source},
                              {"form", arguments->file.ends_with(".rego") ? "rego" : "yaml"}});
    set_given(body, "description", arguments->description);
    set_given(body, "base_version", arguments->base);
    return propose(session, {}, std::move(body));
  };
}

Action policy_proposals(Options& options) {
  return listing(
      options,
      {.path = "policy-proposals",
       .columns = proposal_columns,
       .hint = "nobody proposes a change; propose one: weir policy propose NAME FILE",
       .filters = {
           {.name = "policy", .value = "POLICY", .help = "only for this policy"},
           {.name = "state", .value = "STATE", .help = "only in this state", .choices = proposal_states}}});
}

Action policy_proposal(Options& options) {
  const auto id = std::make_shared<std::string>();
  options.argument(id_word, id.get());
  return [id](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json proposal = TRY(api->read(path_of({"policy-proposals", *id})));
    session.answer(proposal, told(proposal, session.color()));
    return Exit::yes;
  };
}

Action policy_consent(Options& options) {
  const auto given = std::make_shared<Speaking>();
  declare_speaking(options, *given);
  options.option({.name = "confirm", .help = "also when it is enforced and would let nothing through"},
                 &given->confirm);
  return [given](Session& session) { return speak(session, *given, "consent"); };
}

Action policy_refuse(Options& options) {
  const auto given = std::make_shared<Speaking>();
  declare_speaking(options, *given);
  return [given](Session& session) { return speak(session, *given, "refuse"); };
}

Action policy_comment(Options& options) {
  const auto given = std::make_shared<Speaking>();
  options.argument(id_word, &given->id);
  options.argument({.name = "TEXT", .help = "what you say", .need = Need::required}, &given->words);
  return [given](Session& session) { return speak(session, *given, "comment"); };
}

Action policy_withdraw(Options& options) {
  const auto given = std::make_shared<Speaking>();
  options.argument(id_word, &given->id);
  options.option({.name = "comment", .value = "TEXT", .help = "why"}, &given->comment);
  return [given](Session& session) -> Result<Exit> {
    Json body{Json::Object{}};
    set_given(body, "note", given->comment);
    Api* api = TRY(session.api());
    const Json answer =
        TRY(api->write({.path = path_of({"policy-proposals", given->id, "withdraw"}), .body = body}));
    session.answer(answer, proposal_standing(answer.at("proposal")));
    return Exit::yes;
  };
}

Action policy_roles(Options& options) {
  struct Arguments {
    std::vector<std::string> roles;
    bool none = false;
  };
  const auto given = std::make_shared<Arguments>();
  options.argument(
      {.name = "GROUP",
       .help = "groups whose consent a change of a policy needs, all of them; those named now are "
               "shown when none is given",
       .many = Many::row},
      &given->roles);
  options.option({.name = "none", .help = "names none: changes need no proposal"}, &given->none);
  const auto proposing = declare_proposing(options);
  return [given, proposing](Session& session) -> Result<Exit> {
    TRY(check_reason(*proposing));
    if (given->none && !given->roles.empty()) return invalid("name groups or say --none, not both", "none");
    Api* api = TRY(session.api());
    if (!given->none && given->roles.empty()) {
      const Json named = TRY(api->read("policy-roles"));
      if (named.items("roles").empty()) session.note("none are named; name them: weir policy roles GROUP…");
      session.answer_card(named, roles_columns);
      return Exit::yes;
    }
    Json::Array roles(given->roles.begin(), given->roles.end());
    if (proposing->propose)
      return propose(session, *proposing, Json::object({{"named_roles", std::move(roles)}}));
    const std::string said = given->none
                                 ? std::string("a change of a policy needs nobody's consent")
                                 : fmt::format("a change of a policy that decides needs the consent of {}",
                                               fmt::join(given->roles, ", "));
    return put_and_say(session, "policy-roles", Json::object({{"roles", std::move(roles)}}), said);
  };
}

}  // namespace weir::cli
