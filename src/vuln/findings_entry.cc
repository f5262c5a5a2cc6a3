#include "vuln/findings_entry.h"

#include <tuple>

namespace weir::vuln {
namespace {

// Of its flaw, and not of the component.
auto facts_of(auto& change) {
  return std::tie(change.records, change.severity, change.score, change.summary, change.exploited,
                  change.by_ransomware, change.epss);
}

}  // namespace

FindingChange FindingsFolded::fold(const FindingChange& change) {
  const auto [said, is_new] = said_.try_emplace(change.cluster);
  if (is_new || facts_of(said->second) != facts_of(change)) return said->second = change;
  return {.cluster = change.cluster,
          .component = change.component,
          .fixed = change.fixed,
          .scope = change.scope,
          .state = change.state,
          .artifacts = change.artifacts};
}

FindingChange FindingsSpread::spread(FindingChange folded) {
  if (!folded.records.empty()) return said_[folded.cluster] = std::move(folded);
  if (const auto said = said_.find(folded.cluster); said != said_.end())
    facts_of(folded) = facts_of(said->second);
  return folded;
}

}  // namespace weir::vuln
