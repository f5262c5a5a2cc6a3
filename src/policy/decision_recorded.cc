#include "policy/decision_recorded.h"

#include "crypto/digest.h"

namespace weir::policy {

Sha256 meaning_of(DecisionRecord record) {
  record.input = {};
  record.decided_at = {};
  record.next_evaluation_at.reset();
  for (RuleResult& rule : record.rules) rule.next.reset();
  if (record.window) record.window->next_opening = record.window->next_closing = std::nullopt;
  return crypto::sha256(format::encode(record));
}

}  // namespace weir::policy
