#include "policy/simulate.h"

#include <algorithm>

#include "base/limits.h"
#include "format/take.h"
#include "policy/built_in.h"
#include "policy/input_read.h"

namespace weir::policy {
namespace {

// The record without what the candidate's older version and the built-in rules said.
DecisionRecord without(DecisionRecord record, const std::string& policy) {
  DecisionRecord rest{.artifact = std::move(record.artifact),
                      .environment = std::move(record.environment),
                      .window = std::move(record.window),
                      .decided_at = record.decided_at};
  std::erase_if(record.rules,
                [&](const RuleResult& rule) { return rule.policy.empty() || rule.policy == policy; });
  std::erase_if(record.warnings, [&](const Warning& warning) { return warning.policy == policy; });
  std::erase_if(record.policies, [&](const PolicyUsed& used) { return used.name == policy; });
  rest.rules = std::move(record.rules);
  rest.warnings = std::move(record.warnings);
  rest.policies = std::move(record.policies);
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

Status Simulator::add(std::int64_t entry, DecisionRecord record, const Input& input,
                      std::string_view document) {
  const Verdict was = record.verdict;
  Prepared::Evaluation said = candidate_.evaluate(input, document);
  DecisionRecord changed = without(std::move(record), candidate_.name());
  changed.policies.push_back({candidate_.name(), candidate_.version(), candidate_.digest(), mode_});
  for (RuleResult& rule : said.rules) {
    rule.mode = mode_;
    except(rule, input);
    if (rule.result == Outcome::violated || rule.result == Outcome::no_evidence) ++simulation_.rules[rule.id];
  }
  simulation_.passes_anything = simulation_.passes_anything || lets_through(said.rules);
  std::move(said.rules.begin(), said.rules.end(), std::back_inserter(changed.rules));
  std::move(said.warnings.begin(), said.warnings.end(), std::back_inserter(changed.warnings));
  conclude(changed, input);
  ++simulation_.decisions;
  ++simulation_.verdicts[std::string(format::name_of(changed.verdict))];
  if (changed.verdict != was)
    add_flip(simulation_, {entry, changed.artifact, input.artifact.name, changed.environment, was,
                           changed.verdict, missing_of(changed)});
  return {};
}

Status Simulator::add(std::int64_t entry, const DecisionRecord& record) {
  return add_text(entry, format::encode(record));
}

namespace {

// All of a record but its input, of which no tree of values is made.
struct RecordBesideInput {
  DecisionRecord record;
  static void members(auto& visit, auto& self) {
    visit("artifact", self.record.artifact);
    visit("environment", self.record.environment);
    visit("verdict", self.record.verdict);
    visit("rules", self.record.rules);
    visit("warnings", self.record.warnings);
    visit("window", self.record.window);
    visit("policies", self.record.policies);
    visit("decided_at", self.record.decided_at);
  }
};

}  // namespace

Status Simulator::add_view(std::int64_t entry, const format::JsonView& record_json) {
  const std::string document = dump(record_json.at("input"));
  RecordBesideInput read;
  auto input = take_input(record_json.at("input"));
  const bool fits = input && format::take(record_json, read);
  if (!fits) {  // say why
    read.record = TRY(format::decode_text<DecisionRecord>(dump(record_json), format::Unknown::ignore));
    input = TRY(read_input(document));
  }
  return add(entry, std::move(read.record), *input, document);
}

Status Simulator::add_text(std::int64_t entry, std::string_view record_json) {
  const auto document = TRY(format::JsonDocument::parse(record_json, format::JsonDocument::any_number));
  return add_view(entry, document.root());
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
