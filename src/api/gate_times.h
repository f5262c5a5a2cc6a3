// How long the gate's answers took, since midnight (UTC): counts by size, each step a quarter more than the one
// before, so a percentile is right to that. Safe from any thread.
#pragma once
#include <array>
#include <mutex>
#include <optional>

#include "base/time.h"

namespace weir::api {

class GateTimes {
 public:
  void note(Duration took, Instant now);
  std::optional<Duration> p99(Instant now) const;  // none: nobody asked today

 private:
  mutable std::mutex mutex_;
  std::int64_t day_ = 0;
  std::int64_t count_ = 0;
  std::array<std::int64_t, 96> sizes_{};
};

}  // namespace weir::api
