#include "jobs/exposure.h"

#include <algorithm>

namespace weir::jobs {
namespace {

bool is_excepted(const vuln::FindingChange& finding, const std::vector<policy::InputException>& exceptions) {
  return std::ranges::any_of(exceptions, [&](const policy::InputException& each) {
    return !each.finding.empty() &&
           (each.finding == finding.cluster ||
            std::ranges::find(finding.records, each.finding) != finding.records.end());
  });
}

void count(policy::InputVulnerabilities& counts, std::string_view severity) {
  if (severity == "critical") ++counts.critical;
  else if (severity == "high") ++counts.high;
  else if (severity == "medium") ++counts.medium;
  else ++counts.low;
}

}  // namespace

KnownVulnerabilities vulnerabilities_for(const Exposure& exposure, const policy::Input& input,
                                         const Sha256& artifact) {
  return exposure.read([&](const Exposure::State& state) -> KnownVulnerabilities {
    if (!state.matched_at || state.advisories == nullptr || !state.index.holds(artifact)) return {};
    policy::InputVulnerabilities counts{.as_of = *state.matched_at};
    for (const vuln::ComponentId id : state.index.of(artifact)) {
      const auto found = state.open.find(id);
      if (found == state.open.end()) continue;
      for (const vuln::FindingChange& finding : found->second)
        if (!is_excepted(finding, input.exceptions)) count(counts, finding.severity);
    }
    return {counts, state.advisories->digest()};
  });
}

}  // namespace weir::jobs
