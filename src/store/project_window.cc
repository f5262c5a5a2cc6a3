#include "store/project_rows.h"

namespace weir::store {
namespace {

Status end_version(Database& db, const Stamp& stamp, const std::string& name) {
  return execute(db, "UPDATE window_version SET ended_at=$1 WHERE name=$2 AND ended_at IS NULL", stamp.at, name);
}

}  // namespace

Status project_row(Database& db, const Stamp& stamp, const window::WindowDeclared& event) {
  TRY(end_version(db, stamp, event.name));
  return execute(db,
                 "INSERT INTO window_version (entry, name, definition, was_open, declared_at, actor) VALUES "
                 "($1,$2,$3,$4,$5,$6)",
                 stamp.index, event.name, format::encode(event.definition), format::encode(event.was_open), stamp.at,
                 Blob{stamp.actor.view()});
}

Status project_row(Database& db, const Stamp& stamp, const window::WindowRemoved& event) {
  return end_version(db, stamp, event.name);
}

Status project_row(Database& db, const Stamp& stamp, const window::FreezeDeclared& event) {
  return execute(db,
                 "INSERT INTO freeze (entry, environment, incident, reason, from_at, until_at, actor) VALUES "
                 "($1,$2,$3,$4,$5,$6,$7)",
                 stamp.index, event.environment, event.incident, event.reason, stamp.at, event.until,
                 Blob{stamp.actor.view()});
}

Status project_row(Database& db, const Stamp& stamp, const window::FreezeEnded& event) {
  return execute(db, "UPDATE freeze SET ended_at=$1, ended_by=$2, ended_reason=$3 WHERE entry=$4", stamp.at,
                 Blob{stamp.actor.view()}, event.reason, event.freeze);
}

Status project_row(Database& db, const Stamp& stamp, const window::WindowOverridden& event) {
  return execute(db,
                 "INSERT INTO window_override (entry, name, environment, from_at, until_at, reason, ticket, actor) "
                 "VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
                 stamp.index, event.window, event.environment, stamp.at, event.until, event.reason, event.ticket,
                 Blob{stamp.actor.view()});
}

}  // namespace weir::store
