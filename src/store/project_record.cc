#include "crypto/digest.h"
#include "store/project_rows.h"

namespace weir::store {
namespace {

Bytes actor_bytes(std::string_view hex) { return decode_hex(hex).value(); }

Status link(Database& db, const Sha256& root, const artifact::RecordedLink& link) {
  TRY(execute(db,
              "INSERT INTO identity (child, root, parent, relation, platform) VALUES ($1,$2,$3,$4,$5) "
              "ON CONFLICT DO NOTHING",
              link.child, root, link.parent, link.relation, link.platform));
  if (link.layers.empty()) return {};
  return execute(db, "INSERT INTO layers (config, digest) VALUES ($1,$2) ON CONFLICT DO NOTHING", link.child,
                 digest_of_layers(link.layers));
}

}  // namespace

Sha256 digest_of_layers(const std::vector<Sha256>& layers) {
  crypto::Hasher hasher;
  for (const Sha256& layer : layers) hasher.update(layer.view());
  return hasher.finish();
}

Status identify_self(Database& db, const Sha256& digest) {
  return execute(db,
                 "INSERT INTO identity (child, root, relation) VALUES ($1,$2,'self') ON CONFLICT DO NOTHING",
                 digest, digest);
}

Status project_row(Database& db, const Stamp& stamp, const LedgerOpened& event) {
  return execute(
      db, "INSERT INTO organization (name, origin, public_key, server_actor, entry) VALUES ($1,$2,$3,$4,$5)",
      event.organization, event.origin, event.public_key, Blob{actor_bytes(event.server_actor)}, stamp.index);
}

Status project_row(Database& db, const Stamp& stamp, const access::OrganizationNamed& event) {
  return execute(db, "UPDATE organization SET title=$1, contact=$2, named=$3", event.title, event.contact,
                 stamp.index);
}

Status project_row(Database& db, const Stamp& stamp, const access::AccountCreated& event) {
  return execute(
      db,
      "INSERT INTO account (id, name, kind, roles, flows, environments, expires_at, token_digest, entry, "
      "created_at, maker) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)",
      Blob{actor_bytes(event.id)}, event.name, event.kind, format::encode(event.roles),
      format::encode(event.flows), format::encode(event.environments), event.expires_at, event.token_digest,
      stamp.index, stamp.at, Blob{stamp.actor.view()});
}

// Memberships are of accounts: a later account of the same name has none of them.
Status project_row(Database& db, const Stamp& stamp, const access::AccountRemoved& event) {
  TRY(execute(
      db,
      "DELETE FROM group_member WHERE account IN (SELECT id FROM account WHERE name=$1 AND removed_at IS "
      "NULL)",
      event.name));
  return execute(db, "UPDATE account SET removed_at=$1 WHERE name=$2 AND removed_at IS NULL", stamp.at,
                 event.name);
}

Status project_row(Database& db, const Stamp& stamp, const access::JoinTokenIssued& event) {
  return execute(db,
                 "INSERT INTO join_token (entry, environment, expires_at, token_digest) VALUES ($1,$2,$3,$4)",
                 stamp.index, event.environment, event.expires_at, event.token_digest);
}

Status project_row(Database& db, const Stamp& stamp, const access::JoinTokenRevoked& event) {
  return execute(db, "UPDATE join_token SET revoked_at=$1 WHERE entry=$2", stamp.at, event.entry);
}

Status project_row(Database& db, const Stamp& stamp, const access::GroupDeclared& event) {
  TRY(execute(
      db,
      "INSERT INTO people_group (name, description, roles, entry) VALUES ($1,$2,$3,$4) ON CONFLICT (name) DO "
      "UPDATE SET description=excluded.description, roles=excluded.roles, entry=excluded.entry",
      event.name, event.description, format::encode(event.roles), stamp.index));
  TRY(execute(db, "DELETE FROM group_member WHERE name=$1", event.name));
  for (const std::string& person : event.people)
    TRY(execute(
        db,
        "INSERT INTO group_member (name, account) SELECT $1, id FROM account WHERE name=$2 AND removed_at IS "
        "NULL",
        event.name, person));
  return {};
}

Status project_row(Database& db, const Stamp& stamp, const evidence::Service& event) {
  return execute(
      db,
      "INSERT INTO service (name, team, contact, tier, repository, runbook, entry) VALUES ($1,$2,$3,$4,$5,$6,$7) "
      "ON CONFLICT (name) DO UPDATE SET team=excluded.team, contact=excluded.contact, tier=excluded.tier, "
      "repository=excluded.repository, runbook=excluded.runbook, entry=excluded.entry",
      event.name, event.team, event.contact, event.tier, event.repository, event.runbook,
      stamp.index);
}

Status project_row(Database& db, const Stamp& stamp, const evidence::Flow& event) {
  return execute(
      db,
      "INSERT INTO flow (name, service, description, template, tags, entry) VALUES ($1,$2,$3,$4,$5,$6) "
      "ON CONFLICT (name) DO UPDATE SET service=excluded.service, description=excluded.description, "
      "template=excluded.template, tags=excluded.tags, entry=excluded.entry",
      event.name, event.service, event.description, format::encode(event.required),
      format::encode(event.tags), stamp.index);
}

Status project_row(Database& db, const Stamp& stamp, const evidence::Trail& event) {
  return execute(
      db,
      "INSERT INTO trail (flow, name, commit_id, branch, url, author, description, begun_at, entry) "
      "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT (flow, name) DO UPDATE SET "
      "commit_id=excluded.commit_id, branch=excluded.branch, url=excluded.url, author=excluded.author, "
      "description=excluded.description, entry=excluded.entry",
      event.flow, event.name, event.commit, event.branch, event.url, event.author, event.description,
      stamp.at, stamp.index);
}

// An artifact is that of the flow which recorded it first: another one has it on its trails, and does not rename it.
Status project_row(Database& db, const Stamp& stamp, const artifact::ArtifactRecorded& event) {
  TRY(execute(
      db,
      "INSERT INTO artifact (digest, name, kind, flow, trail, commit_id, build_url, recorded_at, entry) "
      "VALUES "
      "($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT (digest) DO UPDATE SET name=excluded.name, "
      "kind=excluded.kind, "
      "flow=excluded.flow, trail=excluded.trail, commit_id=excluded.commit_id, build_url=excluded.build_url "
      "WHERE artifact.flow=excluded.flow",
      event.digest, event.name, event.kind, event.flow, event.trail, event.commit, event.build_url, stamp.at,
      stamp.index));
  TRY(execute(
      db,
      "INSERT INTO artifact_on_trail (flow, trail, name, digest, entry) VALUES ($1,$2,$3,$4,$5) ON CONFLICT "
      "(flow, trail, name) DO UPDATE SET digest=excluded.digest, entry=excluded.entry",
      event.flow, event.trail, event.name, event.digest, stamp.index));
  TRY(identify_self(db, event.digest));
  for (const artifact::RecordedLink& each : event.links) TRY(link(db, event.digest, each));
  return execute(db,
                 "UPDATE workload SET changed=$1 WHERE id IN (SELECT d.workload FROM identity n JOIN workload_digest d "
                 "ON d.digest=n.child WHERE n.root=$2)",
                 stamp.index, event.digest);
}

Status project_row(Database& db, const Stamp& stamp, const evidence::AttestationRecorded& event) {
  return execute(
      db,
      "INSERT INTO attestation (entry, flow, trail, name, type, artifact, artifact_name, compliant, summary, "
      "description, url, media_type, content, content_size, recorded_at, actor, predicate, signature, signer) VALUES "
      "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19)",
      stamp.index, event.flow, event.trail, event.name, event.type, event.artifact, event.artifact_name,
      event.compliant, dump(event.summary), event.description, event.url, event.media_type, event.content,
      event.content_size, stamp.at, Blob{stamp.actor.view()},
      event.predicate.is_null() ? std::optional<std::string>() : std::optional(dump(event.predicate)),
      event.signature, event.signer ? std::optional(format::encode(*event.signer)) : std::nullopt);
}

Status project_row(Database& db, const Stamp& stamp, const evidence::SigningKeyDeclared& event) {
  return execute(db, "INSERT INTO signing_key (entry, name, declared, actor, declared_at) VALUES ($1,$2,$3,$4,$5)",
                 stamp.index, event.name, format::encode(event), Blob{stamp.actor.view()}, stamp.at);
}

Status project_row(Database& db, const Stamp& stamp, const evidence::SigningKeyRemoved& event) {
  return execute(db, "UPDATE signing_key SET removed_at=$1 WHERE name=$2 AND removed_at IS NULL", stamp.at,
                 event.name);
}

Status project_row(Database& db, const Stamp& stamp, const evidence::AttestationTypeDeclared& event) {
  return execute(
      db,
      "INSERT INTO attestation_type (name, description, schema, rule, predicate_type, entry) VALUES "
      "($1,$2,$3,$4,$5,$6) ON CONFLICT (name) DO UPDATE SET description=excluded.description, "
      "schema=excluded.schema, "
      "rule=excluded.rule, predicate_type=excluded.predicate_type, entry=excluded.entry",
      event.name, event.description, dump(event.schema), event.rule, event.predicate_type, stamp.index);
}

Status project_row(Database& db, const Stamp& stamp, const deploy::ApprovalGiven& event) {
  TRY(identify_self(db, event.artifact));
  if (event.origin.break_glass)
    TRY(execute(db, "UPDATE break_glass SET approval=$1 WHERE entry=$2", stamp.index,
                *event.origin.break_glass));
  if (event.origin.request)
    TRY(execute(db, "UPDATE approval_request SET approval=$1 WHERE entry=$2", stamp.index,
                *event.origin.request));
  return execute(
      db,
      "INSERT INTO approval (entry, artifact, environment, from_at, until_at, reason, actor, adopted, "
      "recorded_at, groups, request, by_rule, decision, break_glass, change, tree) VALUES "
      "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)",
      stamp.index, event.artifact, event.environment, event.from, event.until, event.reason,
      Blob{stamp.actor.view()}, event.adopted, stamp.at, format::encode(event.origin.groups),
      event.origin.request, event.origin.by_rule, event.origin.decision, event.origin.break_glass,
      event.origin.change, event.origin.tree);
}

Status project_row(Database& db, const Stamp& stamp, const deploy::ApprovalRevoked& event) {
  return execute(db, "UPDATE approval SET revoked_at=$1, revoked_by=$2 WHERE entry=$3", stamp.at,
                 Blob{stamp.actor.view()}, event.approval);
}

Status project_row(Database& db, const Stamp& stamp, const deploy::DeploymentDeclared& event) {
  TRY(identify_self(db, event.artifact));
  return execute(db,
                 "INSERT INTO deployment (entry, artifact, environment, state, declared_at, deadline, "
                 "at_least, alongside, "
                 "rollback, actor) VALUES ($1,$2,$3,'expected',$4,$5,$6,$7,$8,$9)",
                 stamp.index, event.artifact, event.environment, stamp.at, event.deadline, event.at_least,
                 event.alongside, event.rollback, Blob{stamp.actor.view()});
}

Status project_row(Database& db, const Stamp& stamp, const deploy::DeploymentChanged& event) {
  using deploy::DeploymentState;
  TRY(execute(db, "UPDATE deployment SET state=$1, reason=$2 WHERE entry=$3", event.state, event.reason,
              event.deployment));
  if (event.state == DeploymentState::observed)
    return execute(db, "UPDATE deployment SET observed_at=$1 WHERE entry=$2", stamp.at, event.deployment);
  if (event.state == DeploymentState::ended)
    return execute(db, "UPDATE deployment SET ended_at=$1 WHERE entry=$2", stamp.at, event.deployment);
  return {};
}

Status project_row(Database& db, const Stamp& stamp, const dbom::DbomIssued& event) {
  return execute(
      db,
      "INSERT INTO dbom_issued (entry, artifact, environment, at, digest, size) VALUES ($1,$2,$3,$4,$5,$6)",
      stamp.index, event.artifact, event.environment, event.at, event.digest, event.size);
}

}  // namespace weir::store
