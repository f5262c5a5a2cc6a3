#include "http/worker_pool.h"

#include "base/check.h"

namespace weir::http {

WorkerPool::WorkerPool(std::size_t threads, std::size_t queue_max) : queue_max_(queue_max) {
  CHECK(threads > 0);
  for (std::size_t i = 0; i < threads; ++i)
    threads_.emplace_back([this](std::stop_token stop) { run(stop); });
}

WorkerPool::~WorkerPool() {
  std::deque<Work> dropped;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    dropped.swap(queue_);
  }
  threads_.clear();
}

bool WorkerPool::submit(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || queue_.size() >= queue_max_) return false;
    queue_.push_back(std::move(work));
  }
  filled_.notify_one();
  return true;
}

std::size_t WorkerPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkerPool::drain() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  filled_.notify_all();
  for (std::jthread& thread : threads_)
    if (thread.joinable()) thread.join();
}

void WorkerPool::run(std::stop_token stop) {
  for (;;) {
    Work work;
    {
      std::unique_lock lock(mutex_);
      filled_.wait(lock, stop, [&] { return closed_ || !queue_.empty(); });
      if (stop.stop_requested() || queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work(stop);
  }
}

}  // namespace weir::http
