#include <algorithm>
#include <map>

#include "jobs/first_sight.h"
#include "jobs/reconcile.h"
#include "store/view_alert.h"
#include "store/view_runtime.h"

namespace weir::jobs {
namespace {

using runtime::VerdictGiven;
using store::WorkloadFacts;

constexpr std::int64_t workloads_per_step = 200;  // bounds an entry's payload and the time a batch takes

struct Acts {
  std::map<std::string, std::vector<VerdictGiven>> verdicts;  // by environment
  std::vector<alert::AlertOpened> opened;
  std::map<std::string, std::vector<std::int64_t>> resolved;  // by why
  std::vector<std::string> left;  // workloads whose alert ended: it may have stood for others of their content
};

class Judge final : public Job {
 public:
  Judge(Shared shared, std::unique_ptr<store::Database> reader)
      : shared_(shared), reader_(std::move(reader)) {}

  Result<Step> tick(Instant now) override {
    const std::int64_t waiting =
        TRY(query_count(*reader_, "SELECT count(*) FROM (SELECT 1 FROM unjudged LIMIT 1)"));
    if (waiting == 0) return look_at_first_sights(now);
    TRY(act(shared_, [this](store::Database& tables, Instant at) { return judge_some(tables, at); }));
    return Step::more;
  }

 private:
  // Now and then, when all is judged: it concerns whole hosts, and no single start waits for it.
  Result<Step> look_at_first_sights(Instant now) {
    if (now - looked_at_ < milliseconds(250)) return Step::idle;
    looked_at_ = now;
    const auto due = TRY(first_sight_events(*reader_));
    if (due.empty()) return Step::idle;
    TRY(act(shared_, [](store::Database& tables, Instant) -> Result<sequencer::Decision> {
      sequencer::Decision decision;
      decision.events = TRY(first_sight_events(tables));
      return decision;
    }));
    return Step::idle;
  }

  Result<sequencer::Decision> judge_some(store::Database& tables, Instant now) {
    const auto waiting = TRY(query(
        tables, "SELECT workload FROM unjudged LIMIT $1", [](const store::Row& row) { return row.string(0); },
        workloads_per_step));
    Acts acts;
    for (const std::string& workload : waiting) TRY(judge_one(tables, workload, now, acts));
    const std::vector<std::string> left = std::move(acts.left);
    sequencer::Decision decision{.events = events_of(std::move(acts))};
    decision.keep = [waiting, left](store::Database& db) -> Status {
      for (const std::string& workload : waiting)
        TRY(execute(db, "DELETE FROM unjudged WHERE workload=$1", workload));
      return left.empty() ? Status() : enlist_others(db, left);
    };
    return decision;
  }

  // What still runs of the same content where these are had no alert of its own while one stood for all.
  static Status enlist_others(store::Database& db, const std::vector<std::string>& left) {
    const std::string those = format::encode(left);
    return execute(
        db,
        "INSERT INTO unjudged (workload) SELECT DISTINCT r.id FROM (SELECT DISTINCT d.digest FROM json_each($1) l JOIN "
        "workload_digest d ON d.workload=l.value) t CROSS JOIN workload_digest o CROSS JOIN workload r WHERE "
        "o.digest=t.digest AND r.id=o.workload AND r.live>0 AND (o.digest, r.environment, CASE r.kind WHEN 'container' "
        "THEN '' ELSE r.host END) IN (SELECT d.digest, w.environment, CASE w.kind WHEN 'container' THEN '' ELSE w.host "
        "END FROM json_each($2) l JOIN workload w ON w.id=l.value JOIN workload_digest d ON d.workload=w.id) ON "
        "CONFLICT DO NOTHING",
        those, those);
  }

  Status judge_one(store::Database& tables, const std::string& id, Instant now, Acts& acts) {
    const auto facts = TRY(store::workload_facts(tables, id, now, &windows_));
    if (!facts) return {};
    runtime::Judgement judgement = runtime::judge(facts->subject, facts->known, now);
    const bool changed =
        judgement.verdict != facts->verdict || format::encode(judgement.reasons) != facts->reasons;
    if (changed)
      acts.verdicts[facts->environment].push_back({facts->id, judgement.verdict, judgement.reasons});
    return raise(tables, *facts, std::move(judgement), acts);
  }

  static Status raise(store::Database& tables, const WorkloadFacts& facts, runtime::Judgement judgement,
                      Acts& acts) {
    const auto wanted = alert::alert_for({.id = facts.id,
                                          .environment = facts.environment,
                                          .host = facts.host,
                                          .name = facts.subject.name,
                                          .service = facts.service,
                                          .kind = facts.subject.kind,
                                          .digests = facts.subject.digests,
                                          .origin = facts.origin,
                                          .started_at = facts.subject.started_at,
                                          .judgement = std::move(judgement)});
    const auto open = TRY(store::open_alerts_of_workload(tables, facts.id));
    const auto resolve = [&](const store::OpenAlert& alert, std::string why) {
      acts.resolved[std::move(why)].push_back(alert.id);
      acts.left.push_back(facts.id);
    };
    for (const store::OpenAlert& alert : open)
      if (!wanted) resolve(alert, "approved or explained");
      else if (alert.cause != wanted->cause) resolve(alert, "its cause changed to " + wanted->cause);
    if (!wanted) return {};
    if (facts.first_sight && facts.known.approvals.empty()) return {};  // stands in its host's one alert
    const auto standing = std::ranges::find(open, wanted->cause, &store::OpenAlert::cause);
    if (facts.live == 0 && is_condition(wanted->cause) && was_approved_at_start(facts)) {
      if (standing != open.end()) resolve(*standing, "it runs no more");
      return {};
    }
    if (standing != open.end()) return {};
    return open_one(tables, *wanted, open, acts);
  }

  // One alert stands for all workloads of one content and origin. Where their causes differ it is the gravest, so that
  // they do not take turns.
  static Status open_one(store::Database& tables, const alert::AlertOpened& wanted,
                         const std::vector<store::OpenAlert>& own, Acts& acts) {
    for (alert::AlertOpened& other : acts.opened)
      if (other.key == wanted.key) {
        if (wanted.severity < other.severity) other = wanted;
        return {};
      }
    const auto twin = TRY(store::find_open_alert(tables, wanted.key));
    const bool was_own = twin && std::ranges::find(own, twin->id, &store::OpenAlert::id) != own.end();
    if (!was_own && twin) {
      if (wanted.severity >= twin->severity) return {};
      acts.resolved["its cause changed to " + wanted.cause].push_back(twin->id);
    }
    acts.opened.push_back(wanted);
    return {};
  }

  // Conditions of something that runs; they do not outlive it. Executions do, and what began after its approval had
  // ended is one.
  static bool is_condition(std::string_view cause) {
    return cause == "approval-expired" || cause == "approval-revoked" || cause == "policy-not-met";
  }
  static bool was_approved_at_start(const WorkloadFacts& facts) {
    return std::ranges::any_of(facts.known.approvals, [&](const runtime::MatchedApproval& match) {
      return was_in_force(match.approval, facts.subject.started_at);
    });
  }
  // Whatever came later. It never reaches back before it was given.
  static bool was_in_force(const deploy::Approval& approval, Instant at) {
    const Instant from = std::max(approval.from.value_or(approval.recorded_at), approval.recorded_at);
    const auto ended = [&](const std::optional<Instant>& end) { return end && *end <= at; };
    return from <= at && !ended(approval.until) && !ended(approval.revoked_at);
  }

  static std::vector<store::Event> events_of(Acts acts) {
    std::vector<store::Event> events;
    for (auto& [environment, verdicts] : acts.verdicts)
      events.push_back(runtime::VerdictsGiven{environment, std::move(verdicts)});
    for (auto& [why, alerts] : acts.resolved) events.push_back(alert::AlertsResolved{std::move(alerts), why});
    for (alert::AlertOpened& opened : acts.opened) events.push_back(std::move(opened));
    return events;
  }

  Shared shared_;
  std::unique_ptr<store::Database> reader_;
  Instant looked_at_;
  store::PreparedWindows windows_;  // used by the sequencer's thread, while this one waits for it
};

}  // namespace

std::unique_ptr<Job> make_judge(Shared shared, std::unique_ptr<store::Database> reader) {
  return std::make_unique<Judge>(shared, std::move(reader));
}

}  // namespace weir::jobs
