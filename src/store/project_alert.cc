#include "store/project_rows.h"

namespace weir::store {
namespace {

using alert::AlertOpened;

// The incident an alert joins: the newest of its key that still has an open or acknowledged alert, else a new one.
Result<std::int64_t> incident_for(Database& db, const Stamp& stamp, const AlertOpened& event) {
  const auto living = TRY(query_one(
      db,
      "SELECT i.id FROM incident i WHERE i.key=$1 AND EXISTS (SELECT 1 FROM alert a WHERE "
      "a.incident=i.id AND a.state <> 'resolved') ORDER BY i.id DESC LIMIT 1",
      [](const Row& row) { return row.integer(0); }, event.incident));
  if (living) {
    TRY(execute(db, "UPDATE incident SET updated_at=$1 WHERE id=$2", stamp.at, *living));
    return *living;
  }
  const bool about_workload = !event.workload.empty() && event.subject.empty();
  TRY(execute(db,
              "INSERT INTO incident (id, key, origin, title, environment, host, service, opened_at, "
              "updated_at) VALUES "
              "($1,$2,$3,$4,$5,$6,$7,$8,$9)",
              stamp.index, event.incident, format::encode(event.origin),
              about_workload ? alert::incident_title(event.origin) : event.title, event.origin.environment,
              event.origin.host, event.service, stamp.at, stamp.at));
  return stamp.index;
}

}  // namespace

Status project_row(Database& db, const Stamp& stamp, const AlertOpened& event) {
  const std::int64_t incident = TRY(incident_for(db, stamp, event));
  return execute(db,
                 "INSERT INTO alert (id, key, incident, state, severity, cause, workload, environment, host, "
                 "title, who, why, "
                 "remedy, service, subject, started_at, opened_at) VALUES "
                 "($1,$2,$3,'open',$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)",
                 stamp.index, event.key, incident, event.severity, event.cause, event.workload,
                 event.origin.environment, event.origin.host, event.title, event.who, event.why, event.remedy,
                 event.service, event.subject, event.started_at, stamp.at);
}

Status project_row(Database& db, const Stamp& stamp, const alert::AlertsResolved& event) {
  for (const std::int64_t id : event.alerts)
    TRY(execute(db,
                "UPDATE alert SET state='resolved', resolved_at=$1, resolved_why=$2 WHERE id=$3 AND state <> "
                "'resolved'",
                stamp.at, event.why, id));
  return {};
}

Status project_row(Database& db, const Stamp& stamp, const alert::AlertsAcknowledged& event) {
  for (const std::int64_t id : event.alerts)
    TRY(execute(db,
                "UPDATE alert SET state='acknowledged', acknowledged_at=$1, acknowledged_by=$2, note=$3 "
                "WHERE id=$4 AND "
                "state='open'",
                stamp.at, Blob{stamp.actor.view()}, event.note, id));
  return {};
}

Status project_row(Database& db, const Stamp& stamp, const alert::ChannelDeclared& event) {
  return execute(
      db,
      "INSERT INTO channel (name, kind, address, environments, secrets, entry) VALUES ($1,$2,$3,$4,$5,$6) ON "
      "CONFLICT (name) DO UPDATE SET kind=excluded.kind, address=excluded.address, "
      "environments=excluded.environments, secrets=excluded.secrets, entry=excluded.entry",
      event.name, event.kind, event.address, format::encode(event.environments), event.secrets, stamp.index);
}

Status project_row(Database& db, const Stamp&, const alert::ChannelRemoved& event) {
  return execute(db, "DELETE FROM channel WHERE name=$1", event.name);
}

}  // namespace weir::store
