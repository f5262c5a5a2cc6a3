// Watches systemd's services: what each one starts, by digest of the program, or of the script where its ExecStart runs
// an interpreter (unit_program.h), since when, by which unit file, explained by which package. A service that starts
// several programs is as many instances. Units made ad hoc (systemd-run) are marked "transient". News come as signals,
// and each 5 s is looked anyway.
// Where systemd doesn't run there is nothing to watch, and the source says so.
// Threads: `watch` in its own; everything else from any.
#pragma once
#include <memory>
#include <string>

#include "agent/collector.h"
#include "agent/processes/package_claims.h"

namespace weir::agent {

struct UnitOptions {
  std::string root;  // "" but in tests: where the host's file system begins
  Explain explain;
  Duration look_interval = seconds(5);
};

class UnitCollector final : public Collector {
 public:
  UnitCollector(UnitOptions options, const Clock& clock);
  ~UnitCollector() override;

  void watch(Sink& sink, std::stop_token stop) override;
  void list(const Tell& tell) override;
  std::vector<runtime::Source> sources() const override;
  bool has_looked() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::agent
