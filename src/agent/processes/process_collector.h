// Watches processes: every exec the moment it happens, by the best means this kernel and user allow (exec_source.h);
// what already runs, and what comes by fork alone, by searching /proc. One thread takes the kernel's news and looks at
// the process at once, because it may live a millisecond; another finds out what it is and tells the sink. A program
// that takes long to read keeps nobody waiting: it is read beside, for a minute at most, and told then.
// A run that packages explain is counted when it ends before it settles, and reported when it settles; every other run
// is reported at once. What ran before `watch` is told by the first `list`, or when it ends before.
// Kernel threads are no workloads; what a container's image holds is part of the container. A child that came by fork
// alone runs what its parent runs; it is found by the next search: within a second after an unexplained parent ended,
// else within sweep_interval (10 s).
// Lost news are told and lead to a search. Threads: `watch` in its own; the others from any.
#pragma once
#include <memory>

#include "agent/collector.h"
#include "agent/processes/package_claims.h"
#include "agent/processes/process_options.h"

namespace weir::agent {

class ProcessCollector final : public Collector {
 public:
  explicit ProcessCollector(ProcessOptions options);
  ~ProcessCollector() override;

  void watch(Sink& sink, std::stop_token stop) override;
  void list(const Tell& tell) override;
  std::vector<runtime::Source> sources() const override;
  bool has_looked() const override;

  // What watches now. Before `watch` has begun: scan.
  ExecMeans means() const;
  // Of a process that was told, or will be by the next listing; nullopt of every other.
  std::optional<std::string> instance_of(std::int64_t pid) const;
  // By which other collectors explain what they see: one memory of what this host was when it was first looked at.
  PackageClaims& package_claims();
  bool packages_change() const;  // packages are being installed or removed now

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::agent
