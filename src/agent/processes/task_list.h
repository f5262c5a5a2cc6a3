// The processes of this host as the kernel itself lists them (an eBPF iterator over its tasks): a hundred times cheaper
// than looking into /proc/PID, and no program can hide from it. Kernel threads are left out. Where the kernel or the
// user do not allow it, there is none, and /proc is searched. Safe from any thread.
#pragma once
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace weir::agent {

struct Task {
  std::int64_t pid = 0, parent = 0, session = 0;
  std::uint32_t user = 0, login_user = 0;
  std::uint64_t start_ticks = 0;      // as /proc/PID/stat has it
  std::uint64_t mount_namespace = 0;  // 0: it ends just now
  std::uint64_t inode = 0;            // of the executable, as the kernel counts it; 0: it has none any more
  // Its root directory and its control groups: equal numbers in one list are the same, and mean nothing else.
  std::uint64_t root = 0, cgroups = 0;
  bool ended = false;                 // only its exit status is left
  std::string_view command;           // as it calls itself, at most 15 bytes; only while it is told
};

class TaskList {
 public:
  virtual ~TaskList() = default;
  // Tells each process in the order of pids, in chunks, so that nobody holds them all. What is forked meanwhile may be
  // left out. Errors: unavailable.
  virtual Status each(const std::function<void(const Task&)>& tell) const = 0;
};

// Errors: unavailable, naming why. A list that does not hold this very process is not believed (another pid namespace).
Result<std::shared_ptr<const TaskList>> open_task_list();

}  // namespace weir::agent
