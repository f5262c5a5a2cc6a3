// A fixed number of threads that run plain synchronous functions from a bounded queue, in order of arrival.
// A full queue refuses at once (the caller answers 503). `submit` is safe from any thread.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace weir::http {

class WorkerPool {
 public:
  using Work = std::move_only_function<void(std::stop_token)>;

  WorkerPool(std::size_t threads, std::size_t queue_max);
  ~WorkerPool();  // asks running work to stop, drops what still waits, and joins
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  [[nodiscard]] bool submit(Work work);  // false: the queue is full or the pool is stopping
  std::size_t waiting() const;
  // Takes nothing more, runs everything that was taken, and joins.
  void drain();

 private:
  void run(std::stop_token stop);

  const std::size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable_any filled_;
  std::deque<Work> queue_;
  bool closed_ = false;
  std::vector<std::jthread> threads_;  // last: joined before the rest goes
};

}  // namespace weir::http
