// A decision as a SLSA verification summary (slsa.dev/spec/v1.0/verification_summary): an in-toto statement
// that others can read. `passed` is what let pass; every other verdict is FAILED. The decision itself stands in
// the member `weir`. Pure.
#pragma once
#include "policy/statement.h"

namespace weir::policy {

struct VsaOrigin {
  std::string verifier;   // URI of who decides: the ledger's origin
  std::string resource;   // URI of what was asked about: the environment
  std::int64_t decision;  // entry of the record
};

ToSign decision_statement(const DecisionRecord& decision, const VsaOrigin& origin);

}  // namespace weir::policy
