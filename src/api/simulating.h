// How many workers try a policy now. Reads and reports need the workers too, so at most half of them simulate; who
// comes beyond that is told to come again, and does not wait on a worker. Safe from any thread.
#pragma once
#include <algorithm>
#include <atomic>
#include <memory>

#include "base/result.h"

namespace weir::api {

class Simulating {
 public:
  // A worker's leave to simulate; given back when it goes.
  using Seat = std::unique_ptr<std::atomic<int>, void (*)(std::atomic<int>*)>;

  // unavailable: half of the workers simulate already (one may always).
  Result<Seat> take(int workers) {
    const int most = std::max(1, workers / 2);
    int now = taken_.load();
    do {
      if (now >= most)
        return Error{Errc::unavailable, "other policies are being tried already; try again in a moment"};
    } while (!taken_.compare_exchange_weak(now, now + 1));
    return Seat(&taken_, [](std::atomic<int>* taken) { --*taken; });
  }

 private:
  std::atomic<int> taken_ = 0;
};

}  // namespace weir::api
