#include "store/view_snapshot.h"

#include "store/sql.h"

namespace weir::store {

Result<SnapshotHeld> snapshot_held(Database& db, std::string_view environment, const Moment& moment,
                                   Instant now) {
  const auto row_to_held = [](const Row& row) { return SnapshotHeld{row.integer(0), row.instant(1)}; };
  if (moment.snapshot) {
    const auto named =
        TRY(query_one(db, "SELECT number, from_at FROM snapshot WHERE environment=$1 AND number=$2",
                      row_to_held, environment, *moment.snapshot));
    return named.value_or(SnapshotHeld{*moment.snapshot, now});
  }
  const Instant at = moment.at.value_or(now);
  const auto held = TRY(query_one(db,
                                  "SELECT number, from_at FROM snapshot WHERE environment=$1 AND from_at<=$2 "
                                  "ORDER BY number DESC LIMIT 1",
                                  row_to_held, environment, at));
  return SnapshotHeld{held ? held->number : 0, at};
}

}  // namespace weir::store
