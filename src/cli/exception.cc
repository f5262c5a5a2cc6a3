#include <fmt/format.h>

#include <array>

#include "cli/exception_terms.h"
#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"
#include "cli/subject.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array exception_columns{Column{"STATE", "state", Show::state},
                                       Column{"ID", "id"},
                                       Column{"RULE", "rule"},
                                       Column{"POLICY", "policy"},
                                       Column{"FINDING", "finding"},
                                       Column{"WORKLOAD", "workload"},
                                       Column{"ARTIFACT", "artifact_name"},
                                       Column{"DIGEST", "artifact", Show::digest},
                                       Column{"ENVIRONMENT", "environment"},
                                       Column{"OWNER", "owner"},
                                       Column{"UNTIL", "until", Show::time},
                                       Column{"RENEWED", "renewals"},
                                       Column{"BY", "decided_by"}};
constexpr std::array scope_columns{Column{"environment", "environment"},
                                   Column{"artifact", "artifact"},
                                   Column{"rule", "rule"},
                                   Column{"policy", "policy"},
                                   Column{"finding", "finding"},
                                   Column{"workload", "workload"},
                                   Column{"owner", "owner"},
                                   Column{"reason", "reason"},
                                   Column{"compensating control", "compensating_control"},
                                   Column{"until", "until", Show::time},
                                   Column{"ends on", "ends_on", Show::list},
                                   Column{"looks at", "evidence"},
                                   Column{"digests", "digests", Show::length}};
constexpr std::array workload_columns{Column{"WORKLOAD", "id"}, Column{"NAME", "name"},
                                      Column{"HOST", "host"}};
constexpr std::array<std::string_view, 4> exception_states{"requested", "in-force", "refused", "ended"};
constexpr std::array<std::string_view, 6> causes{"person",       "fix-available",   "known-exploitation",
                                                 "scope-growth", "evidence-change", "likelihood-rise"};

struct Asking {
  std::optional<std::string> what, rule, policy, finding, workload, evidence;
  std::string environment, owner;
  std::optional<std::int64_t> renews;
  ExceptionTerms terms;
};

void declare(Options& options, Asking& asking) {
  options.option(
      {.name = "artifact", .value = "ARTIFACT", .help = "the content it is for: digest, path or image"},
      &asking.what);
  options.option({.name = "rule", .value = "RULE", .help = "the rule that is missed"}, &asking.rule);
  options.option({.name = "policy", .value = "POLICY", .help = "whose rule it is; any unless said"},
                 &asking.policy);
  options.option(
      {.name = "finding", .value = "FINDING", .help = "the flaw to live with, by its id (CVE-…, GHSA-…)"},
      &asking.finding);
  options.option({.name = "workload", .value = "ID", .help = "the workload to live with"}, &asking.workload);
  options.option(environment_row, &asking.environment);
  options.option({.name = "owner", .value = "NAME", .help = "who answers for it", .need = Need::required},
                 &asking.owner);
  declare(options, asking.terms);
  options.option({.name = "evidence",
                  .value = "TYPE",
                  .help = "type of evidence the rule looks at, for evidence-change; any unless said"},
                 &asking.evidence);
  options.option({.name = "renews", .value = "ID", .help = "the exception this follows"}, &asking.renews);
}

Result<Json> body_of(Session& session, const Asking& asking) {
  Json body = Json::object({{"environment", asking.environment}, {"owner", asking.owner}});
  TRY(add_terms(session, asking.terms, body));
  if (asking.what) body.set("artifact", to_string(TRY(identify(session, *asking.what)).digest));
  set_given(body, "rule", asking.rule);
  set_given(body, "policy", asking.policy);
  set_given(body, "finding", asking.finding);
  set_given(body, "workload", asking.workload);
  set_given(body, "evidence", asking.evidence);
  set_given(body, "renews", asking.renews);
  return body;
}

std::string scope_told(const Json& answer, Color color) {
  std::string text = card(scope_columns, answer.at("scope"), color);
  const Json::Array& workloads = answer.at("scope").items("workloads");
  if (!workloads.empty()) text += table(workload_columns, workloads, color);
  return text + fmt::format("scope {}\n", answer.text("scope_digest"));
}

struct Deciding {
  std::string id;
  std::optional<std::string> scope, until, note, because;
};
Result<Exit> decide(Session& session, const Deciding& given, std::string_view verb, Json body) {
  set_given(body, "note", given.note);
  Api* api = TRY(session.api());
  const Json answer =
      TRY(api->write({.path = path_of({"exceptions", given.id, verb}), .body = std::move(body)}));
  session.answer(answer, fmt::format("exception {} is {}\n", given.id, answer.at("exception").text("state")));
  return Exit::yes;
}

constexpr OptionRow id_row{.name = "ID", .help = "of the exception", .need = Need::required};
constexpr OptionRow note_row{.name = "note", .value = "TEXT", .help = "why"};

}  // namespace

Action exception_request(Options& options) {
  const auto given = std::make_shared<Asking>();
  declare(options, *given);
  return [given](Session& session) -> Result<Exit> {
    Json body = TRY(body_of(session, *given));
    Api* api = TRY(session.api());
    const std::string path = given->terms.preview ? "exceptions?preview=true" : "exceptions";
    const Json answer = TRY(api->write({.path = path, .body = std::move(body)}));
    const Json& shown = given->terms.preview ? answer : answer.at("exception");
    std::string told = scope_told(shown, session.color());
    if (!given->terms.preview)
      told += fmt::format("Another person grants it: weir exception grant {} --scope {}\n",
                          dump(shown.at("id")), shown.text("scope_digest"));
    session.answer(answer, told);
    return Exit::yes;
  };
}

Action exception_grant(Options& options) {
  const auto given = std::make_shared<Deciding>();
  options.argument(id_row, &given->id);
  options.option({.name = "scope",
                  .value = "DIGEST",
                  .help = "of the scope as it was shown to you",
                  .need = Need::required},
                 &given->scope);
  options.option({.name = "until", .value = "WHEN", .help = "an earlier end than was asked for"},
                 &given->until);
  options.option(note_row, &given->note);
  return [given](Session& session) -> Result<Exit> {
    const auto until = TRY(parse_moment(given->until, session.now(), "until"));
    Json body{Json::Object{}};
    set_given(body, "scope", given->scope);
    set_given(body, "until", until);
    return decide(session, *given, "grant", std::move(body));
  };
}

Action exception_refuse(Options& options) {
  const auto given = std::make_shared<Deciding>();
  options.argument(id_row, &given->id);
  options.option(note_row, &given->note);
  return [given](Session& session) { return decide(session, *given, "refuse", Json(Json::Object{})); };
}

Action exception_end(Options& options) {
  const auto given = std::make_shared<Deciding>();
  options.argument(id_row, &given->id);
  options.option({.name = "because",
                  .value = "CAUSE",
                  .help = "what it was told to end on; a person unless said",
                  .choices = causes},
                 &given->because);
  options.option(note_row, &given->note);
  return [given](Session& session) {
    Json body{Json::Object{}};
    set_given(body, "because", given->because);
    return decide(session, *given, "end", std::move(body));
  };
}

Action exception_show(Options& options) {
  const auto id = std::make_shared<std::string>();
  options.argument(id_row, id.get());
  return [id](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json found = TRY(api->read(path_of({"exceptions", *id})));
    session.answer(found,
                   card(exception_columns, found, session.color()) + scope_told(found, session.color()));
    return Exit::yes;
  };
}

Action exception_list(Options& options) {
  return listing(
      options,
      {.path = "exceptions",
       .columns = exception_columns,
       .hint = "no exceptions; ask for one: weir exception request --rule RULE --artifact ARTIFACT …",
       .filters = {
           environment_filter,
           {.name = "artifact", .value = "DIGEST", .help = "only of this artifact"},
           {.name = "state", .value = "STATE", .help = "only in this state", .choices = exception_states}}});
}

}  // namespace weir::cli
