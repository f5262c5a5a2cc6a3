// Watches containers. The kernel says which there are (census.h): on each hint (an exec, a runtime's event) and
// about once a
// second; the runtimes say what they are (identify.h). A container no runtime admits to is reported as
// "outside-runtime".
// One that only a runtime lists (because it runs where we can't see) is reported too: runtimes are listed each 10 s,
// and
// differences count in both directions. The end is known from the first process's pidfd.
// Threads: `watch` in its own, with one more for each runtime's event stream; everything else from any thread.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "agent/collector.h"
#include "agent/processes/admission.h"
#include "agent/processes/task_list.h"
#include "agent/sockets/socket_look.h"

namespace weir::agent {

struct ContainerOptions {
  std::vector<std::string> sockets;  // of runtimes, in addition to those in the usual places
  Duration census_interval = milliseconds(800);  // longer only where execs are told and one costs much
  Duration relist_interval = seconds(10);
  std::shared_ptr<const TaskList> tasks;  // none: /proc is searched
};

class ContainerCollector final : public Collector {
 public:
  ContainerCollector(ContainerOptions options, const Clock& clock);
  ~ContainerCollector() override;

  void watch(Sink& sink, std::stop_token stop) override;
  void list(const Tell& tell) override;
  std::vector<runtime::Source> sources() const override;
  bool has_looked() const override;

  // Process `pid` executed something: looks at once if it stands in a container not seen before. Cheap; any thread.
  void poke(std::int64_t pid);
  void poke();
  // What the runtimes say of the networks of those that run. Any thread.
  std::vector<ContainerNetwork> networks() const;
  // Who answers for what runs in a mount namespace, as far as it is known by now. Cheap; any thread.
  Admission admission_of(std::uint64_t mount_namespace) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::agent
