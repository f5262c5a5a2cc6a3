// Where news of execs come from. A source waits for the kernel and hands over what it says, in order; what got lost on
// the way is counted exactly where the kernel counts it, else once per loss. Means, best first: eBPF (sees everything,
// with the facts of the moment of the exec), the netlink process connector (pids only), a scan of /proc (see
// process_collector.h). Opening one that this kernel or user cannot have is an error that says why.
// A source belongs to one thread.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/processes/fd.h"
#include "base/result.h"
#include "base/time.h"

namespace weir::agent {

enum class ExecMeans { ebpf, netlink, scan };

// What the kernel said at the moment of an exec. Fields a source does not know stay empty.
struct ExecMoment {
  std::int64_t pid = 0;
  std::int64_t at_ns = 0;         // since boot
  std::uint64_t start_ticks = 0;  // of the process, as /proc/PID/stat has it; 0 unknown
  bool detailed = false;          // the fields below are known
  std::int64_t parent = 0, session = 0;
  std::uint32_t user = 0, login_user = 0;
  std::uint64_t mount_namespace = 0, device = 0, inode = 0, size = 0, cgroup = 0;
  std::uint64_t filesystem = 0;  // its magic number
  std::uint32_t links = 0;
  bool detached = false;  // memfd and its like
  bool script = false;    // the kernel chose an interpreter for `filename`
  std::string path;       // of the executable, in the tree of its mount namespace; empty when it was too long
  std::string directory;  // working directory, likewise
  std::string filename;   // as the caller gave it
  std::string command;    // short name
  std::vector<std::string> arguments;
};

struct ExecEvent {
  ExecMoment moment;
  Fd executable;  // /proc/PID/exe, opened at once; none when the process was gone already
};
struct ExitEvent {
  std::int64_t pid = 0;
  std::int64_t at_ns = 0;  // since boot
  std::uint64_t start_ticks = 0;
};

struct ExecHandlers {
  std::function<void(ExecMoment)> executed;
  std::function<void(ExitEvent)> exited;
};

class ExecSource {
 public:
  virtual ~ExecSource() = default;
  // Waits at most `timeout` and hands over what came. Returns how many events got lost since the call before.
  virtual std::int64_t wait(Duration timeout, const ExecHandlers& handlers) = 0;
};

Result<std::unique_ptr<ExecSource>> open_ebpf_source(std::size_t ring_bytes);
Result<std::unique_ptr<ExecSource>> open_netlink_source(std::size_t buffer_bytes);

std::int64_t boot_time_ns();
std::int64_t boot_ns_of_ticks(std::uint64_t ticks);
std::uint64_t ticks_of_boot_ns(std::uint64_t ns);
Instant instant_of_boot_ns(std::int64_t ns);  // by the host's clock as it stands now

// Path components, leaf first and each with its NUL, as a path.
std::string path_of_components(std::string_view bytes);

}  // namespace weir::agent
