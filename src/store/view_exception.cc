#include "store/view_exception.h"

#include <algorithm>

#include "store/stored.h"

namespace weir::store {
namespace {

using exceptions::EndsOn;
using exceptions::Exception;

constexpr std::string_view exception_columns =
    "x.entry, x.asked, coalesce(r.name, ''), lower(hex(x.account)), coalesce(p.name, hex(x.account)), "
    "x.requested_at, x.state, x.granted, x.decided_at, coalesce(q.name, ''), coalesce(x.decided_note, ''), "
    "x.until_at, x.warned_at, x.ended_at, x.ended, coalesce(x.ended_note, '')";
constexpr std::string_view exception_tables =
    "exception x LEFT JOIN artifact r ON r.digest=x.artifact LEFT JOIN account p ON p.id=x.account LEFT JOIN "
    "account q ON q.id=x.decided_by";

Exception exception_row(const Row& row) {
  return {.id = row.integer(0),
          .asked = read_stored<exceptions::ExceptionRequested>(row.text(1)),
          .artifact_name = row.string(2),
          .account = row.string(3),
          .requester = row.string(4),
          .requested_at = row.instant(5),
          .state = *format::enum_from<exceptions::State>(row.text(6)),
          .granted = row.maybe_integer(7),
          .decided_at = row.maybe_instant(8),
          .decided_by = row.string(9),
          .decided_note = row.string(10),
          .until = row.instant(11),
          .warned_at = row.maybe_instant(12),
          .ended_at = row.maybe_instant(13),
          .ended = format::enum_from<exceptions::Ending>(row.text(14)),
          .ended_note = row.string(15)};
}

exceptions::ScopedWorkload workload_row(const Row& row) {
  return {row.string(0), row.string(1), row.string(2)};
}

// The same name and content in the environment: what lives, and the one that is named.
Result<Covered> coverage_of_workload(Database& db, std::string_view environment, std::string_view workload) {
  Covered covered;
  const auto digests = TRY(query_one(
      db, "SELECT digests FROM workload WHERE id=$1 AND environment=$2",
      [](const Row& row) { return row.string(0); }, workload, environment));
  covered.workload_exists = digests.has_value();
  if (!digests) return covered;
  covered.coverage.digests = read_stored<std::vector<Sha256>>(*digests);
  std::sort(covered.coverage.digests.begin(), covered.coverage.digests.end());
  covered.coverage.workloads =
      TRY(query(db,
                "SELECT w.id, w.name, w.host FROM workload o JOIN workload w ON w.environment=o.environment "
                "AND w.name=o.name AND "
                "w.digests=o.digests WHERE o.id=$1 AND (w.live>0 OR w.id=o.id) ORDER BY w.id",
                workload_row, workload));
  return covered;
}

// Whether a condition has come, of one that has not reached its time.
Result<bool> is_over(Database& db, const Exception& exception, Instant now) {
  if (exception.until <= now) return true;
  if (exception.asked.scope.ends_on.empty()) return false;
  const exceptions::Facts facts = TRY(ending_facts(db, exception));
  return exceptions::ending_of(exception, facts, now).has_value();
}

}  // namespace

ExceptionView view_of(Exception exception, Instant now) {
  const auto state = exceptions::state_at(exception, now);
  const Instant warn_at = exceptions::warn_at(exception);
  return {std::move(exception), state, warn_at};
}

Result<std::vector<Exception>> list_exceptions(Database& db, const ExceptionFilter& filter) {
  return query(
      db,
      fmt::format("SELECT {} FROM {} WHERE ($1='' OR x.environment=$2) AND ($3 IS NULL OR x.artifact=$4) AND "
                  "x.entry<$5 ORDER BY x.entry DESC LIMIT $6",
                  exception_columns, exception_tables),
      exception_row, filter.environment, filter.environment, filter.artifact, filter.artifact, filter.before,
      filter.limit);
}

Result<std::optional<Exception>> find_exception(Database& db, std::int64_t id) {
  return query_one(db, fmt::format("SELECT {} FROM {} WHERE x.entry=$1", exception_columns, exception_tables),
                   exception_row, id);
}

Result<Covered> coverage_of(Database& db, std::string_view environment, std::string_view workload,
                            const std::optional<Sha256>& artifact) {
  if (!workload.empty()) return coverage_of_workload(db, environment, workload);
  Covered covered;
  if (!artifact) return covered;
  covered.coverage.digests = TRY(query(
      db, "SELECT child FROM identity WHERE root=$1 UNION SELECT $2 ORDER BY 1",
      [](const Row& row) { return row.digest(0); }, *artifact, *artifact));
  covered.coverage.workloads =
      TRY(query(db,
                "SELECT DISTINCT w.id, w.name, w.host FROM identity n JOIN workload_digest d ON "
                "d.digest=n.child JOIN workload w "
                "ON w.id=d.workload WHERE n.root=$1 AND w.environment=$2 AND w.live>0 ORDER BY w.id",
                workload_row, *artifact, environment));
  return covered;
}

Result<exceptions::Facts> ending_facts(Database& db, const Exception& exception) {
  const exceptions::ExceptionScope& scope = exception.asked.scope;
  exceptions::Facts facts;
  if (exceptions::ends_on(exception, EndsOn::scope_growth))
    facts.coverage = TRY(coverage_of(db, scope.environment, scope.workload, scope.artifact)).coverage;
  if (!exceptions::ends_on(exception, EndsOn::evidence_change) || !scope.artifact) return facts;
  const auto newest = TRY(query_one(
      db, "SELECT max(entry) FROM attestation WHERE artifact=$1 AND ($2='' OR type=$3)",
      [](const Row& row) { return row.maybe_integer(0); }, *scope.artifact, scope.evidence, scope.evidence));
  facts.newest_evidence = newest.value_or(std::nullopt);
  return facts;
}

Result<std::vector<ExceptionInForce>> exceptions_in_force(Database& db, const Sha256& artifact,
                                                          std::string_view environment, Instant now) {
  const auto candidates = TRY(query(db,
                                    fmt::format("SELECT {} FROM {} WHERE x.state='in-force' AND "
                                                "x.environment=$1 AND x.workload='' AND x.until_at>$2 "
                                                "AND (x.artifact=$3 OR x.artifact IN (SELECT root FROM "
                                                "identity WHERE child=$4)) ORDER BY x.granted",
                                                exception_columns, exception_tables),
                                    exception_row, environment, now, artifact, artifact));
  std::vector<ExceptionInForce> in_force;
  for (const Exception& each : candidates) {
    if (TRY(is_over(db, each, now))) continue;
    const exceptions::ExceptionScope& scope = each.asked.scope;
    in_force.push_back({each.granted.value_or(0), each.id, scope.rule, scope.policy, scope.finding,
                        each.until, scope.owner, scope.reason});
  }
  return in_force;
}

Result<bool> has_finding_exceptions(Database& db, std::string_view environment) {
  return TRY(query_count(db,
                         "SELECT count(*) FROM (SELECT 1 FROM exception WHERE environment=$1 AND "
                         "state='in-force' AND workload='' AND finding<>'' LIMIT 1)",
                         environment)) > 0;
}

Result<std::optional<runtime::Excepted>> exception_of_workload(Database& db, std::string_view workload,
                                                               Instant now) {
  const auto ids = TRY(query(
      db,
      "SELECT x.entry FROM exception_workload c JOIN exception x ON x.entry=c.exception WHERE c.workload=$1 "
      "AND "
      "x.state='in-force' AND x.until_at>$2 ORDER BY x.until_at DESC",
      [](const Row& row) { return row.integer(0); }, workload, now));
  for (const std::int64_t id : ids) {
    const auto found = TRY(find_exception(db, id));
    if (!found || TRY(is_over(db, *found, now))) continue;
    return std::optional(runtime::Excepted{found->granted.value_or(0), found->until, found->decided_by,
                                           found->asked.scope.reason});
  }
  return std::optional<runtime::Excepted>();
}

Result<std::vector<Exception>> exceptions_due(Database& db, Instant now) {
  return query(
      db,
      fmt::format("SELECT {} FROM {} WHERE x.state IN ('requested', 'in-force') AND (x.until_at<=$1 OR "
                  "(x.state='in-force' AND (x.conditional=1 OR (x.warned_at IS NULL AND x.warn_at<=$2)))) "
                  "ORDER BY x.entry LIMIT 1000",
                  exception_columns, exception_tables),
      exception_row, now, now);
}

namespace {

constexpr std::string_view glass_columns =
    "g.entry, g.opened, coalesce(r.name, ''), lower(hex(g.account)), coalesce(p.name, hex(g.account)), "
    "g.opened_at, "
    "g.approval, g.reviewed_at, coalesce(q.name, ''), coalesce(g.note, '')";
constexpr std::string_view glass_tables =
    "break_glass g LEFT JOIN artifact r ON r.digest=g.artifact LEFT JOIN account p ON p.id=g.account LEFT "
    "JOIN account "
    "q ON q.id=g.reviewed_by";

deploy::BreakGlass glass_row(const Row& row) {
  return {.id = row.integer(0),
          .opened = read_stored<deploy::BreakGlassOpened>(row.text(1)),
          .artifact_name = row.string(2),
          .account = row.string(3),
          .actor = row.string(4),
          .opened_at = row.instant(5),
          .approval = row.maybe_integer(6),
          .reviewed_at = row.maybe_instant(7),
          .reviewed_by = row.string(8),
          .note = row.string(9)};
}

}  // namespace

Result<std::vector<deploy::BreakGlass>> list_break_glass(Database& db, std::string_view environment,
                                                         std::int64_t before, std::int64_t limit) {
  return query(
      db,
      fmt::format("SELECT {} FROM {} WHERE ($1='' OR g.environment=$2) AND g.entry<$3 ORDER BY g.entry DESC "
                  "LIMIT $4",
                  glass_columns, glass_tables),
      glass_row, environment, environment, before, limit);
}

Result<std::optional<deploy::BreakGlass>> find_break_glass(Database& db, std::int64_t id) {
  return query_one(db, fmt::format("SELECT {} FROM {} WHERE g.entry=$1", glass_columns, glass_tables),
                   glass_row, id);
}

}  // namespace weir::store
