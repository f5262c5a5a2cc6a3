#include "jobs/reconcile.h"
#include "store/view_request.h"

namespace weir::jobs {
namespace {

class RequestWatch final : public Job {
 public:
  RequestWatch(Shared shared, std::unique_ptr<store::Database> reader)
      : shared_(shared), reader_(std::move(reader)) {}

  Result<Step> tick(Instant now) override {
    if (TRY(store::requests_due(*reader_, now)).empty()) return Step::idle;
    TRY(act(shared_, [](store::Database& tables, Instant at) -> Result<sequencer::Decision> {
      sequencer::Decision decision;
      for (const std::int64_t id : TRY(store::requests_due(tables, at)))
        decision.events.push_back(deploy::RequestEnded{id, deploy::RequestEnding::expired, ""});
      return decision;
    }));
    return Step::more;
  }

 private:
  Shared shared_;
  std::unique_ptr<store::Database> reader_;
};

}  // namespace

std::unique_ptr<Job> make_request_watch(Shared shared, std::unique_ptr<store::Database> reader) {
  return std::make_unique<RequestWatch>(shared, std::move(reader));
}

}  // namespace weir::jobs
