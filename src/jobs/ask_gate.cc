#include "jobs/ask_gate.h"

#include "base/check.h"
#include "jobs/decider.h"

namespace weir::jobs {
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

sequencer::Command command_of(const Shared& shared, sequencer::Decide decide) {
  return {.actor = shared.server, .idempotency = {}, .decide = std::move(decide), .done = {}};
}

// A subject that nobody asked for before is watched from now on: what comes from here is noticed.
Status begin_to_watch(const Shared& shared, const DecisionSubject& subject) {
  TRY(shared.sequencer.submit_and_wait(
      command_of(shared, [subject](store::Database&, Instant) -> Result<Decision> {
        return Decision{.keep = [subject](store::Database& db) { return store::watch_subject(db, subject); }};
      })));
  return {};
}

Result<Decider::Made> decide_now(const Shared& shared, store::Database& db, const DecisionSubject& subject,
                                 Instant now) {
  thread_local Decider decider;
  TRY(db.script("BEGIN"));
  const Closed closed{db};
  const Watched watched = TRY(look(db, subject));
  return decider.decide(db, watched, now, shared.exposure);
}

Result<bool> decide_again(const Shared& shared, store::Database& db, const DecisionSubject& subject,
                          Instant now) {
  auto made = decide_now(shared, db, subject, now);
  if (!made.ok()) return made.error();
  auto recorded = std::make_shared<std::vector<bool>>();
  TRY(shared.sequencer.submit_and_wait(command_of(
      shared, [made = std::move(*made), recorded](store::Database& tables, Instant) -> Result<Decision> {
        return record_made(tables, {&made, 1}, recorded.get());
      })));
  return !recorded->empty() && recorded->front();
}

GateAnswered answered(Watched watched) {
  return {std::move(watched.answer), watched.verdict.value_or(policy::Verdict::undecided),
          watched.entry.value_or(0)};
}

}  // namespace

Result<std::optional<GateAnswered>> current_answer(store::Database& db, const DecisionSubject& subject,
                                                   Instant now) {
  Watched watched = TRY(look(db, subject));
  if (!watched.is_good_at(now)) return std::optional<GateAnswered>();
  return std::optional(answered(std::move(watched)));
}

Result<GateAnswered> ask_gate(const Shared& shared, store::Database& db, const DecisionSubject& subject,
                              Instant now) {
  Watched watched = TRY(look(db, subject));
  if (watched.is_good_at(now)) return answered(std::move(watched));
  if (watched.checked < 0 && watched.cause == 0) TRY(begin_to_watch(shared, subject));
  for (int tries = 0; tries < tries_max; ++tries) {
    if (!TRY(decide_again(shared, db, subject, now))) continue;
    watched = TRY(look(db, subject));
    if (watched.entry) return answered(std::move(watched));
  }
  return Error{Errc::unavailable, "entries come faster than they can be decided on; try again"};
}

Result<GateAnswered> would_answer(const Shared& shared, store::Database& db, const DecisionSubject& subject,
                                  Instant now) {
  if (auto current = TRY(current_answer(db, subject, now))) return std::move(*current);
  const Decider::Made made = TRY(decide_now(shared, db, subject, now));
  const auto* const recorded = made.event.as<policy::DecisionRecorded>();
  CHECK(recorded != nullptr);
  return GateAnswered{format::encode(store::gate_answer(0, *recorded)), recorded->record.verdict};
}

}  // namespace weir::jobs
