// All advisories at one moment: what they say about packages, which of them speak of one flaw, and a digest that names
// them. The difference of two moments is what matching works on. Built once, read by many threads.
#pragma once
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "vuln/alias_clusters.h"
#include "vuln/match.h"

namespace weir::vuln {

class AdvisoryState {
 public:
  explicit AdvisoryState(AdvisorySet set);
  AdvisoryState(const AdvisoryState&) = delete;  // it points into itself
  AdvisoryState& operator=(const AdvisoryState&) = delete;

  const AdvisorySet& set() const { return set_; }
  const Sha256& digest() const { return digest_; }  // of what the records say, however they were stored

  // The name of the flaw that an id speaks of: the lowest CVE among all ids that are aliases of each other, else the
  // lowest id (alias_clusters.h). An id that nobody knows names itself.
  std::string cluster_of(std::string_view id) const;
  // Of a search: the flaw itself, and those whose records are built upon it (a distribution's advisory about a CVE).
  std::vector<std::string> clusters_about(std::string_view id) const;

 private:
  AdvisorySet set_;
  Sha256 digest_;
  AliasClusters clusters_;
  std::unordered_map<std::string_view, std::vector<std::string_view>> upon_;  // into the set's texts
};

struct AffectedName {
  std::string ecosystem, name;  // without suffix
  auto operator<=>(const AffectedName&) const = default;
};

struct AdvisoryDifference {
  std::int64_t added = 0, changed = 0, withdrawn = 0, removed = 0;
  std::set<AffectedName> names;  // about which something else is said than before
  bool operator==(const AdvisoryDifference&) const = default;
};
AdvisoryDifference difference_of(const AdvisorySet& before, const AdvisorySet& after);

}  // namespace weir::vuln
