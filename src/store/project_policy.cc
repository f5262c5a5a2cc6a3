#include "store/project_rows.h"

namespace weir::store {

Status project_row(Database& db, const Stamp& stamp, const policy::PolicyCreated& event) {
  TRY(execute(db,
              "INSERT INTO policy_version (name, version, form, digest, source, description, actor, "
              "created_at, entry) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
              event.name, event.version, event.form, event.digest, event.source, event.description,
              Blob{stamp.actor.view()}, stamp.at, stamp.index));
  return execute(db,
                 "INSERT INTO policy (name, version) VALUES ($1,$2) ON CONFLICT (name) DO UPDATE SET "
                 "version=excluded.version",
                 event.name, event.version);
}

Status project_row(Database& db, const Stamp& stamp, const policy::PolicyAttached& event) {
  return execute(db,
                 "INSERT INTO policy_attachment (policy, environment, flow, mode, actor, attached_at, entry) "
                 "VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT (policy, environment, flow) DO UPDATE SET "
                 "mode=excluded.mode, actor=excluded.actor, attached_at=excluded.attached_at, "
                 "entry=excluded.entry",
                 event.policy, event.environment, event.flow, event.mode, Blob{stamp.actor.view()}, stamp.at,
                 stamp.index);
}

Status project_row(Database& db, const Stamp&, const policy::PolicyDetached& event) {
  return execute(db, "DELETE FROM policy_attachment WHERE policy=$1 AND environment=$2 AND flow=$3",
                 event.policy, event.environment, event.flow);
}

}  // namespace weir::store
