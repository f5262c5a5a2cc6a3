// What findings were at a past moment: from the tables, and the bills of materials that were attested by then.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>

#include "api/urgency.h"

namespace weir::api {

class PastUrgency {
 public:
  // `findings`: as they stood then.
  static Result<PastUrgency> of(const ReadCall& call, Instant at, std::span<const store::FindingRow> findings);

  vuln::FindingHistory history_of(const store::FindingRow& row) const;
  // Whether every artifact that holds it was stated not affected, or fixed.
  bool is_suppressed(const store::FindingRow& row) const;
  const vuln::Sla& agreed() const { return agreed_; }
  // Of how many artifacts that ran then a newer bill had to be looked at.
  std::int64_t newer_bills() const { return newer_bills_; }

 private:
  struct Stated {
    bool in_general = false;            // not affected, or fixed
    std::map<Sha256, bool> artifacts;   // what was said of one
    bool suppresses(const Sha256& artifact) const {
      const auto found = artifacts.find(artifact);
      return found == artifacts.end() ? in_general : found->second;
    }
  };
  using Key = std::pair<std::string, std::string>;  // component and cluster

  explicit PastUrgency(const jobs::Exposure& exposure) : exposure_(exposure) {}
  Status add_running(const ReadCall& call, Instant at);
  void note(const std::string& component, const Sha256& artifact, Instant since);

  const jobs::Exposure& exposure_;
  vuln::Sla agreed_;
  std::int64_t newer_bills_ = 0;
  std::map<Key, Stated> stated_;
  std::map<std::string, std::map<Sha256, Instant>> running_;  // by component of a finding: in what, since when
};

}  // namespace weir::api
