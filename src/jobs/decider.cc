#include "jobs/decider.h"

#include "window/zone.h"

namespace weir::jobs {
namespace {

constexpr std::size_t prepared_max = 256;

// The policies of a version that can no longer be read count as one that asks for something nobody can show: the
// engine's own error stands in the rule's message.
policy::Source source_of(const store::PolicyVersionView& version) {
  return {.name = version.name, .version = version.version, .text = version.source, .form = version.form};
}

}  // namespace

Result<policy::Prepared*> Decider::prepared(const store::PolicyVersionView& version) {
  const auto known = prepared_.find(version.entry);
  if (known != prepared_.end()) return &known->second;
  if (prepared_.size() >= prepared_max) prepared_.clear();
  auto made = TRY(policy::Prepared::prepare(source_of(version)));
  return &prepared_.emplace(version.entry, std::move(made)).first->second;
}

Result<Decider::Made> Decider::decide(store::Database& db, const store::Watched& watched, Instant now) {
  const policy::Input input = TRY(store::decision_input(db, watched.subject, now));
  const std::string flow = input.flow ? input.flow->name : "";
  const auto versions = TRY(store::policies_for(db, watched.subject.environment, flow));
  for (const store::Attached& each : versions) TRY(prepared(each.policy));  // may drop others to make room
  std::vector<policy::Attached> attached;
  for (const store::Attached& each : versions) {
    policy::Prepared* const ready = TRY(prepared(each.policy));
    attached.push_back({ready, each.mode});
  }
  return Made{watched.subject, watched.cause,
              policy::decide(attached, input, {.tzdata = to_string(window::tzdata_digest())})};
}

Result<bool> record_made(store::Database& db, const Decider::Made& made, sequencer::Decision& decision) {
  const auto watched = TRY(store::find_watched(db, made.subject));
  if (!watched || watched->cause != made.cause) return false;
  const bool is_new = !watched->meaning || *watched->meaning != policy::meaning_of(made.record);
  if (is_new)
    decision.events.push_back(policy::DecisionRecorded{
        .purpose = made.subject.purpose, .change_class = made.subject.change_class, .record = made.record});
  const auto before = std::move(decision.keep);
  decision.keep = [before, made_subject = made.subject, cause = made.cause,
                   due = made.record.next_evaluation_at](store::Database& tables) -> Status {
    if (before) TRY(before(tables));
    return store::note_checked(tables, made_subject, cause, due);
  };
  return true;
}

}  // namespace weir::jobs
