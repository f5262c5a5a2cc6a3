// How many workers do one kind of long work now: try a policy, or answer what was at a past moment. Reads and reports
// need the workers too, so at most half of them do; who comes beyond that is told to come again, and does not wait on a
// worker. Safe from any thread.
#pragma once
#include <algorithm>
#include <atomic>
#include <memory>
#include <string>

#include "base/result.h"

namespace weir::api {

class Seats {
 public:
  // `refusal`: what those are told who find none.
  explicit Seats(std::string refusal) : refusal_(std::move(refusal)) {}

  // A worker's leave; given back when it goes.
  using Seat = std::unique_ptr<std::atomic<int>, void (*)(std::atomic<int>*)>;

  // unavailable: half of the workers have one already (one may always).
  Result<Seat> take(int workers) {
    const int most = std::max(1, workers / 2);
    int now = taken_.load();
    do {
      if (now >= most) return Error{Errc::unavailable, refusal_};
    } while (!taken_.compare_exchange_weak(now, now + 1));
    return Seat(&taken_, [](std::atomic<int>* taken) { --*taken; });
  }

 private:
  std::string refusal_;
  std::atomic<int> taken_ = 0;
};

}  // namespace weir::api
