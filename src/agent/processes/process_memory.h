// The files of /proc/PID that the kernel fetches from the process's own memory: "cmdline", "environ", "maps". What
// lies there is up to the process: pages of a file system of its own (FUSE) that does not answer hold whoever reads
// them in the kernel, where nothing ends the wait. So a spare thread reads, and who asked goes on without an answer.
// A thread that is held is left there, and ends when it comes back; while `held_max` of them are, nothing is read.
// Waiting takes a bounded part of the time. Safe from any thread.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/processes/allowance.h"
#include "base/result.h"
#include "base/time.h"

namespace weir::agent {

class ProcessMemory {
 public:
  static constexpr int held_max = 8;

  ProcessMemory();
  ProcessMemory(const ProcessMemory&) = delete;
  ~ProcessMemory();

  // At most `bytes_max` of the file `name` in the open folder /proc/PID. Errors: not_found when the process is gone or
  // may not be looked at; unavailable when it does not answer.
  Result<std::string> read(int folder, const char* name, std::size_t bytes_max);

 private:
  class Desk;
  std::mutex mutex_;
  Allowance waiting_;           // ns
  std::shared_ptr<Desk> desk_;  // where the spare thread sits; none: it is held, or was never needed
  std::vector<std::weak_ptr<Desk>> held_;
};

}  // namespace weir::agent
