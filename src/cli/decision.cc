#include <fmt/format.h>

#include <array>

#include "base/limits.h"
#include "cli/decision_bundle.h"
#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/listing.h"
#include "cli/signed_file.h"
#include "crypto/digest.h"
#include "policy/decide.h"
#include "policy/vsa.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::array decision_columns{Column{"VERDICT", "verdict", Show::state},
                                      Column{"ID", "entry"},
                                      Column{"ARTIFACT", "artifact_name"},
                                      Column{"DIGEST", "artifact", Show::digest},
                                      Column{"ENVIRONMENT", "environment"},
                                      Column{"PURPOSE", "purpose"},
                                      Column{"CLASS", "change_class"},
                                      Column{"DECIDED", "decided_at", Show::time},
                                      Column{"CURRENT", "current", Show::yes_no}};
constexpr std::array<std::string_view, 4> verdicts{"allow", "deny", "warn", "undecided"};
constexpr OptionRow decision_word{.name = "ID", .help = "entry of the decision", .need = Need::required};

Result<Exit> replay_bundle(Session& session, const Json& bundle) {
  const Json& decision = bundle.at("decision");
  const policy::DecisionRecord record = TRY(record_of(bundle));
  auto prepared = TRY(prepare_policies(bundle));
  const policy::Replay replayed = TRY(policy::replay(record, pointers_to(prepared)));
  const std::string_view verdict = format::name_of(replayed.again.verdict);
  const Json machine = Json::object({{"decision", decision.at("entry")},
                                     {"same", replayed.same},
                                     {"verdict", verdict},
                                     {"difference", replayed.difference}});
  session.answer(machine, replayed.same ? fmt::format("the same again, byte for byte: {}\n", verdict)
                                        : fmt::format("NOT the same: {}\n", cleaned(replayed.difference)));
  return replayed.same ? Exit::yes : Exit::no;
}

std::string explained(const Json& answer) {
  const auto record =
      format::decode_text<policy::DecisionRecord>(dump(answer.at("record")), format::Unknown::ignore);
  if (!record.ok()) return "";
  std::string out;
  for (const std::string& line : policy::explain(*record)) out += cleaned(line) + "\n";
  for (const policy::RuleResult& rule : record->rules)
    out += fmt::format("  {} {}{}: {}\n", format::name_of(rule.result),
                       cleaned(rule.policy.empty() ? "" : rule.policy + "/"), cleaned(rule.id),
                       cleaned(rule.message));
  return out;
}

}  // namespace

Action decision_list(Options& options) {
  return listing(options,
                 {.path = "decisions",
                  .columns = decision_columns,
                  .hint = "nothing was decided yet; ask: weir gate ARTIFACT --environment ENV",
                  .filters = {environment_filter,
                              {.name = "artifact", .value = "DIGEST", .help = "only of this artifact"},
                              {.name = "verdict",
                               .value = "VERDICT",
                               .help = "only of this verdict",
                               .choices = verdicts}}});
}

Action decision_show(Options& options) {
  const auto id = std::make_shared<std::string>();
  options.argument(decision_word, id.get());
  return [id](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json answer = TRY(api->read(path_of({"decisions", *id})));
    session.answer(answer, explained(answer));
    return Exit::yes;
  };
}

Action decision_export(Options& options) {
  struct Arguments {
    std::string id;
    bool vsa = false;
  };
  const auto given = std::make_shared<Arguments>();
  options.argument(decision_word, &given->id);
  options.option({.name = "vsa", .help = "as a signed verification summary instead (SLSA VSA in DSSE)"},
                 &given->vsa);
  return [given](Session& session) -> Result<Exit> {
    if (given->vsa) return print_signed(session, path_of({"decisions", given->id, "vsa"}));
    const Json bundle = TRY(fetch_bundle(session, given->id));
    session.answer(bundle, dump_pretty(bundle) + "\n");
    return Exit::yes;
  };
}

Action decision_verify(Options& options) {
  const auto given = declare_signed_file(options);
  return [given](Session& session) {
    return verify_signed_file(session, *given, policy::statement_payload_type,
                              [](BytesView payload) -> Result<Json> {
                                const policy::VsaSaid said = TRY(policy::read_decision_statement(payload));
                                return format::parse_json(format::encode(said));
                              });
  };
}

Action decision_replay(Options& options) {
  const auto what = std::make_shared<std::string>();
  options.argument({.name = "ID|FILE",
                    .help = "entry of the decision, or what `decision export` wrote: that needs no server",
                    .need = Need::required},
                   what.get());
  return [what](Session& session) -> Result<Exit> {
    if (is_entry_number(*what)) {
      const Json bundle = TRY(fetch_bundle(session, *what));
      return replay_bundle(session, bundle);
    }
    const std::string text = TRY(read_file(*what, limits::blob_bytes_max));
    const Json bundle = TRY(format::parse_json(text));
    return replay_bundle(session, bundle);
  };
}

}  // namespace weir::cli
