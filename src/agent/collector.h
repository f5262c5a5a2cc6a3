// A collector watches one kind of thing on this host (processes, containers, files, units) and tells a Sink about
// instances that start and end. `watch` runs in the collector's own thread until the token stops it; `running` may be
// called from another thread at any time and lists everything that runs now (for full reports and after lost events).
// A collector that cannot see something says so in its sources; it never stays silent about it.
#pragma once
#include <span>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "runtime/report.h"

namespace weir::agent {

// Where collectors put what they see. Safe to call from any thread; never blocks for long.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void started(runtime::Instance instance) = 0;  // may already carry ended_at
  virtual void ended(runtime::Ended ended) = 0;
  virtual void counted(runtime::RunCount count) = 0;
  virtual void lost(std::int64_t events) = 0;             // leads to a full report
};

class Collector {
 public:
  virtual ~Collector() = default;
  virtual void watch(Sink& sink, std::stop_token stop) = 0;
  virtual std::vector<runtime::Instance> running() = 0;
  virtual std::vector<runtime::Source> sources() const = 0;
  // Whether `running` and `sources` are complete since `watch` began: the first full report waits for it.
  virtual bool has_looked() const { return true; }
};

}  // namespace weir::agent
