// Whether a version is affected, as the OSV schema evaluates a record: in `versions`, or in any range. A range is
// walked by its events in the order of their versions, equal ones as they are stored; limits cut it off. Ranges of
// commits say nothing without their repository: there `versions` decides. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "vuln/advisory.h"
#include "vuln/version_order.h"

namespace weir::vuln {

struct Verdict {
  bool affected = false;
  bool listed = false;               // by the list of versions alone
  std::optional<std::size_t> range;  // which one, by its place in the record
  std::string introduced;            // the event that let it in
  std::string fixed;                 // the lowest fixed version above it; empty when none is known
};

// SEMVER ranges are ordered as semver, others by `order`. An empty version is affected by a range without an end.
Verdict evaluate(const Affected& affected, VersionOrder order, std::string_view version);

}  // namespace weir::vuln
