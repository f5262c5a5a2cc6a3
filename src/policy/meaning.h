// The meaning of a record (policy/decision_recorded.h), reckoned without copying its input, which it leaves out.
#pragma once
#include "policy/decision_recorded.h"

namespace weir::policy {

Sha256 meaning_without_input(const DecisionRecord& record);  // equals meaning_of(record)

}  // namespace weir::policy
