// What runs, by the artifacts of the index of bills of materials, kept in memory between requests: brought up to date
// with the workloads that changed since, so that a question costs what its answer is and not what runs. The tables are
// the truth: rows that are shown are read from them.
#pragma once
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/view_running.h"
#include "vuln/component_index.h"

namespace weir::jobs {

class WhatRuns {
 public:
  struct Workload {
    std::string id, name, host, environment;
    bool lives = false;
    Instant since;                              // the start of its oldest instance
    std::vector<Sha256> artifacts;              // that are recorded
    std::vector<vuln::ArtifactNumber> numbers;  // those of them that have a bill
  };

  // Belongs to the caller while it holds the lock; taken before the exposure's.
  [[nodiscard]] std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }
  // Errors: those of the tables.
  Status update(store::Database& db);
  void find_bills(const vuln::ComponentIndex& index);  // after an update, and before a look

  const vuln::ArtifactSet& artifacts() const { return running_; }
  std::int64_t running() const { return lives_; }
  std::int64_t covered() const { return covered_; }
  void each_of(vuln::ArtifactNumber number, const auto& call) const {
    if (number >= first_.size()) return;
    for (std::uint32_t at = first_[number]; at != 0; at = links_[at - 1].next)
      call(workloads_[links_[at - 1].workload]);
  }
  // The same by numbers, for those who count more than they show: of the environment, and of the workload.
  void each_place_of(vuln::ArtifactNumber number, const auto& call) const {
    if (number >= first_.size()) return;
    for (std::uint32_t at = first_[number]; at != 0; at = links_[at - 1].next)
      call(links_[at - 1].environment, links_[at - 1].workload);
  }
  const Workload& workload(std::uint32_t number) const { return workloads_[number]; }
  const std::vector<std::string>& environments() const { return environments_; }
  void each_living(const auto& call) const {
    for (const Workload& each : workloads_)
      if (each.lives) call(each);
  }
  // Those without a bill, until `call` answers false.
  void each_uncovered(const auto& call) const {
    std::int64_t left = lives_ - covered_;
    for (const Workload& each : workloads_) {
      if (left == 0) return;
      if (!each.lives || !each.numbers.empty()) continue;
      --left;
      if (!call(each)) return;
    }
  }

 private:
  struct Link {
    std::uint32_t workload = 0, next = 0, environment = 0;  // next: plus one
  };
  void take(store::ChangedWorkload changed);
  void attach(std::uint32_t at, vuln::ArtifactNumber number);
  void detach(std::uint32_t at);
  void forget_bills();
  std::uint32_t environment_number(const std::string& name);

  std::mutex mutex_;
  std::int64_t seen_ = -1, lives_ = 0, covered_ = 0;
  std::uint64_t index_ = 0;    // which one the numbers are of
  std::size_t artifacts_ = 0;  // that it had
  std::vector<Workload> workloads_;
  std::unordered_map<std::string, std::uint32_t> by_id_;
  std::vector<std::uint32_t> waiting_;  // workloads of which an artifact had no bill
  std::vector<std::uint32_t> first_;    // by artifact: a link plus one
  std::vector<Link> links_;
  std::vector<std::uint32_t> free_;  // links
  std::vector<std::string> environments_;
  vuln::ArtifactSet running_;
};

}  // namespace weir::jobs
