#include "jobs/watched_artifacts.h"

#include <algorithm>
#include <set>

#include "store/view_decision.h"
#include "store/view_finding.h"

namespace weir::jobs {
namespace {

constexpr std::size_t asked_alone_max = 256;  // more are looked for among all that are watched

// As a set of numbers: many components have the same holders.
vuln::ArtifactSet holders_of(const Exposure::State& state, const Found& found) {
  std::set<vuln::ComponentId> components;
  for (const vuln::FindingChange& change : found.changes)
    if (const auto id = state.index.find(change.component)) components.insert(*id);
  for (const vuln::FindingStated& each : found.stated)
    if (const auto id = state.index.find(each.component)) components.insert(*id);
  vuln::ArtifactSet holders(state.index.artifacts());
  for (const vuln::ComponentId id : components) state.index.add_holders(id, holders);
  return holders;
}

Result<std::vector<Sha256>> watched_of(store::Database& db, std::vector<Sha256> artifacts) {
  std::vector<Sha256> watched;
  for (const Sha256& each : artifacts)
    if (TRY(store::is_watched(db, each))) watched.push_back(each);
  return watched;
}

Result<std::vector<Sha256>> watched_where(store::Database& db, const Exposure& exposure, const auto& wanted) {
  auto watched = TRY(store::watched_artifacts(db));
  exposure.read([&](const Exposure::State& state) {
    std::erase_if(watched, [&](const Sha256& each) {
      const auto number = state.index.number_of(each);
      return !number || !wanted(*number);
    });
  });
  return watched;
}

}  // namespace

Result<std::vector<Sha256>> watched_artifacts(store::Database& db, const Exposure& exposure, const Found& found,
                                              Reach reach) {
  if (!TRY(store::is_any_watched(db))) return std::vector<Sha256>();
  const bool all = reach == Reach::everything ||
                   exposure.read([](const Exposure::State& state) { return !state.matched_at; });
  if (all) return watched_where(db, exposure, [](vuln::ArtifactNumber) { return true; });
  std::set<Sha256> described;
  for (const vuln::BillRead& bill : found.bills)
    if (const auto artifact = TRY(store::artifact_of_bill(db, bill.attestation))) described.insert(*artifact);
  vuln::ArtifactSet holders;
  std::vector<Sha256> few;
  exposure.read([&](const Exposure::State& state) {
    holders = holders_of(state, found);
    for (const Sha256& artifact : described)
      if (const auto number = state.index.number_of(artifact)) holders.add(*number);
    if (holders.count() <= asked_alone_max)
      holders.each([&](vuln::ArtifactNumber number) { few.push_back(state.index.artifact(number)); });
  });
  if (holders.count() <= asked_alone_max) return watched_of(db, std::move(few));
  return watched_where(db, exposure, [&](vuln::ArtifactNumber number) { return holders.contains(number); });
}

}  // namespace weir::jobs
