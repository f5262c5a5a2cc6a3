// What /proc says about one process now. Opened through one handle on /proc/PID, so a reused pid cannot mix two
// processes. A process that is gone is nullopt; what we may not see stays empty and is named in `hidden`.
// Source: proc(5). Safe from any thread.
#pragma once
#include <sys/stat.h>

#include <unordered_map>

#include "agent/processes/exec_source.h"
#include "agent/processes/proc_text.h"
#include "agent/processes/task_list.h"

namespace weir::agent {

// A handle on /proc/PID.
class ProcessFolder {
 public:
  static std::optional<ProcessFolder> open(const std::string& proc, std::int64_t pid);

  int number() const { return folder_.number(); }
  std::uint32_t user() const;  // effective
  std::optional<std::string> read(const char* name, std::size_t bytes_max = 1 << 16) const;
  std::optional<std::string> link(const char* name) const;
  std::optional<struct stat> status(const char* name) const;  // of what a link such as "root" points to
  Fd open_executable() const;
  Fd open_root() const;  // its root directory, in the mount namespace it is in

 private:
  explicit ProcessFolder(Fd folder) : folder_(std::move(folder)) {}
  Fd folder_;
};

// Which directory is the host's own root.
struct HostRoot {
  std::uint64_t device = 0, inode = 0;
  bool operator==(const HostRoot&) const = default;
};

struct ProcessFacts {
  std::int64_t pid = 0;
  StatLine stat;
  std::uint32_t user = 0;
  std::uint32_t login_user = 0xffffffff;
  CgroupPlace place;
  std::string executable;  // as the kernel names it, without " (deleted)"
  bool deleted = false;
  std::string directory;
  std::uint64_t mount_namespace = 0;  // 0 unknown
  HostRoot root;
  std::vector<std::string> arguments;
  bool hidden = false;  // its executable may not be looked at
};

// The facts of an exec that the kernel told in detail: only what it did not tell is read.
// Nullopt when the process ended.
std::optional<ProcessFacts> complete_facts(const ProcessFolder& folder, const ExecMoment& moment);
// What one list has told so far: processes share root and control groups by the thousands.
struct ListMemory {
  std::uint64_t host_root = 0;  // the number of the host's own root directory; 0 not met yet
  std::unordered_map<std::uint64_t, CgroupPlace> places;
};
// The same of a process that the kernel listed a moment ago. Should its pid be another's by now, the next list shows
// it. `memory` is of this list.
ProcessFacts complete_facts(const ProcessFolder& folder, const Task& task, const HostRoot& host_root,
                            ListMemory& memory);

std::vector<std::int64_t> list_processes(const std::string& proc);
std::optional<ProcessFacts> read_process(const ProcessFolder& folder, std::int64_t pid);

// The part of a link's text before " (deleted)".
struct LinkTarget {
  std::string path;
  bool deleted = false;
};
LinkTarget parse_link(std::string text);

}  // namespace weir::agent
