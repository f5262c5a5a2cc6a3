#include "policy/decide.h"

#include <algorithm>

#include "policy/built_in.h"
#include "rego/engine.h"

namespace weir::policy {
namespace {

DecisionRecord decided(std::span<const Attached> policies, const Input& input, std::string_view document,
                           const Surroundings& around) {
  DecisionRecord record{.artifact = input.artifact.digest,
                        .environment = input.environment.name,
                        .window = input.windows,
                        .inputs = subject_entries(input),
                        .engine = std::string(rego::Engine::version()),
                        .tzdata = around.tzdata,
                        .advisories = around.advisories,
                        .decided_at = input.now};
  std::vector<Attached> ordered(policies.begin(), policies.end());
  std::stable_sort(ordered.begin(), ordered.end(), [](const Attached& a, const Attached& b) {
    return a.policy->name() < b.policy->name();
  });
  for (const Attached& each : ordered) {
    record.policies.push_back({each.policy->name(), each.policy->version(), each.policy->digest(), each.mode});
    Prepared::Evaluation evaluation = each.policy->evaluate(input, document);
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
  const Input input = TRY(read_input(document));
  return decide(policies, input, around);
}

}  // namespace weir::policy
