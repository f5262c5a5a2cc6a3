#include "policy/decision_recorded.h"

#include "crypto/digest.h"
#include "policy/meaning.h"

namespace weir::policy {

Sha256 meaning_of(DecisionRecord record) { return meaning_without_input(record); }

Sha256 meaning_without_input(const DecisionRecord& record) {
  DecisionRecord plain{.version = record.version,
                       .artifact = record.artifact,
                       .environment = record.environment,
                       .verdict = record.verdict,
                       .rules = record.rules,
                       .warnings = record.warnings,
                       .window = record.window,
                       .policies = record.policies,
                       .inputs = record.inputs,
                       .engine = record.engine,
                       .tzdata = record.tzdata,
                       .advisories = record.advisories};
  for (RuleResult& rule : plain.rules) rule.next.reset();
  if (plain.window) plain.window->next_opening = plain.window->next_closing = std::nullopt;
  return crypto::sha256(format::encode(plain));
}

}  // namespace weir::policy
