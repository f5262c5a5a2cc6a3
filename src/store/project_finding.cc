#include <charconv>
#include <set>

#include "store/project_rows.h"
#include "vuln/findings_entry.h"
#include "vuln/vex.h"

namespace weir::store {
namespace {

// In tenths, so that findings sort by it; -1: no record is scored.
std::int64_t tenths_of(std::string_view score) {
  double value = -0.1;
  std::from_chars(score.data(), score.data() + score.size(), value);
  return static_cast<std::int64_t>(value * 10 + (value < 0 ? -0.5 : 0.5));
}

// "pkg:oci/shop" of "pkg:oci/shop@sha256:…?arch=arm64"; empty for what is no package URL.
std::string package_without_version(std::string_view purl) {
  const auto read = format::parse_purl(purl, format::PurlReading::tolerant);
  return read.ok() ? vuln::package_text(*read) : std::string();
}

// Whether it is a finding that there was not.
Result<bool> begin_finding(Database& db, const Stamp& stamp, const vuln::FindingsChanged& event,
                           const vuln::FindingChange& change, const std::string& last) {
  const auto begun = TRY(query_one(
      db,
      "INSERT INTO finding (cluster, component, last, state, score, opened_at, changed_at, entry, began_at, "
      "open_us, cause, last_cause) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,0,$10,$11) ON CONFLICT (cluster, "
      "component) DO "
      "NOTHING RETURNING id",
      [](const Row& row) { return row.integer(0); }, change.cluster, change.component, last, change.state,
      tenths_of(change.score), stamp.at, stamp.at, stamp.index, stamp.at, event.cause, event.cause));
  return begun.has_value();
}

// The step before goes where the past is; one of the same entry is replaced.
Status project_change(Database& db, const Stamp& stamp, const vuln::FindingsChanged& event,
                      const vuln::FindingChange& change) {
  const std::string last = format::encode(change);
  if (TRY(begin_finding(db, stamp, event, change, last))) return {};
  TRY(execute(db,
              "INSERT INTO finding_change (finding, entry, at, cause, change) SELECT id, entry, changed_at, "
              "last_cause, last FROM finding WHERE cluster=$1 AND component=$2 AND entry<>$3",
              change.cluster, change.component, stamp.index));
  return execute(
      db,
      "UPDATE finding SET last=$1, score=$2, changed_at=$3, entry=$4, last_cause=$5, "
      "open_us=open_us+CASE WHEN state IN ('opened','reopened') AND $6 NOT IN ('opened','reopened') THEN "
      "$7-began_at ELSE 0 END, "
      "began_at=CASE WHEN state IN ('opened','reopened') OR $8 NOT IN ('opened','reopened') THEN began_at "
      "ELSE $9 END, "
      "cause=CASE WHEN state IN ('opened','reopened') OR $10 NOT IN ('opened','reopened') THEN cause ELSE "
      "$11 "
      "END, "
      "state=$12 WHERE cluster=$13 AND component=$14",
      last, tenths_of(change.score), stamp.at, stamp.index, event.cause, change.state, stamp.at, change.state,
      stamp.at, change.state, event.cause, change.state, change.cluster, change.component);
}

using NamesOfFlaws = std::set<std::pair<std::string_view, std::string_view>>;
Status project_names(Database& db, const vuln::FindingChange& change, NamesOfFlaws& known) {
  for (const std::string& name : change.records)
    if (known.emplace(name, change.cluster).second)
      TRY(execute(db, "INSERT INTO finding_name (name, cluster) VALUES ($1,$2) ON CONFLICT DO NOTHING", name,
                  change.cluster));
  return {};
}

Status project_stated(Database& db, const Stamp& stamp, const vuln::FindingStated& stated) {
  const BytesView artifact = stated.artifact ? stated.artifact->view() : BytesView();
  TRY(execute(db,
              "UPDATE finding_stated SET until_at=$1 WHERE cluster=$2 AND component=$3 AND artifact=$4 AND "
              "until_at IS "
              "NULL",
              stamp.at, stated.cluster, stated.component, Blob{artifact}));
  if (!stated.status) return {};
  return execute(
      db,
      "INSERT INTO finding_stated (cluster, component, artifact, entry, at, suppresses, said) VALUES "
      "($1,$2,$3,$4,$5,$6,$7) ON CONFLICT (cluster, component, artifact, entry) DO UPDATE SET "
      "until_at=NULL, suppresses=excluded.suppresses, said=excluded.said",
      stated.cluster, stated.component, Blob{artifact}, stamp.index, stamp.at, stated.suppresses(),
      format::encode(stated));
}

}  // namespace

Status project_row(Database& db, const Stamp& stamp, const vuln::AdvisoriesUpdated& event) {
  return execute(db, "INSERT INTO advisories (entry, feed, updated, digest, at) VALUES ($1,$2,$3,$4,$5)",
                 stamp.index, event.feed, format::encode(event), event.digest, stamp.at);
}

Status project_row(Database& db, const Stamp& stamp, const vuln::FindingsChanged& event) {
  for (const vuln::BillRead& bill : event.bills)
    TRY(execute(
        db,
        "INSERT INTO bill_read (attestation, entry, components, error, subject, subject_package) VALUES "
        "($1,$2,$3,$4,$5,$6) ON CONFLICT (attestation) DO UPDATE SET entry=excluded.entry, "
        "components=excluded.components, error=excluded.error, subject=excluded.subject, "
        "subject_package=excluded.subject_package",
        bill.attestation, stamp.index, bill.components, bill.error, bill.subject,
        package_without_version(bill.subject)));
  NamesOfFlaws known;
  vuln::FindingsSpread changes;
  for (const vuln::FindingChange& folded : event.changes) {
    const vuln::FindingChange change = changes.spread(folded);
    TRY(project_change(db, stamp, event, change));
    TRY(project_names(db, folded, known));
  }
  for (const vuln::StatementsRead& each : event.documents)
    TRY(execute(db,
                "INSERT INTO statements_read (attestation, entry, statements, error) VALUES ($1,$2,$3,$4) ON "
                "CONFLICT (attestation) DO UPDATE SET entry=excluded.entry, "
                "statements=excluded.statements, error=excluded.error",
                each.attestation, stamp.index, each.statements, each.error));
  for (const vuln::FindingStated& each : event.stated) TRY(project_stated(db, stamp, each));
  if (!event.advisories || event.more) return {};
  return execute(db,
                 "INSERT INTO advisories_matched (one, digest, entry, at) VALUES (1,$1,$2,$3) ON CONFLICT "
                 "(one) DO UPDATE SET digest=excluded.digest, entry=excluded.entry, at=excluded.at",
                 *event.advisories, stamp.index, stamp.at);
}

Status project_row(Database& db, const Stamp& stamp, const vuln::RemedyTimesDeclared& event) {
  return execute(db, "INSERT INTO remedy_times (entry, declared, at) VALUES ($1,$2,$3)", stamp.index,
                 format::encode(event), stamp.at);
}

}  // namespace weir::store
