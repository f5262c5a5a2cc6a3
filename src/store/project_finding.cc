#include <charconv>

#include "store/project_rows.h"

namespace weir::store {
namespace {

// In tenths, so that findings sort by it; -1: no record is scored.
std::int64_t tenths_of(std::string_view score) {
  double value = -0.1;
  std::from_chars(score.data(), score.data() + score.size(), value);
  return static_cast<std::int64_t>(value * 10 + (value < 0 ? -0.5 : 0.5));
}

Status project_change(Database& db, const Stamp& stamp, const vuln::FindingsChanged& event,
                      const vuln::FindingChange& change) {
  const std::string text = format::encode(change);
  TRY(execute(db,
              "INSERT INTO finding (cluster, component, last, state, score, opened_at, changed_at, entry) "
              "VALUES ($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT (cluster, component) DO UPDATE SET "
              "last=excluded.last, state=excluded.state, score=excluded.score, "
              "changed_at=excluded.changed_at, entry=excluded.entry",
              change.cluster, change.component, text, change.state, tenths_of(change.score), stamp.at,
              stamp.at, stamp.index));
  return execute(db,
                 "INSERT INTO finding_change (finding, entry, at, cause, change) SELECT id, $1, $2, $3, $4 "
                 "FROM finding WHERE cluster=$5 AND component=$6 ON CONFLICT (finding, entry) DO UPDATE SET "
                 "change=excluded.change",
                 stamp.index, stamp.at, event.cause, text, change.cluster, change.component);
}

}  // namespace

Status project_row(Database& db, const Stamp& stamp, const vuln::AdvisoriesUpdated& event) {
  return execute(db, "INSERT INTO advisories (entry, feed, updated, digest, at) VALUES ($1,$2,$3,$4,$5)",
                 stamp.index, event.feed, format::encode(event), event.digest, stamp.at);
}

Status project_row(Database& db, const Stamp& stamp, const vuln::FindingsChanged& event) {
  for (const vuln::BillRead& bill : event.bills)
    TRY(execute(db,
                "INSERT INTO bill_read (attestation, entry, components, error) VALUES ($1,$2,$3,$4) ON "
                "CONFLICT (attestation) DO UPDATE SET entry=excluded.entry, "
                "components=excluded.components, error=excluded.error",
                bill.attestation, stamp.index, bill.components, bill.error));
  for (const vuln::FindingChange& change : event.changes)
    TRY(project_change(db, stamp, event, change));
  if (!event.advisories || event.more) return {};
  return execute(db,
                 "INSERT INTO advisories_matched (one, digest, entry, at) VALUES (1,$1,$2,$3) ON CONFLICT "
                 "(one) DO UPDATE SET digest=excluded.digest, entry=excluded.entry, at=excluded.at",
                 *event.advisories, stamp.index, stamp.at);
}

}  // namespace weir::store
