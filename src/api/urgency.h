// How urgent findings are at this moment: what runs of them, what was agreed, which statements hold; and what that
// makes of each. Made once for an answer, from the tables and the exposure together.
#pragma once
#include <map>
#include <unordered_map>

#include "api/handlers_vulnerability.h"
#include "jobs/exposure.h"

namespace weir::api {

const jobs::Exposure& exposure_of(const Call& call);

class Urgency {
 public:
  // How many findings will be asked about: of a few, those who hold them are looked for among what runs; for all, what
  // runs is walked through once.
  enum class Asked { few, all };
  static Result<Urgency> of(const ReadCall& call, Asked asked);

  // `artifact`: of which one the statement is asked for; none: in general.
  FindingView view_of(const store::FindingRow& row, std::optional<Sha256> artifact = std::nullopt) const;
  // Whether every artifact that holds it is stated not affected, or fixed.
  static bool is_suppressed(const FindingView& view) {
    return view.suppressed > 0 && view.suppressed >= view.finding.artifacts;
  }
  vuln::FindingHistory history_of(const store::FindingRow& row) const;
  const vuln::Sla& agreed() const { return agreed_; }

 private:
  explicit Urgency(const ReadCall& call) : exposure_(exposure_of(call)), now_(call.now) {}
  void walk(const jobs::Exposure::State& state, const jobs::WhatRuns& runs);
  std::optional<Instant> began(const jobs::Exposure::State& state, const jobs::WhatRuns& runs,
                               vuln::ArtifactNumber number) const;
  std::optional<Instant> running_since(const vuln::FindingChange& finding) const;
  std::optional<Instant> looked_up(const vuln::FindingChange& finding) const;
  static vuln::PriorityFacts facts_of(const store::FindingRow& row, const vuln::FindingHistory& history,
                                      const vuln::RemedyClock& clock);

  const jobs::Exposure& exposure_;
  Instant now_;
  vuln::Sla agreed_;
  std::map<Sha256, Instant> inventories_;  // since when each was taken that holds now
  // Of all: since when the first of what runs has each finding, unless that is stated not affected. By component.
  std::optional<std::unordered_map<vuln::ComponentId, std::map<std::string, Instant>>> running_;
};

}  // namespace weir::api
