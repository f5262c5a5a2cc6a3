#include "jobs/running_holders.h"

#include <algorithm>
#include <map>

#include "store/view_inventory.h"

namespace weir::jobs {
namespace {

using store::RunningRow;
using vuln::FindingChange;

// Before it is known who answers for it.
struct Holder {
  Sha256 artifact;
  std::string workload, name, host, environment;
  Instant since;
};
struct HeldFinding {
  FindingChange finding;
  std::vector<Holder> holders;
  std::vector<std::size_t> inventories;  // of the rows that were given
};

const FindingChange* open_finding(const Exposure::State& state, vuln::ComponentId id, std::string_view cluster) {
  const auto open = state.open.find(id);
  if (open == state.open.end()) return nullptr;
  const auto found = std::ranges::find(open->second, cluster, &FindingChange::cluster);
  return found == open->second.end() ? nullptr : &*found;
}

HeldFinding held(const Exposure::State& state, const WhatRuns& runs, const std::vector<RunningRow>& inventories,
                 vuln::ComponentId id, const FindingChange& finding) {
  HeldFinding held{.finding = finding, .holders = {}, .inventories = {}};
  vuln::ArtifactSet holders = state.index.holders_of(id);
  for (std::size_t i = 0; i < inventories.size(); ++i)
    if (const auto number = state.index.number_of(inventories[i].artifact);
        number && holders.contains(*number) && !is_suppressed(state, id, finding.cluster, inventories[i].artifact))
      held.inventories.push_back(i);
  holders.intersect(runs.artifacts());
  holders.each([&](vuln::ArtifactNumber number) {
    const Sha256& artifact = state.index.artifact(number);
    if (is_suppressed(state, id, finding.cluster, artifact)) return;
    runs.each_of(number, [&](const WhatRuns::Workload& workload) {
      held.holders.push_back(
          {artifact, workload.id, workload.name, workload.host, workload.environment, workload.since});
    });
  });
  return held;
}

Result<std::vector<HeldFinding>> holders_of(store::Database& db, const Exposure& exposure, const std::string& cluster,
                                            const std::vector<RunningRow>& inventories) {
  const auto findings = TRY(store::list_findings(db, {.cluster = cluster, .component = {}, .open = true}));
  std::vector<HeldFinding> all;
  WhatRuns& runs = exposure.runs();
  const auto lock = runs.lock();
  TRY(runs.update(db));
  exposure.read([&](const Exposure::State& state) {
    runs.find_bills(state.index);
    for (const store::FindingRow& row : findings) {
      const auto id = state.index.find(row.last.component);
      const FindingChange* const finding = id ? open_finding(state, *id, cluster) : nullptr;
      if (finding != nullptr) all.push_back(held(state, runs, inventories, *id, *finding));
    }
  });
  return all;
}

}  // namespace

Result<std::vector<RunningFinding>> running_with(store::Database& db, const Exposure& exposure,
                                                 const std::string& cluster) {
  const auto inventories = TRY(store::running_inventories(db, std::nullopt));
  std::vector<RunningFinding> running;
  std::map<Sha256, std::optional<RunningRow>> owners;
  for (const HeldFinding& each : TRY(holders_of(db, exposure, cluster, inventories))) {
    for (const std::size_t at : each.inventories) running.push_back({inventories[at], each.finding});
    for (const Holder& holder : each.holders) {
      const auto [owner, is_new] = owners.try_emplace(holder.artifact);
      if (is_new) owner->second = TRY(store::owner_of_artifact(db, holder.artifact));
      if (!owner->second) continue;
      RunningRow row = *owner->second;
      row.workload = holder.workload;
      row.name = holder.name;
      row.host = holder.host;
      row.environment = holder.environment;
      row.since = holder.since;
      running.push_back({std::move(row), each.finding});
    }
  }
  return running;
}

}  // namespace weir::jobs
