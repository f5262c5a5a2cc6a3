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

// What such a statement says.
struct VsaSaid {
  std::string verifier, resource, artifact, environment, verdict, time;
  std::int64_t decision = 0;
  static void members(auto& visit, auto& self) {
    visit("decision", self.decision);
    visit("verdict", self.verdict);
    visit("artifact", self.artifact);
    visit("environment", self.environment);
    visit("decided_at", self.time);
    visit("verifier", self.verifier);
  }
};
// Errc::invalid: it is no such statement, its bytes are not canonical, or it says passed of what did not pass.
Result<VsaSaid> read_decision_statement(BytesView payload);

}  // namespace weir::policy
