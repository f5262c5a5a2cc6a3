#include <algorithm>

#include "store/stored.h"
#include "store/view_decision.h"
#include "store/view_window.h"

namespace weir::store {
namespace {

// What an entry bears on is marked by its index; a decision made with an earlier one is stale.
class Mark {
 public:
  Mark(Database& database, std::int64_t entry) : db(database), cause(entry) {}
  Database& db;
  std::int64_t cause;

  // Decisions that are watched and that `where` names ($2 and on are `names`). Most ledgers watch none for a long time.
  Status decisions(std::string_view where, const auto&... names) {
    if (TRY(is_idle())) return {};
    return execute(db, fmt::format("UPDATE decision_watch SET cause=$1 WHERE {}", where), cause, names...);
  }
  Status artifact(const Sha256& digest) {
    return decisions("artifact IN (SELECT root FROM identity WHERE child=$2 UNION SELECT $3)", digest,
                     digest);
  }
  Status trail(std::string_view flow, std::string_view name) {
    return decisions("artifact IN (SELECT digest FROM artifact_on_trail WHERE flow=$2 AND trail=$3)", flow,
                     name);
  }
  Status flow(std::string_view name) {
    return decisions("artifact IN (SELECT digest FROM artifact_on_trail WHERE flow=$2)", name);
  }
  Status environment(std::string_view name) { return decisions("environment=$2", name); }

  // Where the policy counts.
  Status policy(std::string_view name) {
    TRY(decisions(
        "environment IN (SELECT environment FROM policy_attachment WHERE policy=$2 AND environment<>'')",
        name));
    return decisions(
        "artifact IN (SELECT o.digest FROM policy_attachment t JOIN artifact_on_trail o ON o.flow=t.flow "
        "WHERE "
        "t.policy=$2 AND t.flow<>'')",
        name);
  }

  Result<bool> has_policies() {
    return TRY(query_count(db, "SELECT count(*) FROM (SELECT 1 FROM policy_attachment LIMIT 1)")) > 0;
  }
  Result<bool> is_idle() {
    return TRY(query_count(db, "SELECT count(*) FROM (SELECT 1 FROM decision_watch LIMIT 1)")) == 0;
  }

  // What runs, with an approval, where a policy counts, is worth watching: all in an environment, one workload, or what
  // runs of one artifact.
  Status watch_running_in(std::string_view environment) {
    return watch_running("w.environment=$2", environment);
  }
  Status watch_running_workload(std::string_view workload) { return watch_running("w.id=$2", workload); }
  Status watch_running_of(const Sha256& artifact, std::string_view environment) {
    return watch_running(
        "+w.environment=$2 AND w.id IN (SELECT o.workload FROM identity m JOIN workload_digest o ON "
        "o.digest=m.child "
        "WHERE m.root=$3) AND a.artifact=$4",
        environment, artifact, artifact);
  }

 private:
  Status watch_running(std::string_view which, const auto&... names) {
    if (!TRY(has_policies())) return {};
    return execute(
        db,
        fmt::format(
            "INSERT INTO decision_watch (artifact, environment, change_class, purpose, cause, checked) "
            "SELECT "
            "DISTINCT a.artifact, w.environment, 'normal', 'running', $1, -1 FROM workload w JOIN "
            "workload_digest d "
            "ON d.workload=w.id JOIN identity n ON n.child=d.digest JOIN approval a ON a.artifact=n.root AND "
            "a.environment=w.environment WHERE {} AND w.live>0 AND EXISTS (SELECT 1 FROM policy_attachment t "
            "LEFT "
            "JOIN artifact r ON r.digest=a.artifact WHERE t.environment=w.environment OR (t.flow<>'' AND "
            "(t.flow=r.flow OR t.flow IN (SELECT flow FROM artifact_on_trail WHERE digest=a.artifact)))) ON "
            "CONFLICT "
            "DO NOTHING",
            which),
        cause, names...);
  }
};

Status touch(Mark, const auto&) { return {}; }

Status touch(Mark mark, const evidence::Service& event) {
  for (const std::string& flow : TRY(query(
           mark.db, "SELECT name FROM flow WHERE service=$1", [](const Row& row) { return row.string(0); },
           event.name)))
    TRY(mark.flow(flow));
  return {};
}
Status touch(Mark mark, const evidence::Flow& event) { return mark.flow(event.name); }
Status touch(Mark mark, const evidence::Trail& event) { return mark.trail(event.flow, event.name); }
Status touch(Mark mark, const artifact::ArtifactRecorded& event) {
  TRY(mark.artifact(event.digest));
  return mark.trail(event.flow, event.trail);  // its trail may miss less now
}
Status touch(Mark mark, const evidence::AttestationRecorded& event) {
  if (event.artifact) TRY(mark.artifact(*event.artifact));
  return mark.trail(event.flow, event.trail);
}
Status touch(Mark mark, const deploy::ApprovalGiven& event) {
  TRY(mark.watch_running_of(event.artifact, event.environment));
  return mark.artifact(event.artifact);
}
Status touch(Mark mark, const deploy::ApprovalRevoked& event) {
  const auto artifact = TRY(query_one(
      mark.db, "SELECT artifact FROM approval WHERE entry=$1", [](const Row& row) { return row.digest(0); },
      event.approval));
  return artifact ? mark.artifact(*artifact) : Status();
}
Status touch(Mark mark, const deploy::DeploymentDeclared& event) {
  return mark.environment(event.environment);
}
Status touch(Mark mark, const deploy::DeploymentChanged& event) {
  const auto environment = TRY(query_one(
      mark.db, "SELECT environment FROM deployment WHERE entry=$1",
      [](const Row& row) { return row.string(0); }, event.deployment));
  return environment ? mark.environment(*environment) : Status();
}
Status touch(Mark mark, const runtime::EnvironmentDeclared& event) { return mark.environment(event.name); }

// What is running already may start once more with other settings; its verdict alone would not say so.
Status touch_settings(Mark mark, const std::string& reporter, const runtime::Report& report) {
  for (const runtime::Instance& instance : report.started) {
    if (!instance.settings || instance.ended_at || instance.digests.empty()) continue;
    const std::int64_t same = TRY(query_count(mark.db,
                                              "SELECT count(*) FROM (SELECT 1 FROM instance i JOIN instance "
                                              "o ON o.workload=i.workload AND o.ended_at IS "
                                              "NULL AND o.settings=i.settings AND (o.reporter<>i.reporter OR "
                                              "o.id<>i.id) WHERE i.reporter=$1 AND i.id=$2 "
                                              "LIMIT 1)",
                                              reporter, instance.id));
    if (same > 0) continue;
    TRY(mark.decisions(
        "purpose='running' AND artifact IN (SELECT n.root FROM instance i JOIN workload_digest d ON "
        "d.workload=i.workload JOIN identity n ON n.child=d.digest WHERE i.reporter=$2 AND i.id=$3)",
        reporter, instance.id));
  }
  return {};
}

// Where something begins or ceases to run is the evidence of promotion.
Status touch(Mark mark, const runtime::ReportAccepted& event) {
  if (TRY(mark.is_idle())) return {};
  const auto report = TRY(format::decode_text<runtime::Report>(event.body, format::Unknown::ignore));
  for (const runtime::Ended& ended : report.ended)
    TRY(
        mark.decisions("artifact IN (SELECT n.root FROM instance i JOIN workload_digest d ON "
                       "d.workload=i.workload JOIN identity n "
                       "ON n.child=d.digest WHERE i.reporter=$2 AND i.id=$3)",
                       event.reporter, ended.id));
  return touch_settings(mark, event.reporter, report);
}
Status touch(Mark mark, const runtime::VerdictsGiven& event) {
  if (TRY(mark.is_idle()) && !TRY(mark.has_policies())) return {};
  for (const runtime::VerdictGiven& given : event.verdicts) {
    TRY(mark.watch_running_workload(given.workload));
    TRY(
        mark.decisions("artifact IN (SELECT n.root FROM workload_digest d JOIN identity n ON "
                       "n.child=d.digest WHERE d.workload=$2)",
                       given.workload));
  }
  return {};
}

Status touch(Mark mark, const policy::PolicyCreated& event) { return mark.policy(event.name); }
Status touch(Mark mark, const policy::PolicyAttached& event) {
  if (!event.environment.empty()) {
    TRY(mark.watch_running_in(event.environment));
    return mark.environment(event.environment);
  }
  for (const std::string& environment :
       TRY(query(mark.db, "SELECT name FROM environment", [](const Row& row) { return row.string(0); })))
    TRY(mark.watch_running_in(environment));
  return mark.flow(event.flow);
}
Status touch(Mark mark, const policy::PolicyDetached& event) {
  if (!event.environment.empty()) return mark.environment(event.environment);
  return mark.flow(event.flow);
}

// What may start where the newest so many versions of the window select it.
Status touch_window(Mark mark, const std::string& name, std::int64_t versions) {
  const auto definitions = TRY(query(
      mark.db, "SELECT definition FROM window_version WHERE name=$1 ORDER BY entry DESC LIMIT $2",
      [](const Row& row) { return read_stored<window::Definition>(row.text(0)); }, name, versions));
  struct Asked {
    std::string environment, cls, flow;
  };
  for (const Asked& each :
       TRY(query(mark.db,
                 "SELECT DISTINCT w.environment, w.change_class, coalesce(a.flow, '') FROM decision_watch w "
                 "LEFT JOIN "
                 "artifact a ON a.digest=w.artifact WHERE w.purpose='start'",
                 [](const Row& row) { return Asked{row.string(0), row.string(1), row.string(2)}; }))) {
    const window::Subject subject = TRY(window_subject(mark.db, each.environment, each.flow, each.cls));
    if (std::ranges::none_of(definitions, [&](const window::Definition& definition) {
          return window::selects(definition.selector, subject);
        }))
      continue;
    TRY(
        mark.decisions("purpose='start' AND environment=$2 AND change_class=$3 AND coalesce((SELECT flow "
                       "FROM artifact a WHERE "
                       "a.digest=decision_watch.artifact), '')=$4",
                       each.environment, each.cls, each.flow));
  }
  return {};
}
Status touch(Mark mark, const window::WindowDeclared& event) { return touch_window(mark, event.name, 2); }
Status touch(Mark mark, const window::WindowRemoved& event) { return touch_window(mark, event.name, 1); }
Status touch(Mark mark, const window::FreezeDeclared& event) { return mark.environment(event.environment); }
Status touch(Mark mark, const window::FreezeEnded& event) {
  const auto freeze = TRY(find_freeze(mark.db, event.freeze));
  return freeze ? mark.environment(freeze->environment) : Status();
}
Status touch(Mark mark, const window::WindowOverridden& event) { return mark.environment(event.environment); }

// An exception names the artifact it is for, or the environment.
Status touch_exception(Mark mark, std::int64_t exception) {
  const auto of = TRY(query_one(
      mark.db, "SELECT environment, artifact FROM exception WHERE entry=$1",
      [](const Row& row) { return std::pair(row.string(0), row.maybe_digest(1)); }, exception));
  if (!of) return {};
  if (!of->second) return mark.environment(of->first);
  return mark.decisions(
      "environment=$2 AND artifact IN (SELECT child FROM identity WHERE root=$3 UNION SELECT $4)", of->first,
      *of->second, *of->second);
}
Status touch(Mark mark, const exceptions::ExceptionGranted& event) {
  return touch_exception(mark, event.exception);
}
Status touch(Mark mark, const exceptions::ExceptionEnded& event) {
  return touch_exception(mark, event.exception);
}

}  // namespace

Status touch_decisions(Database& db, const Stamp& stamp, const Event& event) {
  return event.visit([&](const auto& record) { return touch(Mark{db, stamp.index}, record); });
}

}  // namespace weir::store
