// Makes decisions: gathers the input from the tables, evaluates the policies attached, and records the outcome when it
// says something new. Prepared policies are kept, since preparing one costs more than asking it. One thread at a time.
#pragma once
#include <map>
#include <memory>

#include "policy/decide.h"
#include "sequencer/command.h"
#include "store/view_decision.h"
#include "store/view_policy.h"

namespace weir::jobs {

class Decider {
 public:
  // What is decided of the subject as the tables stand; `cause` is what it was watched with.
  struct Made {
    store::DecisionSubject subject;
    std::int64_t cause = 0;
    policy::DecisionRecord record;
  };
  Result<Made> decide(store::Database& db, const store::Watched& watched, Instant now);

 private:
  Result<policy::Prepared*> prepared(const store::PolicyVersionView& version);
  std::map<std::int64_t, policy::Prepared> prepared_;  // by the entry of the version
};

// Adds to a command what was made: an entry if it says something new, and that the subject was checked. False: an entry
// that bears on it came meanwhile, and nothing was added.
Result<bool> record_made(store::Database& db, const Decider::Made& made, sequencer::Decision& decision);

}  // namespace weir::jobs
