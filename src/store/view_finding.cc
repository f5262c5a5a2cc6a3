#include "store/view_finding.h"

#include <algorithm>

#include "store/stored.h"
#include "store/view_inventory.h"

namespace weir::store {
namespace {

constexpr std::string_view finding_columns =
    "id, last, opened_at, changed_at, entry, began_at, open_us, cause";

FindingRow finding_row(const Row& row) {
  return {.id = row.integer(0),
          .last = read_stored<vuln::FindingChange>(row.text(1)),
          .opened_at = row.instant(2),
          .changed_at = row.instant(3),
          .entry = row.integer(4),
          .began_at = row.instant(5),
          .open_before = Duration{row.integer(6)},
          .cause = row.string(7)};
}

constexpr std::string_view has_ended = "state NOT IN ('opened','reopened')";  // as an index has it

Result<std::vector<FindingRow>> findings_named(Database& db, std::string_view record,
                                               std::string_view which) {
  return query(
      db,
      fmt::format("SELECT {} FROM finding WHERE cluster IN (SELECT cluster FROM finding_name WHERE name=$1 "
                  "UNION SELECT $2) AND (cluster=$3 OR instr(last, $4)>0){} ORDER BY id",
                  finding_columns, which),
      finding_row, record, record, record, format::encode(std::string(record)));
}

// Of one finding: those that are past, and the last one.
constexpr std::string_view steps_query =
    "SELECT at, entry, cause, change FROM finding_change WHERE finding=$1 UNION ALL SELECT changed_at AS at, "
    "entry, "
    "last_cause AS cause, last AS change FROM finding WHERE id=$2";

FindingStep step_row(const Row& row) {
  return {.at = row.instant(0),
          .entry = row.integer(1),
          .cause = row.string(2),
          .change = read_stored<vuln::FindingChange>(row.text(3))};
}

// Workloads that live, or that had an instance at a moment, with since when.
std::string workloads_at(std::optional<Instant> at) {
  if (!at)
    return "(SELECT w.id, w.name, w.host, w.environment, w.verdict, coalesce((SELECT min(i.started_at) FROM "
           "instance i WHERE i.workload=w.id AND i.ended_at IS NULL), w.last_started) AS since FROM workload "
           "w WHERE w.live>0)";
  return fmt::format(
      "(SELECT w.id, w.name, w.host, w.environment, w.verdict, min(i.started_at) AS since FROM instance i "
      "JOIN workload w ON w.id=i.workload WHERE i.started_at<={} AND (i.ended_at IS NULL OR i.ended_at>{}) "
      "GROUP BY w.id)",
      at->micros, at->micros);
}

constexpr std::string_view running_columns =
    "w.id, w.name, w.host, w.environment, w.verdict, w.since, a.digest, a.name, coalesce(a.flow,''), "
    "coalesce(f.service,''), coalesce(s.team,'')";
constexpr std::string_view running_tables =
    "JOIN workload_digest d ON d.workload=w.id JOIN identity n ON n.child=d.digest JOIN artifact a ON "
    "a.digest=n.root LEFT JOIN flow f ON f.name=a.flow LEFT JOIN service s ON s.name=f.service";

// Explained by a package of a host whose inventory was read, or of archives that were.
constexpr std::string_view inventoried =
    "EXISTS (SELECT 1 FROM workload_package k JOIN host_inventory h ON h.environment=w.environment AND h.host=w.host "
    "AND h.kind='packages' JOIN bill_read y ON y.attestation=h.entry AND y.error='' WHERE k.workload=w.id AND k.own=1) "
    "OR EXISTS (SELECT 1 FROM instance i JOIN program_bill p ON p.reporter=i.reporter AND p.instance=i.id JOIN "
    "host_inventory h ON h.holder=p.holder JOIN bill_read y ON y.attestation=h.entry AND y.error='' WHERE "
    "i.workload=w.id AND i.ended_at IS NULL)";

UncoveredView uncovered_row(const Row& row) {
  UncoveredView view{row.string(0), row.string(1), row.string(2), row.string(3), ""};
  const bool attested = row.integer(5) > 0, read = !row.is_null(4);
  if (row.boolean(6)) return view;
  if (!attested) view.why = "no SBOM";
  else if (!read) view.why = "SBOM not read yet";
  else if (!row.text(4).empty()) view.why = "SBOM unreadable: " + row.string(4);
  return view;
}

// Of each flow and name the newest bill counts; another one of the artifact could be read.
Result<std::vector<UncoveredView>> outdated_bills(Database& db, std::optional<Instant> at) {
  const auto by_then = [&](std::string_view table) {
    return at ? fmt::format(" AND {}.recorded_at<={}", table, at->micros) : std::string();
  };
  const auto row_of = [](const Row& row) {
    return UncoveredView{row.string(0), row.string(1), row.string(2), row.string(3),
                         "SBOM unreadable: " + row.string(4)};
  };
  auto outdated = TRY(query(
      db,
      fmt::format(
          "SELECT w.id, w.name, w.host, w.environment, min(b.error) FROM bill_read b CROSS JOIN attestation t CROSS "
          "JOIN identity n CROSS JOIN workload_digest d CROSS JOIN {} w WHERE b.error<>'' AND t.entry=b.attestation "
          "AND n.root=t.artifact AND d.digest=n.child AND w.id=d.workload{} AND NOT EXISTS (SELECT 1 FROM attestation "
          "l WHERE l.artifact=t.artifact AND l.type='sbom' AND l.flow IS t.flow AND l.name IS t.name AND "
          "l.entry>t.entry{}) AND EXISTS (SELECT 1 FROM attestation o JOIN bill_read r ON r.attestation=o.entry AND "
          "r.error='' WHERE o.artifact=t.artifact AND o.type='sbom'{}) GROUP BY w.id ORDER BY w.environment, w.name, "
          "w.id",
          at ? workloads_at(at) : std::string("(SELECT id, name, host, environment FROM workload WHERE live>0)"),
          by_then("t"), by_then("l"), by_then("o")),
      row_of));
  auto hosts = TRY(query(
      db,
      fmt::format("SELECT 'host ' || h.environment || '/' || h.host, 'installed packages', h.host, h.environment, "
                  "b.error FROM bill_read b CROSS JOIN host_inventory h WHERE b.error<>'' AND h.entry=b.attestation "
                  "AND h.kind='packages' AND {} ORDER BY h.environment, h.host",
                  at ? fmt::format("h.at<={0} AND (h.replaced IS NULL OR (SELECT r.at FROM host_inventory r WHERE "
                                   "r.entry=h.replaced)>{0})",
                                   at->micros)
                     : std::string("h.replaced IS NULL")),
      row_of));
  std::ranges::move(hosts, std::back_inserter(outdated));
  return outdated;
}

}  // namespace

Result<std::vector<FindingRow>> list_findings(Database& db, const FindingFilter& filter) {
  const std::string_view where = filter.cluster.empty()     ? "$1=$2"
                                 : filter.component.empty() ? "cluster=$1 AND $2=''"
                                                            : "cluster=$1 AND component=$2";
  return query(db,
               fmt::format("SELECT {} FROM finding WHERE {}{} ORDER BY score DESC, id LIMIT $3 OFFSET $4",
                           finding_columns, where, filter.open ? " AND state IN ('opened', 'reopened')" : ""),
               finding_row, filter.cluster, filter.component, filter.limit, filter.skip);
}

Result<std::vector<std::string>> components_with_ended_findings(Database& db) {
  return query(db, fmt::format("SELECT DISTINCT component FROM finding WHERE {}", has_ended),
               [](const Row& row) { return row.string(0); });
}

Result<std::vector<FindingRow>> ended_findings(Database& db, std::string_view component) {
  return query(db,
               fmt::format("SELECT {} FROM finding WHERE component=$1 AND {} ORDER BY score DESC, id",
                           finding_columns, has_ended),
               finding_row, component);
}

// Each step of a finding applied to what it was before: as the projection of entries does it.
Result<std::vector<FindingRow>> list_findings_at(Database& db, Instant at) {
  struct Step {
    std::int64_t finding = 0;
    FindingStep step;
  };
  std::vector<FindingRow> rows;
  for (Step& each : TRY(query(
           db,
           "SELECT finding, at, entry, cause, change FROM finding_change WHERE at<=$1 UNION ALL SELECT id, "
           "changed_at, entry, last_cause, last FROM finding WHERE changed_at<=$2 ORDER BY 1, 3",
           [](const Row& row) {
             return Step{row.integer(0),
                         {.at = row.instant(1),
                          .entry = row.integer(2),
                          .cause = row.string(3),
                          .change = read_stored<vuln::FindingChange>(row.text(4))}};
           },
           at, at))) {
    if (rows.empty() || rows.back().id != each.finding)
      rows.push_back({.id = each.finding, .last = {}, .opened_at = each.step.at, .began_at = each.step.at});
    else if (vuln::is_open(rows.back().last.state) && !vuln::is_open(each.step.change.state))
      rows.back().open_before.micros += (each.step.at - rows.back().began_at).micros;
    else if (!vuln::is_open(rows.back().last.state) && vuln::is_open(each.step.change.state))
      rows.back().began_at = each.step.at, rows.back().cause.clear();
    FindingRow& row = rows.back();
    if (row.cause.empty()) row.cause = each.step.cause;
    row.changed_at = each.step.at;
    row.entry = each.step.entry;
    row.last = std::move(each.step.change);
  }
  return rows;
}

// The names lead to flaws; whether a finding of one is called so now, it says itself.
Result<std::vector<FindingRow>> findings_naming(Database& db, std::string_view record) {
  return findings_named(db, record, "");
}

Result<std::vector<FindingRow>> ended_findings_naming(Database& db, std::string_view record) {
  return findings_named(db, record, fmt::format(" AND {}", has_ended));
}

Result<std::optional<FindingRow>> find_finding(Database& db, std::int64_t id) {
  return query_one(db, fmt::format("SELECT {} FROM finding WHERE id=$1", finding_columns), finding_row, id);
}

Result<Instant> newest_beginning(Database& db, std::string_view cluster) {
  const auto instant = [](const Row& row) { return row.maybe_instant(0); };
  const auto began = TRY(
      query_one(db, "SELECT max(began_at) FROM finding WHERE cluster=$1 AND state IN ('opened','reopened')",
                instant, cluster));
  const auto back = TRY(query_one(
      db, "SELECT max(until_at) FROM finding_stated WHERE cluster=$1 AND suppresses=1", instant, cluster));
  const auto ended = TRY(query_one(
      db, "SELECT max(ended_at) FROM exception WHERE finding=$1 AND granted IS NOT NULL", instant, cluster));
  Instant newest;
  for (const auto& each : {began, back, ended})
    newest = std::max(newest, each.value_or(std::nullopt).value_or(Instant{}));
  return newest;
}

Result<std::vector<FindingStep>> steps_of(Database& db, std::int64_t finding) {
  return query(db, fmt::format("{} ORDER BY entry", steps_query), step_row, finding, finding);
}

Result<std::optional<FindingStep>> finding_at(Database& db, std::int64_t finding, Instant at) {
  return query_one(
      db,
      fmt::format("SELECT at, entry, cause, change FROM ({}) WHERE at<=$3 ORDER BY entry DESC LIMIT 1",
                  steps_query),
      step_row, finding, finding, at);
}

// Of inventories, what still counts: the last of a host, and the first of programs that loaded the same.
Result<std::vector<BillRow>> bills_after(Database& db, std::int64_t attestation, std::int64_t limit) {
  return query(
      db,
      "SELECT t.entry, t.artifact, t.content, b.attestation IS NOT NULL, '' FROM attestation t LEFT JOIN "
      "bill_read b ON b.attestation=t.entry WHERE t.entry>$1 AND t.type='sbom' AND t.artifact IS NOT NULL "
      "UNION ALL SELECT h.entry, h.holder, NULL, b.attestation IS NOT NULL, h.claim FROM host_inventory h LEFT JOIN "
      "bill_read b ON b.attestation=h.entry WHERE h.entry>$2 AND CASE h.kind WHEN 'packages' THEN h.replaced IS NULL "
      "ELSE NOT EXISTS (SELECT 1 FROM host_inventory e WHERE e.holder=h.holder AND e.entry<h.entry) END "
      "ORDER BY 1 LIMIT $3",
      [](const Row& row) {
        BillRow bill{row.integer(0), row.digest(1), row.maybe_digest(2), row.boolean(3)};
        if (!row.text(4).empty()) bill.parts = read_stored<runtime::InventoryClaim>(row.text(4)).parts;
        return bill;
      },
      attestation, attestation, limit);
}

Result<std::optional<Sha256>> artifact_of_bill(Database& db, std::int64_t attestation) {
  return query_one(
      db, "SELECT artifact FROM attestation WHERE entry=$1 AND artifact IS NOT NULL",
      [](const Row& row) { return row.digest(0); }, attestation);
}

Result<std::int64_t> newest_bill(Database& db) {
  return query_count(db,
                     "SELECT max((SELECT coalesce(max(entry), -1) FROM attestation WHERE type='sbom'), (SELECT "
                     "coalesce(max(entry), -1) FROM host_inventory))");
}

Result<std::vector<Sha256>> other_bills(Database& db, const Sha256& artifact, std::int64_t attestation,
                                        std::int64_t limit) {
  return query(
      db,
      "SELECT t.content FROM attestation t JOIN (SELECT max(entry) AS latest, min(entry) AS first FROM attestation "
      "WHERE artifact=$1 AND type='sbom' AND entry<=$2 GROUP BY flow, name ORDER BY first LIMIT $3) n ON "
      "t.entry=n.latest WHERE t.entry<>$2 AND t.content IS NOT NULL ORDER BY t.entry",
      [](const Row& row) { return row.digest(0); }, artifact, attestation, limit);
}

Result<std::optional<RemedyTimes>> find_remedy_times(Database& db, std::optional<Instant> at) {
  return query_one(
      db, "SELECT declared, entry FROM remedy_times WHERE $1 IS NULL OR at<=$2 ORDER BY entry DESC LIMIT 1",
      [](const Row& row) {
        return RemedyTimes{read_stored<vuln::RemedyTimesDeclared>(row.text(0)), row.integer(1)};
      },
      at, at);
}

Result<std::optional<Matched>> last_matched(Database& db) {
  return query_one(db, "SELECT digest, at FROM advisories_matched",
                   [](const Row& row) { return Matched{row.digest(0), row.instant(1)}; });
}

Result<bool> has_unmatched_bills(Database& db) {
  return TRY(query_count(db, "SELECT count(*) FROM (SELECT 1 FROM bill_read WHERE entry>coalesce((SELECT entry FROM "
                             "advisories_matched), -1) LIMIT 1)")) > 0;
}

Result<std::optional<vuln::AdvisoriesUpdated>> last_advisories(Database& db, std::string_view feed) {
  return query_one(
      db, "SELECT updated FROM advisories WHERE feed=$1 ORDER BY entry DESC LIMIT 1",
      [](const Row& row) { return read_stored<vuln::AdvisoriesUpdated>(row.text(0)); }, feed);
}

RunningRow read_running(const Row& row) {
  return {.workload = row.string(0),
          .name = row.string(1),
          .host = row.string(2),
          .environment = row.string(3),
          .verdict = row.string(4),
          .since = row.instant(5),
          .artifact = row.digest(6),
          .artifact_name = row.string(7),
          .flow = row.string(8),
          .service = row.string(9),
          .team = row.string(10)};
}

Result<std::vector<RunningRow>> running_artifacts(Database& db, std::optional<Instant> at) {
  auto rows = TRY(query(db,
                        fmt::format("SELECT DISTINCT {} FROM {} w {} ORDER BY w.id, a.entry", running_columns,
                                    workloads_at(at), running_tables),
                        read_running));
  std::ranges::move(TRY(running_inventories(db, at)), std::back_inserter(rows));
  return rows;
}

Result<BillCoverageView> bill_coverage(Database& db, std::optional<Instant> at) {
  const std::string until = at ? fmt::format(" AND t.recorded_at<={}", at->micros) : "";
  auto rows = TRY(query(
      db,
      fmt::format("SELECT w.id, w.name, w.host, w.environment, min(b.error), count(t.entry), {} FROM {} w LEFT "
                  "JOIN workload_digest d ON d.workload=w.id LEFT JOIN identity n ON n.child=d.digest LEFT "
                  "JOIN attestation t ON t.artifact=n.root AND t.type='sbom'{} LEFT JOIN bill_read b ON "
                  "b.attestation=t.entry GROUP BY w.id ORDER BY w.environment, w.name, w.id",
                  inventoried, workloads_at(at), until),
      uncovered_row));
  BillCoverageView coverage{.running = static_cast<std::int64_t>(rows.size())};
  for (UncoveredView& each : rows)
    if (!each.why.empty()) coverage.uncovered.push_back(std::move(each));
  const auto missing = static_cast<std::int64_t>(coverage.uncovered.size());
  coverage.covered = coverage.running - missing;
  coverage.sentence = fmt::format("covers {} of {} running workloads", coverage.covered, coverage.running);
  if (missing > 0)
    coverage.sentence += fmt::format("; {} {} no SBOM that can be read", missing, missing == 1 ? "has" : "have");
  return coverage;
}

Status add_outdated(Database& db, std::optional<Instant> at, BillCoverageView& coverage) {
  constexpr std::size_t shown_max = 1000;
  coverage.outdated = TRY(outdated_bills(db, at));
  if (coverage.outdated.empty()) return {};
  coverage.sentence += fmt::format("; of {} the newest SBOM can't be read, and what was looked at is older",
                                   coverage.outdated.size());
  if (coverage.outdated.size() > shown_max) coverage.outdated.resize(shown_max);
  return {};
}

const ExceptionInForce* covering(const std::vector<ExceptionInForce>& exceptions,
                                 const vuln::FindingChange& finding) {
  for (const ExceptionInForce& each : exceptions)
    if (!each.finding.empty() &&
        (each.finding == finding.cluster ||
         std::ranges::find(finding.records, each.finding) != finding.records.end()))
      return &each;
  return nullptr;
}

Result<std::vector<FlowReleaseView>> releases_like(Database& db, const Sha256& artifact) {
  return query(
      db,
      "SELECT b.digest, b.name, coalesce(b.flow,''), coalesce(b.trail,''), coalesce(nullif(b.commit_id,''), "
      "t.commit_id, ''), b.recorded_at, b.entry FROM artifact a JOIN artifact b ON b.name=a.name AND "
      "b.flow=a.flow LEFT JOIN trail t ON t.flow=b.flow AND t.name=b.trail WHERE a.digest=$1 ORDER BY b.entry",
      [](const Row& row) {
        return FlowReleaseView{row.digest(0), row.string(1), row.string(2), row.string(3),
                           row.string(4), row.instant(5), row.integer(6)};
      },
      artifact);
}

}  // namespace weir::store
