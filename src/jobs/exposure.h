// What is known of vulnerabilities in memory: the index of bills of materials, the advisories it is matched with,
// and the findings that are open. One job changes it, together with its entries; everybody else reads. The tables and
// the bills are the truth: all of it is made again from them.
#pragma once
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "jobs/what_runs.h"
#include "policy/input.h"
#include "store/view_decision.h"
#include "vuln/advisory_state.h"
#include "vuln/component_index.h"
#include "vuln/cve_facts.h"
#include "vuln/record.h"

namespace weir::jobs {

class Exposure {
 public:
  using Open = std::unordered_map<vuln::ComponentId, std::vector<vuln::FindingChange>>;
  using Stated = std::unordered_map<vuln::ComponentId, std::vector<vuln::FindingStated>>;
  struct State {
    vuln::ComponentIndex index;
    Open open;
    Stated stated;  // which statement holds; of findings that ended too
    std::shared_ptr<const vuln::AdvisoryState>
        advisories;                              // null: none were read yet. To be read under the lock alone
    std::shared_ptr<const vuln::CveFacts> cves;  // null: no list was read yet
    std::optional<Instant> matched_at;           // when all of it was held against them
  };

  auto read(const auto& look) const {
    const std::shared_lock lock(mutex_);
    return look(state_);
  }
  void change(const auto& change) {
    const std::unique_lock lock(mutex_);
    change(state_);
  }
  // What was recorded of it, for one who follows: told after the commit, and taken once.
  struct News {
    std::set<std::string> flaws;  // of which findings or statements changed
    bool other = false;           // that, or anything else, of too many flaws to name them
  };
  void tell(News news) {
    const std::lock_guard lock(news_mutex_);
    news_.other |= news.other;
    news_.flaws.merge(news.flaws);
  }
  News take_news() {
    const std::lock_guard lock(news_mutex_);
    return std::exchange(news_, {});
  }
  // Kept beside it by those who ask where something runs; it has a lock of its own, taken before this one's.
  WhatRuns& runs() const { return *runs_; }

 private:
  mutable std::shared_mutex mutex_;
  State state_;
  std::mutex news_mutex_;
  News news_;
  std::unique_ptr<WhatRuns> runs_ = std::make_unique<WhatRuns>();
};

// The statement that holds for a finding in an artifact: its own, else the one in general. Null: nobody says anything.
const vuln::FindingStated* stated_for(const Exposure::State& state, vuln::ComponentId component,
                                      std::string_view cluster, const Sha256& artifact);
// Whether it says that the artifact is not affected, or fixed.
bool is_suppressed(const Exposure::State& state, vuln::ComponentId component, std::string_view cluster,
                   const Sha256& artifact);

// What a decision is told: how many open findings of each severity the artifact has that no statement suppresses and
// no exception in force covers, how many of these flaws are known to be exploited (nothing without a list of such),
// and the digest of the advisories. Nothing while no advisories were matched, or where the artifact has no
// bill that can be read: what is not known is not zero.
struct KnownVulnerabilities {
  std::optional<policy::InputVulnerabilities> counts;
  std::optional<Sha256> advisories;
};
KnownVulnerabilities vulnerabilities_for(const Exposure& exposure, const policy::Input& input,
                                         const Sha256& artifact);

}  // namespace weir::jobs
