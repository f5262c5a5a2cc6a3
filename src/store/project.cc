#include "store/project.h"

#include "store/project_rows.h"
#include "store/view_decision.h"

namespace weir::store {
namespace {

using alert::AlertOpened;
using alert::AlertsAcknowledged;
using alert::AlertsResolved;

Status enqueue_row(Database&, const Stamp&, const auto&) { return {}; }

// What an entry changes is judged again: workloads the report named, and those an approval or record is about, as
// their content or as their interpreter.
Status judge_all_with(Database& db, const Sha256& artifact, std::string_view environment) {
  for (const std::string_view table : {"workload_digest", "workload_interpreter"})
    TRY(execute(
        db,
        fmt::format("INSERT INTO unjudged (workload) SELECT DISTINCT w.id FROM identity i JOIN {} d ON "
                    "d.digest=i.child JOIN workload w ON w.id=d.workload WHERE i.root=$1 AND ($2='' OR "
                    "w.environment=$3) ON CONFLICT DO NOTHING",
                    table),
        artifact, environment, environment));
  return {};
}

// The rest that the approval's name, not its digest, bears on: same name with other content.
Status judge_all_named_like(Database& db, const Sha256& artifact, std::string_view environment) {
  return execute(
      db,
      "INSERT INTO unjudged (workload) SELECT w.id FROM workload w JOIN artifact a ON a.digest=$1 WHERE "
      "w.environment=$2 AND w.live > 0 AND w.name=a.name ON CONFLICT DO NOTHING",
      artifact, environment);
}

Status enqueue_row(Database& db, const Stamp&, const policy::DecisionRecorded& event) {
  if (event.purpose == policy::Purpose::start) return {};
  return judge_all_with(db, TRY(parse_sha256(event.record.artifact)), event.record.environment);
}

Status enqueue_row(Database& db, const Stamp& stamp, const runtime::ReportAccepted& event) {
  const auto report = TRY(format::decode_text<runtime::Report>(event.body, format::Unknown::ignore));
  const auto enlist = [&](const std::string& instance) {
    return execute(
        db,
        "INSERT INTO unjudged (workload) SELECT workload FROM instance WHERE reporter=$1 AND id=$2 "
        "ON CONFLICT DO NOTHING",
        event.reporter, instance);
  };
  for (const runtime::Instance& instance : report.started) TRY(enlist(instance.id));
  for (const runtime::Ended& ended : report.ended) TRY(enlist(ended.id));
  TRY(execute(db, "DELETE FROM heartbeat_said WHERE reporter=$1",
              event.reporter));  // its clock may have been set
  return execute(
      db,
      "INSERT INTO heartbeat (reporter, seen_at) VALUES ($1,$2) ON CONFLICT (reporter) DO UPDATE SET "
      "seen_at=excluded.seen_at",
      event.reporter, stamp.at);
}

Status enqueue_row(Database& db, const Stamp&, const deploy::ApprovalGiven& event) {
  TRY(judge_all_with(db, event.artifact, event.environment));
  return judge_all_named_like(db, event.artifact, event.environment);
}

Status enqueue_row(Database& db, const Stamp&, const deploy::ApprovalRevoked& event) {
  const auto approval = TRY(query_one(
      db, "SELECT artifact, environment FROM approval WHERE entry=$1",
      [](const Row& row) { return std::pair(row.digest(0), row.string(1)); }, event.approval));
  return approval ? judge_all_with(db, approval->first, approval->second) : Status();
}

// What an exception covers is judged again when it comes into force and when it ends.
Status judge_excepted(Database& db, std::int64_t exception) {
  return execute(
      db,
      "INSERT INTO unjudged (workload) SELECT workload FROM exception_workload WHERE exception=$1 ON "
      "CONFLICT DO NOTHING",
      exception);
}
Status enqueue_row(Database& db, const Stamp&, const exceptions::ExceptionGranted& event) {
  return judge_excepted(db, event.exception);
}
Status enqueue_row(Database& db, const Stamp&, const exceptions::ExceptionEnded& event) {
  return judge_excepted(db, event.exception);
}

Status enqueue_row(Database& db, const Stamp&, const artifact::ArtifactRecorded& event) {
  return judge_all_with(db, event.digest, "");
}

// What is about several environments concerns every channel.
Status deliver(Database& db, const Stamp& stamp, std::int64_t alert, std::string_view change) {
  const std::string environment = TRY(query_one(
                                          db, "SELECT environment FROM alert WHERE id=$1",
                                          [](const Row& row) { return row.string(0); }, alert))
                                      .value_or("");
  return execute(db,
                 "INSERT INTO delivery (channel, alert, change, entry, made_at, next_at) SELECT name, $1, "
                 "$2, $3, $4, $5 "
                 "FROM channel WHERE environments='[]' OR $6='' OR instr(environments, $7) > 0",
                 alert, change, stamp.index, stamp.at, stamp.at, environment, format::encode(environment));
}

Status enqueue_row(Database& db, const Stamp& stamp, const AlertOpened&) {
  return deliver(db, stamp, stamp.index, "opened");
}
Status enqueue_row(Database& db, const Stamp& stamp, const AlertsResolved& event) {
  for (const std::int64_t id : event.alerts) TRY(deliver(db, stamp, id, "resolved"));
  return {};
}
Status enqueue_row(Database& db, const Stamp& stamp, const AlertsAcknowledged& event) {
  for (const std::int64_t id : event.alerts) TRY(deliver(db, stamp, id, "acknowledged"));
  return {};
}

Status enqueue_row(Database& db, const Stamp&, const runtime::ReporterRemoved& event) {
  TRY(execute(db, "DELETE FROM heartbeat_said WHERE reporter=$1", event.reporter));
  return execute(db, "DELETE FROM heartbeat WHERE reporter=$1", event.reporter);
}

Status enqueue_row(Database& db, const Stamp&, const alert::ChannelRemoved& event) {
  TRY(execute(db, "DELETE FROM channel_secret WHERE channel=$1", event.name));
  return execute(db, "DELETE FROM delivery WHERE channel=$1 AND state='pending'", event.name);
}

// Who is gone asks nothing any more, and what was asked under this name is nothing to whoever gets it next.
Status enqueue_row(Database& db, const Stamp&, const integration::IntegrationRemoved& event) {
  TRY(execute(db, "DELETE FROM integration_secret WHERE integration=$1", event.name));
  return execute(db, "DELETE FROM caller_request WHERE integration=$1", event.name);
}

// ---- which entry changes what an earlier one said, so that a past moment can be told ----

Status follow_row(Database&, const Stamp&, const auto&) { return {}; }

Status follows(Database& db, std::int64_t earlier, const Stamp& stamp) {
  return execute(db, "INSERT INTO follow_up (earlier, later) VALUES ($1,$2) ON CONFLICT DO NOTHING", earlier,
                 stamp.index);
}

Status follow_row(Database& db, const Stamp& stamp, const evidence::Service& event) {
  return execute(db, "INSERT INTO follow_up (earlier, later) SELECT entry, $1 FROM service WHERE name=$2",
                 stamp.index, event.name);
}
Status follow_row(Database& db, const Stamp& stamp, const evidence::Flow& event) {
  return execute(db, "INSERT INTO follow_up (earlier, later) SELECT entry, $1 FROM flow WHERE name=$2",
                 stamp.index, event.name);
}
Status follow_row(Database& db, const Stamp& stamp, const evidence::Trail& event) {
  return execute(
      db, "INSERT INTO follow_up (earlier, later) SELECT entry, $1 FROM trail WHERE flow=$2 AND name=$3",
      stamp.index, event.flow, event.name);
}
Status follow_row(Database& db, const Stamp& stamp, const runtime::EnvironmentDeclared& event) {
  return execute(db, "INSERT INTO follow_up (earlier, later) SELECT entry, $1 FROM environment WHERE name=$2",
                 stamp.index, event.name);
}
Status follow_row(Database& db, const Stamp& stamp, const deploy::ApprovalRevoked& event) {
  return follows(db, event.approval, stamp);
}
Status follow_row(Database& db, const Stamp& stamp, const deploy::DeploymentChanged& event) {
  return follows(db, event.deployment, stamp);
}
Status follow_row(Database& db, const Stamp& stamp, const deploy::VoteGiven& event) {
  return follows(db, event.request, stamp);
}
Status follow_row(Database& db, const Stamp& stamp, const deploy::RequestEnded& event) {
  return follows(db, event.request, stamp);
}
Status follow_row(Database& db, const Stamp& stamp, const deploy::BreakGlassReviewed& event) {
  return follows(db, event.break_glass, stamp);
}
Status follow_row(Database& db, const Stamp& stamp, const exceptions::ExceptionGranted& event) {
  return follows(db, event.exception, stamp);
}
Status follow_row(Database& db, const Stamp& stamp, const exceptions::ExceptionRefused& event) {
  return follows(db, event.exception, stamp);
}
Status follow_row(Database& db, const Stamp& stamp, const exceptions::ExceptionEnded& event) {
  return follows(db, event.exception, stamp);
}
Status follow_row(Database& db, const Stamp& stamp, const window::FreezeEnded& event) {
  return follows(db, event.freeze, stamp);
}

}  // namespace

Status project(Database& db, const Stamp& stamp, const Event& event) {
  TRY(event.visit([&](const auto& record) { return follow_row(db, stamp, record); }));
  return event.visit([&](const auto& record) { return project_row(db, stamp, record); });
}

Status enqueue(Database& db, const Stamp& stamp, const Event& event) {
  TRY(event.visit([&](const auto& record) { return enqueue_row(db, stamp, record); }));
  return touch_decisions(db, stamp, event);
}

}  // namespace weir::store
