// What the answers about evidence and what runs share: what lives, by artifact, and how much of it was looked at.
#pragma once
#include <map>
#include <set>

#include "api/handlers_impact.h"
#include "blob/store.h"

namespace weir::api {

// Everything that runs and is recorded, by artifact; of one environment where one is named.
Result<std::map<Sha256, std::vector<store::RunningRow>>> running_by_artifact(store::Database& db,
                                                                             const std::string& environment);
// `covered`: workloads that had evidence; `what` they lack otherwise: "scan".
Result<ImpactCoverage> coverage_of(store::Database& db, const std::string& environment,
                                   const std::set<std::string>& covered, std::string_view what);

// Files of evidence, each read once for one answer, at most `reads_max` of them.
class EvidenceReads {
 public:
  explicit EvidenceReads(blob::BlobStore& blobs) : blobs_(blobs) {}
  // Null when it cannot be read, or too many were.
  const Bytes* read(const Sha256& digest);
  bool is_full() const { return full_; }

 private:
  blob::BlobStore& blobs_;
  std::map<Sha256, std::optional<Bytes>> read_;
  bool full_ = false;
};

}  // namespace weir::api
