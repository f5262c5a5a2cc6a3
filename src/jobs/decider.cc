#include "jobs/decider.h"

#include "policy/meaning.h"
#include "window/zone.h"

namespace weir::jobs {
namespace {

constexpr std::size_t prepared_max = 256;

// The policies of a version that can no longer be read count as one that asks for something nobody can show: the
// engine's own error stands in the rule's message.
policy::Source source_of(const store::PolicyVersionView& version) {
  return {.name = version.name, .version = version.version, .text = version.source, .form = version.form};
}

struct Checked {
  store::DecisionSubject subject;
  std::int64_t cause = 0;
  std::optional<Instant> due;
};

}  // namespace

Result<policy::Prepared*> Decider::prepared(const store::PolicyVersionView& version) {
  Key key{version.digest, version.name, version.version, version.form};
  const auto known = prepared_.find(key);
  if (known != prepared_.end()) return &known->second;
  if (prepared_.size() >= prepared_max) prepared_.clear();
  auto made = TRY(policy::Prepared::prepare(source_of(version)));
  return &prepared_.emplace(std::move(key), std::move(made)).first->second;
}

Result<Decider::Made> Decider::decide(store::Database& db, const store::Watched& watched, Instant now,
                                      const Exposure* exposure) {
  store::DecisionInputs inputs(db, now);
  return decide_one(inputs, watched, exposure);
}

Result<std::vector<Decider::Made>> Decider::decide_each(store::Database& db, std::span<const store::Watched> all,
                                                        Instant now, const Exposure* exposure) {
  store::DecisionInputs inputs(db, now);
  std::vector<Made> made;
  made.reserve(all.size());
  for (const store::Watched& watched : all) {
    auto one = TRY(decide_one(inputs, watched, exposure));
    made.push_back(std::move(one));
  }
  return made;
}

Result<Decider::Made> Decider::decide_one(store::DecisionInputs& inputs, const store::Watched& watched,
                                          const Exposure* exposure) {
  policy::Input input = TRY(inputs.of(watched.subject));
  KnownVulnerabilities known;
  if (exposure != nullptr) known = vulnerabilities_for(*exposure, input, watched.subject.artifact);
  input.vulnerabilities = known.counts;
  const std::vector<store::Attached>& versions = *TRY(inputs.policies_for(watched.subject));
  for (const store::Attached& each : versions) TRY(prepared(each.policy));  // may drop others to make room
  std::vector<policy::Attached> attached;
  for (const store::Attached& each : versions) {
    policy::Prepared* const ready = TRY(prepared(each.policy));
    attached.push_back({ready, each.mode});
  }
  policy::DecisionRecorded recorded{
      .purpose = watched.subject.purpose,
      .change_class = watched.subject.change_class,
      .record = policy::decide(attached, input, {.tzdata = to_string(window::tzdata_digest()),
                                                 .advisories = known.advisories})};
  const Sha256 meaning = policy::meaning_without_input(recorded.record);
  const std::optional<Instant> due = recorded.record.next_evaluation_at;
  return Made{watched.subject, watched.cause, std::move(recorded), meaning, due};
}

Result<sequencer::Decision> record_made(store::Database& db, std::span<const Decider::Made> made,
                                        std::vector<bool>* recorded) {
  sequencer::Decision decision;
  auto checked = std::make_shared<std::vector<Checked>>();
  if (recorded != nullptr) recorded->clear();
  for (const Decider::Made& each : made) {
    const auto standing = TRY(store::find_standing(db, each.subject));
    const bool holds = standing && standing->cause == each.cause;
    if (recorded != nullptr) recorded->push_back(holds);
    if (!holds) continue;
    if (!standing->meaning || *standing->meaning != each.meaning) decision.events.push_back(each.event);
    checked->push_back({each.subject, each.cause, each.due});
  }
  decision.keep = [checked](store::Database& tables) -> Status {
    for (const Checked& each : *checked) TRY(store::note_checked(tables, each.subject, each.cause, each.due));
    return {};
  };
  return decision;
}

}  // namespace weir::jobs
