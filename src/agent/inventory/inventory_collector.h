// Surveys what is installed on this host and what Java programs have loaded, and tells the Sink when that changed:
// the packages of dpkg and rpm below a root, and the archives of each program. At rest it looks at the stamps of a few
// files each two seconds, and at the processes each ten or less often, so that looking costs at most half a percent
// of a core. A database that is being written is read when it has been still for a look. It tells no instances.
// Threads: `watch` in its own; everything else from any.
#pragma once
#include <memory>
#include <string>

#include "agent/collector.h"
#include "agent/inventory/bounds.h"
#include "agent/inventory/programs.h"

namespace weir::agent {

struct InventoryOptions {
  std::string root = "/";  // of the package databases
  ProgramOptions programs;
  std::string rpm;  // empty: the host's own
  Duration package_interval = inventory::package_look_interval;
  Duration program_interval = inventory::look_interval;
};

class InventoryCollector final : public Collector {
 public:
  InventoryCollector(InventoryOptions options, const Clock& clock);
  ~InventoryCollector() override;

  void watch(Sink& sink, std::stop_token stop) override;
  void list(const Tell&) override {}
  std::vector<runtime::Source> sources() const override;
  void survey_again() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::agent
