#include "store/view_dbom.h"

#include <algorithm>
#include <map>

#include "store/settings.h"
#include "store/view_rollback.h"

namespace weir::store {
namespace {

using dbom::Concern;
using dbom::Role;

constexpr auto rows_max = static_cast<std::int64_t>(dbom::lines_max);

std::int64_t entry_of(const Row& row) { return row.integer(0); }

struct Deployed {
  std::int64_t entry = 0;
  Bytes actor;
  Instant at = {};
};

struct Builder {
  Database& db;
  const DbomQuery& query;
  DbomFacts out = {};
  std::string name, flow, trail;  // of the artifact, empty where it was never recorded
  std::optional<std::int64_t> recorded = {};

  dbom::Facts& facts() { return out.facts; }
  void concern(Role role, std::vector<std::int64_t> entries) {
    facts().concerns.push_back({role, std::move(entries)});
  }
};

// A flow, a trail or a service that was declared again has the newest entry in its row; the one that held at the time
// is behind it.
Result<std::optional<std::int64_t>> held_at(Database& db, std::optional<std::int64_t> entry,
                                            std::int64_t size) {
  while (entry && *entry >= size)
    entry = TRY(query_one(db, "SELECT earlier FROM follow_up WHERE later=$1", entry_of, *entry));
  return entry;
}

// The entries that changed what an entry said.
Result<std::vector<std::int64_t>> followers_of(Database& db, std::int64_t entry, std::int64_t size) {
  return query(db, "SELECT later FROM follow_up WHERE earlier=$1 AND later<$2 ORDER BY later", entry_of,
               entry, size);
}

// An account's own entry follows an act of its actor, so that the name can be told.
Result<std::vector<std::int64_t>> with_account(Database& db, std::int64_t entry, BytesView actor) {
  std::vector<std::int64_t> entries{entry};
  const auto account = TRY(query_one(db, "SELECT entry FROM account WHERE id=$1", entry_of, Blob{actor}));
  if (account) entries.push_back(*account);
  return entries;
}

Status find_artifact(Builder& at) {
  at.facts().artifact.digest = at.query.digest;
  const auto root = TRY(query_one(
      at.db,
      "SELECT n.root FROM identity n JOIN artifact a ON a.digest=n.root WHERE n.child=$1 ORDER BY n.root=$2 "
      "DESC, "
      "a.entry DESC LIMIT 1",
      [](const Row& row) { return row.digest(0); }, at.query.digest, at.query.digest));
  if (!root) return {};
  at.facts().artifact.digest = *root;
  TRY(query(
      at.db, "SELECT name, kind, flow, trail, entry FROM artifact WHERE digest=$1 AND entry<$2",
      [&](const Row& row) {
        at.facts().artifact.name = at.name = row.string(0);
        at.facts().artifact.kind = row.string(1);
        at.flow = row.string(2);
        at.trail = row.string(3);
        at.recorded = row.integer(4);
        return 0;
      },
      *root, at.query.size));
  if (at.recorded) at.concern(Role::artifact, {*at.recorded});
  return {};
}

template <class... Args>
Status add_declared(Builder& at, Role role, std::string_view sql, const Args&... args) {
  const auto entry = TRY(query_one(at.db, sql, entry_of, args...));
  if (const auto held = TRY(held_at(at.db, entry, at.query.size))) at.concern(role, {*held});
  return {};
}

Status add_river(Builder& at) {
  if (!at.recorded) return {};
  TRY(add_declared(at, Role::service,
                   "SELECT s.entry FROM flow f JOIN service s ON s.name=f.service WHERE f.name=$1", at.flow));
  TRY(add_declared(at, Role::flow, "SELECT entry FROM flow WHERE name=$1", at.flow));
  return add_declared(at, Role::trail, "SELECT entry FROM trail WHERE flow=$1 AND name=$2", at.flow,
                      at.trail);
}

// ---- evidence ----

struct AttestationRow {
  std::int64_t entry = 0;
  bool concerns = false;  // this artifact, or its trail as such
  evidence::Attested attested;
  std::optional<Sha256> content;
};

Result<std::vector<AttestationRow>> attestations_of(Builder& at, const Sha256& artifact,
                                                    std::string_view flow, std::string_view trail) {
  return query(
      at.db,
      "SELECT entry, artifact, name, type, coalesce(artifact_name, ''), compliant, content FROM attestation "
      "WHERE "
      "(artifact=$1 OR (flow=$2 AND trail=$3)) AND entry<$4 ORDER BY entry",
      [&](const Row& row) {
        const auto compliant = row.is_null(5) ? std::nullopt : std::optional(row.boolean(5));
        return AttestationRow{row.integer(0),
                              row.is_null(1) || row.digest(1) == artifact,
                              {row.string(2), row.string(3), row.string(4), compliant, row.integer(0)},
                              row.maybe_digest(6)};
      },
      artifact, flow, trail, at.query.size);
}

using Newest = std::map<std::pair<std::string, std::string>, const AttestationRow*>;
Newest newest_of(const std::vector<AttestationRow>& all) {
  Newest newest;
  for (const AttestationRow& each : all) newest[{each.attested.artifact, each.attested.name}] = &each;
  return newest;
}

std::vector<evidence::Attested> attested_of(const std::vector<AttestationRow>& all) {
  std::vector<evidence::Attested> attested;
  for (const auto& [name, row] : newest_of(all))
    if (row->concerns) attested.push_back(row->attested);
  for (evidence::Attested& each : attested)
    if (!each.artifact.empty()) each.artifact = "artifact";  // which may bear another name before
  return attested;
}

std::optional<NamedBill> bill_of(const std::vector<AttestationRow>& all) {
  std::optional<NamedBill> bill;
  for (const AttestationRow& each : all)
    if (each.concerns && each.attested.type == "sbom" && each.content) bill = {each.entry, *each.content};
  return bill;
}

Status add_requirements(Builder& at, const std::vector<AttestationRow>& all) {
  const auto flow = TRY(query_one(at.db, "SELECT entry FROM flow WHERE name=$1", entry_of, at.flow));
  const auto held = TRY(held_at(at.db, flow, at.query.size));
  if (!held) return {};
  std::vector<std::int64_t> entries{*held};
  for (const auto& [name, row] : newest_of(all))
    if (entries.size() < dbom::lines_max) entries.push_back(row->entry);
  at.concern(Role::requirements, std::move(entries));
  return {};
}

Status add_evidence(Builder& at) {
  const auto all = TRY(attestations_of(at, at.facts().artifact.digest, at.recorded ? at.flow : "",
                                       at.recorded ? at.trail : ""));
  std::vector<const AttestationRow*> shown;
  for (const AttestationRow& each : all)
    if (each.concerns) shown.push_back(&each);
  if (shown.size() > dbom::lines_max) {
    const std::size_t cut = shown.size() - dbom::lines_max;
    shown.erase(shown.begin(), shown.begin() + static_cast<std::ptrdiff_t>(cut));
    at.facts().omitted.push_back({static_cast<std::int64_t>(cut), dbom::Kind::evidence});
  }
  for (const AttestationRow* each : shown) at.concern(Role::attestation, {each->entry});
  if (!shown.empty()) at.concern(Role::newest_attestation, {shown.back()->entry});
  if (at.recorded) TRY(add_requirements(at, all));
  at.facts().evidence = attested_of(all);
  at.out.bill = bill_of(all);
  return {};
}

// ---- approvals and deployments ----

Status add_approvals(Builder& at) {
  const auto approvals = TRY(query(
      at.db,
      "SELECT entry, actor FROM approval WHERE artifact=$1 AND environment=$2 AND entry<$3 ORDER BY entry "
      "DESC "
      "LIMIT $4",
      [](const Row& row) { return Deployed{row.integer(0), Bytes(row.bytes(1))}; },
      at.facts().artifact.digest, at.query.environment, at.query.size, rows_max));
  for (auto each = approvals.rbegin(); each != approvals.rend(); ++each) {
    std::vector<std::int64_t> entries{each->entry};
    for (const std::int64_t later : TRY(followers_of(at.db, each->entry, at.query.size)))
      entries.push_back(later);
    at.concern(Role::approval, std::move(entries));
    at.concern(Role::approver, TRY(with_account(at.db, each->entry, each->actor)));
  }
  return {};
}

RollbackQuery earlier_than(Builder& at) {
  return {.artifact = at.facts().artifact.digest,
          .environment = at.query.environment,
          .at = at.query.at,
          .size = at.query.size};
}

// The artifact of the same name that was deployed here last before this one; when none was declared, what ran.
Result<std::optional<RanBefore>> predecessor_of(Builder& at, std::int64_t before) {
  auto declared = TRY(query_one(
      at.db,
      "SELECT a.digest, a.entry, a.name, a.flow, a.trail FROM deployment d JOIN artifact a ON "
      "a.digest=d.artifact "
      "WHERE d.environment=$1 AND d.entry<$2 AND d.artifact<>$3 AND a.name=$4 ORDER BY d.entry DESC LIMIT 1",
      [](const Row& row) {
        return RanBefore{row.digest(0), row.integer(1), row.string(2), row.string(3), row.string(4), {}};
      },
      at.query.environment, before, at.facts().artifact.digest, at.name));
  if (declared) return declared;
  const auto ran = TRY(ran_before(at.db, earlier_than(at)));
  return ran.empty() ? declared : std::optional(ran.front());
}

// `declared`: the declaration of this deployment, or the end of what had been accepted.
Status add_predecessor(Builder& at, std::int64_t declared) {
  if (!at.recorded) return {};
  const auto before = TRY(predecessor_of(at, declared));
  if (!before) return {};
  at.concern(Role::replaced, {before->entry});
  const auto all = TRY(attestations_of(at, before->digest, before->flow, before->trail));
  at.out.bill_before = bill_of(all);
  at.facts().before =
      dbom::Predecessor{.digest = before->digest, .name = before->name, .evidence = attested_of(all)};
  // Trails of its flow begun between the two builds.
  const auto between = TRY(query(
      at.db, "SELECT entry FROM trail WHERE flow=$1 AND entry>$2 AND entry<$3 ORDER BY entry DESC LIMIT $4",
      entry_of, at.flow, before->entry, *at.recorded, rows_max));
  for (auto each = between.rbegin(); each != between.rend(); ++each) at.concern(Role::between, {*each});
  return {};
}

// What could be gone back to at that moment, by the approval that allows it.
Status add_rollback(Builder& at) {
  if (!at.recorded) return {};
  const RollbackTarget target = TRY(rollback_target(at.db, earlier_than(at)));
  if (!target.artifact) {
    at.facts().no_rollback = target.why;
    return {};
  }
  const auto record =
      TRY(query_one(at.db, "SELECT entry FROM artifact WHERE digest=$1", entry_of, *target.artifact));
  at.concern(Role::rollback, {*target.approval, *record});
  return {};
}

Status add_replacement(Builder& at, std::int64_t declared) {
  const auto next = TRY(query_one(
      at.db,
      "SELECT d.entry FROM deployment d JOIN artifact a ON a.digest=d.artifact WHERE d.environment=$1 AND "
      "d.entry>$2 "
      "AND d.entry<$3 AND d.artifact<>$4 AND a.name=$5 AND d.alongside=0 ORDER BY d.entry LIMIT 1",
      entry_of, at.query.environment, declared, at.query.size, at.facts().artifact.digest, at.name));
  if (next) at.concern(Role::replacement, {*next});
  return {};
}

// ---- what let it pass ----

// Entries with what followed them; of each query the newest, in their order.
template <class... Args>
Status add_with_followers(Builder& at, Role role, std::string_view sql, const Args&... args) {
  const auto entries = TRY(query(at.db, sql, entry_of, args..., at.query.size, rows_max));
  for (auto each = entries.rbegin(); each != entries.rend(); ++each) {
    std::vector<std::int64_t> line{*each};
    for (const std::int64_t later : TRY(followers_of(at.db, *each, at.query.size))) line.push_back(later);
    at.concern(role, std::move(line));
  }
  return {};
}

Status add_gate(Builder& at) {
  const Sha256& artifact = at.facts().artifact.digest;
  const std::string& environment = at.query.environment;
  TRY(add_with_followers(
      at, Role::request,
      "SELECT entry FROM approval_request WHERE artifact=$1 AND environment=$2 AND entry<$3 "
      "ORDER BY entry DESC LIMIT $4",
      artifact, environment));
  TRY(add_with_followers(
      at, Role::exception,
      "SELECT entry FROM exception WHERE artifact=$1 AND environment=$2 AND entry<$3 ORDER BY "
      "entry DESC LIMIT $4",
      artifact, environment));
  TRY(add_with_followers(
      at, Role::break_glass,
      "SELECT entry FROM break_glass WHERE artifact=$1 AND environment=$2 AND entry<$3 ORDER BY "
      "entry DESC LIMIT $4",
      artifact, environment));
  for (const std::string_view purpose : {"start", "running"}) {
    const auto newest = TRY(query_one(at.db,
                                      "SELECT entry FROM decision WHERE artifact=$1 AND environment=$2 AND "
                                      "purpose=$3 AND entry<$4 ORDER BY entry "
                                      "DESC LIMIT 1",
                                      entry_of, artifact, environment, purpose, at.query.size));
    if (newest) at.concern(Role::decision, {*newest});
  }
  return {};
}

// Freezes of the environment and overridden windows while the deployment was declared.
Status add_windows(Builder& at, Instant declared) {
  TRY(add_with_followers(
      at, Role::freeze,
      "SELECT entry FROM freeze WHERE (environment=$1 OR environment='*') AND from_at<=$2 AND "
      "coalesce(ended_at, until_at)>$3 AND entry<$4 ORDER BY entry DESC LIMIT $5",
      at.query.environment, declared, declared));
  return add_with_followers(
      at, Role::window_override,
      "SELECT entry FROM window_override WHERE environment=$1 AND from_at<=$2 AND until_at>$3 "
      "AND entry<$4 ORDER BY entry DESC LIMIT $5",
      at.query.environment, declared, declared);
}

Status add_deployment(Builder& at) {
  const auto declared = TRY(query_one(
      at.db,
      "SELECT entry, actor, declared_at FROM deployment WHERE artifact=$1 AND environment=$2 AND entry<$3 "
      "ORDER BY entry "
      "DESC "
      "LIMIT 1",
      [](const Row& row) { return Deployed{row.integer(0), Bytes(row.bytes(1)), row.instant(2)}; },
      at.facts().artifact.digest, at.query.environment, at.query.size));
  TRY(add_rollback(at));
  if (!declared) return add_predecessor(at, at.query.size);
  at.concern(Role::deployment, {declared->entry});
  at.concern(Role::deployer, TRY(with_account(at.db, declared->entry, declared->actor)));
  for (const std::int64_t change : TRY(followers_of(at.db, declared->entry, at.query.size)))
    at.concern(Role::deployment_change, {change});
  TRY(add_windows(at, declared->at));
  TRY(add_predecessor(at, declared->entry));
  return add_replacement(at, declared->entry);
}

// ---- where it runs ----

constexpr std::string_view sightings_sql =
    "SELECT w.name, w.kind, w.host, w.user, w.unit, w.container, w.verdict, min(i.started_at), "
    "max(i.ended_at), "
    "sum(i.ended_at IS NULL OR i.ended_at>$1), w.entry, max(s.entry), min(wd.digest), "
    "json_group_array(DISTINCT i.settings) FROM (SELECT DISTINCT "
    "wd.workload, wd.digest FROM identity n JOIN workload_digest wd ON wd.digest=n.child WHERE n.root=$2) wd "
    "JOIN "
    "workload w ON w.id=wd.workload JOIN instance i ON i.workload=w.id LEFT JOIN snapshot s ON "
    "s.environment=w.environment AND s.number=i.parted WHERE w.environment=$3 AND i.started_at<=$4 AND "
    "w.entry<$5 "
    "GROUP BY w.id ORDER BY min(i.started_at), w.id";

dbom::Sighting sighting_of(const Row& row, const DbomQuery& query) {
  dbom::Sighting seen{.name = row.string(0),
                      .kind = row.string(1),
                      .host = row.string(2),
                      .user = row.string(3),
                      .unit = row.string(4),
                      .container = row.string(5),
                      .verdict = row.string(6),
                      .digest = row.maybe_digest(12),
                      .started_at = row.instant(7),
                      .running = row.integer(9),
                      .settings = settings_in_words(row.text(1), row.text(13)),
                      .entry = row.integer(10)};
  if (query.past) seen.verdict.clear();
  if (seen.running > 0) return seen;
  seen.ended_at = row.maybe_instant(8);
  if (const auto gone = row.maybe_integer(11); gone && *gone < query.size) seen.gone_entry = gone;
  return seen;
}

Status add_sightings(Builder& at) {
  auto seen = TRY(query(
      at.db, sightings_sql, [&](const Row& row) { return sighting_of(row, at.query); }, at.query.at,
      at.facts().artifact.digest, at.query.environment, at.query.at, at.query.size));
  if (seen.size() > dbom::lines_max) {
    at.facts().omitted.push_back(
        {static_cast<std::int64_t>(seen.size() - dbom::lines_max), dbom::Kind::workload});
    seen.resize(dbom::lines_max);
  }
  at.facts().sightings = std::move(seen);
  return {};
}

Status add_reporters(Builder& at) {
  std::map<std::string, bool> hosts;
  for (const dbom::Sighting& seen : at.facts().sightings) hosts[seen.host] = true;
  const auto reporters = TRY(query(
      at.db, "SELECT entry, host FROM reporter WHERE environment=$1 AND entry<$2 ORDER BY entry",
      [](const Row& row) { return std::pair(row.integer(0), row.string(1)); }, at.query.environment,
      at.query.size));
  for (const auto& [entry, host] : reporters)
    if (hosts.contains(host)) at.concern(Role::reporter, {entry});
  return {};
}

Status add_environment(Builder& at) {
  const auto entry =
      TRY(query_one(at.db, "SELECT entry FROM environment WHERE name=$1", entry_of, at.query.environment));
  if (!entry) return not_found(fmt::format("environment '{}' does not exist", at.query.environment));
  if (*entry >= at.query.size) return {};
  const auto later = TRY(followers_of(at.db, *entry, at.query.size));
  at.concern(Role::environment, {later.empty() ? *entry : later.back()});
  return {};
}

Status add_issued(Builder& at) {
  return add_with_followers(at, Role::issued,
                            "SELECT entry FROM dbom_issued WHERE artifact=$1 AND environment=$2 AND entry<$3 "
                            "ORDER BY entry DESC LIMIT $4",
                            at.facts().artifact.digest, at.query.environment);
}

}  // namespace

Result<DbomFacts> dbom_facts(Database& db, const DbomQuery& query) {
  Builder at{.db = db, .query = query};
  at.facts().environment = query.environment;
  at.facts().at = query.at;
  TRY(add_environment(at));
  TRY(find_artifact(at));
  TRY(add_river(at));
  TRY(add_evidence(at));
  TRY(add_approvals(at));
  TRY(add_deployment(at));
  TRY(add_gate(at));
  TRY(add_sightings(at));
  TRY(add_reporters(at));
  TRY(add_issued(at));
  const bool known = at.recorded || at.facts().sightings.size() > 0 ||
                     std::any_of(at.facts().concerns.begin(), at.facts().concerns.end(),
                                 [](const Concern& each) { return each.role != Role::environment; });
  if (!known)
    return not_found(fmt::format("nothing is known of {} in '{}'{}", to_string(query.digest),
                                 query.environment, " at that time"));
  return std::move(at.out);
}

}  // namespace weir::store
