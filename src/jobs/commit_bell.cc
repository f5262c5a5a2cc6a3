#include "jobs/commit_bell.h"

#include <algorithm>
#include <utility>

namespace weir::jobs {

void CommitBell::ring() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(rung_, true) || !listening_) return;
  }
  changed_.notify_one();
}

void CommitBell::hasten() {
  {
    const std::lock_guard lock(mutex_);
    hastened_ = true;
  }
  changed_.notify_one();
}

bool CommitBell::wait(const std::stop_token& stop, std::optional<Duration> patience) {
  const auto now = Clock::now();
  constexpr Duration without_end = hours(24 * 365);
  const auto until =
      now + std::chrono::microseconds(std::max<std::int64_t>(0, patience.value_or(without_end).micros));
  std::unique_lock lock(mutex_);
  const auto listen_from = std::min(heard_ + gather_, until);
  if (listen_from > now) changed_.wait_until(lock, stop, listen_from, [&] { return hastened_; });
  listening_ = true;
  changed_.wait_until(lock, stop, until, [&] { return rung_ || hastened_; });
  listening_ = false;
  hastened_ = false;
  const bool rung = std::exchange(rung_, false);
  if (rung) heard_ = Clock::now();
  return rung;
}

}  // namespace weir::jobs
