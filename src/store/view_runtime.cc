#include "store/view_runtime.h"

#include "store/project_rows.h"
#include "store/stored.h"
#include "store/view_decision.h"
#include "store/view_deploy.h"
#include "store/view_exception.h"

namespace weir::store {
namespace {

using runtime::Instance;
using runtime::Verdict;

constexpr std::string_view service_of_workload =
    "coalesce((SELECT f.service FROM workload_digest wd JOIN identity n ON n.child=wd.digest JOIN artifact a "
    "ON a.digest=n.root JOIN "
    "flow f ON f.name=a.flow WHERE wd.workload=w.id LIMIT 1), '')";
constexpr std::string_view workload_columns =
    "w.id, w.kind, w.name, w.host, w.digests, w.verdict, w.reasons, w.environment, w.user, w.unit, "
    "w.container";

WorkloadView workload_row(const Row& row) {
  return {.id = row.string(0),
          .kind = *format::enum_from<runtime::WorkloadKind>(row.text(1)),
          .name = row.string(2),
          .host = row.string(3),
          .service = row.string(11),
          .digests = read_stored<std::vector<Sha256>>(row.text(4)),
          .started_at = row.instant(12),
          .count = row.integer(13),
          .verdict = *format::enum_from<Verdict>(row.text(5)),
          .reasons = read_stored<std::vector<runtime::Reason>>(row.text(6)),
          .environment = row.string(7),
          .owner = {row.string(8), row.string(9), row.string(10)}};
}

// The same, with the verdict that stood at a moment ($0; null: now, and nothing is looked for): what was first given,
// where that came later.
constexpr std::string_view workload_columns_then =
    "w.id, w.kind, w.name, w.host, w.digests, coalesce(p.verdict, w.verdict), coalesce(p.reasons, "
    "w.reasons), "
    "w.environment, w.user, w.unit, w.container";
constexpr std::string_view verdict_then =
    "LEFT JOIN verdict_past p ON p.workload=w.id AND p.until_at=(SELECT min(q.until_at) FROM verdict_past q "
    "WHERE "
    "q.workload=w.id AND q.until_at>$0)";

// When a moment was; of a snapshot, when it began. Nothing: now.
Result<std::optional<Instant>> time_of(Database& db, std::string_view environment, const Moment& moment) {
  if (!moment.snapshot) return moment.at;
  return query_one(
      db, "SELECT from_at FROM snapshot WHERE environment=$1 AND number=$2",
      [](const Row& row) { return row.instant(0); }, environment, *moment.snapshot);
}

// Which instances count, as SQL on `i`, and the number that goes with it.
struct MomentClause {
  std::string_view sql;
  std::optional<std::int64_t> value;
};
MomentClause clause_of(const Moment& moment) {
  if (moment.at) return {"i.started_at<=$1 AND (i.ended_at IS NULL OR i.ended_at>$2)", moment.at->micros};
  if (moment.snapshot) return {"i.joined<=$1 AND (i.parted IS NULL OR i.parted>$2)", moment.snapshot};
  return {"i.ended_at IS NULL AND coalesce($1, $2) IS NULL", std::nullopt};
}

Status add_instances(Database& db, WorkloadView& workload, const MomentClause& clause) {
  std::vector<InstanceView> instances;
  (void)TRY(query(
      db,
      fmt::format("SELECT i.id, i.started_at, i.ended_at, i.detail FROM instance i WHERE {} AND "
                  "i.workload=$3 ORDER BY "
                  "i.started_at LIMIT 1000",
                  clause.sql),
      [&](const Row& row) {
        auto detail = read_stored<Instance>(row.text(3));
        instances.push_back({row.string(0), row.instant(1), row.maybe_instant(2), std::move(detail.origin),
                             std::move(detail.settings), std::move(detail.arguments)});
        return 0;
      },
      clause.value, clause.value, *workload.id));
  workload.instances = std::move(instances);
  return {};
}

void add_detail(WorkloadView& workload, std::string_view detail) {
  auto instance = read_stored<Instance>(detail);
  workload.marks = std::move(instance.marks);
  workload.package = std::move(instance.package);
  workload.settings = std::move(instance.settings);
}

EnvironmentView environment_row(const Row& row) {
  return {.name = row.string(0),
          .kind = row.string(1),
          .description = row.string(2),
          .arguments = row.boolean(3),
          .tags = read_stored<std::map<std::string, std::string>>(row.text(6)),
          .entry = row.integer(4),
          .snapshot = row.integer(5)};
}
constexpr std::string_view environment_columns = "name, kind, description, arguments, entry, snapshot, tags";

std::string things(std::int64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string sentence_of(const EnvironmentView& at) {
  const auto count = [&](std::string_view verdict) {
    const auto found = at.counts.find(std::string(verdict));
    return found == at.counts.end() ? 0 : found->second;
  };
  std::int64_t silent = 0, all = 0;
  for (const ReporterView& reporter : at.reporters) silent += reporter.state != "live";
  for (const auto& [verdict, n] : at.counts) all += n;
  const std::int64_t fine = count("approved") + count("explained") + count("late");
  if (at.reporters.empty()) return fmt::format("Nobody watches {} yet.", at.name);
  std::string sentence;
  if (all > fine)
    sentence = things(all - fine, "thing runs that nobody approved.", "things run that nobody approved.");
  else sentence = fmt::format("All {} workloads are approved or explained.", all);
  if (silent > 0) sentence += " " + things(silent, "reporter is silent.", "reporters are silent.");
  if (at.missing > 0)
    sentence += " " + things(at.missing, "approved deployment never appeared.",
                             "approved deployments never appeared.");
  return sentence;
}

// Adoptions in force that nobody has replaced by an approval of the same content.
constexpr std::string_view debt_of_environment =
    "SELECT count(*) FROM approval a WHERE a.environment=$1 AND a.adopted=1 AND a.revoked_at IS NULL AND "
    "(a.until_at IS NULL OR a.until_at>$2) AND NOT EXISTS (SELECT 1 FROM approval b WHERE b.artifact=a.artifact AND "
    "b.environment=a.environment AND b.adopted=0 AND b.revoked_at IS NULL AND (b.from_at IS NULL OR b.from_at<=$2) "
    "AND (b.until_at IS NULL OR b.until_at>$2))";

Result<EnvironmentView> with_counts(Database& db, EnvironmentView at, Instant now) {
  for (const std::string_view verdict : names_of(Verdict{})) at.counts[std::string(verdict)] = 0;
  for (const auto& [verdict, n] : TRY(query(
           db, "SELECT verdict, count(*) FROM workload WHERE environment=$1 AND live>0 GROUP BY 1",
           [](const Row& row) { return std::pair(row.string(0), row.integer(1)); }, at.name)))
    at.counts[verdict] = n;
  at.reporters = TRY(list_reporters(db, at.name, Removed::left_out));
  at.missing = TRY(
      query_count(db, "SELECT count(*) FROM deployment WHERE environment=$1 AND state='missed'", at.name));
  at.alerts_open =
      TRY(query_count(db, "SELECT count(*) FROM alert WHERE environment=$1 AND state='open'", at.name));
  at.incidents_open = TRY(query_count(
      db, "SELECT count(DISTINCT incident) FROM alert WHERE environment=$1 AND state='open'", at.name));
  at.adopted = TRY(query_count(db, debt_of_environment, at.name, now));
  const auto last = TRY(query_one(
      db, "SELECT max(coalesce(started_at, opened_at)) FROM alert WHERE environment=$1 AND workload<>''",
      [](const Row& row) { return row.maybe_instant(0); }, at.name));
  at.last_unapproved_start = last.value_or(std::nullopt);
  at.sentence = sentence_of(at);
  return at;
}

// The flow that recorded the content; empty when none did.
Result<std::string> flow_of(Database& db, const std::vector<Sha256>& digests) {
  for (const Sha256& digest : digests)
    if (const auto flow = TRY(query_one(
            db, "SELECT a.flow FROM identity n JOIN artifact a ON a.digest=n.root WHERE n.child=$1 LIMIT 1",
            [](const Row& row) { return row.string(0); }, digest)))
      return *flow;
  return std::string();
}

// An approval in force of other content that was recorded, or ran here, under the same name. Of the many that a name
// may have had only some are looked at.
Result<std::optional<std::int64_t>> same_name_approved(Database& db, const std::string& environment,
                                                       const Instance& instance, Instant now) {
  constexpr std::string_view in_force =
      "p.environment=$1 AND p.revoked_at IS NULL AND (p.until_at IS NULL OR p.until_at>$2)";
  const auto entry = [](const Row& row) { return row.integer(0); };
  auto recorded = TRY(query_one(db,
                                fmt::format("SELECT p.entry FROM artifact a JOIN approval p ON "
                                            "p.artifact=a.digest WHERE {} AND a.name=$3 ORDER "
                                            "BY p.entry DESC LIMIT 1",
                                            in_force),
                                entry, environment, now, instance.name));
  if (recorded) return recorded;
  return query_one(
      db,
      fmt::format(
          "SELECT p.entry FROM (SELECT id FROM workload WHERE environment=$0 AND name=$3 AND kind=$4 LIMIT "
          "64) w "
          "JOIN workload_digest d ON d.workload=w.id JOIN identity n ON n.child=d.digest JOIN approval p ON "
          "p.artifact=n.root WHERE {} LIMIT 1",
          in_force),
      entry, environment, instance.name, format::name_of(instance.kind), environment, now);
}

Result<runtime::Knowledge> knowledge_of(Database& db, const std::string& environment,
                                        const Instance& instance, Instant now) {
  runtime::Knowledge known;
  for (std::size_t i = 0; i < instance.digests.size(); ++i) {
    for (deploy::Approval& approval : TRY(approvals_covering(db, instance.digests[i], environment)))
      known.approvals.push_back({std::move(approval), i == 0});
    if (known.recorded) continue;
    known.recorded = TRY(query_one(
        db, "SELECT a.entry FROM identity n JOIN artifact a ON a.digest=n.root WHERE n.child=$1",
        [](const Row& row) { return row.integer(0); }, instance.digests[i]));
  }
  if (instance.digests.empty()) return known;
  const Sha256& primary = instance.digests.front();
  known.primary_linked =
      TRY(query_count(db, "SELECT count(*) FROM identity WHERE child=$1 AND relation<>'self'", primary)) > 0;
  known.approved_elsewhere = TRY(query(
      db,
      "SELECT DISTINCT a.environment FROM identity n JOIN approval a ON a.artifact=n.root WHERE "
      "n.child=$1 AND a.environment<>$2 AND a.revoked_at IS NULL AND (a.until_at IS NULL OR "
      "a.until_at>$3) LIMIT 5",
      [](const Row& row) { return row.string(0); }, primary, environment, now));
  if (!known.recorded && !instance.package)  // else nothing asks for it
    known.same_name_approved = TRY(same_name_approved(db, environment, instance, now));
  if (instance.image && !instance.image->layers.empty())
    known.same_layers_approved = TRY(query_one(
        db,
        "SELECT p.entry FROM layers l JOIN identity n ON n.child=l.config JOIN approval p ON "
        "p.artifact=n.root WHERE l.digest=$1 AND "
        "p.environment=$2 AND l.config<>$3 LIMIT 1",
        [](const Row& row) { return row.integer(0); }, digest_of_layers(instance.image->layers), environment,
        primary));
  if (instance.interpreter && instance.interpreter->digest)
    for (const deploy::Approval& approval :
         TRY(approvals_covering(db, *instance.interpreter->digest, environment)))
      known.interpreter_approved |= deploy::state_at(approval, now) == deploy::ApprovalState::active;
  for (const runtime::MatchedApproval& match : known.approvals)
    if (!known.objection && deploy::state_at(match.approval, now) == deploy::ApprovalState::active)
      known.objection = TRY(policy_objection(db, match.approval.artifact, environment));
  return known;
}

// Why nothing was to start when this did, as windows and freezes stood then. A reporter's clock is as sure as it says:
// both ends of that must lie where it was shut.
Result<std::optional<runtime::Reason>> shut_at_start(Database& db, const WorkloadFacts& facts,
                                                     PreparedWindows* prepared) {
  std::optional<runtime::Reason> reason;
  if (facts.known.approvals.empty() || !TRY(any_windows(db))) return reason;
  const Instant start = facts.subject.started_at;
  const window::Subject subject =
      TRY(window_subject(db, facts.environment, TRY(flow_of(db, facts.subject.digests))));
  for (const Instant at : {start - facts.subject.uncertainty, start + facts.subject.uncertainty}) {
    const Windows windows = TRY(windows_at(db, at, prepared));
    const window::Answer answer = windows.decide(subject, at);
    if (answer.verdict == window::Verdict::open) return std::optional<runtime::Reason>();
    const bool frozen = answer.kind == window::Kind::freeze;
    reason = runtime::Reason{
        frozen ? runtime::ReasonCode::started_in_freeze : runtime::ReasonCode::started_outside_window,
        fmt::format("started at {}, when {}{} kept {} shut", to_string(start), frozen ? "" : "window ",
                    answer.window, facts.environment),
        answer.entry};
  }
  return reason;
}

}  // namespace

Result<std::vector<WorkloadView>> list_workloads(Database& db, const WorkloadFilter& filter) {
  const MomentClause clause = clause_of(filter.moment);
  const auto then = TRY(time_of(db, filter.environment, filter.moment));
  auto workloads = TRY(query(
      db,
      fmt::format("SELECT {}, {}, min(i.started_at), count(*), max(i.detail) FROM instance i JOIN workload w "
                  "ON w.id=i.workload {} WHERE {} "
                  "AND ($3='' OR i.environment=$4) AND ($5='' OR w.id=$6) GROUP BY w.id ORDER BY w.kind, "
                  "w.name, w.id",
                  workload_columns_then, service_of_workload, verdict_then, clause.sql),
      [](const Row& row) {
        WorkloadView workload = workload_row(row);
        add_detail(workload, row.text(14));
        return workload;
      },
      then, clause.value, clause.value, filter.environment, filter.environment, filter.id, filter.id));
  if (filter.instances)
    for (WorkloadView& workload : workloads) TRY(add_instances(db, workload, clause));
  return workloads;
}

// Whether it runs or not: an alert outlives its process.
Result<std::optional<WorkloadView>> find_workload(Database& db, std::string_view id) {
  return query_one(
      db,
      fmt::format(
          "SELECT {}, {}, coalesce((SELECT min(i.started_at) FROM instance i WHERE i.workload=w.id AND "
          "i.ended_at IS "
          "NULL), w.last_started), w.live, (SELECT max(i.detail) FROM instance i WHERE i.workload=w.id) FROM "
          "workload w WHERE w.id=$1",
          workload_columns, service_of_workload),
      [](const Row& row) {
        WorkloadView workload = workload_row(row);
        if (!row.is_null(14)) add_detail(workload, row.text(14));
        return workload;
      },
      id);
}

Result<std::vector<ReporterView>> list_reporters(Database& db, std::string_view environment,
                                                 Removed removed) {
  return query(
      db,
      "SELECT r.id, r.host, r.environment, r.fault, coalesce(h.seen_at, r.reported_at), r.sequence, "
      "r.events_lost, "
      "r.sources, r.removed_at, coalesce(r.removed_reason, '') FROM reporter r LEFT JOIN heartbeat h ON "
      "h.reporter=r.id WHERE ($1='' OR r.environment=$2) AND ($3=1 OR r.removed_at IS NULL) ORDER BY "
      "r.removed_at IS "
      "NOT NULL, r.environment, r.host, r.id",
      [](const Row& row) {
        ReporterView view{.id = row.string(0),
                          .host = row.string(1),
                          .environment = row.string(2),
                          .state = row.string(3),
                          .last_seen_at = row.maybe_instant(4),
                          .sequence = row.integer(5),
                          .events_lost = row.integer(6),
                          .sources = read_stored<std::vector<runtime::Source>>(row.text(7)),
                          .removed_at = row.maybe_instant(8),
                          .removed_reason = row.string(9)};
        if (view.state.empty()) view.state = view.removed_at ? "removed" : "live";
        return view;
      },
      environment, environment, removed == Removed::shown);
}

Result<bool> was_removed(Database& db, std::string_view reporter) {
  return TRY(query_count(db, "SELECT count(*) FROM reporter WHERE id=$1 AND removed_at IS NOT NULL",
                         reporter)) > 0;
}

Result<std::vector<EnvironmentView>> list_environments(Database& db, Instant now) {
  auto all = TRY(query(db, fmt::format("SELECT {} FROM environment ORDER BY name", environment_columns),
                       environment_row));
  for (EnvironmentView& each : all) each = TRY(with_counts(db, std::move(each), now));
  return all;
}

Result<std::optional<EnvironmentView>> find_environment(Database& db, std::string_view name, Instant now) {
  auto found = TRY(query_one(db, fmt::format("SELECT {} FROM environment WHERE name=$1", environment_columns),
                             environment_row, name));
  if (found) found = TRY(with_counts(db, std::move(*found), now));
  return found;
}

Result<std::optional<runtime::EnvironmentKind>> kind_of_environment(Database& db, std::string_view name) {
  return query_one(
      db, "SELECT kind FROM environment WHERE name=$1",
      [](const Row& row) { return *format::enum_from<runtime::EnvironmentKind>(row.text(0)); }, name);
}

Result<std::vector<SnapshotView>> list_snapshots(Database& db, std::string_view environment,
                                                 std::int64_t before, std::int64_t limit) {
  return query(
      db,
      "SELECT number, from_at, until_at, started, ended, count, entry, digest FROM snapshot WHERE "
      "environment=$1 AND "
      "number<$2 ORDER BY number DESC LIMIT $3",
      [](const Row& row) {
        return SnapshotView{row.integer(0), row.instant(1), row.maybe_instant(2), row.integer(3),
                            row.integer(4), row.integer(5), row.integer(6),       row.digest(7)};
      },
      environment, before, limit);
}

Result<std::vector<ScopeView>> list_scopes(Database& db, std::string_view environment) {
  return query(
      db,
      "SELECT s.rule, coalesce(p.name, ''), s.declared_at, s.entry FROM scope s LEFT JOIN account p ON "
      "p.id=s.actor WHERE "
      "s.environment=$1 ORDER BY s.entry",
      [](const Row& row) {
        return ScopeView{read_stored<runtime::ScopeRule>(row.text(0)), row.string(1), row.instant(2),
                         row.integer(3)};
      },
      environment);
}

Result<std::optional<ReporterChain>> find_reporter(Database& db, std::string_view id) {
  return query_one(
      db,
      "SELECT r.id, r.environment, r.host, r.incarnation, r.fault, r.actor, r.public_key, r.sequence, "
      "r.reports, "
      "r.previous, e.scope_version, f.next, coalesce(r.sent_at, 0) FROM reporter r JOIN environment e ON "
      "e.name=r.environment "
      "LEFT JOIN full_set f ON f.reporter=r.id WHERE r.id=$1 AND r.removed_at IS NULL",
      [](const Row& row) {
        return ReporterChain{.id = row.string(0),
                             .environment = row.string(1),
                             .host = row.string(2),
                             .incarnation = row.string(3),
                             .fault = row.string(4),
                             .actor = ledger::actor_id_from_bytes(row.bytes(5)).value(),
                             .public_key = Bytes(row.bytes(6)),
                             .sequence = row.integer(7),
                             .reports = row.integer(8),
                             .scope_version = row.integer(10),
                             .previous = row.maybe_digest(9),
                             .sent_at = row.instant(12),
                             .next_part = row.maybe_integer(11)};
      },
      id);
}

Result<std::optional<WorkloadFacts>> workload_facts(Database& db, std::string_view id, Instant now,
                                                    PreparedWindows* prepared) {
  auto facts = TRY(query_one(
      db,
      fmt::format("SELECT w.id, w.environment, w.host, w.verdict, w.reasons, w.first_sight, w.live, {} FROM "
                  "workload w WHERE w.id=$1",
                  service_of_workload),
      [](const Row& row) {
        return WorkloadFacts{.id = row.string(0),
                             .environment = row.string(1),
                             .host = row.string(2),
                             .service = row.string(7),
                             .verdict = *format::enum_from<Verdict>(row.text(3)),
                             .reasons = row.string(4),
                             .first_sight = row.boolean(5),
                             .live = row.integer(6)};
      },
      id));
  if (!facts) return facts;
  // The earliest that lives decides; when none does, the one that started last.
  const auto detail = TRY(query_one(
      db,
      "SELECT detail FROM instance WHERE workload=$1 ORDER BY ended_at IS NOT NULL, CASE WHEN ended_at "
      "IS NULL THEN started_at ELSE -started_at END LIMIT 1",
      [](const Row& row) { return row.string(0); }, id));
  if (!detail) return std::optional<WorkloadFacts>();
  auto instance = read_stored<Instance>(*detail);
  facts->known = TRY(knowledge_of(db, facts->environment, instance, now));
  facts->known.excepted = TRY(exception_of_workload(db, id, now));
  facts->origin = std::move(instance.origin);
  facts->subject = {.name = std::move(instance.name),
                    .digests = std::move(instance.digests),
                    .kind = instance.kind,
                    .seen = instance.seen,
                    .seen_note = std::move(instance.seen_note),
                    .marks = std::move(instance.marks),
                    .package = std::move(instance.package),
                    .interpreter = std::move(instance.interpreter),
                    .started_at = instance.started_at,
                    .uncertainty = instance.uncertainty};
  facts->known.shut_at_start = TRY(shut_at_start(db, *facts, prepared));
  return facts;
}

}  // namespace weir::store
