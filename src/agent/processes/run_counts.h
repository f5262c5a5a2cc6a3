// Counts per hour of runs that a package explains and that ended before they settled. Bounded: when more kinds of runs
// meet in an hour than fit, those counted so far are handed on early. One thread.
#pragma once
#include <map>
#include <tuple>
#include <vector>

#include "runtime/report.h"

namespace weir::agent {

class RunCounts {
 public:
  void add(const runtime::Instance& instance);
  bool is_full() const { return counts_.size() >= kinds_max; }
  std::vector<runtime::RunCount> take();

 private:
  static constexpr std::size_t kinds_max = 4096;
  using Key = std::tuple<Instant, std::string, std::optional<Sha256>, std::string>;
  std::map<Key, std::int64_t> counts_;
};

}  // namespace weir::agent
