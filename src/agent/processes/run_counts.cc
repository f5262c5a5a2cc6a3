#include "agent/processes/run_counts.h"

namespace weir::agent {

void RunCounts::add(const runtime::Instance& instance) {
  const std::int64_t hour = hours(1).micros;
  const Instant begin{instance.started_at.micros - instance.started_at.micros % hour};
  std::optional<Sha256> digest;
  if (!instance.digests.empty()) digest = instance.digests.front();
  ++counts_[Key(begin, instance.name, digest, instance.package ? instance.package->name : "")];
}

std::vector<runtime::RunCount> RunCounts::take() {
  std::vector<runtime::RunCount> counts;
  for (const auto& [key, count] : counts_)
    counts.push_back({.hour = std::get<0>(key),
                      .name = std::get<1>(key),
                      .digest = std::get<2>(key),
                      .package = std::get<3>(key),
                      .count = count});
  counts_.clear();
  return counts;
}

}  // namespace weir::agent
