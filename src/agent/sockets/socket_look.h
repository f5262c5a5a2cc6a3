// Which instances of this host listen on what: one look at the tables of each network namespace, and at the handles of
// a process when it is new, when the sockets of its namespace changed, or now and then, because a socket may be handed
// over. What listens through another namespace than the process's own is not seen. At rest a look costs a few calls
// for each process and keeps some words of memory for it. Source: proc(5). One thread.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/sockets/socket_table.h"
#include "base/time.h"
#include "runtime/exposure.h"

namespace weir::agent {

// What a container's runtime says of its network; unset: nothing.
struct ContainerNetwork {
  std::string id;
  std::optional<bool> host_network;
  std::optional<std::vector<std::string>> published;
};

// As the server knows it: a container is all of its processes.
struct InstanceFound {
  std::string id;
  bool is_shared = false;
};
struct SocketOptions {
  std::string proc = "/proc";
  std::function<std::optional<InstanceFound>(std::int64_t pid)> instance_of;
  std::function<std::vector<ContainerNetwork>()> containers;
  Duration age_min;  // younger processes are left for the next look
};

struct SocketsSeen {
  std::int64_t hidden = 0;  // processes whose handles may not be seen
  bool cut = false;         // a bound was met
};
// Told of each instance once.
using TellExposure = std::function<void(runtime::Exposure)>;

class SocketLook {
 public:
  explicit SocketLook(SocketOptions options) : options_(std::move(options)) {}
  SocketsSeen look(const TellExposure& tell);

 private:
  struct Namespace {
    SocketTable table;
    std::uint64_t seen = 0;  // the look that read it
    bool changed = true;
  };
  struct Known {  // one for each process
    std::uint64_t start_ticks = 0;
    std::uint32_t network = 0;  // numbers of namespaces are this short
    std::uint32_t seen = 0;     // the look that saw it last
  };
  struct Handles {  // of a process that listens, or that hides them
    std::vector<std::uint64_t> sockets;  // inodes, of those somebody listens on
    bool hidden = false;
  };
  struct Standing {  // of one instance
    std::uint64_t network = 0;
    std::vector<std::string> listens;
    bool hidden = false;
  };
  void look_at(std::int64_t pid, SocketsSeen& seen, const TellExposure& tell);
  void add(const InstanceFound& instance, std::uint64_t network, const Handles* handles, const TellExposure& tell);
  Namespace* namespace_of(std::int64_t pid, std::uint64_t network, SocketsSeen& seen);
  void read_handles(std::int64_t pid, const SocketTable& table, SocketsSeen& seen);
  void tell_standing(const TellExposure& tell) const;
  runtime::Exposure exposure_of(const std::string& instance, const Standing& standing) const;

  const SocketOptions options_;
  std::uint32_t looks_ = 0;
  std::uint64_t host_network_ = 0;
  PortRange chosen_by_kernel_;
  std::unordered_map<std::uint64_t, Namespace> namespaces_;
  std::unordered_map<std::int64_t, Known> known_;      // by pid
  std::unordered_map<std::int64_t, Handles> handles_;  // by pid
  std::map<std::string, Standing> standing_;           // of this look: what is shared, or in a network of its own
};

}  // namespace weir::agent
