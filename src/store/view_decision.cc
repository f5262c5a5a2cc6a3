#include "store/view_decision.h"

#include "store/stored.h"

namespace weir::store {
namespace {

using policy::Purpose;

DecisionSubject subject_row(const Row& row) {
  return {.artifact = row.digest(0),
          .environment = row.string(1),
          .change_class = row.string(2),
          .purpose = *format::enum_from<Purpose>(row.text(3))};
}

// `answer` lacks its last member, which may move while the decision stays.
std::string whole_answer(const Row& row, int answer, int due) {
  std::string text = row.string(answer);
  format::encode(text, row.maybe_instant(due));
  return text + "}";
}

Watched watched_row(const Row& row) {
  Watched watched{.subject = subject_row(row),
                  .cause = row.integer(4),
                  .checked = row.integer(5),
                  .due = row.maybe_instant(6),
                  .entry = row.maybe_integer(7),
                  .meaning = row.maybe_digest(9),
                  .verdict = std::nullopt,
                  .answer = {}};
  if (!row.is_null(10)) watched.verdict = format::enum_from<policy::Verdict>(row.text(10));
  if (!row.is_null(8)) watched.answer = whole_answer(row, 8, 6);
  return watched;
}

constexpr std::string_view watched_columns =
    "s.artifact, s.environment, s.change_class, s.purpose, s.cause, s.checked, s.due, c.entry, d.answer, d.meaning, "
    "d.verdict";
constexpr std::string_view watched_tables =
    "decision_watch s LEFT JOIN decision_current c ON c.artifact=s.artifact AND c.environment=s.environment AND "
    "c.change_class=s.change_class AND c.purpose=s.purpose LEFT JOIN decision d ON d.entry=c.entry";

}  // namespace

Result<std::vector<DecisionView>> list_decisions(Database& db, const DecisionFilter& filter) {
  return query(
      db,
      "SELECT d.artifact, d.environment, d.change_class, d.purpose, d.entry, coalesce(a.name,''), d.verdict, "
      "d.decided_at, c.entry IS NOT NULL FROM decision d LEFT JOIN artifact a ON a.digest=d.artifact LEFT JOIN "
      "decision_current c ON c.artifact=d.artifact AND c.environment=d.environment AND "
      "c.change_class=d.change_class AND c.purpose=d.purpose AND c.entry=d.entry WHERE ($1='' OR "
      "d.environment=$2) AND ($3='' OR d.verdict=$4) AND ($5 IS NULL OR d.artifact=$6) AND d.entry<$7 ORDER BY "
      "d.entry DESC LIMIT $8",
      [](const Row& row) {
        const DecisionSubject subject = subject_row(row);
        return DecisionView{.entry = row.integer(4),
                            .artifact = subject.artifact,
                            .artifact_name = row.string(5),
                            .environment = subject.environment,
                            .change_class = subject.change_class,
                            .purpose = subject.purpose,
                            .verdict = *format::enum_from<policy::Verdict>(row.text(6)),
                            .decided_at = row.instant(7),
                            .current = row.boolean(8)};
      },
      filter.environment, filter.environment, filter.verdict, filter.verdict, filter.artifact, filter.artifact,
      filter.before, filter.limit);
}

Result<std::optional<Watched>> find_watched(Database& db, const DecisionSubject& subject) {
  return query_one(
      db,
      fmt::format("SELECT {} FROM {} WHERE s.artifact=$1 AND s.environment=$2 AND s.change_class=$3 AND "
                  "s.purpose=$4",
                  watched_columns, watched_tables),
      watched_row, subject.artifact, subject.environment, subject.change_class, subject.purpose);
}

Result<std::optional<Standing>> find_standing(Database& db, const DecisionSubject& subject) {
  return query_one(
      db,
      fmt::format("SELECT s.cause, d.meaning FROM {} WHERE s.artifact=$1 AND s.environment=$2 AND "
                  "s.change_class=$3 AND s.purpose=$4",
                  watched_tables),
      [](const Row& row) { return Standing{row.integer(0), row.maybe_digest(1)}; }, subject.artifact,
      subject.environment, subject.change_class, subject.purpose);
}

Result<std::vector<Watched>> list_stale(Database& db, Instant now, std::int64_t limit) {
  const auto stale_row = [](const Row& row) {
    return Watched{.subject = subject_row(row), .cause = row.integer(4), .checked = row.integer(5)};
  };
  auto stale = TRY(query(
      db,
      "SELECT artifact, environment, change_class, purpose, cause, checked FROM decision_watch WHERE "
      "checked<cause ORDER BY cause LIMIT $1",
      stale_row, limit));
  const auto room = limit - static_cast<std::int64_t>(stale.size());
  auto due = TRY(query(
      db,
      "SELECT artifact, environment, change_class, purpose, cause, checked FROM decision_watch WHERE due<=$1 "
      "AND checked>=cause ORDER BY due LIMIT $2",
      stale_row, now, room));
  std::move(due.begin(), due.end(), std::back_inserter(stale));
  return stale;
}

Result<std::vector<Sha256>> watched_artifacts(Database& db) {
  return query(db, "SELECT DISTINCT artifact FROM decision_watch", [](const Row& row) { return row.digest(0); });
}

Result<bool> is_watched(Database& db, const Sha256& artifact) {
  return TRY(query_count(
             db, "SELECT count(*) FROM (SELECT 1 FROM decision_watch WHERE artifact=$1 LIMIT 1)", artifact)) > 0;
}

Result<bool> is_any_watched(Database& db) {
  return TRY(query_count(db, "SELECT count(*) FROM (SELECT 1 FROM decision_watch LIMIT 1)")) > 0;
}

Status watch_subject(Database& db, const DecisionSubject& subject) {
  return execute(
      db,
      "INSERT INTO decision_watch (artifact, environment, change_class, purpose, cause, checked) SELECT "
      "$1,$2,$3,$4,max(idx),-1 FROM entry WHERE true ON CONFLICT DO NOTHING",
      subject.artifact, subject.environment, subject.change_class, subject.purpose);
}

Status note_checked(Database& db, const DecisionSubject& subject, std::int64_t cause, std::optional<Instant> due) {
  return execute(db,
                 "UPDATE decision_watch SET checked=$1, due=$2 WHERE artifact=$3 AND environment=$4 AND "
                 "change_class=$5 AND purpose=$6",
                 cause, due, subject.artifact, subject.environment, subject.change_class, subject.purpose);
}

Result<std::optional<runtime::Objection>> policy_objection(Database& db, const Sha256& artifact,
                                                        std::string_view environment) {
  return query_one(
      db,
      "SELECT d.entry, d.objection FROM decision_current c JOIN decision d ON d.entry=c.entry WHERE c.artifact=$1 "
      "AND c.environment=$2 AND c.purpose='running' AND d.objection<>'' ORDER BY d.entry DESC LIMIT 1",
      [](const Row& row) { return runtime::Objection{row.integer(0), row.string(1)}; }, artifact, environment);
}

}  // namespace weir::store
