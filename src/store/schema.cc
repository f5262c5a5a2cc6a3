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
  entry INTEGER, title TEXT NOT NULL DEFAULT '', contact TEXT NOT NULL DEFAULT '', named INTEGER);
CREATE TABLE IF NOT EXISTS account (id BLOB PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, roles TEXT NOT NULL,
  flows TEXT NOT NULL, environments TEXT NOT NULL, expires_at INTEGER, token_digest BLOB, removed_at INTEGER,
  entry INTEGER NOT NULL, created_at INTEGER NOT NULL, maker BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS account_by_name ON account (name) WHERE removed_at IS NULL;
CREATE TABLE IF NOT EXISTS join_token (entry INTEGER PRIMARY KEY, environment TEXT NOT NULL, expires_at INTEGER,
  token_digest BLOB NOT NULL, revoked_at INTEGER);
CREATE INDEX IF NOT EXISTS join_token_by_digest ON join_token (token_digest);
CREATE TABLE IF NOT EXISTS people_group (name TEXT PRIMARY KEY, description TEXT, roles TEXT NOT NULL,
  entry INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS group_member (account BLOB NOT NULL, name TEXT NOT NULL, PRIMARY KEY (account, name))
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS service (name TEXT PRIMARY KEY, team TEXT, contact TEXT, tier TEXT, repository TEXT,
  runbook TEXT, entry INTEGER);
CREATE TABLE IF NOT EXISTS flow (name TEXT PRIMARY KEY, service TEXT, description TEXT, template TEXT NOT NULL,
  entry INTEGER, tags TEXT NOT NULL DEFAULT '{}');
CREATE TABLE IF NOT EXISTS trail (flow TEXT NOT NULL, name TEXT NOT NULL, commit_id TEXT, branch TEXT, url TEXT,
  author TEXT,
  description TEXT, begun_at INTEGER NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (flow, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS trail_by_entry ON trail (flow, entry);
CREATE INDEX IF NOT EXISTS trail_by_commit ON trail (commit_id) WHERE commit_id <> '';
CREATE TABLE IF NOT EXISTS artifact (digest BLOB PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, flow TEXT,
  trail TEXT,
  commit_id TEXT, build_url TEXT, recorded_at INTEGER NOT NULL, entry INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS artifact_by_entry ON artifact (entry);
CREATE INDEX IF NOT EXISTS artifact_by_name ON artifact (name, flow, entry);
CREATE INDEX IF NOT EXISTS artifact_by_commit ON artifact (commit_id) WHERE commit_id <> '';
CREATE TABLE IF NOT EXISTS artifact_on_trail (flow TEXT NOT NULL, trail TEXT NOT NULL, name TEXT NOT NULL,
  digest BLOB NOT NULL,
  entry INTEGER NOT NULL, PRIMARY KEY (flow, trail, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS artifact_on_trail_by_digest ON artifact_on_trail (digest);
CREATE TABLE IF NOT EXISTS identity (child BLOB NOT NULL, root BLOB NOT NULL, parent BLOB, relation TEXT NOT NULL,
  platform TEXT,
  PRIMARY KEY (child, root)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS identity_by_root ON identity (root);
CREATE TABLE IF NOT EXISTS layers (config BLOB PRIMARY KEY, digest BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS layers_by_digest ON layers (digest);
CREATE TABLE IF NOT EXISTS attestation (entry INTEGER PRIMARY KEY, flow TEXT NOT NULL, trail TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL, artifact BLOB, artifact_name TEXT, compliant INTEGER, summary TEXT, description TEXT, url TEXT,
  media_type TEXT, content BLOB, content_size INTEGER, recorded_at INTEGER NOT NULL, actor BLOB NOT NULL,
  predicate TEXT, signature TEXT NOT NULL DEFAULT 'none', signer TEXT);
CREATE INDEX IF NOT EXISTS attestation_by_trail ON attestation (flow, trail);
CREATE INDEX IF NOT EXISTS attestation_by_artifact ON attestation (artifact) WHERE artifact IS NOT NULL;
CREATE TABLE IF NOT EXISTS attestation_type (name TEXT PRIMARY KEY, description TEXT, schema TEXT NOT NULL, rule TEXT,
  predicate_type TEXT, entry INTEGER);
CREATE TABLE IF NOT EXISTS signing_key (entry INTEGER PRIMARY KEY, name TEXT NOT NULL, declared TEXT NOT NULL,
  actor BLOB NOT NULL, declared_at INTEGER NOT NULL, removed_at INTEGER);
CREATE UNIQUE INDEX IF NOT EXISTS signing_key_by_name ON signing_key (name) WHERE removed_at IS NULL;
CREATE TABLE IF NOT EXISTS approval (entry INTEGER PRIMARY KEY, artifact BLOB NOT NULL, environment TEXT NOT NULL,
  from_at INTEGER,
  until_at INTEGER, reason TEXT, actor BLOB NOT NULL, adopted INTEGER NOT NULL, recorded_at INTEGER NOT NULL,
  revoked_at INTEGER, revoked_by BLOB, groups TEXT NOT NULL DEFAULT '[]', request INTEGER,
  by_rule TEXT NOT NULL DEFAULT '', decision INTEGER, break_glass INTEGER, change TEXT NOT NULL DEFAULT '',
  tree TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS approval_by_artifact ON approval (artifact, environment);
CREATE INDEX IF NOT EXISTS approval_by_environment ON approval (environment, entry);
CREATE INDEX IF NOT EXISTS approval_by_until ON approval (until_at) WHERE until_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS approval_by_from ON approval (from_at) WHERE from_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS approval_request (entry INTEGER PRIMARY KEY, artifact BLOB NOT NULL,
  environment TEXT NOT NULL, asked TEXT NOT NULL, expires_at INTEGER NOT NULL, account BLOB NOT NULL,
  requested_at INTEGER NOT NULL, ended TEXT NOT NULL DEFAULT '', ended_at INTEGER, ended_note TEXT,
  approval INTEGER);
CREATE INDEX IF NOT EXISTS approval_request_open ON approval_request (expires_at) WHERE ended = '';
CREATE INDEX IF NOT EXISTS approval_request_by_artifact ON approval_request (artifact, environment);
CREATE TABLE IF NOT EXISTS approval_vote (entry INTEGER PRIMARY KEY, request INTEGER NOT NULL, account BLOB NOT NULL,
  vote TEXT NOT NULL, note TEXT NOT NULL, voter_groups TEXT NOT NULL, voted_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS approval_vote_by_request ON approval_vote (request);
CREATE TABLE IF NOT EXISTS break_glass (entry INTEGER PRIMARY KEY, artifact BLOB NOT NULL, environment TEXT NOT NULL,
  opened TEXT NOT NULL, until_at INTEGER NOT NULL, account BLOB NOT NULL, opened_at INTEGER NOT NULL, approval INTEGER,
  reviewed_at INTEGER, reviewed_by BLOB, note TEXT);
CREATE TABLE IF NOT EXISTS exception (entry INTEGER PRIMARY KEY, asked TEXT NOT NULL, environment TEXT NOT NULL,
  artifact BLOB, rule TEXT NOT NULL, policy TEXT NOT NULL, finding TEXT NOT NULL, workload TEXT NOT NULL,
  owner TEXT NOT NULL, account BLOB NOT NULL, requested_at INTEGER NOT NULL, state TEXT NOT NULL, granted INTEGER,
  decided_at INTEGER, decided_by BLOB, decided_note TEXT, until_at INTEGER NOT NULL, conditional INTEGER NOT NULL,
  warn_at INTEGER, warned_at INTEGER, ended_at INTEGER, ended TEXT NOT NULL DEFAULT '', ended_note TEXT);
CREATE INDEX IF NOT EXISTS exception_in_force ON exception (artifact, environment) WHERE state = 'in-force';
CREATE INDEX IF NOT EXISTS exception_of_findings ON exception (environment)
  WHERE state = 'in-force' AND workload = '' AND finding <> '';
CREATE INDEX IF NOT EXISTS exception_by_until ON exception (until_at) WHERE state IN ('requested', 'in-force');
CREATE TABLE IF NOT EXISTS exception_workload (workload TEXT NOT NULL, exception INTEGER NOT NULL,
  PRIMARY KEY (workload, exception)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS exception_workload_by_exception ON exception_workload (exception);
CREATE TABLE IF NOT EXISTS deployment (entry INTEGER PRIMARY KEY, artifact BLOB NOT NULL, environment TEXT NOT NULL,
  state TEXT NOT NULL, declared_at INTEGER NOT NULL, deadline INTEGER NOT NULL, observed_at INTEGER, ended_at INTEGER,
  at_least INTEGER NOT NULL, alongside INTEGER NOT NULL, rollback INTEGER NOT NULL, actor BLOB NOT NULL,
  reason TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS deployment_by_environment ON deployment (environment, state);
CREATE INDEX IF NOT EXISTS deployment_by_entry ON deployment (environment, entry);
CREATE INDEX IF NOT EXISTS deployment_missed ON deployment (entry) WHERE state = 'missed';
)sql";

// `follow_up`: a later entry changes what an earlier one said.
constexpr std::string_view dbom_schema = R"sql(
CREATE TABLE IF NOT EXISTS follow_up (earlier INTEGER NOT NULL, later INTEGER NOT NULL,
  PRIMARY KEY (earlier, later)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS follow_up_by_later ON follow_up (later);
CREATE TABLE IF NOT EXISTS dbom_issued (entry INTEGER PRIMARY KEY, artifact BLOB NOT NULL, environment TEXT NOT NULL,
  at INTEGER NOT NULL, digest BLOB NOT NULL, size INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS dbom_issued_by_artifact ON dbom_issued (artifact, environment);
)sql";

// `host_inventory.holder` stands for an artifact in the index of bills; of a host's packages only the row that nothing
// replaced counts. `workload_package`: whose files its programs are; `own`: of the program itself, not its interpreter.
// `exposure.reach` is the place of its word in runtime::Reach.
constexpr std::string_view runtime_schema = R"sql(
CREATE TABLE IF NOT EXISTS environment (name TEXT PRIMARY KEY, kind TEXT NOT NULL, description TEXT,
  arguments INTEGER NOT NULL,
  snapshot INTEGER NOT NULL DEFAULT 0, scope_version INTEGER NOT NULL DEFAULT 0, entry INTEGER NOT NULL,
  tags TEXT NOT NULL DEFAULT '{}');
CREATE TABLE IF NOT EXISTS reporter (id TEXT PRIMARY KEY, actor BLOB NOT NULL, environment TEXT NOT NULL,
  host TEXT NOT NULL,
  public_key BLOB NOT NULL, incarnation TEXT NOT NULL DEFAULT '', sequence INTEGER NOT NULL DEFAULT 0, previous BLOB,
  reports INTEGER NOT NULL DEFAULT 0, events_lost INTEGER NOT NULL DEFAULT 0, sources TEXT NOT NULL DEFAULT '[]',
  fault TEXT NOT NULL DEFAULT '', fault_at INTEGER, fault_detail TEXT, reported_at INTEGER, sent_at INTEGER,
  entry INTEGER NOT NULL, removed_at INTEGER, removed_reason TEXT);
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
  entry INTEGER NOT NULL, changed INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS workload_live ON workload (environment, live);
CREATE INDEX IF NOT EXISTS workload_by_name ON workload (environment, name);
CREATE INDEX IF NOT EXISTS workload_by_change ON workload (changed);
CREATE INDEX IF NOT EXISTS workload_at_first_sight ON workload (environment, host, verdict)
  WHERE first_sight=1 AND live>0;
CREATE TABLE IF NOT EXISTS verdict_past (workload TEXT NOT NULL, until_at INTEGER NOT NULL, verdict TEXT NOT NULL,
  reasons TEXT NOT NULL, PRIMARY KEY (workload, until_at)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS workload_digest (digest BLOB NOT NULL, workload TEXT NOT NULL, PRIMARY KEY (digest,
  workload)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS workload_digest_by_workload ON workload_digest (workload);
CREATE TABLE IF NOT EXISTS workload_interpreter (digest BLOB NOT NULL, workload TEXT NOT NULL, PRIMARY KEY (digest,
  workload)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS workload_package (workload TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
  own INTEGER NOT NULL, PRIMARY KEY (workload, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS workload_package_by_name ON workload_package (name, version);
CREATE TABLE IF NOT EXISTS host_inventory (entry INTEGER PRIMARY KEY, reporter TEXT NOT NULL, host TEXT NOT NULL,
  environment TEXT NOT NULL, kind TEXT NOT NULL, holder BLOB NOT NULL, claim TEXT NOT NULL, at INTEGER NOT NULL,
  replaced INTEGER);
CREATE INDEX IF NOT EXISTS host_inventory_by_holder ON host_inventory (holder, entry);
CREATE INDEX IF NOT EXISTS host_inventory_of_reporter ON host_inventory (reporter) WHERE replaced IS NULL;
CREATE INDEX IF NOT EXISTS host_inventory_of_host ON host_inventory (environment, host) WHERE kind = 'packages';
CREATE TABLE IF NOT EXISTS program_bill (reporter TEXT NOT NULL, instance TEXT NOT NULL, holder BLOB NOT NULL,
  entry INTEGER NOT NULL, PRIMARY KEY (reporter, instance)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS program_bill_by_holder ON program_bill (holder);
CREATE TABLE IF NOT EXISTS instance (reporter TEXT NOT NULL, id TEXT NOT NULL, environment TEXT NOT NULL,
  workload TEXT NOT NULL,
  started_at INTEGER NOT NULL, ended_at INTEGER, joined INTEGER, parted INTEGER, detail TEXT NOT NULL,
  settings TEXT, PRIMARY KEY (reporter, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS instance_by_workload ON instance (workload, ended_at, started_at);
CREATE INDEX IF NOT EXISTS instance_by_time ON instance (environment, started_at);
CREATE INDEX IF NOT EXISTS instance_joining ON instance (environment) WHERE joined IS NULL;
CREATE INDEX IF NOT EXISTS instance_parting ON instance (environment) WHERE ended_at IS NOT NULL AND parted IS NULL;
CREATE TABLE IF NOT EXISTS exposure (reporter TEXT NOT NULL, instance TEXT NOT NULL, entry INTEGER NOT NULL,
  at INTEGER NOT NULL, until_at INTEGER, reach INTEGER NOT NULL, said TEXT NOT NULL,
  PRIMARY KEY (reporter, instance, entry)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS exposure_now ON exposure (reporter, instance) WHERE until_at IS NULL;
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
CREATE TABLE IF NOT EXISTS integration (name TEXT PRIMARY KEY, declared TEXT NOT NULL, entry INTEGER NOT NULL);
)sql";

constexpr std::string_view policy_schema = R"sql(
CREATE TABLE IF NOT EXISTS policy (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS policy_version (name TEXT NOT NULL, version INTEGER NOT NULL, form TEXT NOT NULL,
  digest BLOB NOT NULL, source TEXT NOT NULL, description TEXT, actor BLOB NOT NULL, created_at INTEGER NOT NULL,
  entry INTEGER NOT NULL, proposal INTEGER, PRIMARY KEY (name, version));
CREATE INDEX IF NOT EXISTS policy_version_by_digest ON policy_version (digest);
CREATE TABLE IF NOT EXISTS policy_attachment (policy TEXT NOT NULL, environment TEXT NOT NULL, flow TEXT NOT NULL,
  mode TEXT NOT NULL, actor BLOB NOT NULL, attached_at INTEGER NOT NULL, entry INTEGER NOT NULL,
  PRIMARY KEY (policy, environment, flow)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS policy_attachment_by_environment ON policy_attachment (environment, flow);
CREATE TABLE IF NOT EXISTS policy_proposal (entry INTEGER PRIMARY KEY, policy TEXT NOT NULL, proposed TEXT NOT NULL,
  source TEXT NOT NULL, account BLOB NOT NULL, proposed_at INTEGER NOT NULL, ended TEXT NOT NULL DEFAULT '',
  ended_at INTEGER, ended_reason TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS policy_proposal_open ON policy_proposal (policy) WHERE ended = '';
CREATE INDEX IF NOT EXISTS policy_proposal_by_policy ON policy_proposal (policy, entry);
CREATE TABLE IF NOT EXISTS policy_voice (entry INTEGER PRIMARY KEY, proposal INTEGER NOT NULL, account BLOB NOT NULL,
  voice TEXT NOT NULL, role TEXT NOT NULL, comment TEXT NOT NULL, said_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS policy_voice_by_proposal ON policy_voice (proposal);
CREATE TABLE IF NOT EXISTS policy_roles (one INTEGER PRIMARY KEY CHECK (one = 1), roles TEXT NOT NULL,
  actor BLOB NOT NULL, named_at INTEGER NOT NULL, entry INTEGER NOT NULL);
-- The meaning stands before what is long: looking at it reads one page of the row.
CREATE TABLE IF NOT EXISTS decision (entry INTEGER PRIMARY KEY, artifact BLOB NOT NULL, environment TEXT NOT NULL,
  change_class TEXT NOT NULL, purpose TEXT NOT NULL, verdict TEXT NOT NULL, decided_at INTEGER NOT NULL,
  meaning BLOB NOT NULL, objection TEXT NOT NULL, answer TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS decision_by_artifact ON decision (artifact, entry);
CREATE INDEX IF NOT EXISTS decision_by_environment ON decision (environment, entry);
CREATE TABLE IF NOT EXISTS decision_current (artifact BLOB NOT NULL, environment TEXT NOT NULL,
  change_class TEXT NOT NULL, purpose TEXT NOT NULL, entry INTEGER NOT NULL,
  PRIMARY KEY (artifact, environment, change_class, purpose)) WITHOUT ROWID;
)sql";

constexpr std::string_view window_schema = R"sql(
CREATE TABLE IF NOT EXISTS window_version (entry INTEGER PRIMARY KEY, name TEXT NOT NULL, definition TEXT NOT NULL,
  was_open TEXT NOT NULL, declared_at INTEGER NOT NULL, ended_at INTEGER, actor BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS window_by_name ON window_version (name) WHERE ended_at IS NULL;
CREATE TABLE IF NOT EXISTS freeze (entry INTEGER PRIMARY KEY, environment TEXT NOT NULL, incident TEXT, reason TEXT,
  from_at INTEGER NOT NULL, until_at INTEGER NOT NULL, ended_at INTEGER, ended_by BLOB, ended_reason TEXT,
  actor BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS freeze_by_until ON freeze (until_at);
CREATE TABLE IF NOT EXISTS window_override (entry INTEGER PRIMARY KEY, name TEXT NOT NULL, environment TEXT NOT NULL,
  from_at INTEGER NOT NULL, until_at INTEGER NOT NULL, reason TEXT, ticket TEXT, actor BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS window_override_by_until ON window_override (until_at);
)sql";

// `finding.component` goes by the index of bills of materials; `bill_read` says which of them it holds, and of what
// package they are, without its version. `began_at` is when a finding was opened last, `open_us` how long it was open
// before that, `cause` what opened it. Its last step stands in `finding` itself (`last`, `changed_at`, `entry`,
// `last_cause`), those before it in `finding_change`: most findings have one. `finding_name` has every id by which a
// finding of the flaw was ever called. Findings of one advisory lie side by side: what is open of a component memory
// knows, so that only what has ended is found by it here. In `finding_stated` no artifact is an empty one: what holds
// in general; rows without `until_at` hold now.
constexpr std::string_view finding_schema = R"sql(
CREATE TABLE IF NOT EXISTS advisories (entry INTEGER PRIMARY KEY, feed TEXT NOT NULL, updated TEXT NOT NULL,
  digest BLOB NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS advisories_by_feed ON advisories (feed, entry);
CREATE TABLE IF NOT EXISTS advisories_matched (one INTEGER PRIMARY KEY CHECK (one = 1), digest BLOB NOT NULL,
  entry INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS bill_read (attestation INTEGER PRIMARY KEY, entry INTEGER NOT NULL,
  components INTEGER NOT NULL, error TEXT NOT NULL, subject TEXT NOT NULL, subject_package TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS bill_unread ON bill_read (attestation) WHERE error <> '';
CREATE INDEX IF NOT EXISTS bill_read_by_subject ON bill_read (subject_package) WHERE subject_package <> '';
CREATE TABLE IF NOT EXISTS finding (id INTEGER PRIMARY KEY, cluster TEXT NOT NULL, component TEXT NOT NULL,
  last TEXT NOT NULL, state TEXT NOT NULL, score INTEGER NOT NULL, opened_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL, entry INTEGER NOT NULL, began_at INTEGER NOT NULL, open_us INTEGER NOT NULL,
  cause TEXT NOT NULL, last_cause TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS finding_by_key ON finding (cluster, component);
CREATE INDEX IF NOT EXISTS finding_ended ON finding (component) WHERE state NOT IN ('opened','reopened');
CREATE TABLE IF NOT EXISTS finding_name (name TEXT NOT NULL, cluster TEXT NOT NULL, PRIMARY KEY (name, cluster))
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS finding_change (finding INTEGER NOT NULL, entry INTEGER NOT NULL, at INTEGER NOT NULL,
  cause TEXT NOT NULL, change TEXT NOT NULL, PRIMARY KEY (finding, entry)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS attestation_of_bill ON attestation (artifact, entry) WHERE type = 'sbom';
CREATE INDEX IF NOT EXISTS attestation_by_turn_of_bill ON attestation (entry) WHERE type = 'sbom';
CREATE INDEX IF NOT EXISTS attestation_of_statements ON attestation (entry) WHERE type = 'vex';
CREATE TABLE IF NOT EXISTS statements_read (attestation INTEGER PRIMARY KEY, entry INTEGER NOT NULL,
  statements INTEGER NOT NULL, error TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS finding_stated (cluster TEXT NOT NULL, component TEXT NOT NULL, artifact BLOB NOT NULL,
  entry INTEGER NOT NULL, at INTEGER NOT NULL, until_at INTEGER, suppresses INTEGER NOT NULL, said TEXT NOT NULL,
  PRIMARY KEY (cluster, component, artifact, entry)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS remedy_times (entry INTEGER PRIMARY KEY, declared TEXT NOT NULL, at INTEGER NOT NULL);
)sql";

constexpr std::string_view campaign_schema = R"sql(
CREATE TABLE IF NOT EXISTS campaign (entry INTEGER PRIMARY KEY, cluster TEXT NOT NULL, opened TEXT NOT NULL,
  account BLOB NOT NULL, opened_at INTEGER NOT NULL, closed_at INTEGER, closed_by BLOB, note TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS campaign_open ON campaign (cluster) WHERE closed_at IS NULL;
CREATE TABLE IF NOT EXISTS own_advisory (id TEXT PRIMARY KEY, record TEXT NOT NULL, account BLOB NOT NULL,
  published_at INTEGER NOT NULL, entry INTEGER NOT NULL, withdrawn_at INTEGER, reason TEXT NOT NULL DEFAULT '')
  WITHOUT ROWID;
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
CREATE INDEX IF NOT EXISTS delivery_dead ON delivery (channel) WHERE state = 'dead';
CREATE TABLE IF NOT EXISTS channel_secret (channel TEXT PRIMARY KEY, url TEXT NOT NULL, secrets TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS integration_secret (integration TEXT PRIMARY KEY, secrets TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS caller_request (id INTEGER PRIMARY KEY, integration TEXT NOT NULL,
  key TEXT NOT NULL, delivery TEXT NOT NULL, asked TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'pending',
  said TEXT NOT NULL DEFAULT '', told TEXT NOT NULL DEFAULT '', comments INTEGER NOT NULL DEFAULT 0,
  waits INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
  received_at INTEGER NOT NULL, next_at INTEGER NOT NULL, until_at INTEGER NOT NULL, answered_at INTEGER,
  last_status INTEGER, last_error TEXT NOT NULL DEFAULT '');
CREATE UNIQUE INDEX IF NOT EXISTS caller_request_by_key ON caller_request (integration, key);
CREATE INDEX IF NOT EXISTS caller_request_by_delivery ON caller_request (integration, delivery) WHERE delivery <> '';
CREATE INDEX IF NOT EXISTS caller_request_pending ON caller_request (integration, id) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS heartbeat (reporter TEXT PRIMARY KEY, seen_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS heartbeat_said (reporter TEXT PRIMARY KEY, sent_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS decision_watch (artifact BLOB NOT NULL, environment TEXT NOT NULL,
  change_class TEXT NOT NULL, purpose TEXT NOT NULL, cause INTEGER NOT NULL, checked INTEGER NOT NULL, due INTEGER,
  PRIMARY KEY (artifact, environment, change_class, purpose)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS decision_watch_by_environment ON decision_watch (environment);
CREATE INDEX IF NOT EXISTS decision_watch_stale ON decision_watch (cause) WHERE checked<cause;
CREATE INDEX IF NOT EXISTS decision_watch_due ON decision_watch (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS timer (name TEXT PRIMARY KEY, at INTEGER NOT NULL);
)sql";

// What the owned tables of an older version need before and after those of this one are created. Derived tables need
// nothing: they are made anew from the entries.
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

constexpr std::string_view to_be_filled = "derived tables are to be filled";

Status create_tables(Database& db, std::int64_t version) {
  const bool outdated = version > 0 && version < schema_version;
  for (const Migration& each : migrations)
    if (outdated && each.from >= version) TRY(db.script(each.before));
  if (outdated)
    for (const std::string_view table : derived_tables)
      TRY(db.script(fmt::format("DROP TABLE IF EXISTS {}", table)));
  for (const std::string_view part : {ledger_schema, record_schema, runtime_schema, policy_schema,
                                      window_schema, dbom_schema, finding_schema, campaign_schema,
                                      owned_schema})
    TRY(db.script(part));
  for (const Migration& each : migrations)
    if (outdated && each.from >= version) TRY(db.script(each.after));
  if (outdated)
    TRY(execute(db, "INSERT INTO timer (name, at) VALUES ($1, 0) ON CONFLICT DO NOTHING", to_be_filled));
  return db.script(fmt::format("PRAGMA user_version={}", schema_version));
}

}  // namespace

Result<DerivedTables> create_schema(Database& db) {
  const std::int64_t version = TRY(query_count(db, "PRAGMA user_version"));
  if (version > schema_version)
    return Error{Errc::unavailable,
                 fmt::format("the data was written by a newer version (schema {}, this is {})", version,
                             schema_version)};
  TRY(db.begin());  // all of it or nothing, and one sync
  const Status created = create_tables(db, version);
  if (!created.ok()) {
    db.rollback();
    return created.error();
  }
  TRY(db.commit());
  const auto waits = TRY(query_count(db, "SELECT count(*) FROM timer WHERE name=$1", to_be_filled));
  return waits > 0 ? DerivedTables::empty : DerivedTables::filled;
}

Status note_filled(Database& db) { return execute(db, "DELETE FROM timer WHERE name=$1", to_be_filled); }

Status empty_derived_tables(Database& db) {
  for (const std::string_view table : derived_tables) TRY(db.script(fmt::format("DELETE FROM {}", table)));
  return {};
}

}  // namespace weir::store
