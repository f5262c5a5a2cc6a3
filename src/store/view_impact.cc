#include "store/view_impact.h"

namespace weir::store {

Result<std::vector<UncoveredView>> living_workloads(Database& db) {
  return query(db,
               "SELECT id, name, host, environment FROM workload WHERE live>0 ORDER BY environment, name, id",
               [](const Row& row) {
                 return UncoveredView{row.string(0), row.string(1), row.string(2), row.string(3), ""};
               });
}

Result<std::vector<EvidenceRow>> newest_evidence(Database& db, const Sha256& artifact) {
  return query(
      db,
      "SELECT entry, name, type, coalesce(media_type,''), content, coalesce(summary,'null') FROM attestation "
      "WHERE "
      "entry IN (SELECT max(entry) FROM attestation WHERE artifact=$1 GROUP BY name, type) ORDER BY entry",
      [](const Row& row) {
        return EvidenceRow{row.integer(0), row.string(1),       row.string(2),
                           row.string(3),  row.maybe_digest(4), format::parse_json(row.text(5)).value()};
      },
      artifact);
}

}  // namespace weir::store
