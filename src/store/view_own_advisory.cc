#include "store/view_own_advisory.h"

#include <fmt/format.h>

namespace weir::store {
namespace {

constexpr std::string_view columns =
    "o.id, o.record, coalesce(p.name, hex(o.account)), o.published_at, o.withdrawn_at, o.reason, o.entry";
constexpr std::string_view tables = "own_advisory o LEFT JOIN account p ON p.id=o.account";

OwnAdvisoryView row_of(const Row& row) {
  return {.id = row.string(0),
          .advisory = {format::parse_json(row.text(1)).value(), row.maybe_instant(4)},
          .published_by = row.string(2),
          .reason = row.string(5),
          .published_at = row.instant(3),
          .entry = row.integer(6)};
}

}  // namespace

Result<std::vector<OwnAdvisoryView>> list_own_advisories(Database& db) {
  return query(db, fmt::format("SELECT {} FROM {} ORDER BY o.id", columns, tables), row_of);
}

Result<std::optional<OwnAdvisoryView>> find_own_advisory(Database& db, std::string_view id) {
  return query_one(db, fmt::format("SELECT {} FROM {} WHERE o.id=$1", columns, tables), row_of, id);
}

Result<std::int64_t> newest_own_advisory(Database& db) {
  return query_count(db, "SELECT coalesce(max(entry), 0) FROM own_advisory");
}

}  // namespace weir::store
