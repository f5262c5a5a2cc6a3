#include <algorithm>
#include <map>

#include "crypto/digest.h"
#include "jobs/reconcile.h"
#include "ledger/entry.h"
#include "store/view_alert.h"
#include "store/view_deploy.h"
#include "store/view_runtime.h"

namespace weir::jobs {
namespace {

using store::Database;
using store::Row;

class PeriodWatch final : public Job {
 public:
  PeriodWatch(Shared shared, std::unique_ptr<Database> reader)
      : shared_(shared), reader_(std::move(reader)) {}

  Result<Step> tick(Instant now) override {
    const std::int64_t since = TRY(query_count(*reader_, "SELECT at FROM timer WHERE name='periods'"));
    const std::int64_t due =
        TRY(query_count(*reader_,
                        "SELECT count(*) FROM approval WHERE (until_at>$1 AND until_at<=$2) OR (from_at>$3 "
                        "AND from_at<=$4)",
                        since, now, since, now));
    if (due == 0 && now.micros - since < minutes(1).micros) return Step::idle;
    TRY(act(shared_, [since](Database&, Instant at) -> Result<sequencer::Decision> {
      return sequencer::Decision{.keep = [since, at](Database& db) { return enlist(db, since, at); }};
    }));
    return Step::idle;
  }

 private:
  static Status enlist(Database& db, std::int64_t since, Instant until) {
    for (const std::string_view table : {"workload_digest", "workload_interpreter"})
      TRY(execute(
          db,
          fmt::format(
              "INSERT INTO unjudged (workload) SELECT DISTINCT w.id FROM approval a JOIN identity i ON "
              "i.root=a.artifact JOIN {} d ON d.digest=i.child JOIN workload w ON w.id=d.workload AND "
              "w.environment=a.environment WHERE (a.until_at>$1 AND a.until_at<=$2) OR (a.from_at>$3 "
              "AND a.from_at<=$4) ON CONFLICT DO NOTHING",
              table),
          since, until, since, until));
    return execute(
        db,
        "INSERT INTO timer (name, at) VALUES ('periods', $1) ON CONFLICT (name) DO UPDATE SET at=excluded.at",
        until);
  }

  Shared shared_;
  std::unique_ptr<Database> reader_;
};

class Snapshots final : public Job {
 public:
  Snapshots(Shared shared, std::unique_ptr<Database> reader) : shared_(shared), reader_(std::move(reader)) {}

  Result<Step> tick(Instant now) override {
    const auto changed =
        TRY(query(*reader_,
                  "SELECT DISTINCT environment FROM instance WHERE joined IS NULL UNION SELECT DISTINCT "
                  "environment FROM instance WHERE ended_at IS NOT NULL AND parted IS NULL",
                  [](const Row& row) { return row.string(0); }));
    std::erase_if(since_, [&](const auto& item) {
      return std::find(changed.begin(), changed.end(), item.first) == changed.end();
    });
    for (const std::string& environment : changed) {
      const Instant first = since_.try_emplace(environment, now).first->second;
      if (now - first < limits::coalesce_snapshot) continue;
      since_.erase(environment);
      TRY(act(shared_, [environment](Database& db, Instant) { return take(db, environment); }));
    }
    return Step::idle;
  }

 private:
  static Result<sequencer::Decision> take(Database& db, const std::string& environment) {
    runtime::SnapshotTaken taken{.environment = environment};
    taken.number = TRY(query_count(db, "SELECT snapshot FROM environment WHERE name=$1", environment)) + 1;
    taken.started = TRY(query_count(
        db, "SELECT count(*) FROM instance WHERE environment=$1 AND joined IS NULL", environment));
    taken.ended = TRY(query_count(
        db, "SELECT count(*) FROM instance WHERE environment=$1 AND ended_at IS NOT NULL AND parted IS NULL",
        environment));
    if (taken.started + taken.ended == 0) return sequencer::Decision{};
    crypto::Hasher hasher;
    (void)TRY(query(
        db, "SELECT id FROM instance WHERE environment=$1 AND ended_at IS NULL ORDER BY id",
        [&](const Row& row) {
          hasher.update(row.text(0));
          hasher.update("\n");
          ++taken.count;
          return 0;
        },
        environment));
    taken.digest = hasher.finish();
    return sequencer::Decision{.events = {std::move(taken)}};
  }

  Shared shared_;
  std::unique_ptr<Database> reader_;
  std::map<std::string, Instant> since_;
};

struct Trouble {
  deploy::DeploymentTrouble trouble;
  alert::Cause cause;
  std::string_view title;
};
constexpr std::array troubles{
    Trouble{deploy::DeploymentTrouble::missed, alert::Cause::deployment_missed, "Approved, not seen:"},
    Trouble{deploy::DeploymentTrouble::gone, alert::Cause::deployment_gone, "Seen and gone:"},
    Trouble{deploy::DeploymentTrouble::short_of, alert::Cause::deployment_short, "Fewer than declared:"},
    Trouble{deploy::DeploymentTrouble::superseded_running, alert::Cause::superseded_still_running,
            "Older one still runs:"},
};

class DeploymentWatch final : public Job {
 public:
  DeploymentWatch(Shared shared, std::unique_ptr<Database> reader)
      : shared_(shared), reader_(std::move(reader)) {}

  Result<Step> tick(Instant now) override {
    const std::vector<std::int64_t> due = TRY(due_at(now));
    if (due.empty()) return Step::idle;
    TRY(act(shared_, [due](Database& db, Instant at) -> Result<sequencer::Decision> {
      sequencer::Decision decision;
      for (const std::int64_t id : due)
        for (const auto& view :
             TRY(store::list_deployments(db, {.unfinished_only = true, .from = id, .before = id + 1}, at)))
          for (store::Event& event : TRY(events_for(db, view.deployment, at)))
            decision.events.push_back(std::move(event));
      return decision;
    }));
    return Step::idle;
  }

 private:
  // Those that something is to be said of.
  Result<std::vector<std::int64_t>> due_at(Instant now) {
    std::vector<std::int64_t> due;
    store::DeploymentFilter filter{.unfinished_only = true, .limit = limits::page_rows_max};
    for (;;) {
      const auto page = TRY(store::list_deployments(*reader_, filter, now));
      for (const auto& view : page)
        if (!TRY(events_for(*reader_, view.deployment, now)).empty()) due.push_back(view.deployment.id);
      if (page.size() < limits::page_rows_max) return due;
      filter.before = page.back().deployment.id;
    }
  }

  static Result<std::vector<store::Event>> events_for(Database& db, const deploy::Deployment& deployment,
                                                      Instant now) {
    std::vector<store::Event> events;
    const deploy::Assessment found = deploy::assess(deployment, now);
    if (found.next && *found.next != deployment.state)
      events.push_back(deploy::DeploymentChanged{deployment.id, *found.next, found.reason});
    const std::string subject = fmt::format("deployment {}", deployment.id);
    const auto open = TRY(store::open_alerts_of_subject(db, subject));
    for (const Trouble& row : troubles) {
      const std::string_view cause = alert::row_of(row.cause).name;
      const bool holds =
          std::find(found.troubles.begin(), found.troubles.end(), row.trouble) != found.troubles.end();
      const auto known =
          std::find_if(open.begin(), open.end(), [&](const auto& alert) { return alert.cause == cause; });
      if (holds && known == open.end()) events.push_back(alert_of(deployment, row, subject, found.reason));
      if (!holds && known != open.end())
        events.push_back(alert::AlertsResolved{{known->id}, "the condition has passed"});
    }
    return events;
  }

  static std::string why_of(const deploy::Deployment& at, deploy::DeploymentTrouble trouble,
                            const std::string& reason) {
    if (trouble == deploy::DeploymentTrouble::superseded_running)
      return fmt::format("{} of what was approved here before still running beside it, due {}", at.superseded,
                         to_string(at.deadline));
    if (!reason.empty()) return reason;
    return fmt::format("{} of {} running, due {}", at.running, at.at_least, to_string(at.deadline));
  }

  static alert::AlertOpened alert_of(const deploy::Deployment& at, const Trouble& row,
                                     const std::string& subject, const std::string& reason) {
    const alert::CauseRow& cause = alert::row_of(row.cause);
    const std::string name = at.artifact_name.empty() ? to_hex(at.artifact).substr(0, 12) : at.artifact_name;
    const alert::IncidentOrigin origin{.environment = at.environment};
    return {.key = fmt::format("{} {}", cause.name, subject),
            .cause = std::string(cause.name),
            .severity = cause.severity,
            .title = fmt::format("{} {} in {}", row.title, name, at.environment),
            .who = fmt::format("declared by {}", at.actor),
            .why = why_of(at, row.trouble, reason),
            .remedy = std::string(cause.remedy),
            .subject = subject,
            .origin = origin,
            .incident = subject};
  }

  Shared shared_;
  std::unique_ptr<Database> reader_;
};

class SilenceWatch final : public Job {
 public:
  SilenceWatch(Shared shared, std::unique_ptr<Database> reader, Instant since)
      : shared_(shared), reader_(std::move(reader)), since_(since) {}

  Result<Step> tick(Instant now) override {
    if (since_.micros == 0) since_ = now;
    for (const Seen& seen : TRY(all(*reader_))) {
      const auto fault = news_of(seen, now);
      if (!fault) continue;  // silence hides behind no other fault
      TRY(act(shared_, [seen, fault](Database& db, Instant at) { return fault_of(db, seen, *fault, at); }));
    }
    return Step::idle;
  }

 private:
  struct Seen {
    std::string id, environment, host, fault;
    Instant at;
  };
  // The server's own absence is no silence of the reporter's: that counts from when we began to listen. Back is only
  // who was heard.
  std::optional<runtime::ReporterFault> news_of(const Seen& seen, Instant now) const {
    if (seen.fault == "silent")
      return now - seen.at > silence_after() ? std::nullopt : std::optional(runtime::ReporterFault::returned);
    return now - std::max(seen.at, since_) > silence_after() ? std::optional(runtime::ReporterFault::silent)
                                                             : std::nullopt;
  }
  static Duration silence_after() {
    return {limits::heartbeat_interval.micros * limits::heartbeats_missed_max};
  }

  // One that never said anything was seen when it enrolled.
  static Result<std::vector<Seen>> all(Database& db) {
    return query(db,
                 "SELECT r.id, r.environment, r.host, r.fault, h.seen_at, e.leaf FROM reporter r LEFT JOIN "
                 "heartbeat h ON h.reporter=r.id LEFT JOIN entry e ON e.idx=r.entry AND h.seen_at IS NULL "
                 "WHERE r.removed_at IS NULL",
                 [](const Row& row) {
                   const auto at = row.maybe_instant(4);
                   return Seen{row.string(0), row.string(1), row.string(2), row.string(3),
                               at ? *at : enrolled_at(row.bytes(5))};
                 });
  }
  static Instant enrolled_at(BytesView leaf) {
    const auto enrolment = ledger::decode_leaf(leaf);
    return enrolment.ok() ? enrolment->at : Instant{};
  }

  static Result<sequencer::Decision> fault_of(Database& db, const Seen& seen, runtime::ReporterFault fault,
                                              Instant) {
    sequencer::Decision decision;
    if (TRY(store::was_removed(db, seen.id))) return decision;
    const std::string subject = fmt::format("reporter {}", seen.id);
    const auto open = TRY(store::open_alerts_of_subject(db, subject));
    const alert::CauseRow& cause = alert::row_of(alert::Cause::reporter_silent);
    const auto known =
        std::find_if(open.begin(), open.end(), [&](const auto& alert) { return alert.cause == cause.name; });
    decision.events.push_back(
        runtime::ReporterFaulted{seen.id, fault, fmt::format("last seen {}", to_string(seen.at))});
    if (fault == runtime::ReporterFault::silent && known == open.end())
      decision.events.push_back(alert::AlertOpened{
          .key = fmt::format("{} {}", cause.name, subject),
          .cause = std::string(cause.name),
          .severity = cause.severity,
          .title = fmt::format("Reporter silent: {}", seen.host),
          .why = fmt::format("no report and no heartbeat since {}; the state of {} is unknown, not approved",
                             to_string(seen.at), seen.environment),
          .remedy = std::string(cause.remedy),
          .subject = subject,
          .origin = {.environment = seen.environment, .host = seen.host},
          .incident = subject,
          .started_at = seen.at});
    if (fault == runtime::ReporterFault::returned && known != open.end())
      decision.events.push_back(alert::AlertsResolved{{known->id}, "the reporter is back"});
    return decision;
  }

  Shared shared_;
  std::unique_ptr<Database> reader_;
  Instant since_;
};

}  // namespace

std::unique_ptr<Job> make_period_watch(Shared shared, std::unique_ptr<Database> reader) {
  return std::make_unique<PeriodWatch>(shared, std::move(reader));
}
std::unique_ptr<Job> make_snapshots(Shared shared, std::unique_ptr<Database> reader) {
  return std::make_unique<Snapshots>(shared, std::move(reader));
}
std::unique_ptr<Job> make_deployment_watch(Shared shared, std::unique_ptr<Database> reader) {
  return std::make_unique<DeploymentWatch>(shared, std::move(reader));
}
std::unique_ptr<Job> make_silence_watch(Shared shared, std::unique_ptr<Database> reader) {
  return std::make_unique<SilenceWatch>(shared, std::move(reader), Instant{});
}

}  // namespace weir::jobs
