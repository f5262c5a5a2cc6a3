#include "store/view_deploy.h"

#include "store/stored.h"
#include "store/view_runtime.h"

namespace weir::store {
namespace {

constexpr std::string_view approval_columns =
    "a.entry, a.artifact, coalesce(r.name, ''), a.environment, a.from_at, a.until_at, a.reason, "
    "coalesce(p.name, hex(a.actor)), "
    "a.adopted, a.recorded_at, a.revoked_at, coalesce(q.name, ''), a.groups, a.request, a.by_rule, "
    "a.decision, a.break_glass, a.change, a.tree";
constexpr std::string_view approval_tables =
    "approval a LEFT JOIN artifact r ON r.digest=a.artifact LEFT JOIN account p ON p.id=a.actor LEFT JOIN "
    "account q ON "
    "q.id=a.revoked_by";

deploy::Approval approval_row(const Row& row) {
  return {.id = row.integer(0),
          .artifact = row.digest(1),
          .artifact_name = row.string(2),
          .environment = row.string(3),
          .reason = row.string(6),
          .actor = row.string(7),
          .from = row.maybe_instant(4),
          .until = row.maybe_instant(5),
          .adopted = row.boolean(8),
          .recorded_at = row.instant(9),
          .revoked_at = row.maybe_instant(10),
          .revoked_by = row.string(11),
          .origin = {.groups = read_stored<std::vector<std::string>>(row.text(12)),
                     .request = row.maybe_integer(13),
                     .by_rule = row.string(14),
                     .decision = row.maybe_integer(15),
                     .break_glass = row.maybe_integer(16),
                     .change = row.string(17),
                     .tree = row.string(18)}};
}

// Running counts go through identities: what runs is matched on any digest of the deployed artifact's set. A service is
// seen as its unit and as its processes, and its file may be watched: that is one thing, so kinds don't add up.
constexpr std::string_view running_of_artifact =
    "(SELECT coalesce(max(k.running), 0) FROM (SELECT count(DISTINCT i.reporter || i.id) AS running FROM identity n "
    "JOIN workload_digest wd ON wd.digest=n.child JOIN workload w ON "
    "w.id=wd.workload AND w.environment=d.environment JOIN instance i ON i.workload=w.id AND i.ended_at IS "
    "NULL WHERE n.root=d.artifact GROUP BY w.kind) k)";
// Older: recorded or declared here before, or what a rollback goes back from; a later canary is not.
constexpr std::string_view superseded_by_artifact =
    "(SELECT count(DISTINCT i.reporter || i.id) FROM artifact o JOIN approval oa ON oa.artifact=o.digest AND "
    "oa.environment=d.environment JOIN identity n ON n.root=o.digest JOIN workload_digest wd ON "
    "wd.digest=n.child JOIN workload w ON "
    "w.id=wd.workload AND w.environment=d.environment JOIN instance i ON i.workload=w.id AND i.ended_at IS "
    "NULL WHERE "
    "o.name=r.name AND o.digest<>d.artifact AND (o.entry<r.entry OR d.rollback=1 OR EXISTS (SELECT 1 FROM "
    "deployment "
    "b WHERE b.artifact=o.digest AND b.environment=d.environment AND b.entry<d.entry)) AND NOT EXISTS "
    "(SELECT 1 FROM "
    "deployment c WHERE c.artifact=o.digest AND c.environment=d.environment AND c.entry>d.entry AND "
    "c.alongside=1))";
constexpr std::string_view replaced_by_newer =
    "EXISTS (SELECT 1 FROM deployment e LEFT JOIN artifact f ON f.digest=e.artifact WHERE "
    "e.environment=d.environment AND "
    "e.entry>d.entry AND e.alongside=0 AND (e.artifact=d.artifact OR f.name=r.name))";

DeploymentView deployment_row(const Row& row) {
  return {{.id = row.integer(0),
           .artifact = row.digest(1),
           .artifact_name = row.string(2),
           .environment = row.string(3),
           .actor = row.string(4),
           .state = *format::enum_from<deploy::DeploymentState>(row.text(5)),
           .declared_at = row.instant(6),
           .deadline = row.instant(7),
           .observed_at = row.maybe_instant(8),
           .ended_at = row.maybe_instant(9),
           .at_least = row.integer(10),
           .alongside = row.boolean(11),
           .rollback = row.boolean(12),
           .running = row.integer(13),
           .superseded = row.integer(14),
           .replaced = row.boolean(15),
           .reason = row.string(16)}};
}

// The last that ended of what was deployed: what it was, when, and whether with its reporter.
struct LastSeen {
  runtime::Instance instance;
  Instant ended_at;
  std::string host;
  std::optional<Instant> reporter_removed_at;
};
Result<std::optional<LastSeen>> last_seen_of(Database& db, const deploy::Deployment& deployment) {
  return query_one(
      db,
      "SELECT i.detail, i.ended_at, r.host, r.removed_at FROM identity n JOIN workload_digest wd ON "
      "wd.digest=n.child JOIN workload w ON w.id=wd.workload AND w.environment=$1 JOIN instance i ON "
      "i.workload=w.id "
      "JOIN reporter r ON r.id=i.reporter WHERE n.root=$2 AND i.ended_at IS NOT NULL ORDER BY i.ended_at "
      "DESC LIMIT 1",
      [](const Row& row) {
        return LastSeen{read_stored<runtime::Instance>(row.text(0)), row.instant(1), row.string(2),
                        row.maybe_instant(3)};
      },
      deployment.environment, deployment.artifact);
}

// What ended when a scope rule or the end of its reporter took it out of sight may run on. As with agents, the last
// rule that matches counts; one that ran out a moment ago still does, until its agent looks again.
Result<std::string> unwatched(Database& db, const deploy::Deployment& deployment, Instant now) {
  if (deployment.state != deploy::DeploymentState::observed || deployment.running >= deployment.at_least)
    return std::string();
  const auto last = TRY(last_seen_of(db, deployment));
  if (!last) return std::string();
  if (last->reporter_removed_at && last->ended_at >= *last->reporter_removed_at)
    return fmt::format("no longer watched: the reporter of {} was removed", last->host);
  constexpr Duration moment = minutes(1);
  const auto scopes = TRY(list_scopes(db, deployment.environment));
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
    const bool in_force = !scope->rule.expires_at || *scope->rule.expires_at + moment > now;
    if (!in_force || !runtime::matches(scope->rule, last->instance)) continue;
    if (scope->rule.effect == runtime::ScopeEffect::include || last->ended_at + moment < scope->declared_at)
      break;
    return fmt::format("no longer watched: scope rule {} of {} excludes it", scope->rule.id, scope->actor);
  }
  return std::string();
}

}  // namespace

Result<std::vector<ApprovalView>> list_approvals(Database& db, const ApprovalFilter& filter, Instant now) {
  const auto make = [now](const Row& row) {
    deploy::Approval approval = approval_row(row);
    const auto state = deploy::state_at(approval, now);
    return ApprovalView{std::move(approval), state};
  };
  return query(
      db,
      fmt::format("SELECT {} FROM {} WHERE ($1='' OR a.environment=$2) AND ($3 IS NULL OR a.artifact=$4) AND "
                  "a.entry<$5 ORDER BY a.entry DESC LIMIT $6",
                  approval_columns, approval_tables),
      make, filter.environment, filter.environment, filter.artifact, filter.artifact, filter.before,
      filter.limit);
}

Result<std::optional<deploy::Approval>> find_approval(Database& db, std::int64_t id) {
  return query_one(db, fmt::format("SELECT {} FROM {} WHERE a.entry=$1", approval_columns, approval_tables),
                   approval_row, id);
}

Result<std::vector<deploy::Approval>> approvals_covering(Database& db, const Sha256& digest,
                                                         std::string_view environment) {
  return query(
      db,
      fmt::format(
          "SELECT {} FROM identity n JOIN {} WHERE n.child=$1 AND a.artifact=n.root AND a.environment=$2",
          approval_columns, approval_tables),
      approval_row, digest, environment);
}

Result<std::vector<DeploymentView>> list_deployments(Database& db, const DeploymentFilter& filter,
                                                     Instant now) {
  auto views = TRY(query(
      db,
      fmt::format(
          "SELECT d.entry, d.artifact, coalesce(r.name, ''), d.environment, coalesce(p.name, hex(d.actor)), "
          "d.state, d.declared_at, d.deadline, d.observed_at, d.ended_at, d.at_least, d.alongside, "
          "d.rollback, "
          "{}, {}, {}, d.reason FROM deployment d LEFT JOIN artifact r ON r.digest=d.artifact LEFT JOIN "
          "account p ON "
          "p.id=d.actor WHERE ($1='' OR d.environment=$2) AND ($3 IS NULL OR d.artifact=$4) AND ($5=0 OR "
          "d.state IN ('expected','observed','missed')) AND d.entry>=$6 AND d.entry<$7 ORDER BY d.entry DESC "
          "LIMIT $8",
          running_of_artifact, superseded_by_artifact, replaced_by_newer),
      deployment_row, filter.environment, filter.environment, filter.artifact, filter.artifact,
      filter.unfinished_only, filter.from, filter.before, filter.limit));
  for (DeploymentView& view : views) view.deployment.unwatched = TRY(unwatched(db, view.deployment, now));
  return views;
}

Result<std::optional<DeploymentView>> find_deployment(Database& db, std::int64_t id, Instant now) {
  auto views = TRY(list_deployments(db, {.from = id, .before = id + 1}, now));
  return views.empty() ? std::nullopt : std::optional(std::move(views.front()));
}

Result<std::string> name_of_artifact(Database& db, const Sha256& digest) {
  const auto name = TRY(query_one(
      db, "SELECT name FROM artifact WHERE digest=$1", [](const Row& row) { return row.string(0); }, digest));
  return name.value_or("");
}

Result<bool> environment_exists(Database& db, std::string_view name) {
  return TRY(query_count(db, "SELECT count(*) FROM environment WHERE name=$1", name)) > 0;
}

Result<std::int64_t> next_index(Database& db) {
  return query_count(db, "SELECT coalesce(max(idx) + 1, 0) FROM entry");
}

Result<deploy::DeployFacts> deploy_facts(Database& db, const deploy::DeploymentRequest& request,
                                         Instant now) {
  deploy::DeployFacts facts;
  facts.environment_exists = TRY(environment_exists(db, request.environment));
  const std::int64_t last_of_others = TRY(
      query_count(db, "SELECT coalesce(max(entry), -1) FROM deployment WHERE environment=$1 AND artifact<>$2",
                  request.environment, request.artifact));
  for (const deploy::Approval& approval :
       TRY(approvals_covering(db, request.artifact, request.environment))) {
    facts.approved_now |= deploy::state_at(approval, now) == deploy::ApprovalState::active &&
                          (approval.origin.change.empty() || approval.origin.change == request.change());
    facts.approved_before |= approval.id < last_of_others;
  }
  facts.approved_before |=
      TRY(query_count(db,
                      "SELECT EXISTS (SELECT 1 FROM deployment WHERE artifact=$1 AND environment=$2 "
                      "AND observed_at IS NOT NULL) OR EXISTS (SELECT 1 FROM identity n JOIN "
                      "workload_digest d ON d.digest=n.child JOIN workload w ON w.id=d.workload AND "
                      "w.environment=$3 WHERE n.root=$4)",
                      request.artifact, request.environment, request.environment, request.artifact)) > 0;
  return facts;
}

}  // namespace weir::store
