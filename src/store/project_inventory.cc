#include "store/project_rows.h"

namespace weir::store {

// A host's packages replace those before; a program's archives are of each instance that the claim names.
Status project_row(Database& db, const Stamp& stamp, const runtime::HostInventoryTaken& event) {
  const Sha256 holder = runtime::holder_of(event);
  TRY(execute(db,
              "UPDATE host_inventory SET replaced=$1 WHERE holder=$2 AND environment=$3 AND host=$4 AND "
              "replaced IS NULL",
              stamp.index, holder, event.environment, event.host));
  TRY(execute(
      db,
      "INSERT INTO host_inventory (entry, reporter, host, environment, kind, holder, claim, at) VALUES "
      "($1,$2,$3,$4,$5,$6,$7,$8)",
      stamp.index, event.reporter, event.host, event.environment, event.claim.kind, holder,
      format::encode(event.claim), stamp.at));
  for (const std::string& instance : event.claim.instances)
    TRY(execute(
        db,
        "INSERT INTO program_bill (reporter, instance, holder, entry) VALUES ($1,$2,$3,$4) ON CONFLICT "
        "(reporter, instance) DO UPDATE SET holder=excluded.holder, entry=excluded.entry",
        event.reporter, instance, holder, stamp.index));
  return {};
}

}  // namespace weir::store
