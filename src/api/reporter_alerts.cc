#include "api/reporter_alerts.h"

#include <algorithm>

#include "store/view_alert.h"

namespace weir::api {
namespace {

using alert::Cause;

std::string subject_of(const std::string& reporter) { return fmt::format("reporter {}", reporter); }

Result<std::vector<std::int64_t>> open_alerts(store::Database& db, const std::string& reporter,
                                              std::initializer_list<Cause> causes) {
  std::vector<std::int64_t> found;
  for (const store::OpenAlert& open : TRY(store::open_alerts_of_subject(db, subject_of(reporter))))
    if (std::ranges::any_of(causes, [&](Cause cause) { return alert::row_of(cause).name == open.cause; }))
      found.push_back(open.id);
  return found;
}

// Who else speaks for the host, the first that was enrolled before the others.
Result<std::vector<std::string>> others_of(store::Database& db, const std::string& reporter,
                                           const std::string& environment, const std::string& host) {
  return store::query(
      db,
      "SELECT id FROM reporter WHERE environment=$1 AND host=$2 AND id<>$3 AND removed_at IS NULL ORDER BY "
      "entry",
      [](const store::Row& row) { return row.string(0); }, environment, host, reporter);
}

}  // namespace

Result<std::vector<std::int64_t>> passing_alerts_of(store::Database& db, const std::string& reporter) {
  return open_alerts(db, reporter, {Cause::reporter_silent, Cause::reporter_gap});
}

Result<std::optional<alert::AlertOpened>> second_key_alert(store::Database& db,
                                                           const runtime::ReporterEnrolled& enrolled) {
  const auto others = TRY(others_of(db, enrolled.id, enrolled.environment, enrolled.host));
  if (others.empty()) return std::optional<alert::AlertOpened>();
  const alert::CauseRow& row = alert::row_of(Cause::reporter_second_key);
  const std::string subject = subject_of(enrolled.id);
  return std::optional(alert::AlertOpened{
      .key = fmt::format("{} {} {}", row.name, subject, enrolled.host),
      .cause = std::string(row.name),
      .severity = row.severity,
      .title = fmt::format("Second key for host {}", enrolled.host),
      .why = fmt::format(
          "reporter {} enrolled as {}, for which reporter {} speaks already; either may say what runs "
          "there, and both are believed",
          enrolled.id, enrolled.host, others.front()),
      .remedy = std::string(row.remedy),
      .subject = subject,
      .origin = {.environment = enrolled.environment, .host = enrolled.host},
      .incident = subject});
}

Result<std::vector<std::int64_t>> second_keys_settled(store::Database& db, const std::string& reporter,
                                                      const std::string& environment,
                                                      const std::string& host) {
  auto ending = TRY(open_alerts(db, reporter, {Cause::reporter_second_key}));
  const auto others = TRY(others_of(db, reporter, environment, host));
  if (others.size() != 1) return ending;
  const auto left_alone = TRY(open_alerts(db, others.front(), {Cause::reporter_second_key}));
  ending.insert(ending.end(), left_alone.begin(), left_alone.end());
  return ending;
}

}  // namespace weir::api
