// Makes reports of what was gathered: leaves out what the scope excludes and what the server knows already, and splits
// what doesn't fit into one body. Remembers, per instance that the server believes running, only a hash of it.
// What isn't UTF-8 (file names needn't be) is spelled "\\xNN". Pure but for its memory; one thread.
#pragma once
#include <unordered_map>
#include <vector>

#include "agent/shell/batch.h"
#include "agent/shell/scope.h"
#include "agent/shell/spool.h"
#include "base/limits.h"
#include "runtime/report.h"

namespace weir::agent {

struct ReportHead {
  std::string environment, host;
};

// A delta is split wherever it likes, so small ones keep the server quick; a full report better stays in one piece.
struct ReportBounds {
  std::size_t delta_bytes_max = limits::request_body_bytes_max;
  std::size_t full_bytes_max = limits::report_bytes_max;
};

class ReportMaker {
 public:
  explicit ReportMaker(ReportHead head, ReportBounds bounds = {}) : head_(std::move(head)), bounds_(bounds) {}

  // Reports of changes; none when there is nothing to say. `sources` when they changed. `uncertainty` is the clock's.
  std::vector<SpoolRecord> deltas(Batch batch, std::vector<runtime::Source> sources, Duration uncertainty, Instant now);
  // One report, or several that are parts of one.
  std::vector<SpoolRecord> full(std::vector<runtime::Instance> running, std::vector<runtime::Source> sources,
                                std::int64_t events_lost, Duration uncertainty, Instant now);

  Scope& scope() { return scope_; }
  std::size_t live() const { return live_.size(); }

 private:
  bool is_news(const runtime::Instance& instance);
  std::vector<runtime::Report> split(runtime::Report whole) const;
  std::vector<SpoolRecord> encode(const std::vector<runtime::Report>& reports, SpoolKind kind) const;

  const ReportHead head_;
  const ReportBounds bounds_;
  Scope scope_;
  std::unordered_map<std::string, std::size_t> live_;  // instance id → hash of what was said of it
};

// Text with each byte that isn't part of valid UTF-8 as "\\xNN" inside a JSON string, that is `\xNN` once read.
std::string spell_as_utf8(std::string json);

}  // namespace weir::agent
