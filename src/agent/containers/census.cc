#include "agent/containers/census.h"

#include <unistd.h>

#include <algorithm>
#include <map>

namespace weir::agent {
namespace {

bool is_older(const ContainerRoot& a, const ContainerRoot& b) {
  return std::pair(a.start_ticks, a.pid) < std::pair(b.start_ticks, b.pid);
}

using ByPid = std::map<std::int64_t, const ContainerRoot*>;
using ByMounts = std::map<std::uint64_t, ContainerRoot>;

// The group around `root`, if any: that of its nearest ancestor in another mount namespace.
const ContainerRoot* enclosing(const ContainerRoot& root, const ByPid& by_pid, const ByMounts& groups) {
  std::int64_t parent = root.parent;
  for (std::size_t steps = 0; steps < by_pid.size(); ++steps) {
    const auto found = by_pid.find(parent);
    if (found == by_pid.end()) return nullptr;
    if (found->second->mounts != root.mounts) return &groups.at(found->second->mounts);
    parent = found->second->parent;
  }
  return nullptr;
}

}  // namespace

Groups group(std::span<const ContainerRoot> processes) {
  ByPid by_pid;
  ByMounts oldest;
  for (const ContainerRoot& process : processes) {
    by_pid[process.pid] = &process;
    const auto [at, added] = oldest.emplace(process.mounts, process);
    if (!added && is_older(process, at->second)) at->second = process;
  }
  Groups groups;
  for (const auto& [mounts, root] : oldest) {
    const ContainerRoot* outer = enclosing(root, by_pid, oldest);
    if (outer != nullptr && outer->root == root.root) {
      groups.parts.emplace(mounts, outer->mounts);
      continue;
    }
    groups.roots.push_back(root);
    groups.roots.back().nested = outer != nullptr;
  }
  return groups;
}

Census::Census(std::shared_ptr<const TaskList> tasks) : tasks_(std::move(tasks)) {
  for (const char* reference : {"1", "2", "self"}) {
    if (host_mounts_ != 0) break;
    const std::int64_t pid = reference[0] == 's' ? getpid() : reference[0] - '0';
    host_mounts_ = procfs::namespace_of(pid, "mnt");
  }
  // A kernel thread's root may be the one before the switch; ours is right whenever we live in the host's namespace.
  const bool at_home = procfs::namespace_of(getpid(), "mnt") == host_mounts_;
  host_root_ = procfs::root_of(at_home ? getpid() : 1).value_or(procfs::FileId{});
}

bool Census::is_foreign(std::int64_t pid) const {
  const std::uint64_t mounts = procfs::namespace_of(pid, "mnt");
  return mounts != 0 && mounts != host_mounts_;
}

// Every process outside the host's own mount namespace, with its own; 0 where that may not be seen.
std::vector<Census::Foreigner> Census::foreigners(CensusResult& result) const {
  std::vector<Foreigner> found;
  const auto note = [&](std::int64_t pid, std::uint64_t mounts) {
    ++result.processes;
    if (mounts != host_mounts_) found.push_back({pid, mounts});
  };
  const auto note_task = [&](const Task& task) {
    if (!task.ended && task.mount_namespace != 0) note(task.pid, task.mount_namespace);
  };
  if (tasks_ && tasks_->each(note_task)) return found;
  found.clear();
  result.processes = 0;
  for (const std::int64_t pid : procfs::process_ids()) note(pid, procfs::namespace_of(pid, "mnt"));
  return found;
}

CensusResult Census::take() const {
  CensusResult result;
  std::vector<ContainerRoot> foreign;
  for (const auto& [pid, mounts] : foreigners(result)) {
    const auto stat = procfs::stat_of(pid);
    if (!stat || stat->state == 'Z' || stat->state == 'X') continue;  // ended meanwhile
    if (stat->kernel_thread) continue;  // some have mounts of their own, none runs a program
    const auto root = procfs::root_of(pid);
    if (mounts == 0 || !root) {
      if (pid != 1) ++result.unreadable;
      continue;
    }
    if (*root == host_root_) continue;
    foreign.push_back({pid, stat->parent, stat->start_ticks, mounts, *root});
  }
  result.groups = group(foreign);
  return result;
}

}  // namespace weir::agent
