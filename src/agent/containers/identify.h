// Finds out which runtime, if any, admits to a container that the census found. The keepers above its first process
// (conmon, containerd's shim) say whom to ask; what they claim counts only when the runtime names that very process.
// One thread.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "agent/containers/census.h"
#include "agent/containers/engine.h"
#include "agent/containers/identity.h"

namespace weir::agent {

struct Identification {
  enum class State {
    known,    // `identity` is what the runtime says
    not_yet,  // a runtime is still starting it
    outside,  // no runtime admits to it
  };
  State state = State::outside;
  ContainerIdentity identity;
  // How long to ask again while it's not_yet. A keeper of root's is waited for even on a host that is out of breath: a
  // false alarm helps nobody, and root needs no such trick.
  Duration patience = milliseconds(700);
};

// The process above a container that its runtime left there.
struct Keeper {
  enum class Kind { none, conmon, shim };
  Kind kind = Kind::none;
  std::int64_t pid = 0;
  std::uint32_t user = 0;
  std::vector<std::string> words;
};

class Identifier {
 public:
  // `sockets` in addition to those found where runtimes put them; `tasks`: none, and /proc is searched for daemons.
  explicit Identifier(std::vector<std::string> sockets, std::shared_ptr<const TaskList> tasks = nullptr);
  Identification identify(const ContainerRoot& root);
  std::vector<std::unique_ptr<Engine>>& engines() { return engines_; }
  void find_engines();  // sockets come and go

 private:
  Identification ask_keeper(const Keeper& keeper, std::int64_t pid);
  Identification ask_engines(const std::string& id, std::int64_t pid, std::uint32_t user);
  bool may_answer(const Engine& engine, std::uint32_t user) const;

  std::vector<std::string> sockets_;
  std::shared_ptr<const TaskList> tasks_;
  std::vector<std::unique_ptr<Engine>> engines_;
  Instant looked_for_engines_at_;  // boot time
};

// Engine sockets that exist now: `extra`, the usual places, and where a running dockerd of root listens.
struct EngineSocket {
  std::string runtime, path;
  bool operator==(const EngineSocket&) const = default;
};
std::vector<EngineSocket> find_engine_sockets(const std::vector<std::string>& extra,
                                              const TaskList* tasks = nullptr);

// 64 hex digits somewhere in the last parts of a cgroup path ("docker-<id>.scope"); empty when there are none.
std::string container_id_of_cgroup(std::string_view path);

}  // namespace weir::agent
