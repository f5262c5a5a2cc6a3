#include "policy/simulate.h"

#include <algorithm>

#include "base/limits.h"
#include "format/take.h"
#include "policy/built_in.h"
#include "policy/input_read.h"

namespace weir::policy {
namespace {

// The record without what the candidate's older version and the built-in rules said.
DecisionRecord without(const DecisionRecord& record, const std::string& policy) {
  DecisionRecord rest{.artifact = record.artifact, .environment = record.environment, .window = record.window,
                      .decided_at = record.decided_at};
  for (const RuleResult& rule : record.rules)
    if (!rule.policy.empty() && rule.policy != policy) rest.rules.push_back(rule);
  for (const Warning& warning : record.warnings)
    if (warning.policy != policy) rest.warnings.push_back(warning);
  for (const PolicyUsed& used : record.policies)
    if (used.name != policy) rest.policies.push_back(used);
  return rest;
}

bool lets_through(const std::vector<RuleResult>& rules) {
  return std::none_of(rules.begin(), rules.end(), [](const RuleResult& rule) {
    return rule.result == Outcome::violated || rule.result == Outcome::no_evidence;
  });
}

void add_flip(Simulation& simulation, Flip flip) {
  ++simulation.flips_total;
  if (passes(flip.was) && !passes(flip.is)) ++simulation.to_fail;
  if (!passes(flip.was) && passes(flip.is)) ++simulation.to_pass;
  if (simulation.flips.size() < limits::page_rows_max) simulation.flips.push_back(std::move(flip));
}

}  // namespace

bool denies_everything(const Simulation& simulation) {
  return simulation.decisions > 0 && !simulation.passes_anything;
}

Status Simulator::add(std::int64_t entry, const DecisionRecord& record) {
  auto input = take_input(record.input);
  if (!input) input = TRY(read_input(record.input));
  const std::string document = format::dump(record.input);
  DecisionRecord changed = without(record, candidate_.name());
  changed.policies.push_back({candidate_.name(), candidate_.version(), candidate_.digest(), mode_});
  Prepared::Evaluation said = candidate_.evaluate(*input, document);
  for (RuleResult& rule : said.rules) {
    rule.mode = mode_;
    except(rule, *input);
    if (rule.result == Outcome::violated || rule.result == Outcome::no_evidence) ++simulation_.rules[rule.id];
  }
  simulation_.passes_anything = simulation_.passes_anything || lets_through(said.rules);
  std::move(said.rules.begin(), said.rules.end(), std::back_inserter(changed.rules));
  std::move(said.warnings.begin(), said.warnings.end(), std::back_inserter(changed.warnings));
  conclude(changed, *input);
  ++simulation_.decisions;
  ++simulation_.verdicts[std::string(format::name_of(changed.verdict))];
  if (changed.verdict != record.verdict)
    add_flip(simulation_, {entry, record.artifact, input->artifact.name, record.environment, record.verdict,
                           changed.verdict, missing_of(changed)});
  return {};
}

Status Simulator::add_text(std::int64_t entry, std::string_view record_json) {
  format::Json json = TRY(format::parse_json(record_json));
  DecisionRecord record;
  if (!format::take(json, record))
    record = TRY(format::decode_text<DecisionRecord>(record_json, format::Unknown::ignore));
  return add(entry, record);
}

void merge(Simulation& into, const Simulation& part) {
  into.decisions += part.decisions;
  into.passes_anything = into.passes_anything || part.passes_anything;
  into.to_pass += part.to_pass;
  into.to_fail += part.to_fail;
  into.flips_total += part.flips_total;
  for (const auto& [verdict, count] : part.verdicts) into.verdicts[verdict] += count;
  for (const auto& [rule, count] : part.rules) into.rules[rule] += count;
  for (const Flip& flip : part.flips)
    if (into.flips.size() < limits::page_rows_max) into.flips.push_back(flip);
}

}  // namespace weir::policy
