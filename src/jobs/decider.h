// Makes decisions: gathers the input from the tables, evaluates the policies attached, and records the outcome when it
// says something new. Prepared policies are kept, since preparing one costs more than asking it. One thread at a time;
// threads have one each.
#pragma once
#include <map>
#include <memory>
#include <span>

#include "jobs/exposure.h"
#include "policy/decide.h"
#include "sequencer/command.h"
#include "store/decision_inputs.h"
#include "store/view_decision.h"
#include "store/view_policy.h"

namespace weir::jobs {

class Decider {
 public:
  // What is decided of the subject as the tables stand; `cause` is what it was watched with. All that does not need the
  // sequencer is done here: its thread has less time than those that decide.
  struct Made {
    store::DecisionSubject subject;
    std::int64_t cause = 0;
    store::Event event;  // policy::DecisionRecorded
    Sha256 meaning;
    std::optional<Instant> due;
  };
  Result<Made> decide(store::Database& db, const store::Watched& watched, Instant now,
                      const Exposure* exposure = nullptr);
  // The same of each of them; within one transaction.
  Result<std::vector<Made>> decide_each(store::Database& db, std::span<const store::Watched> all, Instant now,
                                        const Exposure* exposure = nullptr);

 private:
  Result<Made> decide_one(store::DecisionInputs& inputs, const store::Watched& watched, const Exposure* exposure);
  // A worker decides for several organizations, whose entries have the same numbers: what is prepared goes by what it
  // was made of.
  using Key = std::tuple<Sha256, std::string, std::int64_t, policy::Form>;
  Result<policy::Prepared*> prepared(const store::PolicyVersionView& version);
  std::map<Key, policy::Prepared> prepared_;
};

// A command of what was made: an entry of each that says something new, and that its subject was checked. What an entry
// bears on that came meanwhile is left out; `recorded`, when it is given, has whether each was taken in.
Result<sequencer::Decision> record_made(store::Database& db, std::span<const Decider::Made> made,
                                        std::vector<bool>* recorded = nullptr);

}  // namespace weir::jobs
