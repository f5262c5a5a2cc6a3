// What the gate answers about a subject, for whoever asks: a request of the API, or a job that answers a delivery
// system. An answer that is still good is given as it is; else the decision is made again and recorded before.
#pragma once
#include <optional>
#include <string>

#include "jobs/reconcile.h"
#include "store/view_decision.h"

namespace weir::jobs {

struct GateAnswered {
  std::string answer;  // store::GateAnswer as JSON
  policy::Verdict verdict = policy::Verdict::undecided;
  std::int64_t decision = 0;  // its entry; 0: it is recorded nowhere
};

// The answer that is still good, if there is one; a read of one row.
Result<std::optional<GateAnswered>> current_answer(store::Database& db, const store::DecisionSubject& subject,
                                                   Instant now);

// Not from the sequencer's thread. `unavailable` when entries come faster than they can be decided on.
Result<GateAnswered> ask_gate(const Shared& shared, store::Database& db,
                              const store::DecisionSubject& subject, Instant now);

// What the gate would answer now, for who must leave no trace: the answer that is still good, else what is decided now
// and kept nowhere.
Result<GateAnswered> would_answer(const Shared& shared, store::Database& db,
                                  const store::DecisionSubject& subject, Instant now);

}  // namespace weir::jobs
