// What is to be done at a time, unless somebody sees then that it was done before: on one thread of its own, in the
// order of the times. What is armed should hold little, since it stays until its time. Safe from any thread.
#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "base/time.h"

namespace weir::api {

class Deadlines {
 public:
  using Then = std::move_only_function<void()>;

  Deadlines();
  ~Deadlines();
  void arm(Duration within, Then then);  // which must not block for long
  void stop();                           // what is armed is dropped

 private:
  using Steady = std::chrono::steady_clock;
  void run(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::multimap<Steady::time_point, Then> armed_;
  bool news_ = false;  // an earlier one than before
  std::jthread thread_;
};

}  // namespace weir::api
