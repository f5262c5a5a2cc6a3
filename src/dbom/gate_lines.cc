#include "dbom/gate_lines.h"

#include <algorithm>

#include "dbom/witness.h"
#include "deploy/break_glass.h"
#include "deploy/request.h"
#include "exceptions/exception.h"
#include "policy/decision_recorded.h"
#include "window/act.h"

namespace weir::dbom {
namespace {

using ledger::EntryType;
using Lines = Result<std::vector<Line>>;

// The later entry of a type, if it is there.
const Witness* later(const Ground& ground, EntryType type) {
  for (const Witness& witness : ground.entries.subspan(1))
    if (witness.leaf.type == type) return &witness;
  return nullptr;
}

std::string outcomes_of(const policy::DecisionRecord& record) {
  std::string words = fmt::format("{} {}", record.rules.size(), record.rules.size() == 1 ? "rule" : "rules");
  for (const policy::Outcome outcome :
       {policy::Outcome::satisfied, policy::Outcome::excepted, policy::Outcome::violated,
        policy::Outcome::no_evidence, policy::Outcome::not_applicable}) {
    const auto count = std::count_if(record.rules.begin(), record.rules.end(),
                                     [&](const policy::RuleResult& rule) { return rule.result == outcome; });
    if (count > 0) words += fmt::format(", {} {}", count, name_of(outcome));
  }
  return words;
}

std::string subject_of(const exceptions::ExceptionScope& scope) {
  if (!scope.rule.empty()) return "rule " + scope.rule;
  if (!scope.finding.empty()) return "finding " + scope.finding;
  return "workload " + scope.workload;
}

}  // namespace

Lines request_line(const Ground& ground) {
  const auto asked = TRY(record_of<deploy::ApprovalRequested>(ground.entries.front()));
  std::int64_t consents = 0, refusals = 0;
  for (const Witness& witness : ground.entries.subspan(1)) {
    if (witness.leaf.type != EntryType::approval_consented) continue;
    const auto vote = TRY(record_of<deploy::VoteGiven>(witness));
    (vote.vote == deploy::Vote::consent ? consents : refusals) += 1;
  }
  std::string state = asked.expires_at <= ground.at ? "expired" : "open";
  if (const Witness* end = later(ground, EntryType::approval_request_ended)) {
    const auto ended = TRY(record_of<deploy::RequestEnded>(*end));
    state = std::string(name_of(ended.how));
  }
  std::string value = fmt::format("{} of {} consented", consents, asked.approvals);
  if (refusals > 0) value += fmt::format(", {} refused", refusals);
  if (!asked.reason.empty()) value += fmt::format(": {}", asked.reason);
  return std::vector{Line{.at = ground.entries.front().leaf.at,
                          .digest = asked.artifact,
                          .name = asked.environment,
                          .state = std::move(state),
                          .until = asked.expires_at,
                          .value = std::move(value)}};
}

Lines policy_lines(const Ground& ground) {
  const auto recorded = TRY(record_of<policy::DecisionRecorded>(ground.entries.front()));
  std::vector<Line> lines;
  if (recorded.purpose != policy::Purpose::start) return lines;  // the same ones let it start
  for (const policy::PolicyUsed& used : recorded.record.policies)
    lines.push_back({.digest = used.digest,
                     .name = used.name,
                     .state = std::string(name_of(used.mode)),
                     .value = fmt::format("version {}", used.version)});
  return lines;
}

Lines decision_line(const Ground& ground) {
  const auto recorded = TRY(record_of<policy::DecisionRecorded>(ground.entries.front()));
  return std::vector{
      Line{.at = recorded.record.decided_at,
           .name = fmt::format("may it {}", recorded.purpose == policy::Purpose::start ? "start" : "run on"),
           .state = std::string(name_of(recorded.record.verdict)),
           .until = recorded.record.next_evaluation_at,
           .value = outcomes_of(recorded.record)}};
}

Lines exception_line(const Ground& ground) {
  const auto asked = TRY(record_of<exceptions::ExceptionRequested>(ground.entries.front()));
  Line line{.at = ground.entries.front().leaf.at,
            .name = subject_of(asked.scope),
            .state = "requested",
            .until = asked.scope.until,
            .value = fmt::format("{}: {}", asked.scope.owner, asked.scope.reason)};
  if (const Witness* granting = later(ground, EntryType::exception_granted)) {
    const auto granted = TRY(record_of<exceptions::ExceptionGranted>(*granting));
    line.at = granting->leaf.at;
    line.until = granted.until;
    line.state = granted.until <= ground.at ? "ended" : "in-force";
  }
  if (later(ground, EntryType::exception_refused) != nullptr) line.state = "refused";
  if (later(ground, EntryType::exception_ended) != nullptr) line.state = "ended";
  return std::vector{std::move(line)};
}

Lines break_glass_line(const Ground& ground) {
  const auto opened = TRY(record_of<deploy::BreakGlassOpened>(ground.entries.front()));
  const bool reviewed = later(ground, EntryType::break_glass_reviewed) != nullptr;
  return std::vector{Line{
      .at = ground.entries.front().leaf.at,
      .digest = opened.artifact,
      .name = opened.environment,
      .state = reviewed ? "reviewed" : "unreviewed",
      .until = opened.until,
      .value = opened.ticket.empty() ? opened.reason : fmt::format("{} ({})", opened.reason, opened.ticket)}};
}

Lines freeze_line(const Ground& ground) {
  const auto declared = TRY(record_of<window::FreezeDeclared>(ground.entries.front()));
  const Witness* end = later(ground, EntryType::freeze_ended);
  return std::vector{Line{.at = ground.entries.front().leaf.at,
                          .name = declared.environment,
                          .state = end != nullptr || declared.until <= ground.at ? "ended" : "in-force",
                          .until = end != nullptr ? end->leaf.at : declared.until,
                          .value = declared.incident.empty() ? declared.reason : declared.incident}};
}

Lines override_line(const Ground& ground) {
  const auto given = TRY(record_of<window::WindowOverridden>(ground.entries.front()));
  return std::vector{Line{
      .at = ground.entries.front().leaf.at,
      .name = given.window,
      .state = given.until <= ground.at ? "ended" : "in-force",
      .until = given.until,
      .value = given.ticket.empty() ? given.reason : fmt::format("{} ({})", given.reason, given.ticket)}};
}

}  // namespace weir::dbom
