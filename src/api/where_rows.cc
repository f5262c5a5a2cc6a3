#include "api/where_rows.h"

#include <algorithm>
#include <ranges>

#include "store/view_exposure.h"
#include "store/view_statement.h"

namespace weir::api {
namespace {

using jobs::Exposure;
using vuln::FindingChange;

WhereRow row_without_facts(const store::RunningRow& running, const std::string& component,
                           const FindingChange* finding) {
  WhereRow row{.workload = running.workload,
               .name = running.name,
               .host = running.host,
               .environment = running.environment,
               .verdict = running.verdict,
               .since = running.since,
               .artifact = running.artifact,
               .artifact_name = running.artifact_name,
               .component = component,
               .service = running.service,
               .team = running.team,
               .kind = running.kind};
  if (finding == nullptr) return row;
  row.cluster = finding->cluster;
  row.severity = finding->severity;
  row.fixed = finding->fixed;
  row.exploited = finding->exploited;
  row.epss = vuln::epss_of(*finding);
  return row;
}

// The first of the releases that has the component.
std::optional<Sha256> first_with(const Exposure::State& state, const std::vector<store::ReleaseAt>& releases,
                                 vuln::ComponentId component) {
  for (const store::ReleaseAt& each : releases) {
    const auto number = state.index.number_of(each.artifact);
    if (number && state.index.has(*number, component)) return each.artifact;
  }
  return std::nullopt;
}

// The newest release after the artifact that has a bill and nothing of what was asked.
std::optional<Sha256> newest_without(const Exposure::State& state, const std::vector<store::ReleaseAt>& releases,
                                     const Sha256& artifact, const vuln::ArtifactSet& holders) {
  const auto own = std::ranges::find(releases, artifact, &store::ReleaseAt::artifact);
  if (own == releases.end()) return std::nullopt;
  for (const store::ReleaseAt& each : std::ranges::reverse_view(std::ranges::subrange(own + 1, releases.end()))) {
    const auto number = state.index.number_of(each.artifact);
    if (number && !holders.contains(*number)) return each.artifact;
  }
  return std::nullopt;
}

}  // namespace

Result<WhereRow> WhereRows::row_of(const Place& place, const store::RunningRow& running,
                                   std::optional<store::ExposureView> exposure) {
  WhereRow row = row_without_facts(running, place.component->text, place.finding);
  TRY(add_releases(place, running, row));
  if (!exposure) exposure = TRY(store::exposure_of(call_.db, row.workload, at_));
  row.exposure = std::move(*exposure);
  if (place.finding == nullptr) return row;
  TRY(add_accepted(*place.finding, row));
  TRY(add_statement(row));
  return row;
}

Result<const WhereRows::Releases*> WhereRows::releases_of(const store::RunningRow& running) {
  const auto [at, is_new] = releases_.try_emplace({running.flow, running.artifact_name});
  if (is_new) at->second = TRY(store::releases_at(call_.db, running.flow, running.artifact_name));
  return &at->second;
}

Result<WhereRows::Release> WhereRows::release(const std::optional<Sha256>& artifact) {
  if (!artifact) return Release();
  const auto [at, is_new] = seen_.try_emplace(*artifact);
  if (is_new) at->second = TRY(store::flow_release(call_.db, *artifact));
  return at->second;
}

Status WhereRows::add_releases(const Place& place, const store::RunningRow& running, WhereRow& row) {
  if (running.flow.empty()) return {};
  const Releases& releases = *TRY(releases_of(running));
  const auto [first, is_new] =
      first_.try_emplace({running.flow, running.artifact_name, place.component->text});
  const auto fixed = exposure_of(call_).read([&](const Exposure::State& state) {
    if (is_new && place.component->id) first->second = first_with(state, releases, *place.component->id);
    return newest_without(state, releases, place.artifact, holding_.artifacts);
  });
  row.first = TRY(release(first->second));
  row.fixed_release = TRY(release(fixed));
  return {};
}

Result<bool> WhereRows::has_exceptions(const std::string& environment) {
  const auto [at, is_new] = has_exceptions_.try_emplace(environment);
  if (is_new) at->second = TRY(store::has_finding_exceptions(call_.db, environment));
  return at->second;
}

Status WhereRows::add_accepted(const FindingChange& finding, WhereRow& row) {
  if (!TRY(has_exceptions(row.environment))) return {};
  const auto [at, is_new] = accepted_.try_emplace({row.artifact, row.environment});
  if (is_new) at->second = TRY(store::exceptions_in_force(call_.db, row.artifact, row.environment, call_.now));
  if (const auto* found = store::covering(at->second, finding))
    row.accepted = AcceptedView{found->id, found->until, found->owner, found->reason};
  return {};
}

// What was stated of the finding, now or at that moment.
Status WhereRows::add_statement(WhereRow& row) {
  const auto [at, is_new] = stated_.try_emplace({row.cluster, row.component});
  if (is_new) at->second = TRY(store::stated_of(call_.db, row.cluster, row.component, at_));
  const vuln::FindingStated* said = nullptr;
  for (const vuln::FindingStated& each : at->second)
    if (each.artifact == row.artifact || (!each.artifact && said == nullptr)) said = &each;
  if (said == nullptr) return {};
  row.suppressed = said->suppresses();
  row.statement = FindingStatementView{*said};
  return {};
}

}  // namespace weir::api
