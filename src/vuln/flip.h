// Which findings begin and end: what the advisories say of components now, held against the findings that are open.
// One finding for each flaw and component, however many advisories say it. Pure.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "vuln/advisory_state.h"
#include "vuln/component_index.h"
#include "vuln/record.h"

namespace weir::vuln {

// The flaws that some records are about, so that a new record costs what it says and not what is known of the package.
// Belongs to one thread, and to the advisories as they are.
class Flaws {
 public:
  Flaws(const AdvisoryState& advisories, const std::set<std::string>& records);
  const std::unordered_set<std::string>& names() const { return names_; }  // every id of them
  bool are_of(const FindingChange& finding) const;
  // Of these findings of a component, those that are of the flaws. Nothing where one of them is of others too: then all
  // that is known of the component has to be looked at.
  std::optional<std::vector<FindingChange>> alone_in(std::span<const FindingChange> standing) const;
  // What their advisories say about the package of that name; all that is said of it is looked at once.
  std::span<const AdvisorySet::Entry> about(const std::string& ecosystem, const std::string& name);

 private:
  bool are_named(const std::string& id) const { return names_.contains(id); }
  const AdvisoryState* advisories_;
  std::unordered_set<std::string> names_;
  std::map<std::pair<std::string, std::string>, std::vector<AdvisorySet::Entry>>
      about_;  // by ecosystem, name
};

// What a component has now: with no `state` that counts and no number of artifacts yet; by cluster. `only`: of these.
std::vector<FindingChange> findings_of(const Component& component, const AdvisoryState& advisories,
                                       Flaws* only = nullptr);

// What to record of one component so that what stands becomes `wanted`. A finding that shares a record with one that
// stands is that one, whatever its flaw is called by now. One that ends is `retracted` when no record that said it
// stands any more, else `closed`; while no record that said it is there at all, nothing ends, because a feed that lost
// records says nothing about them. Empty when nothing changes.
std::vector<FindingChange> flips_of(std::vector<FindingChange> wanted, std::span<const FindingChange> standing,
                                    const AdvisorySet& advisories);
// The same of a component that no artifact holds any more.
std::vector<FindingChange> closings_of(std::span<const FindingChange> standing);

}  // namespace weir::vuln
