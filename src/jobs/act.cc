#include "jobs/reconcile.h"

namespace weir::jobs {

Status act(const Shared& shared, sequencer::Decide decide, sequencer::WhenDamaged when_damaged) {
  auto outcome = shared.sequencer.submit_and_wait({.actor = shared.server,
                                                   .idempotency = {},
                                                   .decide = std::move(decide),
                                                   .when_damaged = when_damaged,
                                                   .done = {}});
  if (outcome.ok() || outcome.error().code == Errc::conflict) return {};
  return outcome.error();
}

}  // namespace weir::jobs
