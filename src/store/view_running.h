// What runs, as far as a follower needs it that keeps it in memory: which workloads changed, and which recorded
// artifacts each of them is.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "store/view_finding.h"

namespace weir::store {

struct ChangedWorkload {
  std::string id, name, host, environment;
  bool lives = false;
  Instant since;                  // of one that lives: the start of its oldest instance
  std::vector<Sha256> artifacts;  // of one that lives
  std::int64_t changed = 0;       // the entry of the last change
};
// In the order of their changes.
Result<std::vector<ChangedWorkload>> workloads_changed_after(Database& db, std::int64_t entry);

// What workloads that ended after an entry were.
Result<std::vector<Sha256>> artifacts_ended_after(Database& db, std::int64_t entry);

// Who answers for an artifact: its own name, flow, service and team, and nothing of where it runs.
Result<std::optional<RunningRow>> owner_of_artifact(Database& db, const Sha256& artifact);
// Why nothing is known of what an artifact consists of.
Result<std::string> why_uncovered(Database& db, const Sha256& artifact);
// "covers 61 of 84 running workloads; 23 have no SBOM that can be read"
std::string coverage_sentence(std::int64_t covered, std::int64_t running);

// The releases of a flow under one name, in the order in which they were recorded.
struct ReleaseAt {
  Sha256 artifact;
  std::int64_t entry = 0;
};
Result<std::vector<ReleaseAt>> releases_at(Database& db, std::string_view flow, std::string_view name);
Result<std::optional<FlowReleaseView>> flow_release(Database& db, const Sha256& artifact);

// The last attestation of a bill of materials until then, of any artifact; -1 for none.
Result<std::int64_t> last_bill_until(Database& db, Instant at);
// The artifact's own; nothing while it had none.
Result<std::optional<BillRow>> bill_until(Database& db, const Sha256& artifact, Instant at);

}  // namespace weir::store
