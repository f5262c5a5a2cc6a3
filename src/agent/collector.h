// A collector watches one kind of thing on this host (processes, containers, files, units) and tells a Sink about
// instances that start and end. `watch` runs in the collector's own thread until the token stops it; `list` may be
// called from another thread at any time and tells everything that runs now, one by one, so that nobody holds all of it
// (for full reports and after lost events). What ran before `watch` began need not be told to the Sink: the first full
// report lists it.
// A collector that cannot see something says so in its sources; it never stays silent about it.
#pragma once
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "runtime/report.h"

namespace weir::agent {

// A claim with the documents it names, in their order.
struct Survey {
  runtime::InventoryClaim claim;
  std::vector<std::string> documents;
};

// Where collectors put what they see. Safe to call from any thread; never blocks for long.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void started(runtime::Instance instance) = 0;  // may already carry ended_at
  virtual void ended(runtime::Ended ended) = 0;
  virtual void counted(runtime::RunCount count) = 0;
  virtual void lost(std::int64_t events) = 0;             // leads to a full report
  virtual void surveyed(Survey) {}
  virtual void exposed(runtime::Exposure) {}  // of an instance that runs: it replaces what was said before
};

class Collector {
 public:
  virtual ~Collector() = default;
  virtual void watch(Sink& sink, std::stop_token stop) = 0;
  using Tell = std::function<void(runtime::Instance)>;
  virtual void list(const Tell& tell) = 0;
  virtual std::vector<runtime::Source> sources() const = 0;
  // Whether `list` and `sources` are complete since `watch` began: the first full report waits for it.
  virtual bool has_looked() const { return true; }
  // Tells the Sink of `watch` again all that was surveyed.
  virtual void survey_again() {}
};

inline std::vector<runtime::Instance> list_all(Collector& collector) {
  std::vector<runtime::Instance> all;
  collector.list([&](runtime::Instance instance) { all.push_back(std::move(instance)); });
  return all;
}

}  // namespace weir::agent
