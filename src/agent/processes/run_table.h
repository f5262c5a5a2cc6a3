// The runs that live now, by pid, and what has to be told about each: nothing yet (explained and young), told, or never
// (a part of its container, or out of scope). Pure bookkeeping: no clock, no /proc, no sink. One thread at a time.
#pragma once
#include <optional>
#include <unordered_map>
#include <vector>

#include "runtime/report.h"

namespace weir::agent {

enum class Telling { later, told, never };

struct Run {
  runtime::Instance instance;
  std::uint64_t start_ticks = 0;        // of the process; 0 unknown
  std::uint64_t device = 0, inode = 0;  // of its executable; 0 unknown
  std::int64_t looked_at_ns = 0;        // when /proc was read; boot time
  Telling telling = Telling::told;
  bool explained = false;
};

class RunTable {
 public:
  Run* find(std::int64_t pid);
  Run& put(std::int64_t pid, Run run);
  std::optional<Run> take(std::int64_t pid);
  // Explained runs that settled by `now`; they count as told from here on.
  std::vector<runtime::Instance> settle(Instant now, Duration age);
  std::vector<runtime::Instance> told() const;
  std::vector<std::int64_t> pids() const;
  std::size_t size() const { return runs_.size(); }

 private:
  std::unordered_map<std::int64_t, Run> runs_;
};

}  // namespace weir::agent
