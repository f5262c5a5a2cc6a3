#include <set>

#include "crypto/digest.h"
#include "store/project_rows.h"

namespace weir::store {
namespace {

using runtime::Instance;
using runtime::Report;
using runtime::ReportAccepted;

// What the tables say of the reporter before its report is projected.
struct ReporterRow {
  std::string environment, host;
  std::int64_t reports = 0;
  std::optional<std::int64_t> next_part;  // of a full report that is not whole yet; 0: a part got lost
  bool first_sight = false;               // the full report is the reporter's first
  bool gathers() const { return next_part && *next_part > 0; }
};

struct Reporting {
  Database& db;
  const Stamp& stamp;
  const std::string& reporter;
  const ReporterRow& row;
};

enum class Whose { interpreter, program };

// Content that is no longer what the package brought is nobody's.
Status note_package(const Reporting& at, const std::string& workload,
                    const std::optional<runtime::PackageClaim>& claim, Whose whose) {
  if (!claim || claim->changed) return {};
  return execute(at.db,
                 "INSERT INTO workload_package (workload, name, version, own) VALUES ($1,$2,$3,$4) ON CONFLICT "
                 "(workload, name) DO UPDATE SET version=excluded.version, own=max(own, excluded.own)",
                 workload, claim->name, claim->version, whose == Whose::program);
}

// What ran at first sight, ended, and starts again is news: the alert of the first sight is over with its end.
Status start_workload(const Reporting& at, const std::string& id, const Instance& instance) {
  TRY(execute(
      at.db,
      "INSERT INTO workload (id, environment, host, kind, name, digests, user, unit, container, live, "
      "first_started, "
      "last_started, first_sight, entry, changed) VALUES "
      "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15) "
      "ON CONFLICT (id) DO UPDATE SET live=live+excluded.live, first_started=min(first_started, "
      "excluded.first_started), last_started=max(last_started, excluded.last_started), name=excluded.name, "
      "changed=excluded.changed, first_sight=CASE WHEN live>0 THEN first_sight ELSE min(first_sight, "
      "excluded.first_sight) END",
      id, at.row.environment, at.row.host, instance.kind, instance.name, format::encode(instance.digests),
      instance.origin.user, instance.origin.unit, instance.origin.container, instance.ended_at ? 0 : 1,
      instance.started_at, instance.started_at, at.row.first_sight, at.stamp.index, at.stamp.index));
  for (const Sha256& digest : instance.digests)
    TRY(execute(at.db, "INSERT INTO workload_digest (digest, workload) VALUES ($1,$2) ON CONFLICT DO NOTHING",
                digest, id));
  if (instance.interpreter && instance.interpreter->digest)
    TRY(execute(at.db,
                "INSERT INTO workload_interpreter (digest, workload) VALUES ($1,$2) ON CONFLICT DO NOTHING",
                *instance.interpreter->digest, id));
  if (instance.interpreter) TRY(note_package(at, id, instance.interpreter->package, Whose::interpreter));
  return note_package(at, id, instance.package, Whose::program);
}

// An agent that began anew knows of no run before what it finds: where a process executed something else, or itself, in
// its place, it gives that the id of what ran there first. So what has ended by that id, and runs by a full report, is
// another run; the one that ended is kept under a name of its own.
Status set_aside(const Reporting& at, const std::string& id) {
  return execute(at.db, "UPDATE instance SET id=$1 WHERE reporter=$2 AND id=$3",
                 fmt::format("{}~{}", id, at.stamp.index), at.reporter, id);
}

// An instance that is reported again (full reports do) is not started again.
Status start_instance(const Reporting& at, const Instance& instance, bool is_full) {
  const auto has_ended = TRY(query_one(
      at.db, "SELECT ended_at IS NOT NULL FROM instance WHERE reporter=$1 AND id=$2",
      [](const Row& row) { return row.boolean(0); }, at.reporter, instance.id));
  if (has_ended && instance.ended_at)
    return end_instance(at.db, at.stamp, at.reporter, instance.id, *instance.ended_at);
  if (has_ended && !(*has_ended && is_full)) return {};
  if (has_ended) TRY(set_aside(at, instance.id));
  const std::string workload = runtime::workload_id(at.row.environment, at.row.host, instance);
  TRY(execute(
      at.db,
      "INSERT INTO instance (reporter, id, environment, workload, started_at, ended_at, detail, settings) VALUES "
      "($1,$2,$3,$4,$5,$6,$7,$8)",
      at.reporter, instance.id, at.row.environment, workload, instance.started_at, instance.ended_at,
      format::encode(instance),
      instance.settings ? std::optional(format::encode(*instance.settings)) : std::nullopt));
  return start_workload(at, workload, instance);
}

// A full report: what runs by the tables and is not in it, has ended.
Status end_absent(const Reporting& at, const Report& report) {
  std::set<std::string_view> present;
  for (const Instance& instance : report.started) present.insert(instance.id);
  const auto live = TRY(query(
      at.db, "SELECT id FROM instance WHERE reporter=$1 AND ended_at IS NULL",
      [](const Row& row) { return row.string(0); }, at.reporter));
  for (const std::string& id : live)
    if (!present.contains(id)) TRY(end_instance(at.db, at.stamp, at.reporter, id, report.sent_at));
  return {};
}

Status forget_parts(const Reporting& at) {
  TRY(execute(at.db, "DELETE FROM full_set WHERE reporter=$1", at.reporter));
  return execute(at.db, "DELETE FROM full_member WHERE reporter=$1", at.reporter);
}

// What is in none of the parts, and did not start while they came.
Status end_absent_from_parts(const Reporting& at, const Report& last) {
  const auto absent = TRY(query(
      at.db,
      "SELECT i.id FROM instance i WHERE i.reporter=$1 AND i.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM "
      "full_member m WHERE m.reporter=i.reporter AND m.id=i.id)",
      [](const Row& row) { return row.string(0); }, at.reporter));
  for (const std::string& id : absent) TRY(end_instance(at.db, at.stamp, at.reporter, id, last.sent_at));
  return {};
}

// A part that follows the one before carries the full report on; any other voids it: then nothing has ended, and the
// reporter is asked for another one.
Status expect_part(const Reporting& at, const Report& report) {
  if (report.part == 1) TRY(forget_parts(at));
  const bool follows = report.part == 1 || at.row.next_part == report.part;
  return execute(
      at.db,
      "INSERT INTO full_set (reporter, next, first_sight) VALUES ($1,$2,$3) ON CONFLICT (reporter) DO "
      "UPDATE SET next=excluded.next",
      at.reporter, follows ? report.part + 1 : 0, at.row.first_sight);
}

Status remember_members(const Reporting& at, const Report& report) {
  for (const Instance& instance : report.started)
    TRY(execute(at.db, "INSERT INTO full_member (reporter, id) VALUES ($1,$2) ON CONFLICT DO NOTHING",
                at.reporter, instance.id));
  return {};
}

// The full report's side of a report: what is in no part of it, or not in it when it is whole, has ended.
Status gather(const Reporting& at, const Report& report) {
  if (report.full && report.part == 0) {
    if (at.row.next_part) TRY(forget_parts(at));
    return end_absent(at, report);
  }
  if (report.full) TRY(expect_part(at, report));
  const bool gathers = report.full ? report.part == 1 || at.row.next_part == report.part : at.row.gathers();
  if (!gathers) return {};
  TRY(remember_members(at, report));
  if (report.parts == 0) return {};
  TRY(end_absent_from_parts(at, report));
  return forget_parts(at);
}

Status count_runs(const Reporting& at, const Report& report) {
  for (const runtime::RunCount& run : report.counts)
    TRY(execute(at.db,
                "INSERT INTO run_count (environment, host, hour, name, digest, package, count) VALUES "
                "($1,$2,$3,$4,$5,$6,$7) "
                "ON CONFLICT (environment, host, hour, name) DO UPDATE SET count=count+excluded.count",
                at.row.environment, at.row.host, run.hour, run.name, run.digest, run.package, run.count));
  return {};
}

// What is said again is no news; of what has ended nothing is kept.
Status note_exposure(const Reporting& at, const runtime::Exposure& exposure) {
  const std::string said = format::encode(exposure);
  const std::int64_t fresh = TRY(query_count(
      at.db,
      "SELECT count(*) FROM instance i WHERE i.reporter=$1 AND i.id=$2 AND i.ended_at IS NULL AND NOT EXISTS (SELECT 1 "
      "FROM exposure x WHERE x.reporter=i.reporter AND x.instance=i.id AND x.until_at IS NULL AND x.said=$3)",
      at.reporter, exposure.instance, said));
  if (fresh == 0) return {};
  TRY(execute(at.db, "UPDATE exposure SET until_at=$1 WHERE reporter=$2 AND instance=$3 AND until_at IS NULL",
              at.stamp.at, at.reporter, exposure.instance));
  return execute(at.db,
                 "INSERT INTO exposure (reporter, instance, entry, at, reach, said) VALUES ($1,$2,$3,$4,$5,$6) ON "
                 "CONFLICT (reporter, instance, entry) DO UPDATE SET reach=excluded.reach, said=excluded.said, "
                 "until_at=NULL",
                 at.reporter, exposure.instance, at.stamp.index, at.stamp.at,
                 static_cast<std::int64_t>(reach_of(exposure)), said);
}

Status advance_reporter(const Reporting& at, const ReportAccepted& event, const Report& report) {
  TRY(execute(at.db,
              "UPDATE reporter SET incarnation=$1, sequence=$2, previous=$3, reports=reports+1, "
              "events_lost=events_lost+$4, reported_at=$5, sent_at=$6, fault='', fault_at=NULL WHERE id=$7",
              report.incarnation, report.sequence, crypto::sha256(event.body), report.events_lost,
              at.stamp.at, report.sent_at, at.reporter));
  if (!report.full && report.sources.empty()) return {};
  return execute(at.db, "UPDATE reporter SET sources=$1 WHERE id=$2", format::encode(report.sources),
                 at.reporter);
}

}  // namespace

Status end_instance(Database& db, const Stamp& stamp, const std::string& reporter, const std::string& id,
                    Instant ended_at) {
  const auto workload = TRY(query_one(
      db, "SELECT workload FROM instance WHERE reporter=$1 AND id=$2 AND ended_at IS NULL",
      [](const Row& row) { return row.string(0); }, reporter, id));
  if (!workload) return {};
  TRY(execute(db, "UPDATE instance SET ended_at=max($1, started_at) WHERE reporter=$2 AND id=$3", ended_at,
              reporter, id));
  TRY(execute(db, "UPDATE exposure SET until_at=$1 WHERE reporter=$2 AND instance=$3 AND until_at IS NULL", stamp.at,
              reporter, id));
  return execute(db, "UPDATE workload SET live=live-1, changed=$1 WHERE id=$2", stamp.index, *workload);
}

Status project_row(Database& db, const Stamp& stamp, const runtime::EnvironmentDeclared& event) {
  return execute(db,
                 "INSERT INTO environment (name, kind, description, arguments, tags, entry) VALUES "
                 "($1,$2,$3,$4,$5,$6) ON CONFLICT (name) DO UPDATE SET description=excluded.description, "
                 "arguments=excluded.arguments, tags=excluded.tags",
                 event.name, event.kind, event.description, event.arguments, format::encode(event.tags),
                 stamp.index);
}

Status project_row(Database& db, const Stamp& stamp, const runtime::ReporterEnrolled& event) {
  const Bytes actor = TRY(decode_hex(event.actor)), key = TRY(decode_base64(event.public_key));
  return execute(
      db,
      "INSERT INTO reporter (id, actor, environment, host, public_key, entry) VALUES ($1,$2,$3,$4,$5,$6) "
      "ON CONFLICT (id) DO UPDATE SET host=excluded.host",
      event.id, Blob{actor}, event.environment, event.host, Blob{key}, stamp.index);
}

Status project_row(Database& db, const Stamp& stamp, const ReportAccepted& event) {
  const Report report = TRY(format::decode_text<Report>(event.body, format::Unknown::ignore));
  auto row = TRY(query_one(
      db,
      "SELECT r.environment, r.host, r.reports, f.next, r.reports=0 OR coalesce(f.first_sight, 0) FROM "
      "reporter r "
      "LEFT JOIN full_set f ON f.reporter=r.id WHERE r.id=$1",
      [](const Row& r) {
        return ReporterRow{r.string(0), r.string(1), r.integer(2), r.maybe_integer(3), r.integer(4) != 0};
      },
      event.reporter));
  if (!row)
    return Error{Errc::corrupt, fmt::format("entry {} is a report of an unknown reporter", stamp.index)};
  row->first_sight =
      row->first_sight && (row->reports == 0 || report.full);  // what starts between parts is news
  const Reporting at{db, stamp, event.reporter, *row};
  TRY(gather(at, report));
  for (const Instance& instance : report.started) TRY(start_instance(at, instance, report.full));
  for (const runtime::Ended& ended : report.ended)
    TRY(end_instance(db, stamp, event.reporter, ended.id, ended.ended_at));
  for (const runtime::Exposure& exposure : report.exposures) TRY(note_exposure(at, exposure));
  TRY(count_runs(at, report));
  return advance_reporter(at, event, report);
}

Status project_row(Database& db, const Stamp& stamp, const runtime::ReporterFaulted& event) {
  const bool over = event.fault == runtime::ReporterFault::returned;
  return execute(db, "UPDATE reporter SET fault=$1, fault_at=$2, fault_detail=$3 WHERE id=$4",
                 over ? std::string_view() : format::name_of(event.fault), stamp.at, event.detail,
                 event.reporter);
}

// What it watched is in sight no more, and so is what it said of its host.
Status project_row(Database& db, const Stamp& stamp, const runtime::ReporterRemoved& event) {
  const auto live = TRY(query(
      db, "SELECT id FROM instance WHERE reporter=$1 AND ended_at IS NULL",
      [](const Row& row) { return row.string(0); }, event.reporter));
  for (const std::string& id : live) TRY(end_instance(db, stamp, event.reporter, id, stamp.at));
  for (const std::string_view table : {"full_set", "full_member"})
    TRY(execute(db, fmt::format("DELETE FROM {} WHERE reporter=$1", table), event.reporter));
  TRY(execute(db, "UPDATE host_inventory SET replaced=$1 WHERE reporter=$2 AND replaced IS NULL", stamp.index,
              event.reporter));
  return execute(db, "UPDATE reporter SET removed_at=$1, removed_reason=$2, fault='' WHERE id=$3", stamp.at,
                 event.reason, event.reporter);
}

Status project_row(Database& db, const Stamp& stamp, const runtime::ScopeDeclared& event) {
  TRY(execute(db, "UPDATE environment SET scope_version=scope_version+1 WHERE name=$1", event.environment));
  return execute(db,
                 "INSERT INTO scope (environment, id, rule, actor, declared_at, entry) VALUES "
                 "($1,$2,$3,$4,$5,$6) ON CONFLICT "
                 "(environment, id) DO UPDATE SET rule=excluded.rule, actor=excluded.actor, "
                 "declared_at=excluded.declared_at, entry=excluded.entry",
                 event.environment, event.rule.id, format::encode(event.rule), Blob{stamp.actor.view()},
                 stamp.at, stamp.index);
}

Status project_row(Database& db, const Stamp&, const runtime::ScopeRemoved& event) {
  TRY(execute(db, "UPDATE environment SET scope_version=scope_version+1 WHERE name=$1", event.environment));
  return execute(db, "DELETE FROM scope WHERE environment=$1 AND id=$2", event.environment, event.id);
}

// The verdict that stood until now is kept with its end: the past is not judged by what is known today.
Status project_row(Database& db, const Stamp& stamp, const runtime::VerdictsGiven& event) {
  for (const runtime::VerdictGiven& given : event.verdicts) {
    TRY(execute(
        db,
        "INSERT INTO verdict_past (workload, until_at, verdict, reasons) SELECT id, $1, verdict, reasons "
        "FROM "
        "workload WHERE id=$2 AND json_extract(reasons, '$[0].code') IS NOT 'not-judged-yet' ON CONFLICT DO "
        "NOTHING",
        stamp.at, given.workload));
    TRY(execute(db, "UPDATE workload SET verdict=$1, reasons=$2 WHERE id=$3", given.verdict,
                format::encode(given.reasons), given.workload));
  }
  return {};
}

Status project_row(Database& db, const Stamp& stamp, const runtime::SnapshotTaken& event) {
  TRY(execute(db, "UPDATE snapshot SET until_at=$1 WHERE environment=$2 AND number=$3", stamp.at,
              event.environment, event.number - 1));
  TRY(execute(db, "UPDATE instance SET joined=$1 WHERE environment=$2 AND joined IS NULL", event.number,
              event.environment));
  TRY(execute(
      db, "UPDATE instance SET parted=$1 WHERE environment=$2 AND ended_at IS NOT NULL AND parted IS NULL",
      event.number, event.environment));
  TRY(execute(db, "UPDATE environment SET snapshot=$1 WHERE name=$2", event.number, event.environment));
  return execute(
      db,
      "INSERT INTO snapshot (environment, number, from_at, count, started, ended, digest, entry) VALUES "
      "($1,$2,$3,$4,$5,$6,$7,$8)",
      event.environment, event.number, stamp.at, event.count, event.started, event.ended, event.digest,
      stamp.index);
}

}  // namespace weir::store
