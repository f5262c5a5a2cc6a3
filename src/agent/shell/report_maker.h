// Makes reports of what was gathered: leaves out what the scope excludes and what the server knows already, and splits
// what doesn't fit into one body. Remembers, per instance that the server believes running, only a hash of it.
// What isn't UTF-8 (file names needn't be) is spelled "\\xNN". Pure but for its memory; one thread.
#pragma once
#include <functional>
#include <unordered_map>
#include <vector>

#include "agent/shell/batch.h"
#include "agent/shell/scope.h"
#include "agent/shell/spool.h"
#include "base/limits.h"
#include "runtime/report.h"

namespace weir::agent {

// Tells everything that runs, one by one.
using Listing = std::function<void(const Collector::Tell&)>;

struct ReportHead {
  std::string environment, host;
};

// Small reports keep this process small and the server quick, and cost nothing else.
struct ReportBounds {
  std::size_t delta_bytes_max = limits::request_body_bytes_max;
  std::size_t full_bytes_max = limits::request_body_bytes_max;
};

class ReportMaker {
 public:
  explicit ReportMaker(ReportHead head, ReportBounds bounds = {}) : head_(std::move(head)), bounds_(bounds) {}

  // Reports of changes, after the documents they name; none when there is nothing to say.
  // `sources` when they changed. `uncertainty` is the clock's.
  std::vector<SpoolRecord> deltas(Batch batch, std::vector<runtime::Source> sources, Duration uncertainty, Instant now);
  // One report, or several that are parts of one, put away as they are made: what runs is never held whole.
  using Put = std::function<void(SpoolRecord)>;
  struct Circumstances {
    std::vector<runtime::Source> sources;
    std::int64_t events_lost = 0;
    Duration uncertainty;  // the clock's
    Instant now;
  };
  void full(const Listing& list, Circumstances circumstances, const Put& put);

  Scope& scope() { return scope_; }
  std::size_t live() const { return live_.size(); }

 private:
  // The instance's text when there is news in it.
  std::optional<std::string> news_of(const runtime::Instance& instance);
  // What the report claims, and the documents that have to be there before it.
  std::vector<SpoolRecord> take_surveys(std::vector<Survey> surveys, runtime::Report& report) const;
  std::vector<runtime::Report> split(runtime::Report whole) const;

  const ReportHead head_;
  const ReportBounds bounds_;
  Scope scope_;
  std::unordered_map<std::string, std::size_t> live_;  // instance id → hash of what was said of it
};

// Text with each byte that isn't part of valid UTF-8 as "\\xNN" inside a JSON string, that is `\xNN` once read.
std::string spell_as_utf8(std::string json);

}  // namespace weir::agent
