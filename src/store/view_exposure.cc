#include "store/view_exposure.h"

#include <fmt/format.h>

#include "runtime/report.h"
#include "store/stored.h"

namespace weir::store {
namespace {

using runtime::Reach;

constexpr auto unknown = static_cast<std::int64_t>(Reach::unknown);

Reach reach_at(std::int64_t place) {
  const bool fits = place >= 0 && place <= static_cast<std::int64_t>(Reach::network);
  return fits ? static_cast<Reach>(place) : Reach::unknown;
}

// Of the columns from `first` on: the workload's kind, and what was told of one of its instances.
ExposureView view_from(const Row& row, int first) {
  if (row.text(first) == format::name_of(runtime::WorkloadKind::file))
    return {.reach = Reach::none, .because = "is a file", .listens = {}, .published = {}};
  if (row.is_null(first + 1)) return {};
  auto said = read_stored<runtime::Exposure>(row.text(first + 2));
  return {.reach = reach_at(row.integer(first + 1)),
          .because = runtime::in_words(said),
          .listens = std::move(said.listens).value_or(std::vector<std::string>{}),
          .published = std::move(said.published).value_or(std::vector<std::string>{})};
}

ExposureView exposure_row(const Row& row) { return view_from(row, 0); }

// Behind the columns of a running row; without an instance nothing is known.
RunningExposed running_exposed_row(const Row& row) {
  return {read_running(row), row.boolean(11) ? view_from(row, 12) : ExposureView{}};
}

}  // namespace

Result<std::optional<RunningExposed>> running_exposed(Database& db, const std::string& workload,
                                                      const Sha256& artifact) {
  static const std::string sql = fmt::format(
      "SELECT w.id, w.name, w.host, w.environment, w.verdict, coalesce((SELECT min(m.started_at) FROM "
      "instance m WHERE "
      "m.workload=w.id AND m.ended_at IS NULL), w.last_started), a.digest, a.name, coalesce(a.flow,''), "
      "coalesce(f.service,''), coalesce(s.team,''), i.id IS NOT NULL, w.kind, x.reach, x.said FROM workload "
      "w JOIN "
      "artifact a ON a.digest=$1 LEFT JOIN flow f ON f.name=a.flow LEFT JOIN service s ON s.name=f.service "
      "LEFT JOIN "
      "instance i ON i.workload=w.id AND i.ended_at IS NULL LEFT JOIN exposure x ON x.reporter=i.reporter "
      "AND "
      "x.instance=i.id AND x.until_at IS NULL WHERE w.id=$2 AND w.live>0 ORDER BY coalesce(x.reach, {}) "
      "DESC, x.said "
      "IS NULL LIMIT 1",
      unknown);
  return query_one(db, sql, running_exposed_row, artifact, workload);
}

Result<ExposureView> exposure_of(Database& db, const std::string& workload, std::optional<Instant> at) {
  const std::string told = at ? fmt::format("x.at<={0} AND (x.until_at IS NULL OR x.until_at>{0})", at->micros)
                              : "x.until_at IS NULL";
  const std::string lived =
      at ? fmt::format("i.started_at<={0} AND (i.ended_at IS NULL OR i.ended_at>{0})", at->micros)
         : "i.ended_at IS NULL";
  auto found = TRY(query_one(
      db,
      fmt::format("SELECT w.kind, x.reach, x.said FROM workload w JOIN instance i ON i.workload=w.id AND {} LEFT JOIN "
                  "exposure x ON x.reporter=i.reporter AND x.instance=i.id AND {} WHERE w.id=$1 ORDER BY "
                  "coalesce(x.reach, {}) DESC, x.said IS NULL LIMIT 1",
                  lived, told, unknown),
      exposure_row, workload));
  return found ? std::move(*found) : ExposureView{};
}

Result<std::unordered_map<std::string, Reach>> reaches(Database& db) {
  std::unordered_map<std::string, Reach> all;
  const auto rows = TRY(query(
      db,
      fmt::format("SELECT w.id, CASE WHEN count(*)<w.live THEN max(max(x.reach), {}) ELSE max(x.reach) END FROM "
                  "exposure x CROSS JOIN instance i CROSS JOIN workload w WHERE x.until_at IS NULL AND "
                  "i.reporter=x.reporter AND i.id=x.instance AND i.ended_at IS NULL AND w.id=i.workload GROUP BY w.id "
                  "UNION ALL SELECT id, {} FROM workload WHERE kind='file' AND live>0",
                  unknown, static_cast<std::int64_t>(Reach::none)),
      [](const Row& row) { return std::pair(row.string(0), reach_at(row.integer(1))); }));
  for (const auto& [workload, reach] : rows) all.insert_or_assign(workload, reach);
  return all;
}

}  // namespace weir::store
