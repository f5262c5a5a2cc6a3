// Which snapshot of an environment held at a moment, and since when one holds. A snapshot holds until the next begins;
// before the first there is none. Not thread-safe beyond what the database is.
#pragma once
#include <string_view>

#include "store/view_runtime.h"

namespace weir::store {

struct SnapshotHeld {
  std::int64_t number = 0;  // 0: nothing was seen there yet
  Instant at;               // the moment that was asked for, or the beginning of the snapshot that was named
};

// Live (now) when the moment names neither. A database that can't be read is the only error.
Result<SnapshotHeld> snapshot_held(Database& db, std::string_view environment, const Moment& moment,
                                   Instant now);

}  // namespace weir::store
