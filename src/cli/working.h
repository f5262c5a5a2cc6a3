// Says, on a terminal, what takes longer than a second and for how long it has; gone with it. While it lives its thread
// alone writes progress of the session; one within another leaves it to that.
#pragma once
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "cli/session.h"

namespace weir::cli {

class Working {
 public:
  Working(Session& session, std::string what);
  ~Working();
  void reached(std::string how_far);  // "12 of 400 entries"; from any thread

 private:
  void tell(const std::stop_token& stop);

  Session& session_;
  const std::string what_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::string how_far_;
  bool told_ = false;
  std::jthread thread_;
};

}  // namespace weir::cli
