#include "agent/processes/run_table.h"

#include <utility>

namespace weir::agent {

runtime::Instance KeptInstance::whole() const {
  runtime::Instance instance = *common;
  instance.id = id;
  instance.started_at = started_at;
  instance.uncertainty = uncertainty;
  instance.origin.pid = pid;
  instance.origin.session = session;
  instance.origin.parents = *parents;
  return instance;
}

KeptInstance RunTable::keep(runtime::Instance instance) {
  runtime::Origin& origin = instance.origin;
  KeptInstance kept{.id = std::exchange(instance.id, {}),
                    .started_at = std::exchange(instance.started_at, {}),
                    .uncertainty = std::exchange(instance.uncertainty, {}),
                    .pid = std::exchange(origin.pid, 0),
                    .session = std::exchange(origin.session, 0)};
  kept.parents = parents_.keep(std::exchange(origin.parents, {}));
  kept.common = commons_.keep(std::move(instance));
  return kept;
}

Run* RunTable::find(std::int64_t pid) {
  const auto found = runs_.find(pid);
  return found == runs_.end() ? nullptr : &found->second;
}

Run& RunTable::put(std::int64_t pid, Run run) {
  if (run.telling == Telling::later) young_.push_back(pid);
  return runs_.insert_or_assign(pid, std::move(run)).first->second;
}

std::optional<Run> RunTable::take(std::int64_t pid) {
  auto node = runs_.extract(pid);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

std::vector<runtime::Instance> RunTable::settle(Instant now, Duration age, std::size_t runs_max) {
  std::vector<runtime::Instance> settled;
  std::erase_if(young_, [&](std::int64_t pid) {
    Run* run = find(pid);
    if (!run || run->telling != Telling::later) return true;
    if (settled.size() >= runs_max || now - run->instance.started_at < age) return false;
    run->telling = Telling::told;
    settled.push_back(run->instance.whole());
    return true;
  });
  return settled;
}

std::vector<runtime::Instance> RunTable::list(std::span<const std::int64_t> pids) {
  std::vector<runtime::Instance> instances;
  for (const std::int64_t pid : pids) {
    Run* run = find(pid);
    if (!run) continue;
    if (run->telling == Telling::listed) run->telling = Telling::told;
    if (run->telling == Telling::told) instances.push_back(run->instance.whole());
  }
  return instances;
}

std::vector<std::int64_t> RunTable::pids() const {
  std::vector<std::int64_t> pids;
  pids.reserve(runs_.size());
  for (const auto& [pid, run] : runs_) pids.push_back(pid);
  return pids;
}

}  // namespace weir::agent
