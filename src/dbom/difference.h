// What is new in an artifact against the one that was deployed before it: components by their package URL without the
// version (by name, where there is none), and the newest evidence of each name. Pure.
#pragma once
#include "dbom/compose.h"

namespace weir::dbom {

Components listed(const Bill& bill);

struct ComponentChanges {
  std::vector<evidence::Component> added, removed;
  std::vector<ChangedComponent> changed;  // one version before, one other version now
};
ComponentChanges changes_between(const std::vector<evidence::Component>& before,
                                 const std::vector<evidence::Component>& now);

std::vector<ChangedEvidence> evidence_between(const std::vector<evidence::Attested>& before,
                                              const std::vector<evidence::Attested>& now);

DeploymentDifference difference_from(const Predecessor& before, const Facts& facts);

}  // namespace weir::dbom
