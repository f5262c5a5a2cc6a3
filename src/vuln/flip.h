// Which findings begin and end: what the advisories say of components now, held against the findings that are open.
// One finding for each flaw and component, however many advisories say it. Pure.
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "vuln/advisory_state.h"
#include "vuln/component_index.h"
#include "vuln/record.h"

namespace weir::vuln {

// What a component has now: with no `state` that counts and no number of artifacts yet; by cluster.
std::vector<FindingChange> findings_of(const Component& component, const AdvisoryState& advisories);

// What to record of one component so that what stands becomes `wanted`. A finding that shares a record with one that
// stands is that one, whatever its flaw is called by now. One that ends is `retracted` when no record that said it
// stands any more, else `closed`; while no record that said it is there at all, nothing ends, because a feed that lost
// records says nothing about them. Empty when nothing changes.
std::vector<FindingChange> flips_of(std::vector<FindingChange> wanted, std::span<const FindingChange> standing,
                                    const AdvisorySet& advisories);
// The same of a component that no artifact holds any more.
std::vector<FindingChange> closings_of(std::span<const FindingChange> standing);

}  // namespace weir::vuln
