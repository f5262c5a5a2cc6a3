// How urgent findings are at this moment: what runs of them, what was agreed, which statements hold; and what that
// makes of each. Made once for an answer, from the tables and the exposure together.
#pragma once
#include <map>
#include <set>

#include "api/handlers_vulnerability.h"
#include "jobs/exposure.h"
#include "runtime/exposure.h"

namespace weir::api {

const jobs::Exposure& exposure_of(const Call& call);

// `deployed`: since when the first of what runs has it.
vuln::FindingHistory history_of(const store::FindingRow& row, std::optional<Instant> deployed);

class Urgency {
 public:
  static Result<Urgency> of(const ReadCall& call);

  // `artifact`: of which one the statement is asked for; none: in general.
  FindingView view_of(const store::FindingRow& row, std::optional<Sha256> artifact = std::nullopt) const;
  // Whether every artifact that holds it is stated not affected, or fixed.
  static bool is_suppressed(const FindingView& view) {
    return view.suppressed > 0 && view.suppressed >= view.finding.artifacts;
  }
  vuln::FindingHistory history_of(const store::FindingRow& row) const;
  const vuln::Sla& agreed() const { return agreed_; }

 private:
  struct Running {
    Instant since;  // the first of what runs
    runtime::Reach reach = runtime::Reach::none;  // the farthest
    void add(const Running& other);
  };
  explicit Urgency(const ReadCall& call) : exposure_(exposure_of(call)), now_(call.now) {}
  const Running* running_of(const vuln::FindingChange& finding) const;  // null: nothing
  vuln::PriorityFacts facts_of(const store::FindingRow& row, const vuln::RemedyClock& clock) const;

  const jobs::Exposure& exposure_;
  Instant now_;
  vuln::Sla agreed_;
  // By component and flaw: what runs with it, unless that is stated not affected.
  std::map<std::pair<std::string, std::string>, Running> running_;
};

}  // namespace weir::api
