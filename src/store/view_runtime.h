// Environments, reporters, workloads and snapshots: as the API shows them, and as the follower that judges needs them.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/entry.h"
#include "runtime/environment.h"
#include "store/sql.h"
#include "store/view_window.h"

namespace weir::store {

struct OwnerView {
  std::string user, unit, container;
  static void members(auto& visit, auto& self) {
    visit("user", self.user);
    visit("unit", self.unit);
    visit("container", self.container);
  }
};

struct InstanceView {
  std::string id;
  Instant started_at;
  std::optional<Instant> ended_at;
  runtime::Origin origin;
  std::optional<runtime::Settings> settings;
  std::vector<std::string> arguments;  // where the environment allows them in reports
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("started_at", self.started_at);
    visit("ended_at", self.ended_at);
    visit("origin", self.origin);
    visit.maybe("settings", self.settings);
    visit.maybe("arguments", self.arguments);
  }
  bool operator==(const InstanceView&) const = default;
};

struct WorkloadView {
  std::optional<std::string> id;
  runtime::WorkloadKind kind = runtime::WorkloadKind::process;
  std::string name, host, service;
  std::vector<Sha256> digests;
  std::optional<Instant> started_at;  // none when it was never seen
  std::int64_t count = 0;
  runtime::Verdict verdict = runtime::Verdict::unknown;
  std::vector<runtime::Reason> reasons;
  std::string environment;
  OwnerView owner;
  std::vector<std::string> marks;
  std::optional<runtime::PackageClaim> package;
  std::optional<runtime::Settings> settings;           // of one of them, as are marks and package
  std::optional<std::vector<InstanceView>> instances;  // when asked for
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("kind", self.kind);
    visit("name", self.name);
    visit("host", self.host);
    visit("service", self.service);
    visit("digests", self.digests);
    visit("started_at", self.started_at);
    visit("count", self.count);
    visit("verdict", self.verdict);
    visit("reasons", self.reasons);
    visit("environment", self.environment);
    visit("owner", self.owner);
    visit("marks", self.marks);
    visit("package", self.package);
    visit.maybe("settings", self.settings);
    visit.maybe("instances", self.instances);
  }
};

struct ReporterView {
  std::string id, host, environment, state;  // state: live, silent, the fault, or removed
  std::optional<Instant> last_seen_at;
  std::int64_t sequence = 0, events_lost = 0;
  std::vector<runtime::Source> sources;
  std::optional<Instant> removed_at;
  std::string removed_reason;
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("host", self.host);
    visit("environment", self.environment);
    visit("state", self.state);
    visit("last_seen_at", self.last_seen_at);
    visit("sequence", self.sequence);
    visit("events_lost", self.events_lost);
    visit("sources", self.sources);
    visit.maybe("removed_at", self.removed_at);
    visit.maybe("removed_reason", self.removed_reason);
  }
};

struct EnvironmentView {
  std::string name, kind, description;
  bool arguments = false;
  std::map<std::string, std::string> tags;
  std::int64_t entry = 0, snapshot = 0;
  std::string sentence;
  std::map<std::string, std::int64_t> counts;  // live workloads by verdict
  std::vector<ReporterView> reporters;
  std::int64_t missing = 0, alerts_open = 0, incidents_open = 0, adopted = 0;
  std::optional<Instant> last_unapproved_start;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("kind", self.kind);
    visit("description", self.description);
    visit("arguments", self.arguments);
    visit("tags", self.tags);
    visit("entry", self.entry);
    visit("snapshot", self.snapshot);
    visit("sentence", self.sentence);
    visit("counts", self.counts);
    visit("reporters", self.reporters);
    visit("missing", self.missing);
    visit("alerts_open", self.alerts_open);
    visit("incidents_open", self.incidents_open);
    visit("adopted", self.adopted);
    visit("last_unapproved_start", self.last_unapproved_start);
  }
};

struct SnapshotView {
  std::int64_t number = 0;
  Instant from;
  std::optional<Instant> until;
  std::int64_t started = 0, ended = 0, count = 0, entry = 0;
  Sha256 digest;
  static void members(auto& visit, auto& self) {
    visit("number", self.number);
    visit("from", self.from);
    visit("until", self.until);
    visit("started", self.started);
    visit("ended", self.ended);
    visit("count", self.count);
    visit("entry", self.entry);
    visit("digest", self.digest);
  }
};

// Which workloads: those of live instances, or of the instances of a past moment or snapshot.
// A moment of an environment: what ran then, under the verdicts that stood then.
struct Moment {
  std::optional<Instant> at;
  std::optional<std::int64_t> snapshot;
};
struct WorkloadFilter {
  std::string environment;
  Moment moment;
  std::string id;  // one workload
  bool instances = false;
};
Result<std::vector<WorkloadView>> list_workloads(Database& db, const WorkloadFilter& filter);
Result<std::optional<WorkloadView>> find_workload(Database& db, std::string_view id);

Result<std::vector<EnvironmentView>> list_environments(Database& db, Instant now);
Result<std::optional<EnvironmentView>> find_environment(Database& db, std::string_view name, Instant now);
Result<std::optional<runtime::EnvironmentKind>> kind_of_environment(Database& db, std::string_view name);
Result<std::vector<SnapshotView>> list_snapshots(Database& db, std::string_view environment,
                                                 std::int64_t before, std::int64_t limit);
// Of one environment, or of all; those that were removed stand last, where they are asked for.
enum class Removed { left_out, shown };
Result<std::vector<ReporterView>> list_reporters(Database& db, std::string_view environment, Removed removed);

struct ScopeView {
  runtime::ScopeRule rule;
  std::string actor;
  Instant declared_at;
  std::int64_t entry = 0;
  static void members(auto& visit, auto& self) {
    runtime::ScopeRule::members(visit, self.rule);
    visit("actor", self.actor);
    visit("declared_at", self.declared_at);
    visit("entry", self.entry);
  }
};
Result<std::vector<ScopeView>> list_scopes(Database& db, std::string_view environment);

// The chain state of a reporter that was not removed, to hold a report against.
struct ReporterChain {
  std::string id, environment, host, incarnation, fault;
  ledger::ActorId actor;
  Bytes public_key;
  std::int64_t sequence = 0, reports = 0, scope_version = 0;
  std::optional<Sha256> previous;
  Instant sent_at;                        // of the last report, by the reporter's clock
  std::optional<std::int64_t> next_part;  // of an unfinished full report; 0: one of its parts got lost
};
Result<std::optional<ReporterChain>> find_reporter(Database& db, std::string_view id);
Result<bool> was_removed(Database& db, std::string_view reporter);

// For judging: what was seen of a workload, its deciding instance, and what is known of its digests.
struct WorkloadFacts {
  std::string id, environment, host, service;
  runtime::Subject subject;
  runtime::Origin origin;
  runtime::Knowledge known;
  runtime::Verdict verdict = runtime::Verdict::unknown;
  std::string reasons;  // as stored
  bool first_sight = false;
  std::int64_t live = 0;
};
Result<std::optional<WorkloadFacts>> workload_facts(Database& db, std::string_view id, Instant now,
                                                    PreparedWindows* prepared = nullptr);

}  // namespace weir::store
