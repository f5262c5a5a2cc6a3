#include "api/answers.h"
#include "api/handlers.h"
#include "api/handlers_policy.h"
#include "base/name.h"
#include "jobs/decider.h"
#include "sequencer/ledger_store.h"
#include "store/view_decision.h"
#include "store/view_deploy.h"

namespace weir::api {
namespace {

using sequencer::Decision;
using store::DecisionSubject;
using store::Watched;

constexpr int tries_max = 8;  // each time an entry came between looking and recording

struct Closed {  // a read transaction ends with its block
  store::Database& db;
  ~Closed() { db.rollback(); }
};

// Everything the answer rests on is read in one transaction, so that no later entry is half seen.
Result<Watched> look(store::Database& db, const DecisionSubject& subject) {
  auto watched = TRY(store::find_watched(db, subject));
  return watched ? std::move(*watched) : Watched{.subject = subject};
}

sequencer::Command command_of(const Call& call, sequencer::Decide decide) {
  return {.actor = call.ports.server_actor, .idempotency = {}, .decide = std::move(decide), .done = {}};
}

// A subject that nobody asked for before is watched from now on: what comes from here is noticed.
Status begin_to_watch(const Call& call, const DecisionSubject& subject) {
  TRY(call.ports.sequencer.submit_and_wait(
      command_of(call, [subject, size = call.ports.sequencer.size()](store::Database&, Instant) -> Result<Decision> {
        return Decision{.keep = [subject, size](store::Database& db) {
          return store::watch_subject(db, subject, size);
        }};
      })));
  return {};
}

Result<bool> decide_again(const ReadCall& call, const DecisionSubject& subject) {
  thread_local jobs::Decider decider;
  TRY(call.db.script("BEGIN"));
  auto made = [&]() -> Result<jobs::Decider::Made> {
    const Closed closed{call.db};
    const Watched watched = TRY(look(call.db, subject));
    return decider.decide(call.db, watched, call.now);
  }();
  if (!made.ok()) return made.error();
  auto recorded = std::make_shared<std::vector<bool>>();
  TRY(call.ports.sequencer.submit_and_wait(
      command_of(call, [made = std::move(*made), recorded](store::Database& db, Instant) -> Result<Decision> {
        return jobs::record_made(db, {&made, 1}, recorded.get());
      })));
  return !recorded->empty() && recorded->front();
}

}  // namespace

Result<std::string> gate_answer(const ReadCall& call, const DecisionSubject& subject) {
  Watched watched = TRY(look(call.db, subject));
  if (watched.is_good_at(call.now)) return watched.answer;
  if (watched.checked < 0 && watched.cause == 0) TRY(begin_to_watch(call, subject));
  for (int tries = 0; tries < tries_max; ++tries) {
    if (!TRY(decide_again(call, subject))) continue;
    watched = TRY(look(call.db, subject));
    if (watched.entry) return watched.answer;
  }
  return Error{Errc::unavailable, "entries come faster than they can be decided on; try again"};
}

Result<DecisionSubject> decision_subject(const ReadCall& call) {
  const auto artifact = TRY(digest_of(call.request, "artifact"));
  if (!artifact) return invalid("'artifact' is missing: the digest of what is to run", "artifact");
  DecisionSubject subject{.artifact = *artifact, .environment = text_of(call.request, "environment")};
  TRY(check_name(subject.environment, "environment"));
  if (const std::string named = text_of(call.request, "class"); !named.empty()) {
    TRY(check_name(named, "class"));
    subject.change_class = named;
  }
  if (!TRY(store::environment_exists(call.db, subject.environment)))
    return not_found(fmt::format("there is no environment '{}'; create it with `weir env create {} --kind host`",
                                 subject.environment, subject.environment));
  subject.artifact = TRY(store::recorded_artifact(call.db, subject.artifact));
  return subject;
}

Result<http::Response> gate(const ReadCall& call) {
  const Instant began = call.ports.clock->now();
  const DecisionSubject subject = TRY(decision_subject(call));
  std::string answer = TRY(gate_answer(call, subject));
  const Instant ended = call.ports.clock->now();
  call.ports.gate_times->note(ended - began, ended);
  return json_response(std::move(answer));
}

Result<http::Response> list_decisions(const ReadCall& call) {
  store::DecisionFilter filter{.environment = text_of(call.request, "environment"),
                               .verdict = text_of(call.request, "verdict")};
  filter.artifact = TRY(digest_of(call.request, "artifact"));
  filter.limit = TRY(limit_of(call.request));
  filter.before = TRY(cursor_of(call.request));
  const auto decisions = TRY(store::list_decisions(call.db, filter));
  const bool full = decisions.size() == static_cast<std::size_t>(filter.limit);
  return list_response("decisions", decisions, full ? std::to_string(decisions.back().entry) : "");
}

Result<policy::DecisionRecorded> recorded_decision(const ReadCall& call, std::int64_t entry) {
  const auto stored = sequencer::read_entry(call.db, *call.ports.blobs, entry);
  if (!stored.ok() && stored.error().code != Errc::not_found) return stored.error();
  if (stored.ok() && stored->payload) {
    const auto leaf = TRY(ledger::decode_leaf(stored->leaf));
    const auto event = TRY(store::decode_payload(leaf.type, *stored->payload));
    if (const auto* recorded = event.as<policy::DecisionRecorded>()) return *recorded;
  }
  return not_found(fmt::format("entry {} is no decision", entry));
}

Result<http::Response> find_decision(const ReadCall& call) {
  const std::int64_t entry = TRY(id_of(call.request, "entry"));
  const policy::DecisionRecorded recorded = TRY(recorded_decision(call, entry));
  return record_response(DecisionAnswer{entry, recorded});
}

}  // namespace weir::api
