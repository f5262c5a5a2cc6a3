// The bounded queue between the thread that takes the kernel's news and the one that works them off. What finds no room
// is counted. Safe from any thread.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <variant>

#include "agent/processes/process_identity.h"

namespace weir::agent {

using ProcessEvent = std::variant<Sighting, ExitEvent>;

class EventQueue {
 public:
  explicit EventQueue(std::size_t events_max) : events_max_(events_max) {}

  void put(ProcessEvent event) {
    const std::scoped_lock lock(mutex_);
    if (events_.size() < events_max_) events_.push_back(std::move(event));
    else ++lost_;
    if (events_.size() == 1) arrived_.notify_one();
  }
  void add_lost(std::int64_t events) {
    const std::scoped_lock lock(mutex_);
    lost_ += events;
    arrived_.notify_one();
  }
  // Ends the wait of `take` once, without an event.
  void wake() {
    const std::scoped_lock lock(mutex_);
    woken_ = true;
    arrived_.notify_one();
  }
  std::optional<ProcessEvent> take(std::chrono::microseconds wait) {
    std::unique_lock lock(mutex_);
    if (wait.count() > 0)
      arrived_.wait_for(lock, wait, [&] { return !events_.empty() || lost_ > 0 || woken_; });
    woken_ = false;
    if (events_.empty()) return std::nullopt;
    ProcessEvent event = std::move(events_.front());
    events_.pop_front();
    return event;
  }
  std::int64_t take_lost() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(lost_, 0);
  }
  std::size_t size() const {
    const std::scoped_lock lock(mutex_);
    return events_.size();
  }

 private:
  const std::size_t events_max_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<ProcessEvent> events_;
  std::int64_t lost_ = 0;
  bool woken_ = false;
};

}  // namespace weir::agent
