// Wakes a follower after commits. The first ring after a quiet time is heard at once; rings within `gather` of the last
// one heard are heard together when it is over, without waking the follower's thread for each: a thousand commits a
// second wake it two hundred times and not a thousand.
#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>

#include "base/time.h"

namespace weir::jobs {

inline constexpr Duration gather_commits = milliseconds(5);

class CommitBell {
 public:
  explicit CommitBell(Duration gather = gather_commits) : gather_(gather.micros) {}

  void ring();    // something was committed; from any thread
  void hasten();  // the follower has something to look at now, whatever was committed; from any thread

  // Waits until rung, hastened or stopped, at most for `patience` (nothing: without end). Whether it was rung since the
  // last wait. By one thread.
  bool wait(const std::stop_token& stop, std::optional<Duration> patience);

 private:
  using Clock = std::chrono::steady_clock;
  std::chrono::microseconds gather_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool rung_ = false, hastened_ = false, listening_ = false;
  Clock::time_point heard_ = Clock::time_point::min();  // the clock may have begun a moment ago: never is before that
};

}  // namespace weir::jobs
