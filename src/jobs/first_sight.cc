#include "jobs/first_sight.h"

#include "store/view_alert.h"

namespace weir::jobs {
namespace {

using alert::Cause;

// Of what ran at first sight and still runs unanswered for.
struct Left {
  std::string environment, host;
  std::int64_t seen = 0, unseen = 0;  // with content, and without
};

// Not before a full report in parts is whole, unless its reporter falls silent. Verdicts that rest on an approval have
// alerts of their own.
constexpr std::string_view left_of_hosts =
    "SELECT r.environment, r.host, count(CASE WHEN w.digests<>'[]' THEN 1 END), "
    "count(CASE WHEN w.digests='[]' THEN 1 END) "
    "FROM (SELECT DISTINCT environment, host FROM reporter WHERE reports>0 AND NOT (fault='' AND EXISTS "
    "(SELECT 1 FROM full_set s WHERE s.reporter=reporter.id))) r "
    "LEFT JOIN workload w ON w.environment=r.environment AND w.host=r.host AND w.first_sight=1 AND w.live>0 "
    "AND w.verdict IN ('unknown', 'unapproved', 'changed') GROUP BY 1, 2";

std::string key_of(const Left& left, Cause cause) {
  return fmt::format("{} {} {}", alert::row_of(cause).name, left.environment, left.host);
}

alert::AlertOpened alert_of(const Left& left, Cause cause) {
  const alert::CauseRow& row = alert::row_of(cause);
  const bool unseen = cause == Cause::first_sight_unseen;
  const std::int64_t count = unseen ? left.unseen : left.seen + left.unseen;
  const std::string key = key_of(left, cause);
  return {.key = key,
          .cause = std::string(row.name),
          .severity = row.severity,
          .title = fmt::format("{} {} workload{} ran when {} was first seen", count,
                               unseen ? "unseen" : "unapproved", count == 1 ? "" : "s", left.host),
          .why = unseen ? "they run programs that are no files, or could not be read: nothing can be approved"
                        : "they started before Weir watched this host, and nobody approved them",
          .remedy = unseen ? std::string(row.remedy)
                           : fmt::format("{}: weir env adopt {} --reason …", row.remedy, left.environment),
          .subject = fmt::format("host {} {}", left.environment, left.host),
          .origin = {.environment = left.environment, .host = left.host},
          .incident = key};
}

Status add_events(store::Database& tables, const Left& left, std::vector<store::Event>& events) {
  const std::optional<Cause> wanted = left.seen > 0     ? std::optional(Cause::first_sight)
                                      : left.unseen > 0 ? std::optional(Cause::first_sight_unseen)
                                                        : std::nullopt;
  for (const Cause cause : {Cause::first_sight, Cause::first_sight_unseen}) {
    const auto open = TRY(store::find_open_alert(tables, key_of(left, cause)));
    if (open && cause != wanted)
      events.push_back(alert::AlertsResolved{{open->id},
                                             wanted ? "what could be seen of it is approved or has ended"
                                                    : "what ran at first sight is approved or has ended"});
  }
  if (!wanted) return {};
  // An incident outlives its alert: what was opened once is not opened again.
  const std::int64_t opened =
      TRY(query_count(tables, "SELECT count(*) FROM incident WHERE key=$1", key_of(left, *wanted)));
  if (opened == 0) events.push_back(alert_of(left, *wanted));
  return {};
}

}  // namespace

Result<std::vector<store::Event>> first_sight_events(store::Database& tables) {
  std::vector<store::Event> events;
  for (const Left& left : TRY(query(tables, left_of_hosts, [](const store::Row& row) {
         return Left{row.string(0), row.string(1), row.integer(2), row.integer(3)};
       })))
    TRY(add_events(tables, left, events));
  return events;
}

}  // namespace weir::jobs
