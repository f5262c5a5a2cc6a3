// Waiting that ends when it should: `pause` ends early when a stop is asked for; a WakeUp waits for a wake-up from
// another
// thread, or for one of some files to become readable. `wake` from any thread, the rest from the waiting one.
// Source: eventfd(2), poll(2).
#pragma once
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <span>
#include <stop_token>
#include <vector>

#include "base/time.h"

namespace weir::agent {

inline void pause(Duration time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop, std::chrono::microseconds(time.micros), [] { return false; });
}

class WakeUp {
 public:
  WakeUp() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~WakeUp() { close(event_); }
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  void wake() {
    const std::uint64_t one = 1;
    (void)!write(event_, &one, sizeof one);
  }

  enum class Woken { by_time, by_call, by_file };
  Woken wait(std::span<const int> files, Duration time_max) {
    std::vector<pollfd> polled{{event_, POLLIN, 0}};
    for (const int file : files) polled.push_back({file, POLLIN, 0});
    const int ready = poll(polled.data(), polled.size(), static_cast<int>((time_max.micros + 999) / 1000));
    if (ready <= 0) return Woken::by_time;
    std::uint64_t count = 0;
    if ((polled[0].revents & POLLIN) == 0) return Woken::by_file;
    (void)!read(event_, &count, sizeof count);
    return Woken::by_call;
  }

 private:
  int event_;
};

}  // namespace weir::agent
