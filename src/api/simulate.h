// Trying a policy on what was decided before it counts for anything.
#pragma once
#include <string>

#include "api/service.h"
#include "jobs/exposure.h"
#include "policy/simulate.h"

namespace weir::api {

struct SimulationScope {
  std::string environment, flow;  // only of these; empty: of all
  std::string attached = {};      // only where this policy is attached; empty: everywhere
  Instant since;
  Instant now;  // what runs is tried as it is then, if its newest decision is older or there is none
  const jobs::Exposure* exposure = nullptr;
  std::int64_t decisions_max = 1'000'000;  // the newest
  std::optional<Duration> time_max = {};   // for all of them; beyond it the simulation fails
};

using OpenReader = std::function<Result<std::unique_ptr<store::Database>>()>;

// Every decision in the scope, and all that runs in it, is decided again with the candidate; many of them on two
// threads, if a second reader can be opened.
Result<policy::Simulation> simulate(store::Database& db, blob::BlobStore& blobs, policy::Prepared candidate,
                                    policy::Mode mode, const SimulationScope& scope,
                                    const OpenReader& open_reader = {});

// conflict when the policy, enforced here, would let nothing through of what was decided of late and runs.
Status check_lets_something_through(store::Database& db, blob::BlobStore& blobs, policy::Prepared candidate,
                                    const SimulationScope& scope);

}  // namespace weir::api
