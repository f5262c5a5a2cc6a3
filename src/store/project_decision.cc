#include "policy/meaning.h"
#include "store/project_rows.h"
#include "store/view_decision.h"

namespace weir::store {
namespace {

using policy::Mode;
using policy::Outcome;

// Without its last member's value and the brace that closes it.
std::string stored_answer(const GateAnswer& answer) {
  std::string text = format::encode(answer);
  constexpr std::string_view end = "null}";
  CHECK(std::string_view(text).ends_with(end));
  text.resize(text.size() - end.size());
  return text;
}

// Of what runs: which rules, enforced, are not met.
std::string objection_of(const policy::DecisionRecorded& event) {
  if (event.purpose != policy::Purpose::running || policy::passes(event.record.verdict)) return "";
  std::string text;
  for (const policy::RuleResult& rule : event.record.rules) {
    const bool open = rule.result == Outcome::violated || rule.result == Outcome::no_evidence;
    if (!open || rule.mode != Mode::enforce || rule.policy.empty()) continue;
    text += fmt::format("{}{} of policy {}: {}", text.empty() ? "" : "; ", rule.id, rule.policy, rule.message);
  }
  return text;
}

}  // namespace

GateAnswer gate_answer(std::int64_t entry, const policy::DecisionRecorded& event) {
  const policy::DecisionRecord& record = event.record;
  return {.verdict = record.verdict,
          .decision = entry,
          .artifact = record.artifact,
          .environment = record.environment,
          .change_class = event.change_class,
          .rules = record.rules,
          .warnings = record.warnings,
          .window = record.window,
          .policies = record.policies,
          .missing = policy::missing_of(record),
          .explanation = policy::explain(record),
          .decided_at = record.decided_at,
          .next_evaluation_at = std::nullopt};
}

Status project_row(Database& db, const Stamp& stamp, const policy::DecisionRecorded& event) {
  const auto artifact = TRY(parse_sha256(event.record.artifact));
  const GateAnswer answer = gate_answer(stamp.index, event);
  TRY(execute(db,
              "INSERT INTO decision (entry, artifact, environment, change_class, purpose, verdict, decided_at, "
              "objection, answer, meaning) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)",
              stamp.index, artifact, event.record.environment, event.change_class, event.purpose,
              event.record.verdict, event.record.decided_at, objection_of(event), stored_answer(answer),
              policy::meaning_without_input(event.record)));
  return execute(db,
                 "INSERT INTO decision_current (artifact, environment, change_class, purpose, entry) VALUES "
                 "($1,$2,$3,$4,$5) ON CONFLICT (artifact, environment, change_class, purpose) DO UPDATE SET "
                 "entry=excluded.entry",
                 artifact, event.record.environment, event.change_class, event.purpose, stamp.index);
}

}  // namespace weir::store
