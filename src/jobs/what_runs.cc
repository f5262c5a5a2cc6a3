#include "jobs/what_runs.h"

#include <algorithm>

namespace weir::jobs {

using vuln::ArtifactNumber;

Status WhatRuns::update(store::Database& db) {
  for (store::ChangedWorkload& each : TRY(store::workloads_changed_after(db, seen_))) {
    seen_ = std::max(seen_, each.changed);
    take(std::move(each));
  }
  return {};
}

void WhatRuns::take(store::ChangedWorkload changed) {
  const auto [known, is_new] = by_id_.try_emplace(changed.id, static_cast<std::uint32_t>(workloads_.size()));
  if (is_new) workloads_.push_back({.id = changed.id});
  const std::uint32_t at = known->second;
  Workload& workload = workloads_[at];
  detach(at);
  lives_ += static_cast<std::int64_t>(changed.lives) - static_cast<std::int64_t>(workload.lives);
  workload.name = std::move(changed.name);
  workload.host = std::move(changed.host);
  workload.environment = std::move(changed.environment);
  workload.lives = changed.lives;
  workload.since = changed.since;
  workload.artifacts = std::move(changed.artifacts);
  std::ranges::sort(workload.artifacts);
  const auto twice = std::ranges::unique(workload.artifacts);
  workload.artifacts.erase(twice.begin(), twice.end());
  artifacts_ = 0;  // its bills are looked for
  if (!workload.artifacts.empty()) waiting_.push_back(at);
}

void WhatRuns::find_bills(const vuln::ComponentIndex& index) {
  if (index_ != index.identity()) forget_bills();
  if (index_ == index.identity() && artifacts_ == index.artifacts()) return;
  index_ = index.identity();
  artifacts_ = index.artifacts();
  first_.resize(index.artifacts());
  running_.make_room(index.artifacts());
  std::ranges::sort(waiting_);
  const auto twice = std::ranges::unique(waiting_);
  waiting_.erase(twice.begin(), twice.end());
  std::erase_if(waiting_, [&](std::uint32_t at) {
    detach(at);
    bool all = true;
    for (const Sha256& artifact : workloads_[at].artifacts) {
      const auto number = index.number_of(artifact);
      if (number) attach(at, *number);
      else all = false;
    }
    return all;
  });
}

void WhatRuns::attach(std::uint32_t at, ArtifactNumber number) {
  Workload& workload = workloads_[at];
  if (workload.numbers.empty()) ++covered_;
  workload.numbers.push_back(number);
  std::uint32_t link = 0;
  if (free_.empty()) {
    links_.emplace_back();
    link = static_cast<std::uint32_t>(links_.size());
  } else {
    link = free_.back();
    free_.pop_back();
  }
  links_[link - 1] = {at, first_[number], environment_number(workload.environment)};
  first_[number] = link;
  running_.add(number);
}

// There are few.
std::uint32_t WhatRuns::environment_number(const std::string& name) {
  const auto number =
      static_cast<std::uint32_t>(std::ranges::find(environments_, name) - environments_.begin());
  if (number == environments_.size()) environments_.push_back(name);
  return number;
}

void WhatRuns::detach(std::uint32_t at) {
  Workload& workload = workloads_[at];
  if (workload.numbers.empty()) return;
  --covered_;
  for (const ArtifactNumber number : workload.numbers) {
    std::uint32_t* next = &first_[number];
    while (*next != 0 && links_[*next - 1].workload != at) next = &links_[*next - 1].next;
    if (*next != 0) {
      free_.push_back(*next);
      *next = links_[*next - 1].next;
    }
    if (first_[number] == 0) running_.remove(number);
  }
  workload.numbers.clear();
}

// The index is another one: nothing that was known of it counts.
void WhatRuns::forget_bills() {
  covered_ = 0;
  artifacts_ = 0;
  first_.clear();
  links_.clear();
  free_.clear();
  waiting_.clear();
  running_ = {};
  for (std::uint32_t at = 0; at < workloads_.size(); ++at) {
    workloads_[at].numbers.clear();
    if (!workloads_[at].artifacts.empty()) waiting_.push_back(at);
  }
}

}  // namespace weir::jobs
