#include "policy/decide.h"

#include <algorithm>

#include "policy/built_in.h"
#include "policy/input_read.h"
#include "rego/engine.h"

namespace weir::policy {
namespace {

// What the policies together ask for; nothing when there is none.
Result<rego::Input> read_for(std::span<const Attached> policies, std::string_view document) {
  if (policies.empty()) return rego::Input::read({});
  rego::Shape asked = policies.front().policy->asks();
  for (const Attached& each : policies.subspan(1)) asked = asked.with(each.policy->asks());
  return rego::Input::read(document, asked);
}

DecisionRecord decided(std::span<const Attached> policies, const Input& input, std::string_view document,
                       const Surroundings& around) {
  DecisionRecord record{.artifact = input.artifact.digest,
                        .environment = input.environment.name,
                        .window = input.windows,
                        .inputs = subject_entries(input),
                        .engine = around.engine.empty() ? deciding_engine() : around.engine,
                        .tzdata = around.tzdata,
                        .advisories = around.advisories,
                        .decided_at = input.now};
  std::vector<Attached> ordered(policies.begin(), policies.end());
  std::stable_sort(ordered.begin(), ordered.end(), [](const Attached& a, const Attached& b) {
    return a.policy->name() < b.policy->name();
  });
  const auto read = read_for(ordered, document);
  for (const Attached& each : ordered) {
    record.policies.push_back({each.policy->name(), each.policy->version(), each.policy->digest(), each.mode});
    Prepared::Evaluation evaluation = read.ok() ? each.policy->evaluate(input, *read, record.engine)
                                                : each.policy->without_answer(input, read.error(), record.engine);
    for (RuleResult& rule : evaluation.rules) {
      rule.mode = each.mode;
      except(rule, input);
      record.rules.push_back(std::move(rule));
    }
    std::move(evaluation.warnings.begin(), evaluation.warnings.end(), std::back_inserter(record.warnings));
  }
  conclude(record, input);
  return record;
}

}  // namespace

DecisionRecord decide(std::span<const Attached> policies, const Input& input, const Surroundings& around) {
  const std::string document = document_of(input);
  DecisionRecord record = decided(policies, input, document, around);
  record.input = format::parse_json(document).value();
  return record;
}

Result<DecisionRecord> decide_document(std::span<const Attached> policies, std::string_view document,
                                       const Surroundings& around) {
  const auto read = TRY(format::JsonDocument::parse(document, format::JsonDocument::any_number));
  auto input = take_input(read.root());
  if (!input) input = TRY(read_input(document));
  DecisionRecord record = decided(policies, *input, document, around);
  record.input = read.root().json();
  return record;
}

}  // namespace weir::policy
