#include "store/project_rows.h"

namespace weir::store {

Status project_row(Database& db, const Stamp& stamp, const policy::PolicyCreated& event) {
  TRY(execute(db,
              "INSERT INTO policy_version (name, version, form, digest, source, description, actor, "
              "created_at, entry, proposal) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)",
              event.name, event.version, event.form, event.digest, event.source, event.description,
              Blob{stamp.actor.view()}, stamp.at, stamp.index, event.proposal));
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

Status project_row(Database& db, const Stamp& stamp, const policy::PolicyProposed& event) {
  policy::PolicyProposed rest = event;
  rest.source.clear();
  return execute(db,
                 "INSERT INTO policy_proposal (entry, policy, proposed, source, account, proposed_at) VALUES "
                 "($1,$2,$3,$4,$5,$6)",
                 stamp.index, event.policy, format::encode(rest), event.source, Blob{stamp.actor.view()},
                 stamp.at);
}

Status project_row(Database& db, const Stamp& stamp, const policy::PolicyConsented& event) {
  return execute(db,
                 "INSERT INTO policy_voice (entry, proposal, account, voice, role, comment, said_at) VALUES "
                 "($1,$2,$3,$4,$5,$6,$7)",
                 stamp.index, event.proposal, Blob{stamp.actor.view()}, event.voice, event.role, event.comment,
                 stamp.at);
}

Status project_row(Database& db, const Stamp& stamp, const policy::PolicyProposalEnded& event) {
  return execute(db, "UPDATE policy_proposal SET ended=$1, ended_at=$2, ended_reason=$3 WHERE entry=$4",
                 event.outcome, stamp.at, event.reason, event.proposal);
}

Status project_row(Database& db, const Stamp& stamp, const policy::PolicyRolesNamed& event) {
  return execute(db,
                 "INSERT INTO policy_roles (one, roles, actor, named_at, entry) VALUES (1,$1,$2,$3,$4) ON "
                 "CONFLICT (one) DO UPDATE SET roles=excluded.roles, actor=excluded.actor, "
                 "named_at=excluded.named_at, entry=excluded.entry",
                 format::encode(event.roles), Blob{stamp.actor.view()}, stamp.at, stamp.index);
}

}  // namespace weir::store
