#include "agent/processes/run_table.h"

namespace weir::agent {

Run* RunTable::find(std::int64_t pid) {
  const auto found = runs_.find(pid);
  return found == runs_.end() ? nullptr : &found->second;
}

Run& RunTable::put(std::int64_t pid, Run run) {
  return runs_.insert_or_assign(pid, std::move(run)).first->second;
}

std::optional<Run> RunTable::take(std::int64_t pid) {
  auto node = runs_.extract(pid);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

std::vector<runtime::Instance> RunTable::settle(Instant now, Duration age) {
  std::vector<runtime::Instance> settled;
  for (auto& [pid, run] : runs_) {
    if (run.telling != Telling::later || now - run.instance.started_at < age) continue;
    run.telling = Telling::told;
    settled.push_back(run.instance);
  }
  return settled;
}

std::vector<runtime::Instance> RunTable::told() const {
  std::vector<runtime::Instance> instances;
  for (const auto& [pid, run] : runs_)
    if (run.telling == Telling::told) instances.push_back(run.instance);
  return instances;
}

std::vector<std::int64_t> RunTable::pids() const {
  std::vector<std::int64_t> pids;
  pids.reserve(runs_.size());
  for (const auto& [pid, run] : runs_) pids.push_back(pid);
  return pids;
}

}  // namespace weir::agent
