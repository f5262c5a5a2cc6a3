#include "api/deadlines.h"

namespace weir::api {

Deadlines::Deadlines() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

Deadlines::~Deadlines() { stop(); }

void Deadlines::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  armed_.clear();
}

void Deadlines::arm(Duration within, Then then) {
  {
    const std::lock_guard lock(mutex_);
    const auto placed =
        armed_.emplace(Steady::now() + std::chrono::microseconds(within.micros), std::move(then));
    if (placed != armed_.begin()) return;
    news_ = true;
  }
  changed_.notify_one();
}

void Deadlines::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (armed_.empty()) changed_.wait(lock, stop, [&] { return news_; });
    else changed_.wait_until(lock, stop, Steady::time_point(armed_.begin()->first), [&] { return news_; });
    news_ = false;
    while (!armed_.empty() && armed_.begin()->first <= Steady::now() && !stop.stop_requested()) {
      auto due = armed_.extract(armed_.begin());
      lock.unlock();
      due.mapped()();
      lock.lock();
    }
  }
}

}  // namespace weir::api
