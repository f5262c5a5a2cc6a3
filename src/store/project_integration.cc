#include "store/project_rows.h"

namespace weir::store {

Status project_row(Database& db, const Stamp& stamp, const integration::IntegrationDeclared& event) {
  return execute(
      db,
      "INSERT INTO integration (name, declared, entry) VALUES ($1,$2,$3) ON CONFLICT (name) DO UPDATE SET "
      "declared=excluded.declared, entry=excluded.entry",
      event.name, format::encode(event), stamp.index);
}

Status project_row(Database& db, const Stamp&, const integration::IntegrationRemoved& event) {
  return execute(db, "DELETE FROM integration WHERE name=$1", event.name);
}

// It stands in the ledger, and is found by its artifacts there.
Status project_row(Database&, const Stamp&, const integration::CallerAnswered&) { return {}; }

}  // namespace weir::store
