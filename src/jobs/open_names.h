// By which ids the open findings are called, each with how often: so that a flaw that nothing has yet is told from one
// that something has without a look at what is open of any component. Belongs to one thread.
#pragma once
#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "vuln/record.h"

namespace weir::jobs {

class OpenNames {
 public:
  void add(const vuln::FindingChange& finding) {
    ++counts_[finding.cluster];
    for (const std::string& each : finding.records) ++counts_[each];
  }
  void remove(const vuln::FindingChange& finding) {  // that was added
    take(finding.cluster);
    for (const std::string& each : finding.records) take(each);
  }
  bool any_of(const std::unordered_set<std::string>& names) const {
    return std::ranges::any_of(names, [this](const std::string& name) { return counts_.contains(name); });
  }
  bool has(const std::string& name) const { return counts_.contains(name); }
  void clear() { counts_.clear(); }

 private:
  void take(const std::string& name) {
    const auto found = counts_.find(name);
    if (found != counts_.end() && --found->second == 0) counts_.erase(found);
  }

  std::unordered_map<std::string, std::size_t> counts_;
};

}  // namespace weir::jobs
