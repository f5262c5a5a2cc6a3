#include "store/project_rows.h"

namespace weir::store {

Status project_row(Database& db, const Stamp& stamp, const vuln::CampaignOpened& event) {
  return execute(db,
                 "INSERT INTO campaign (entry, cluster, opened, account, opened_at) VALUES ($1,$2,$3,$4,$5)",
                 stamp.index, event.cluster, format::encode(event), Blob{stamp.actor.view()}, stamp.at);
}

Status project_row(Database& db, const Stamp& stamp, const vuln::CampaignClosed& event) {
  return execute(db, "UPDATE campaign SET closed_at=$1, closed_by=$2, note=$3 WHERE entry=$4", stamp.at,
                 Blob{stamp.actor.view()}, event.note, event.campaign);
}

// One that is published again stands again.
Status project_row(Database& db, const Stamp& stamp, const vuln::AdvisoryPublished& event) {
  return execute(
      db,
      "INSERT INTO own_advisory (id, record, account, published_at, entry) VALUES ($1,$2,$3,$4,$5) ON "
      "CONFLICT (id) DO UPDATE SET record=excluded.record, account=excluded.account, "
      "published_at=excluded.published_at, entry=excluded.entry, withdrawn_at=NULL, reason=''",
      event.id, dump(event.record), Blob{stamp.actor.view()}, stamp.at, stamp.index);
}

Status project_row(Database& db, const Stamp& stamp, const vuln::AdvisoryWithdrawn& event) {
  return execute(db, "UPDATE own_advisory SET withdrawn_at=$1, reason=$2, entry=$3 WHERE id=$4", stamp.at,
                 event.reason, stamp.index, event.id);
}

}  // namespace weir::store
