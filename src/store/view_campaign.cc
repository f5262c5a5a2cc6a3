#include "store/view_campaign.h"

#include <fmt/format.h>

#include "store/stored.h"

namespace weir::store {
namespace {

constexpr std::string_view columns =
    "c.entry, c.opened, coalesce(p.name, hex(c.account)), c.opened_at, c.closed_at, coalesce(q.name, ''), "
    "c.note";
constexpr std::string_view tables =
    "campaign c LEFT JOIN account p ON p.id=c.account LEFT JOIN account q ON q.id=c.closed_by";

Campaign row_of(const Row& row) {
  return {.id = row.integer(0),
          .opened = read_stored<vuln::CampaignOpened>(row.text(1)),
          .opened_by = row.string(2),
          .opened_at = row.instant(3),
          .closed_at = row.maybe_instant(4),
          .closed_by = row.string(5),
          .closed_note = row.string(6)};
}

}  // namespace

Result<std::vector<Campaign>> list_campaigns(Database& db, const CampaignFilter& filter) {
  return query(db,
               fmt::format("SELECT {} FROM {} WHERE c.entry<$1{} ORDER BY c.entry DESC LIMIT $2", columns,
                           tables, filter.open ? " AND c.closed_at IS NULL" : ""),
               row_of, filter.before, filter.limit);
}

Result<std::optional<Campaign>> find_campaign(Database& db, std::int64_t id) {
  return query_one(db, fmt::format("SELECT {} FROM {} WHERE c.entry=$1", columns, tables), row_of, id);
}

Result<std::optional<std::int64_t>> open_campaign_about(Database& db, std::string_view cluster) {
  return query_one(
      db, "SELECT entry FROM campaign WHERE cluster=$1 AND closed_at IS NULL",
      [](const Row& row) { return row.integer(0); }, cluster);
}

Result<std::vector<RanRow>> ran_since(Database& db, const Sha256& artifact, Instant since) {
  std::vector<RanRow> ran;
  TRY(query(
      db,
      "SELECT w.id, w.name, w.host, w.environment, w.verdict, w.live, a.name, coalesce(a.flow,''), "
      "coalesce(f.service,''), coalesce(s.team,''), i.started_at, i.ended_at FROM (SELECT DISTINCT "
      "d.workload FROM "
      "identity n JOIN workload_digest d ON d.digest=n.child WHERE n.root=$1) o JOIN workload w ON "
      "w.id=o.workload "
      "JOIN artifact a ON a.digest=$2 LEFT JOIN flow f ON f.name=a.flow LEFT JOIN service s ON "
      "s.name=f.service JOIN "
      "instance i ON i.workload=w.id AND (i.ended_at IS NULL OR i.ended_at>$3) ORDER BY w.id, i.started_at",
      [&](const Row& row) {
        if (ran.empty() || ran.back().running.workload != row.text(0)) {
          ran.push_back({.running = {.workload = row.string(0),
                                     .name = row.string(1),
                                     .host = row.string(2),
                                     .environment = row.string(3),
                                     .verdict = row.string(4),
                                     .since = row.instant(10),
                                     .artifact = artifact,
                                     .artifact_name = row.string(6),
                                     .flow = row.string(7),
                                     .service = row.string(8),
                                     .team = row.string(9)},
                         .lives = row.integer(5) > 0});
        }
        ran.back().ran.push_back({row.instant(10), row.maybe_instant(11)});
        return true;
      },
      artifact, artifact, since));
  return ran;
}

Result<bool> is_exception_pending(Database& db, const Sha256& artifact, std::string_view environment,
                                  std::string_view finding, Instant now) {
  return TRY(query_count(
             db,
             "SELECT count(*) FROM exception WHERE state='requested' AND artifact=$1 AND environment=$2 "
             "AND finding=$3 AND until_at>$4",
             artifact, environment, finding, now)) > 0;
}

}  // namespace weir::store
