#include "store/view_run_count.h"

namespace weir::store {

Result<std::vector<RunCountView>> list_run_counts(Database& db, std::string_view environment,
                                                  std::int64_t skip, std::int64_t limit) {
  return query(
      db,
      "SELECT hour, host, name, coalesce(package, ''), digest, count FROM run_count WHERE environment=$1 "
      "ORDER BY hour "
      "DESC, count DESC, host, name LIMIT $2 OFFSET $3",
      [](const Row& row) {
        return RunCountView{.hour = row.instant(0),
                            .host = row.string(1),
                            .name = row.string(2),
                            .package = row.string(3),
                            .digest = row.maybe_digest(4),
                            .count = row.integer(5)};
      },
      environment, limit, skip);
}

}  // namespace weir::store
