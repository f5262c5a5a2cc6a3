#include "api/past_urgency.h"

#include <algorithm>

#include "api/past_inventories.h"
#include "store/view_statement.h"

namespace weir::api {

using jobs::Exposure;

namespace {
constexpr std::size_t bills_read_max = 2000;  // one after the other, for one answer: a millisecond each
}

void PastUrgency::note(const std::string& component, const Sha256& artifact, Instant since) {
  const auto found = running_.find(component);
  if (found == running_.end()) return;
  const auto [at, fresh] = found->second.emplace(artifact, since);
  if (!fresh) at->second = std::min(at->second, since);
}

Status PastUrgency::add_running(const ReadCall& call, Instant at) {
  PastInventories past = TRY(inventories_then(call, at));
  const auto ran = TRY(store::running_artifacts(call.db, at));
  std::map<Sha256, Instant> since;
  for (const store::RunningRow& row : ran) {
    if (row.kind == "packages") continue;
    const auto [known, fresh] = since.emplace(row.artifact, row.since);
    if (!fresh) known->second = std::min(known->second, row.since);
  }
  std::set<Sha256> artifacts;
  for (const auto& [artifact, began] : since) artifacts.insert(artifact);
  const OtherBills others =
      TRY(each_bill_then(call, artifacts, at, bills_read_max,
                         [&](const Sha256& artifact, const std::vector<vuln::Component>& components) {
                           if (const auto began = since.extract(artifact))
                             for (const vuln::Component& each : components)
                               note(each.text, artifact, began.mapped());
                         }));
  for (const Sha256& each : others.without) since.erase(each);
  newer_bills_ = std::ssize(others.unread);
  for (const store::HostInventoryRow& host : past.now) since.emplace(host.holder, host.claim.taken_at);
  exposure_.read([&](const Exposure::State& state) {
    std::vector<const std::string*> flawed(state.index.components());  // most components have no finding
    for (const auto& [component, places] : running_)
      if (const auto id = state.index.find(component)) flawed[*id] = &component;
    for (const auto& [artifact, began] : since)
      for (const vuln::ComponentId id : state.index.of(artifact))
        if (flawed[id] != nullptr) note(*flawed[id], artifact, began);
  });
  return each_installed(call, std::move(past.then),
                        [&](const store::HostInventoryRow& host, const Installed& had) {
                          for (const vuln::Component& each : had.value_or(std::span<const vuln::Component>()))
                            note(each.text, host.holder, host.claim.taken_at);
                          return Status();
                        });
}

Result<PastUrgency> PastUrgency::of(const ReadCall& call, Instant at, std::span<const store::FindingRow> findings) {
  PastUrgency urgency(exposure_of(call));
  if (const auto declared = TRY(store::find_remedy_times(call.db, at)))
    urgency.agreed_ = vuln::sla_of(declared->times);
  for (const vuln::FindingStated& said : TRY(store::stated_then(call.db, at))) {
    Stated& stated = urgency.stated_[{said.component, said.cluster}];
    if (said.artifact) stated.artifacts[*said.artifact] = said.suppresses();
    else stated.in_general = said.suppresses();
  }
  for (const store::FindingRow& row : findings)
    if (vuln::is_open(row.last.state)) urgency.running_[row.last.component];
  TRY(urgency.add_running(call, at));
  return urgency;
}

vuln::FindingHistory PastUrgency::history_of(const store::FindingRow& row) const {
  std::optional<Instant> deployed;
  const auto stated = stated_.find({row.last.component, row.last.cluster});
  if (const auto found = running_.find(row.last.component); found != running_.end())
    for (const auto& [artifact, since] : found->second)
      if (stated == stated_.end() || !stated->second.suppresses(artifact))
        deployed = std::min(deployed.value_or(since), since);
  return api::history_of(row, deployed);
}

// Where nothing holds it any more, by what was said of those that did.
bool PastUrgency::is_suppressed(const store::FindingRow& row) const {
  const auto stated = stated_.find({row.last.component, row.last.cluster});
  if (stated == stated_.end() || !vuln::is_open(row.last.state)) return false;
  bool any = false, all = true;
  exposure_.read([&](const Exposure::State& state) {
    if (const auto id = state.index.find(row.last.component))
      state.index.each_holder(*id, [&](const Sha256& artifact) {
        any = true;
        all = all && stated->second.suppresses(artifact);
      });
  });
  if (any) return all;
  const auto& said = stated->second.artifacts;
  if (said.empty()) return stated->second.in_general;
  return std::ranges::all_of(said, [](const auto& each) { return each.second; });
}

}  // namespace weir::api
