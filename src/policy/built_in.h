// The rules that are always there, and how results make a verdict. For decide.cc and simulate.cc. Pure.
#pragma once
#include "policy/decision.h"

namespace weir::policy {

std::optional<RuleResult> rule_of_windows(const Input& input);  // none when nothing selects the subject
RuleResult rule_of_approval(const Input& input);

// Applies the exceptions in force; not to the rules that are built in.
void except(RuleResult& rule, const Input& input);

// Adds the built-in rules to what the policies said, then fills in verdict and next_evaluation_at.
void conclude(DecisionRecord& record, const Input& input);

}  // namespace weir::policy
