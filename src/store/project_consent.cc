#include "store/project_rows.h"

namespace weir::store {

Status project_row(Database& db, const Stamp& stamp, const deploy::ApprovalRequested& event) {
  TRY(identify_self(db, event.artifact));
  return execute(db,
                 "INSERT INTO approval_request (entry, artifact, environment, asked, expires_at, account, "
                 "requested_at) VALUES ($1,$2,$3,$4,$5,$6,$7)",
                 stamp.index, event.artifact, event.environment, format::encode(event), event.expires_at,
                 Blob{stamp.actor.view()}, stamp.at);
}

Status project_row(Database& db, const Stamp& stamp, const deploy::VoteGiven& event) {
  return execute(
      db,
      "INSERT INTO approval_vote (entry, request, account, vote, note, voter_groups, voted_at) VALUES "
      "($1,$2,$3,$4,$5,$6,$7)",
      stamp.index, event.request, Blob{stamp.actor.view()}, event.vote, event.note,
      format::encode(event.groups), stamp.at);
}

Status project_row(Database& db, const Stamp& stamp, const deploy::RequestEnded& event) {
  return execute(db, "UPDATE approval_request SET ended=$1, ended_at=$2, ended_note=$3 WHERE entry=$4",
                 event.how, stamp.at, event.note, event.request);
}

Status project_row(Database& db, const Stamp& stamp, const deploy::BreakGlassOpened& event) {
  TRY(identify_self(db, event.artifact));
  return execute(
      db,
      "INSERT INTO break_glass (entry, artifact, environment, opened, until_at, account, opened_at) VALUES "
      "($1,$2,$3,$4,$5,$6,$7)",
      stamp.index, event.artifact, event.environment, format::encode(event), event.until,
      Blob{stamp.actor.view()}, stamp.at);
}

Status project_row(Database& db, const Stamp& stamp, const deploy::BreakGlassReviewed& event) {
  return execute(db, "UPDATE break_glass SET reviewed_at=$1, reviewed_by=$2, note=$3 WHERE entry=$4",
                 stamp.at, Blob{stamp.actor.view()}, event.note, event.break_glass);
}

}  // namespace weir::store
