#include "api/index_wait.h"

#include <algorithm>

#include "base/limits.h"

namespace weir::api {

IndexWait::IndexWait() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

IndexWait::~IndexWait() { stop(); }

void IndexWait::stop() {
  thread_.request_stop();
  std::vector<Waiting> left;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    left.swap(waiting_);
  }
  for (Waiting& each : left) each.then(Arrival::refused);
  if (thread_.joinable()) thread_.join();  // what it calls may go now
}

void IndexWait::committed(std::int64_t size) {
  {
    const std::lock_guard lock(mutex_);
    size_ = std::max(size_, size);
    if (waiting_.empty()) return;
    news_ = true;
  }
  changed_.notify_one();
}

void IndexWait::until_beyond(std::int64_t index, Duration at_most, Then then) {
  std::unique_lock lock(mutex_);
  const bool is_here = size_ > index;
  if (is_here || stopped_ || waiting_.size() >= limits::index_waits_max) {
    lock.unlock();
    return then(is_here ? Arrival::here : Arrival::refused);
  }
  waiting_.push_back({index, Steady::now() + std::chrono::microseconds(at_most.micros), std::move(then)});
  news_ = true;
  lock.unlock();
  changed_.notify_one();
}

std::vector<std::pair<IndexWait::Then, Arrival>> IndexWait::take_due(Steady::time_point now) {
  std::vector<std::pair<Then, Arrival>> due;
  for (Waiting& each : waiting_)
    if (size_ > each.index) due.emplace_back(std::move(each.then), Arrival::here);
    else if (each.until <= now) due.emplace_back(std::move(each.then), Arrival::late);
  std::erase_if(waiting_, [](const Waiting& each) { return !each.then; });
  return due;
}

void IndexWait::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto next = std::ranges::min_element(waiting_, {}, &Waiting::until);
    if (next == waiting_.end()) changed_.wait(lock, stop, [&] { return news_; });
    else changed_.wait_until(lock, stop, Steady::time_point(next->until), [&] { return news_; });
    news_ = false;
    auto due = take_due(Steady::now());
    lock.unlock();
    for (auto& [then, arrival] : due) then(arrival);
    lock.lock();
  }
}

}  // namespace weir::api
