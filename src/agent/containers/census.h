// The census finds containers by what the kernel says, whatever started them: a group of processes that share a mount
// namespace which is not the host's and whose root directory is not the host's. The oldest of a group is its root.
// Groups whose root directory belongs to an enclosing group (a service with private mounts inside a container) are part
// of that group. Services that only hide parts of the host's file system keep its root and are no containers.
// What can't be seen without privilege is counted, never left out silently. One thread.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "agent/containers/procfs.h"
#include "agent/processes/task_list.h"

namespace weir::agent {

struct ContainerRoot {
  std::int64_t pid = 0, parent = 0;
  std::uint64_t start_ticks = 0;
  std::uint64_t mounts = 0;  // inode of the mount namespace
  procfs::FileId root;
  bool nested = false;       // stands inside another container
  auto operator<=>(const ContainerRoot&) const = default;
};

// The roots of the groups. A group that is part of another has none; its mount namespace leads to that one's.
struct Groups {
  std::vector<ContainerRoot> roots;
  std::map<std::uint64_t, std::uint64_t> parts;
};

struct CensusResult {
  Groups groups;
  std::size_t processes = 0;
  std::size_t unreadable = 0;  // processes of others whose namespaces we may not look at
};

class Census {
 public:
  // Takes the host's namespaces from process 1, else from the kernel's threads, else from this process. Processes are
  // taken from the kernel's list where there is one, else from /proc.
  explicit Census(std::shared_ptr<const TaskList> tasks = nullptr);
  CensusResult take() const;
  bool is_foreign(std::int64_t pid) const;  // one process: has it a mount namespace of its own? Safe from any thread.
  std::uint64_t host_mounts() const { return host_mounts_; }

 private:
  struct Foreigner {
    std::int64_t pid = 0;
    std::uint64_t mounts = 0;
  };
  std::vector<Foreigner> foreigners(CensusResult& result) const;

  std::shared_ptr<const TaskList> tasks_;
  std::uint64_t host_mounts_ = 0;
  procfs::FileId host_root_;
};

// The pure part: one process each with a foreign namespace and root → their groups.
Groups group(std::span<const ContainerRoot> processes);

}  // namespace weir::agent
