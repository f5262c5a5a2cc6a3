#include "store/schema.h"

#include <fmt/format.h>

namespace weir::store {
namespace {

constexpr std::string_view ledger_schema = R"sql(
CREATE TABLE IF NOT EXISTS entry (idx INTEGER PRIMARY KEY, leaf BLOB NOT NULL, payload BLOB, blob BLOB);
CREATE TABLE IF NOT EXISTS payload_key (idx INTEGER PRIMARY KEY, salt BLOB NOT NULL, key BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS tile (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, root BLOB NOT NULL,
  checkpoint TEXT NOT NULL, at INTEGER NOT NULL);
)sql";

constexpr std::string_view record_schema = R"sql(
CREATE TABLE IF NOT EXISTS organization (name TEXT PRIMARY KEY, origin TEXT, public_key TEXT, server_actor BLOB,
  entry INTEGER);
CREATE TABLE IF NOT EXISTS account (id BLOB PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, roles TEXT NOT NULL,
  flows TEXT NOT NULL, environments TEXT NOT NULL, expires_at INTEGER, token_digest BLOB, removed_at INTEGER,
  entry INTEGER NOT NULL, created_at INTEGER NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS account_by_name ON account (name) WHERE removed_at IS NULL;
CREATE TABLE IF NOT EXISTS join_token (entry INTEGER PRIMARY KEY, environment TEXT NOT NULL, expires_at INTEGER,
  token_digest BLOB NOT NULL, revoked_at INTEGER);
CREATE INDEX IF NOT EXISTS join_token_by_digest ON join_token (token_digest);
CREATE TABLE IF NOT EXISTS service (name TEXT PRIMARY KEY, team TEXT, contact TEXT, tier TEXT, repository TEXT,
  entry INTEGER);
CREATE TABLE IF NOT EXISTS flow (name TEXT PRIMARY KEY, service TEXT, description TEXT, template TEXT NOT NULL,
  entry INTEGER);
CREATE TABLE IF NOT EXISTS trail (flow TEXT NOT NULL, name TEXT NOT NULL, commit_id TEXT, branch TEXT, url TEXT,
  author TEXT,
  description TEXT, begun_at INTEGER NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (flow, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS trail_by_entry ON trail (flow, entry);
CREATE INDEX IF NOT EXISTS trail_by_commit ON trail (commit_id) WHERE commit_id <> '';
CREATE TABLE IF NOT EXISTS artifact (digest BLOB PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, flow TEXT,
  trail TEXT,
  commit_id TEXT, build_url TEXT, recorded_at INTEGER NOT NULL, entry INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS artifact_by_entry ON artifact (entry);
CREATE INDEX IF NOT EXISTS artifact_by_name ON artifact (name);
CREATE INDEX IF NOT EXISTS artifact_by_commit ON artifact (commit_id) WHERE commit_id <> '';
CREATE TABLE IF NOT EXISTS artifact_on_trail (flow TEXT NOT NULL, trail TEXT NOT NULL, name TEXT NOT NULL,
  digest BLOB NOT NULL,
  entry INTEGER NOT NULL, PRIMARY KEY (flow, trail, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS identity (child BLOB NOT NULL, root BLOB NOT NULL, parent BLOB, relation TEXT NOT NULL,
  platform TEXT,
  PRIMARY KEY (child, root)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS identity_by_root ON identity (root);
CREATE TABLE IF NOT EXISTS layers (config BLOB PRIMARY KEY, digest BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS layers_by_digest ON layers (digest);
CREATE TABLE IF NOT EXISTS attestation (entry INTEGER PRIMARY KEY, flow TEXT NOT NULL, trail TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL, artifact BLOB, artifact_name TEXT, compliant INTEGER, summary TEXT, description TEXT, url TEXT,
  media_type TEXT, content BLOB, content_size INTEGER, recorded_at INTEGER NOT NULL, actor BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS attestation_by_trail ON attestation (flow, trail);
CREATE INDEX IF NOT EXISTS attestation_by_artifact ON attestation (artifact) WHERE artifact IS NOT NULL;
CREATE TABLE IF NOT EXISTS attestation_type (name TEXT PRIMARY KEY, description TEXT, schema TEXT NOT NULL,
  entry INTEGER);
CREATE TABLE IF NOT EXISTS approval (entry INTEGER PRIMARY KEY, artifact BLOB NOT NULL, environment TEXT NOT NULL,
  from_at INTEGER,
  until_at INTEGER, reason TEXT, actor BLOB NOT NULL, adopted INTEGER NOT NULL, recorded_at INTEGER NOT NULL,
  revoked_at INTEGER, revoked_by BLOB);
CREATE INDEX IF NOT EXISTS approval_by_artifact ON approval (artifact, environment);
CREATE INDEX IF NOT EXISTS approval_by_environment ON approval (environment, entry);
CREATE INDEX IF NOT EXISTS approval_by_until ON approval (until_at) WHERE until_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS approval_by_from ON approval (from_at) WHERE from_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS deployment (entry INTEGER PRIMARY KEY, artifact BLOB NOT NULL, environment TEXT NOT NULL,
  state TEXT NOT NULL, declared_at INTEGER NOT NULL, deadline INTEGER NOT NULL, observed_at INTEGER, ended_at INTEGER,
  at_least INTEGER NOT NULL, alongside INTEGER NOT NULL, rollback INTEGER NOT NULL, actor BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS deployment_by_environment ON deployment (environment, state);
)sql";

// `follow_up`: a later entry changes what an earlier one said.
constexpr std::string_view dbom_schema = R"sql(
CREATE TABLE IF NOT EXISTS follow_up (earlier INTEGER NOT NULL, later INTEGER NOT NULL,
  PRIMARY KEY (earlier, later)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS follow_up_by_later ON follow_up (later);
)sql";

constexpr std::string_view runtime_schema = R"sql(
CREATE TABLE IF NOT EXISTS environment (name TEXT PRIMARY KEY, kind TEXT NOT NULL, description TEXT,
  arguments INTEGER NOT NULL,
  snapshot INTEGER NOT NULL DEFAULT 0, scope_version INTEGER NOT NULL DEFAULT 0, entry INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS reporter (id TEXT PRIMARY KEY, actor BLOB NOT NULL, environment TEXT NOT NULL,
  host TEXT NOT NULL,
  public_key BLOB NOT NULL, incarnation TEXT NOT NULL DEFAULT '', sequence INTEGER NOT NULL DEFAULT 0, previous BLOB,
  reports INTEGER NOT NULL DEFAULT 0, events_lost INTEGER NOT NULL DEFAULT 0, sources TEXT NOT NULL DEFAULT '[]',
  fault TEXT NOT NULL DEFAULT '', fault_at INTEGER, fault_detail TEXT, reported_at INTEGER, sent_at INTEGER,
  entry INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS full_set (reporter TEXT PRIMARY KEY, next INTEGER NOT NULL,
  first_sight INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS full_member (reporter TEXT NOT NULL, id TEXT NOT NULL,
  PRIMARY KEY (reporter, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS workload (id TEXT PRIMARY KEY, environment TEXT NOT NULL, host TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL, digests TEXT NOT NULL, user TEXT, unit TEXT, container TEXT,
  verdict TEXT NOT NULL DEFAULT 'unknown',
  reasons TEXT NOT NULL DEFAULT '[{"code":"not-judged-yet","message":"seen a moment ago","entry":null}]',
  live INTEGER NOT NULL DEFAULT 0, first_started INTEGER NOT NULL, last_started INTEGER NOT NULL,
  first_sight INTEGER NOT NULL,
  entry INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS workload_live ON workload (environment, live);
CREATE INDEX IF NOT EXISTS workload_at_first_sight ON workload (environment, host, verdict)
  WHERE first_sight=1 AND live>0;
CREATE TABLE IF NOT EXISTS workload_digest (digest BLOB NOT NULL, workload TEXT NOT NULL, PRIMARY KEY (digest,
  workload)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS workload_interpreter (digest BLOB NOT NULL, workload TEXT NOT NULL, PRIMARY KEY (digest,
  workload)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS instance (reporter TEXT NOT NULL, id TEXT NOT NULL, environment TEXT NOT NULL,
  workload TEXT NOT NULL,
  started_at INTEGER NOT NULL, ended_at INTEGER, joined INTEGER, parted INTEGER, detail TEXT NOT NULL,
  PRIMARY KEY (reporter, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS instance_by_workload ON instance (workload, ended_at);
CREATE INDEX IF NOT EXISTS instance_by_time ON instance (environment, started_at);
CREATE INDEX IF NOT EXISTS instance_joining ON instance (environment) WHERE joined IS NULL;
CREATE INDEX IF NOT EXISTS instance_parting ON instance (environment) WHERE ended_at IS NOT NULL AND parted IS NULL;
CREATE TABLE IF NOT EXISTS run_count (environment TEXT NOT NULL, host TEXT NOT NULL, hour INTEGER NOT NULL,
  name TEXT NOT NULL,
  digest BLOB, package TEXT, count INTEGER NOT NULL, PRIMARY KEY (environment, host, hour, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS scope (environment TEXT NOT NULL, id TEXT NOT NULL, rule TEXT NOT NULL, actor BLOB NOT NULL,
  declared_at INTEGER NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (environment, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshot (environment TEXT NOT NULL, number INTEGER NOT NULL, from_at INTEGER NOT NULL,
  until_at INTEGER,
  count INTEGER NOT NULL, started INTEGER NOT NULL, ended INTEGER NOT NULL, digest BLOB NOT NULL,
  entry INTEGER NOT NULL,
  PRIMARY KEY (environment, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alert (id INTEGER PRIMARY KEY, key TEXT NOT NULL, incident INTEGER NOT NULL,
  state TEXT NOT NULL,
  severity TEXT NOT NULL, cause TEXT NOT NULL, workload TEXT, environment TEXT NOT NULL, host TEXT,
  title TEXT NOT NULL, who TEXT,
  why TEXT, remedy TEXT, service TEXT, subject TEXT, started_at INTEGER, opened_at INTEGER NOT NULL,
  resolved_at INTEGER,
  resolved_why TEXT, acknowledged_at INTEGER, acknowledged_by BLOB, note TEXT);
CREATE UNIQUE INDEX IF NOT EXISTS alert_by_key ON alert (key) WHERE state <> 'resolved';
CREATE INDEX IF NOT EXISTS alert_by_incident ON alert (incident);
CREATE INDEX IF NOT EXISTS alert_by_environment ON alert (environment, state);
CREATE INDEX IF NOT EXISTS alert_by_workload ON alert (workload) WHERE state <> 'resolved';
CREATE TABLE IF NOT EXISTS incident (id INTEGER PRIMARY KEY, key TEXT NOT NULL, origin TEXT NOT NULL,
  title TEXT NOT NULL,
  environment TEXT NOT NULL, host TEXT, service TEXT, opened_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS incident_by_key ON incident (key, id);
CREATE TABLE IF NOT EXISTS channel (name TEXT PRIMARY KEY, kind TEXT NOT NULL, address TEXT NOT NULL,
  environments TEXT NOT NULL,
  secrets INTEGER NOT NULL, entry INTEGER NOT NULL);
)sql";

constexpr std::string_view owned_schema = R"sql(
CREATE TABLE IF NOT EXISTS idempotency (id INTEGER PRIMARY KEY, actor BLOB NOT NULL, key TEXT NOT NULL,
  body BLOB NOT NULL, idx INTEGER NOT NULL, size INTEGER NOT NULL, answer TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS idempotency_key (hash INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (hash, id))
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS idempotency_indexed (one INTEGER PRIMARY KEY CHECK (one = 1), id INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS unjudged (workload TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS delivery (id INTEGER PRIMARY KEY, channel TEXT NOT NULL, alert INTEGER, change TEXT NOT NULL,
  entry INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'pending', attempts INTEGER NOT NULL DEFAULT 0,
  made_at INTEGER NOT NULL,
  next_at INTEGER NOT NULL, delivered_at INTEGER, last_status INTEGER, last_error TEXT);
CREATE INDEX IF NOT EXISTS delivery_pending ON delivery (channel, id) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS channel_secret (channel TEXT PRIMARY KEY, url TEXT NOT NULL, secrets TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS heartbeat (reporter TEXT PRIMARY KEY, seen_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS heartbeat_said (reporter TEXT PRIMARY KEY, sent_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS timer (name TEXT PRIMARY KEY, at INTEGER NOT NULL);
)sql";

// What a database of an older version needs before the tables of this one are created.
struct Migration {
  std::int64_t from;
  std::string_view before, after;
};
constexpr std::array migrations{
    Migration{1, "ALTER TABLE idempotency RENAME TO idempotency_1;",
              "INSERT INTO idempotency (actor, key, body, idx, size, answer) SELECT actor, key, body, idx, "
              "size, answer "
              "FROM idempotency_1; DROP TABLE idempotency_1;"},
};

}  // namespace

Status create_schema(Database& db) {
  const std::int64_t version = TRY(query_count(db, "PRAGMA user_version"));
  if (version > schema_version)
    return Error{Errc::unavailable,
                 fmt::format("the data was written by a newer version (schema {}, this is {})", version,
                             schema_version)};
  TRY(db.begin());  // all of it or nothing, and one sync
  const auto created = [&]() -> Status {
    for (const Migration& each : migrations)
      if (each.from == version) TRY(db.script(each.before));
    for (const std::string_view part :
         {ledger_schema, record_schema, runtime_schema, dbom_schema, owned_schema})
      TRY(db.script(part));
    for (const Migration& each : migrations)
      if (each.from == version) TRY(db.script(each.after));
    return db.script(fmt::format("PRAGMA user_version={}", schema_version));
  }();
  if (created.ok()) return db.commit();
  db.rollback();
  return created;
}

Status empty_derived_tables(Database& db) {
  for (const std::string_view table : derived_tables) TRY(db.script(fmt::format("DELETE FROM {}", table)));
  return {};
}

}  // namespace weir::store
