// Makes stale decisions again: those that an entry bears on soon after it, those that time alone changes when it is
// due.
#include "jobs/decider.h"
#include "jobs/reconcile.h"

namespace weir::jobs {
namespace {

constexpr std::int64_t subjects_per_step = 128;  // bounds what one batch appends

class Decide final : public Job {
 public:
  Decide(Shared shared, std::unique_ptr<store::Database> reader)
      : shared_(shared), reader_(std::move(reader)) {}

  Result<Step> tick(Instant now) override {
    if (TRY(store::count_stale(*reader_, now)) == 0) return Step::idle;
    auto made = std::make_shared<std::vector<Decider::Made>>();
    TRY(reader_->script("BEGIN"));  // all of a step sees one state of the tables
    const Status decided = decide_some(now, *made);
    reader_->rollback();
    TRY(decided);
    if (made->empty()) return Step::idle;
    TRY(act(shared_, [made](store::Database& db, Instant) -> Result<sequencer::Decision> {
      sequencer::Decision decision;
      for (const Decider::Made& each : *made) TRY(record_made(db, each, decision));
      return decision;
    }));
    return Step::more;
  }

 private:
  Status decide_some(Instant now, std::vector<Decider::Made>& made) {
    for (const store::Watched& watched : TRY(store::list_stale(*reader_, now, subjects_per_step)))
      made.push_back(TRY(decider_.decide(*reader_, watched, now)));
    return {};
  }

  Shared shared_;
  std::unique_ptr<store::Database> reader_;
  Decider decider_;
};

}  // namespace

std::unique_ptr<Job> make_decide(Shared shared, std::unique_ptr<store::Database> reader) {
  return std::make_unique<Decide>(shared, std::move(reader));
}

}  // namespace weir::jobs
