#include "api/simulate.h"

#include <chrono>
#include <future>
#include <span>

#include "api/handlers.h"
#include "api/requests.h"
#include "format/json_view.h"
#include "jobs/decider.h"
#include "sequencer/ledger_store.h"
#include "store/view_policy.h"

namespace weir::api {
namespace {

constexpr Duration look_back = days(30);
constexpr std::size_t worth_a_thread = 1000;
constexpr std::int64_t glance_max = 100;  // decisions that a policy is tried on before it is enforced
constexpr Duration glance_time_max = seconds(1);  // the sequencer waits for it

Result<std::vector<std::int64_t>> entries_in(store::Database& db, const SimulationScope& scope) {
  return query(
      db,
      "SELECT d.entry FROM decision d LEFT JOIN artifact a ON a.digest=d.artifact WHERE d.decided_at>=$1 AND "
      "($2='' OR d.environment=$3) AND ($4='' OR a.flow=$5) AND ($6='' OR EXISTS (SELECT 1 FROM "
      "policy_attachment "
      "t WHERE t.policy=$7 AND (t.environment=d.environment OR (t.flow<>'' AND (t.flow=a.flow OR t.flow IN "
      "(SELECT "
      "flow FROM artifact_on_trail WHERE digest=a.digest)))))) ORDER BY d.entry DESC LIMIT $8",
      [](const store::Row& row) { return row.integer(0); }, scope.since, scope.environment, scope.environment,
      scope.flow, scope.flow, scope.attached, scope.attached, scope.decisions_max);
}

// What runs in the scope and is not among its decisions: those whose newest decision is older, and those nobody
// decided on.
struct RunningNow {
  std::vector<std::int64_t> entries;
  std::vector<store::Watched> undecided;
};
Result<RunningNow> running_in(store::Database& db, const SimulationScope& scope) {
  RunningNow running;
  (void)TRY(query(
      db,
      "SELECT DISTINCT n.root, w.environment, c.entry FROM workload w JOIN workload_digest i ON "
      "i.workload=w.id JOIN "
      "identity n ON n.child=i.digest LEFT JOIN artifact a ON a.digest=n.root LEFT JOIN decision_current c "
      "ON "
      "c.artifact=n.root AND c.environment=w.environment AND c.purpose='running' AND c.change_class='normal' "
      "LEFT JOIN "
      "decision d ON d.entry=c.entry WHERE w.live>0 AND (d.entry IS NULL OR d.decided_at<$1) AND (a.digest "
      "IS NOT NULL OR "
      "EXISTS (SELECT 1 FROM approval p WHERE p.artifact=n.root AND p.environment=w.environment)) AND ($2='' "
      "OR "
      "w.environment=$3) AND ($4='' OR a.flow=$5) AND ($6='' OR EXISTS (SELECT 1 FROM policy_attachment t "
      "WHERE "
      "t.policy=$7 AND (t.environment=w.environment OR (t.flow<>'' AND (t.flow=a.flow OR t.flow IN (SELECT "
      "flow FROM "
      "artifact_on_trail WHERE digest=a.digest)))))) LIMIT $8",
      [&](const store::Row& row) {
        if (const auto entry = row.maybe_integer(2)) running.entries.push_back(*entry);
        else
          running.undecided.push_back({.subject = {.artifact = row.digest(0),
                                                   .environment = row.string(1),
                                                   .purpose = policy::Purpose::running}});
        return 0;
      },
      scope.since, scope.environment, scope.environment, scope.flow, scope.flow, scope.attached,
      scope.attached, scope.decisions_max));
  return running;
}

// As if each were decided on now, without recording it.
Status try_on_running(store::Database& db, std::span<const store::Watched> undecided,
                      const SimulationScope& scope, policy::Simulator& simulator) {
  jobs::Decider decider;
  for (const auto& made : TRY(decider.decide_each(db, undecided, scope.now, scope.exposure)))
    if (const auto* decided = made.event.as<policy::DecisionRecorded>())
      TRY(simulator.add(0, decided->record));
  return {};
}

// The record is read where it stands in the payload: the rest of the event says nothing here.
Status try_on(store::Database& db, blob::BlobStore& blobs, std::span<const std::int64_t> entries,
              policy::Simulator& simulator, std::optional<Duration> time_max) {
  const auto began = std::chrono::steady_clock::now();
  for (const std::int64_t entry : entries) {
    if (time_max && std::chrono::steady_clock::now() - began > std::chrono::microseconds(time_max->micros))
      return Error{Errc::conflict,
                   "the policy takes too long to be tried on what was decided of late; make it quicker, or say "
                   "`confirm`",
                   "confirm"};
    const auto stored = TRY(sequencer::read_entry(db, blobs, entry));
    if (!stored.payload) continue;  // erased
    const auto leaf = TRY(ledger::decode_leaf(stored.leaf));
    if (leaf.type != ledger::EntryType::decision_recorded) continue;
    const auto payload = TRY(format::JsonDocument::parse(*stored.payload, format::JsonDocument::any_number));
    TRY(simulator.add_view(entry, payload.root().at("record")));
  }
  return {};
}

Result<policy::Prepared> candidate_of(const ReadCall& call, const SimulationRequest& request) {
  if (!request.source.empty())
    return policy::Prepared::prepare({.name = request.name, .text = request.source, .form = request.form});
  const auto known = TRY(store::find_policy(call.db, request.name));
  if (!known) return not_found(fmt::format("there is no policy '{}'; give its 'source'", request.name));
  return policy::Prepared::prepare({.name = known->newest.name,
                                    .version = known->newest.version,
                                    .text = known->newest.source,
                                    .form = known->newest.form});
}

}  // namespace

Result<policy::Simulation> simulate(store::Database& db, blob::BlobStore& blobs, policy::Prepared candidate,
                                    policy::Mode mode, const SimulationScope& scope,
                                    const OpenReader& open_reader) {
  std::vector<std::int64_t> entries = TRY(entries_in(db, scope));
  const RunningNow running = TRY(running_in(db, scope));
  entries.insert(entries.end(), running.entries.begin(), running.entries.end());
  policy::Simulator simulator(std::move(candidate), mode);
  TRY(try_on_running(db, running.undecided, scope, simulator));
  if (!open_reader || entries.size() < worth_a_thread) {
    TRY(try_on(db, blobs, entries, simulator, scope.time_max));
    return simulator.so_far();
  }
  const std::span<const std::int64_t> all = entries;
  const auto reader = TRY(open_reader());
  policy::Simulator second = simulator.clone();
  auto older = std::async(std::launch::async,
                          [&] { return try_on(*reader, blobs, all.subspan(all.size() / 2), second, scope.time_max); });
  const Status newer = try_on(db, blobs, all.first(all.size() / 2), simulator, scope.time_max);
  TRY(older.get());
  TRY(newer);
  policy::Simulation whole = simulator.so_far();
  policy::merge(whole, second.so_far());
  return whole;
}

Status check_lets_something_through(store::Database& db, blob::BlobStore& blobs, policy::Prepared candidate,
                                    const SimulationScope& scope) {
  SimulationScope glance = scope;
  glance.decisions_max = glance_max;
  glance.time_max = glance_time_max;
  const auto found = TRY(simulate(db, blobs, std::move(candidate), policy::Mode::enforce, glance));
  if (!policy::denies_everything(found)) return {};
  return Error{
      Errc::conflict,
      fmt::format("enforced, it would let nothing through: of the last {} decisions none. Look at it with "
                  "`weir policy simulate`, or say `confirm` (--confirm)",
                  found.decisions),
      "confirm"};
}

Result<http::Response> simulate_policy(const ReadCall& call) {
  const auto request = TRY(body_of<SimulationRequest>(call.request));
  if (request.source.size() > limits::policy_bytes_max)
    return Error{Errc::too_large, fmt::format("a policy has at most {} bytes", limits::policy_bytes_max),
                 "source"};
  const auto seat = TRY(call.ports.simulating->take(call.config.workers));
  auto candidate = TRY(candidate_of(call, request));
  const SimulationScope scope{.environment = request.environment,
                              .flow = request.flow,
                              .since = request.since.value_or(call.now - look_back),
                              .now = call.now,
                              .exposure = call.ports.exposure.get()};
  return record_response(TRY(simulate(call.db, *call.ports.blobs, std::move(candidate), request.mode, scope,
                                      call.ports.open_reader)));
}

}  // namespace weir::api
