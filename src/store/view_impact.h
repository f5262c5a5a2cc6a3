// What is needed to say where something that evidence of a release says runs: what lives, and the newest evidence of an
// artifact under each name.
#pragma once
#include <string_view>

#include "store/view_finding.h"

namespace weir::store {

// Every workload that lives, whether or not it is recorded, with nothing said of why.
Result<std::vector<UncoveredView>> living_workloads(Database& db);

struct EvidenceRow {
  std::int64_t entry = 0;
  std::string name, type, media_type;
  std::optional<Sha256> content;
  format::Json summary;  // what the parser found
};
// Of each name and type the newest that is attested of the artifact, by entry.
Result<std::vector<EvidenceRow>> newest_evidence(Database& db, const Sha256& artifact);

}  // namespace weir::store
