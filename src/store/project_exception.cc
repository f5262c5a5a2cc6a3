#include "store/project_rows.h"

namespace weir::store {

Status project_row(Database& db, const Stamp& stamp, const exceptions::ExceptionRequested& event) {
  const exceptions::ExceptionScope& scope = event.scope;
  return execute(
      db,
      "INSERT INTO exception (entry, asked, environment, artifact, rule, policy, finding, workload, owner, "
      "account, requested_at, state, until_at, conditional) VALUES "
      "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,'requested',$12,$13)",
      stamp.index, format::encode(event), scope.environment, scope.artifact, scope.rule, scope.policy,
      scope.finding, scope.workload, scope.owner, Blob{stamp.actor.view()}, stamp.at, scope.until,
      !scope.ends_on.empty());
}

// Of an exception for workloads, those it covers: what is judged finds it by them.
Status project_row(Database& db, const Stamp& stamp, const exceptions::ExceptionGranted& event) {
  const Instant warn_at = exceptions::warn_at({.decided_at = stamp.at, .until = event.until});
  TRY(execute(
      db,
      "UPDATE exception SET state='in-force', granted=$1, decided_at=$2, decided_by=$3, decided_note=$4, "
      "until_at=$5, warn_at=$6 WHERE entry=$7",
      stamp.index, stamp.at, Blob{stamp.actor.view()}, event.note, event.until, warn_at, event.exception));
  const auto asked = TRY(query_one(
      db, "SELECT asked FROM exception WHERE entry=$1 AND workload<>''",
      [](const Row& row) { return row.string(0); }, event.exception));
  if (!asked) return {};
  const auto request =
      TRY(format::decode_text<exceptions::ExceptionRequested>(*asked, format::Unknown::ignore));
  for (const exceptions::ScopedWorkload& each : request.scope.workloads)
    TRY(execute(db,
                "INSERT INTO exception_workload (workload, exception) VALUES ($1,$2) ON CONFLICT DO NOTHING",
                each.id, event.exception));
  return {};
}

Status project_row(Database& db, const Stamp& stamp, const exceptions::ExceptionRefused& event) {
  return execute(
      db,
      "UPDATE exception SET state='refused', decided_at=$1, decided_by=$2, decided_note=$3 WHERE entry=$4",
      stamp.at, Blob{stamp.actor.view()}, event.note, event.exception);
}

Status project_row(Database& db, const Stamp& stamp, const exceptions::ExceptionEnded& event) {
  return execute(db,
                 "UPDATE exception SET state='ended', ended_at=$1, ended=$2, ended_note=$3 WHERE entry=$4",
                 stamp.at, event.how, event.note, event.exception);
}

Status project_row(Database& db, const Stamp& stamp, const exceptions::ExceptionWarned& event) {
  return execute(db, "UPDATE exception SET warned_at=$1 WHERE entry=$2", stamp.at, event.exception);
}

}  // namespace weir::store
