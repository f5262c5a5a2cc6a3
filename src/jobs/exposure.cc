#include "jobs/exposure.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/rating.h"

namespace weir::jobs {
namespace {

bool is_excepted(const vuln::FindingChange& finding, const std::vector<policy::InputException>& exceptions) {
  return std::ranges::any_of(exceptions, [&](const policy::InputException& each) {
    return !each.finding.empty() &&
           (each.finding == finding.cluster ||
            std::ranges::find(finding.records, each.finding) != finding.records.end());
  });
}

void count(policy::InputVulnerabilities& counts, Rating severity) {
  switch (severity) {
    case Rating::critical:
      ++counts.critical;
      return;
    case Rating::high:
      ++counts.high;
      return;
    case Rating::medium:
      ++counts.medium;
      return;
    case Rating::low:
    case Rating::none:
      ++counts.low;
      return;
  }
}

}  // namespace

const vuln::FindingStated* stated_for(const Exposure::State& state, vuln::ComponentId component,
                                      std::string_view cluster, const Sha256& artifact) {
  const auto found = state.stated.find(component);
  if (found == state.stated.end()) return nullptr;
  const vuln::FindingStated* general = nullptr;
  for (const vuln::FindingStated& each : found->second) {
    if (each.cluster != cluster) continue;
    if (each.artifact == artifact) return &each;
    if (!each.artifact) general = &each;
  }
  return general;
}

bool is_suppressed(const Exposure::State& state, vuln::ComponentId component, std::string_view cluster,
                   const Sha256& artifact) {
  const vuln::FindingStated* said = stated_for(state, component, cluster, artifact);
  return said != nullptr && said->suppresses();
}

KnownVulnerabilities vulnerabilities_for(const Exposure& exposure, const policy::Input& input,
                                         const Sha256& artifact) {
  return exposure.read([&](const Exposure::State& state) -> KnownVulnerabilities {
    if (!state.matched_at || state.advisories == nullptr || !state.index.holds(artifact)) return {};
    policy::InputVulnerabilities counts{.as_of = *state.matched_at};
    std::set<std::string_view> exploited;
    std::map<std::string_view, Rating> worst;  // of each flaw, whichever of the components have it
    for (const vuln::ComponentId id : state.index.of(artifact)) {
      const auto found = state.open.find(id);
      if (found == state.open.end()) continue;
      for (const vuln::FindingChange& finding : found->second) {
        if (is_excepted(finding, input.exceptions) || is_suppressed(state, id, finding.cluster, artifact))
          continue;
        if (!finding.exploited.empty()) exploited.insert(finding.cluster);
        Rating& severity = worst.emplace(finding.cluster, Rating::none).first->second;
        severity = std::max(severity, rating_taken(finding.severity));
      }
    }
    for (const auto& [flaw, severity] : worst) count(counts, severity);
    if (state.cves != nullptr && !state.cves->exploited_list().empty())
      counts.known_exploited = static_cast<std::int64_t>(exploited.size());
    return {counts, state.advisories->digest()};
  });
}

}  // namespace weir::jobs
