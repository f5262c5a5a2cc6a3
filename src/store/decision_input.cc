#include "store/decision_inputs.h"

#include <algorithm>

#include "evidence/predicate_bounds.h"
#include "evidence/signing_key.h"
#include "store/settings.h"
#include "store/stored.h"
#include "store/view_deploy.h"
#include "store/view_exception.h"
#include "store/view_record.h"
#include "store/view_runtime.h"

namespace weir::store {
namespace {

using policy::Input;

constexpr std::int64_t attestations_max = 2000;  // the newest, of one artifact with its trails
constexpr std::int64_t deployments_max = 100;
constexpr std::int64_t approvals_max = 200;

policy::InputArtifact artifact_row(const Row& row) {
  return {.build_url = row.string(0),
          .commit = row.string(1),
          .digest = to_string(row.digest(2)),
          .entry = row.integer(3),
          .flow = row.string(4),
          .kind = row.string(5),
          .name = row.string(6),
          .recorded_at = row.instant(7),
          .trail = row.string(8)};
}

Result<policy::InputArtifact> artifact_of(Database& db, const Sha256& digest) {
  const auto found = TRY(query_one(
      db,
      "SELECT coalesce(build_url,''), coalesce(commit_id,''), digest, entry, coalesce(flow,''), kind, name, "
      "recorded_at, coalesce(trail,'') FROM artifact WHERE digest=$1",
      artifact_row, digest));
  return found.value_or(policy::InputArtifact{.digest = to_string(digest)});
}

Result<std::optional<policy::InputFlow>> flow_of(Database& db, const std::string& name) {
  return query_one(
      db, "SELECT name, coalesce(service,''), tags FROM flow WHERE name=$1",
      [](const Row& row) {
        return policy::InputFlow{row.string(0), row.string(1),
                                 read_stored<std::map<std::string, std::string>>(row.text(2))};
      },
      name);
}

Result<std::optional<policy::InputService>> service_of(Database& db, const policy::InputFlow& flow) {
  if (flow.service.empty()) return std::optional<policy::InputService>();
  const auto service = TRY(find_service(db, flow.service));
  if (!service) return std::optional<policy::InputService>();
  return std::optional(policy::InputService{.name = service->service.name,
                                            .repository = service->service.repository,
                                            .team = service->service.team,
                                            .tier = service->service.tier});
}

Result<policy::InputEnvironment> environment_of(Database& db, const std::string& name) {
  const auto found = TRY(query_one(
      db, "SELECT kind, name, tags FROM environment WHERE name=$1",
      [](const Row& row) {
        return policy::InputEnvironment{row.string(0), row.string(1),
                                        read_stored<std::map<std::string, std::string>>(row.text(2))};
      },
      name));
  if (!found) return not_found(fmt::format("there is no environment '{}'", name));
  return *found;
}

Status add_trails(Database& db, const Sha256& digest, std::vector<policy::InputTrail>& trails) {
  const auto names = TRY(query(
      db, "SELECT DISTINCT flow, trail FROM artifact_on_trail WHERE digest=$1 ORDER BY flow, trail LIMIT 100",
      [](const Row& row) { return std::pair(row.string(0), row.string(1)); }, digest));
  for (const auto& [flow, name] : names) {
    const auto trail = TRY(find_trail(db, flow, name));
    if (!trail) continue;
    trails.push_back({.author = trail->author,
                            .branch = trail->branch,
                            .commit = trail->commit,
                            .compliant = trail->compliant,
                            .entry = trail->entry,
                            .flow = flow,
                            .missing = trail->missing,
                            .name = name});
  }
  return {};
}

policy::InputSigner signer_of(std::string_view stored) {
  const auto signer = read_stored<evidence::Signer>(stored);
  return {
      .issuer = std::string(evidence::registered_keys_issuer), .key = signer.key, .subject = signer.identity};
}

// One that nests deeper than a decision's record could hold was taken in before that was looked at.
format::Json predicate_of(std::string_view stored) {
  auto predicate = read_stored<format::Json>(stored);
  return evidence::depth_of(predicate) > evidence::predicate_depth_max ? format::Json() : std::move(predicate);
}

policy::InputAttestation attestation_row(const Row& row) {
  return {.about = row.is_null(0) ? policy::InputAbout::trail : policy::InputAbout::artifact,
          .actor = row.string(1),
          .actor_kind =
              format::enum_from<access::AccountKind>(row.text(2)).value_or(access::AccountKind::service),
          .compliant = row.is_null(3) ? std::nullopt : std::optional(row.boolean(3)),
          .entry = row.integer(4),
          .flow = row.string(5),
          .name = row.string(6),
          .predicate = row.is_null(7) ? format::Json() : predicate_of(row.text(7)),
          .recorded_at = row.instant(8),
          .signer = row.is_null(12) ? std::nullopt : std::optional(signer_of(row.text(12))),
          .summary = row.is_null(9) ? format::Json() : read_stored<format::Json>(row.text(9)),
          .trail = row.string(10),
          .type = row.string(11)};
}

using Attestations = std::map<std::string, std::vector<policy::InputAttestation>>;

// Of the artifact itself, and of the trails it is on.
Result<Attestations> attestations_of(Database& db, const Sha256& digest) {
  const auto found = TRY(query(
      db,
      "SELECT t.artifact, coalesce(p.name, hex(t.actor)), coalesce(p.kind, 'service'), t.compliant, t.entry, "
      "t.flow, t.name, t.predicate, t.recorded_at, t.summary, t.trail, t.type, t.signer FROM attestation t "
      "LEFT JOIN "
      "account p ON p.id=t.actor WHERE t.entry IN (SELECT entry FROM attestation WHERE artifact=$1 UNION "
      "SELECT "
      "a.entry FROM artifact_on_trail o JOIN attestation a ON a.flow=o.flow AND a.trail=o.trail AND "
      "a.artifact "
      "IS NULL WHERE o.digest=$2) ORDER BY t.entry DESC LIMIT $3",
      attestation_row, digest, digest, attestations_max));
  Attestations attestations;
  for (auto each = found.rbegin(); each != found.rend(); ++each) attestations[each->type].push_back(*each);
  return attestations;
}

// The newest ticket that was found.
std::string ticket_of(const Attestations& attestations) {
  const auto tickets = attestations.find("ticket");
  if (tickets == attestations.end()) return "";
  for (auto each = tickets->second.rbegin(); each != tickets->second.rend(); ++each)
    if (each->compliant == true) return std::string(each->summary.text("key"));
  return "";
}

policy::InputApproval approval_row(const Row& row) {
  return {
      .actor = row.string(0),
      .actor_kind = format::enum_from<access::AccountKind>(row.text(1)).value_or(access::AccountKind::person),
      .adopted = row.boolean(2),
      .break_glass = row.maybe_integer(11),
      .by_rule = row.string(3),
      .change = row.string(4),
      .entry = row.integer(5),
      .from = row.maybe_instant(6),
      .groups =
          row.is_null(7) ? std::vector<std::string>() : read_stored<std::vector<std::string>>(row.text(7)),
      .recorded_at = row.instant(8),
      .revoked_at = row.maybe_instant(9),
      .until = row.maybe_instant(10)};
}

// Of an approval that people consented to, each of them with the groups of that time; whose consent completed it
// stands for the approval itself.
Status add_approvals(Database& db, const Sha256& digest, Input& input) {
  input.approvals = TRY(query(
      db,
      "SELECT coalesce(p.name, hex(coalesce(v.account, a.actor))), coalesce(p.kind, 'person'), a.adopted, "
      "coalesce(a.by_rule, ''), coalesce(a.change, ''), CASE WHEN v.entry IS NULL OR v.account=a.actor THEN "
      "a.entry "
      "ELSE v.entry END, a.from_at, coalesce(v.voter_groups, a.groups), a.recorded_at, a.revoked_at, "
      "a.until_at, a.break_glass FROM "
      "identity n JOIN approval a ON a.artifact=n.root LEFT JOIN approval_vote v ON v.request=a.request AND "
      "v.vote='consent' LEFT JOIN account p ON p.id=coalesce(v.account, a.actor) WHERE n.child=$1 AND "
      "a.environment=$2 ORDER BY a.entry DESC, v.entry DESC LIMIT $3",
      approval_row, digest, input.environment.name, approvals_max));
  std::reverse(input.approvals.begin(), input.approvals.end());
  return {};
}

// Of any artifact, the newest.
Result<std::vector<policy::InputDeployment>> deployments_in(Database& db, const std::string& environment) {
  auto deployments = TRY(query(
      db,
      "SELECT artifact, declared_at, ended_at, entry, environment, observed_at, state FROM deployment WHERE "
      "environment=$1 ORDER BY entry DESC LIMIT $2",
      [](const Row& row) {
        return policy::InputDeployment{.artifact = to_string(row.digest(0)),
                                       .declared_at = row.instant(1),
                                       .ended_at = row.maybe_instant(2),
                                       .entry = row.integer(3),
                                       .environment = row.string(4),
                                       .observed_at = row.maybe_instant(5),
                                       .state = row.string(6)};
      },
      environment, deployments_max));
  std::reverse(deployments.begin(), deployments.end());
  return deployments;
}

// Runs that overlap or meet are one stretch. Of each environment the longest that is over, and the one that lasts: what
// ran shortly and began again has not run all the time between.
class Stretches {
 public:
  explicit Stretches(std::vector<policy::InputRun>& runs) : runs_(runs) {}
  // By environment, then by start.
  void add(const policy::InputRun& run) {
    if (open_ && open_->environment == run.environment &&
        (open_->live || run.first_seen <= open_->last_seen)) {
      open_->last_seen = std::max(open_->last_seen, run.last_seen);
      open_->live |= run.live;
      return;
    }
    close();
    open_ = run;
  }
  void close() {
    if (!open_) return;
    policy::InputRun* last = runs_.empty() ? nullptr : &runs_.back();
    const bool rival = last != nullptr && last->environment == open_->environment && !open_->live;
    if (!rival) runs_.push_back(*open_);
    else if (length(*last) < length(*open_)) *last = *open_;
    open_.reset();
  }

 private:
  static std::int64_t length(const policy::InputRun& run) { return (run.last_seen - run.first_seen).micros; }
  std::vector<policy::InputRun>& runs_;
  std::optional<policy::InputRun> open_;
};

// Where the artifact runs or ran.
Result<std::vector<policy::InputRun>> runs_of(Database& db, const Sha256& digest, Instant now) {
  std::vector<policy::InputRun> runs;
  Stretches stretches(runs);
  (void)TRY(query(
      db,
      "SELECT w.environment, i.started_at, coalesce(i.ended_at, $1), i.ended_at IS NULL FROM identity n JOIN "
      "workload_digest d ON d.digest=n.child JOIN workload w ON w.id=d.workload JOIN instance i ON "
      "i.workload=w.id WHERE "
      "n.root=$2 ORDER BY 1, 2",
      [&](const Row& row) {
        stretches.add({row.string(0), row.instant(1), row.instant(2), row.boolean(3)});
        return 0;
      },
      now, digest));
  stretches.close();
  return runs;
}

Status add_exceptions(Database& db, const Sha256& digest, Instant now, Input& input) {
  for (const ExceptionInForce& each : TRY(exceptions_in_force(db, digest, input.environment.name, now)))
    input.exceptions.push_back({.entry = each.entry,
                                .finding = each.finding,
                                .id = std::to_string(each.id),
                                .owner = each.owner,
                                .policy = each.policy,
                                .reason = each.reason,
                                .rule = each.rule,
                                .until = each.until});
  return {};
}

// In force here.
Result<std::vector<policy::InputFreeze>> freezes_in(Database& db, const std::string& environment, Instant now) {
  std::vector<policy::InputFreeze> freezes;
  for (const FreezeView& each : TRY(list_freezes(db, {.environment = environment}, now)))
    if (each.active)
      freezes.push_back({.entry = each.freeze.id,
                         .incident = each.freeze.incident,
                         .name = fmt::format("freeze {}", each.freeze.id),
                         .reason = each.freeze.reason,
                         .until = each.freeze.until});
  return freezes;
}

// What the windows that select the subject say of this moment; a freeze is one of them.
std::optional<policy::InputWindow> window_of(const Windows& windows, const Input& input) {
  window::Subject subject{.environment = input.environment.name,
                          .flow = input.flow ? input.flow->name : "",
                          .cls = input.change.cls};
  subject.tags = input.environment.tags;
  if (input.flow) subject.tags.insert(input.flow->tags.begin(), input.flow->tags.end());
  const window::Answer answer = windows.decide(subject, input.now);
  if (answer.window.empty()) return std::nullopt;
  std::string reason;
  for (const window::Window& each : windows.list)
    if (each.name == answer.window) reason = each.definition.reason;
  const bool open = answer.verdict == window::Verdict::open;
  return policy::InputWindow{.next_closing = answer.next_closing,
                             .next_opening = answer.next_opening,
                             .overridden = answer.overridden,
                             .reason = reason,
                             .verdict = open ? policy::WindowVerdict::open : policy::WindowVerdict::closed,
                             .window = answer.window};
}

}  // namespace

Result<Sha256> recorded_artifact(Database& db, const Sha256& digest) {
  const auto found = TRY(query_one(
      db,
      "SELECT a.digest FROM identity n JOIN artifact a ON a.digest=n.root WHERE n.child=$1 ORDER BY "
      "a.digest=$2 DESC, a.entry DESC LIMIT 1",
      [](const Row& row) { return row.digest(0); }, digest, digest));
  return found.value_or(digest);
}

Result<Input> decision_input(Database& db, const DecisionSubject& subject, Instant now) {
  return DecisionInputs(db, now).of(subject);
}

Result<Input> DecisionInputs::of(const DecisionSubject& subject) {
  const OfEnvironment* const here = TRY(environment(subject.environment));
  const OfArtifact* const what = TRY(artifact(subject.artifact));
  Input input{.artifact = what->artifact,
              .attestations = what->attestations,
              .change = {.cls = subject.change_class,
                         .emergency = subject.change_class == "emergency",
                         .ticket = ticket_of(what->attestations)},
              .deployments = here->deployments,
              .environment = here->environment,
              .now = now_,
              .runs = what->runs,
              .trails = what->trails};
  if (!input.artifact.flow.empty()) {
    const OfFlow* const delivery = TRY(flow(input.artifact.flow));
    input.flow = delivery->flow;
    input.service = delivery->service;
  }
  if (std::ranges::count(what->approved_in, subject.environment) > 0) TRY(add_approvals(db_, what->digest, input));
  if (!input.artifact.name.empty()) {
    const RunningIn* const named_so = TRY(running(input.artifact.name));
    if (const auto found = named_so->find(subject.environment); found != named_so->end())
      input.running = found->second;
  }
  if (std::ranges::count(what->excepted_in, subject.environment) > 0)
    TRY(add_exceptions(db_, what->digest, now_, input));
  if (subject.purpose == policy::Purpose::running)
    input.workload = TRY(settings_of_running(db_, subject.artifact, subject.environment));
  else TRY(add_windows(input));
  return input;
}

Result<const std::vector<Attached>*> DecisionInputs::policies_for(const DecisionSubject& subject) {
  const OfArtifact* const what = TRY(artifact(subject.artifact));
  std::pair<std::string, std::vector<std::string>> place(subject.environment, what->flows);
  if (const auto known = policies_.find(place); known != policies_.end()) return &known->second;
  auto found = TRY(store::policies_for(db_, subject.environment, subject.artifact));
  return &policies_.emplace(std::move(place), std::move(found)).first->second;
}

Result<const DecisionInputs::OfEnvironment*> DecisionInputs::environment(const std::string& name) {
  if (const auto known = environments_.find(name); known != environments_.end()) return &known->second;
  OfEnvironment found;
  found.environment = TRY(environment_of(db_, name));
  found.deployments = TRY(deployments_in(db_, name));
  return &environments_.emplace(name, std::move(found)).first->second;
}

Result<const DecisionInputs::OfFlow*> DecisionInputs::flow(const std::string& name) {
  if (const auto known = flows_.find(name); known != flows_.end()) return &known->second;
  OfFlow found;
  found.flow = TRY(flow_of(db_, name));
  if (found.flow) found.service = TRY(service_of(db_, *found.flow));
  return &flows_.emplace(name, std::move(found)).first->second;
}

Result<const DecisionInputs::OfArtifact*> DecisionInputs::artifact(const Sha256& digest) {
  if (artifact_ && artifact_->digest == digest) return &*artifact_;
  OfArtifact found{.digest = digest};
  found.artifact = TRY(artifact_of(db_, digest));
  TRY(add_trails(db_, digest, found.trails));
  found.attestations = TRY(attestations_of(db_, digest));
  found.runs = TRY(runs_of(db_, digest, now_));
  const auto text = [](const Row& row) { return row.string(0); };
  found.flows = TRY(query(db_,
                          "SELECT flow FROM artifact WHERE digest=$1 AND flow IS NOT NULL UNION SELECT flow "
                          "FROM artifact_on_trail WHERE "
                          "digest=$2 ORDER BY 1",
                          text, digest, digest));
  found.approved_in = TRY(query(
      db_, "SELECT DISTINCT a.environment FROM identity n JOIN approval a ON a.artifact=n.root WHERE n.child=$1",
      text, digest));
  found.excepted_in = TRY(query(
      db_,
      "SELECT DISTINCT environment FROM exception WHERE state='in-force' AND artifact IN (SELECT root FROM identity "
      "WHERE child=$1 UNION SELECT $2)",
      text, digest, digest));
  artifact_ = std::move(found);
  return &*artifact_;
}

// What runs under the artifact's name now.
Result<const DecisionInputs::RunningIn*> DecisionInputs::running(const std::string& artifact_name) {
  if (const auto known = running_.find(artifact_name); known != running_.end()) return &known->second;
  RunningIn found;
  (void)TRY(query(
      db_,
      "SELECT max(w.verdict IN ('approved','late')), a.digest, a.name, min(w.first_started), w.environment FROM "
      "artifact a JOIN identity n ON n.root=a.digest JOIN workload_digest d ON d.digest=n.child JOIN workload w ON "
      "w.id=d.workload WHERE a.name=$1 AND w.live>0 GROUP BY w.environment, a.digest ORDER BY w.environment, a.digest",
      [&found](const Row& row) {
        found[row.string(4)].push_back(
            {row.boolean(0), to_string(row.digest(1)), row.string(2), row.instant(3)});
        return 0;
      },
      artifact_name));
  return &running_.emplace(artifact_name, std::move(found)).first->second;
}

Status DecisionInputs::add_windows(Input& input) {
  if (!any_windows_) any_windows_ = TRY(any_windows(db_));
  if (!*any_windows_) return {};
  const std::string& here = input.environment.name;
  auto frozen = freezes_.find(here);
  if (frozen == freezes_.end()) {
    auto found = TRY(freezes_in(db_, here, now_));
    frozen = freezes_.emplace(here, std::move(found)).first;
  }
  input.freezes = frozen->second;
  if (!windows_) windows_ = TRY(current_windows(db_, now_));
  input.windows = window_of(*windows_, input);
  return {};
}

}  // namespace weir::store
