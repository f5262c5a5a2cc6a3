// What changed between two snapshots of a store, for whoever follows it: which records, and which packages something
// else is said about now. Work is proportional to what the segments that only one of them has hold. Pure.
#pragma once
#include <compare>
#include <string>
#include <vector>

#include "vuln/store/advisory_store.h"

namespace weir::vuln {

// As AdvisoryReader::about is asked: the ecosystem without suffix, the name as an index holds it.
struct PackageName {
  std::string ecosystem, name;
  auto operator<=>(const PackageName&) const = default;
};

struct StoreDifference {
  std::vector<std::string> added, changed, withdrawn,
      removed;                       // ids of records, each in order and in one list
  std::vector<PackageName> touched;  // in order; a verdict or a finding about any other package is as it was
  bool exploited = false, likelihood = false;  // whether the list of that name is another one

  bool empty() const { return added.empty() && changed.empty() && withdrawn.empty() && removed.empty(); }
};

// From `before` to `after`. A record that was withdrawn and stands again is `changed`. Errors: corrupt.
Result<StoreDifference> difference(const AdvisoryStore& before, const AdvisoryStore& after);

}  // namespace weir::vuln
