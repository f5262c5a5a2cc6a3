#include "policy/built_in.h"

#include <algorithm>

#include "policy/next.h"

namespace weir::policy {
namespace {

bool broken(const RuleResult& rule) {
  return rule.result == Outcome::violated || rule.result == Outcome::no_evidence;
}

bool in_force(const InputApproval& approval, const Input& input) {
  return !approval.revoked_at && (!approval.from || *approval.from <= input.now) &&
         (!approval.until || input.now < *approval.until) &&
         (approval.change.empty() || approval.change == input.change.cls) &&
         (approval.actor_kind == access::AccountKind::person || !approval.by_rule.empty());
}

bool says_something(const RuleResult& rule) {
  return rule.mode == Mode::enforce && rule.result != Outcome::not_applicable;
}

Verdict verdict_of(const DecisionRecord& record) {
  const auto any = [&](Mode mode, auto&& holds) {
    return std::any_of(record.rules.begin(), record.rules.end(),
                       [&](const RuleResult& rule) { return rule.mode == mode && holds(rule); });
  };
  const auto is = [](Outcome outcome) {
    return [outcome](const RuleResult& rule) { return rule.result == outcome; };
  };
  if (any(Mode::enforce, is(Outcome::violated))) return Verdict::deny;
  if (any(Mode::enforce, is(Outcome::no_evidence))) return Verdict::undecided;
  const bool warned =
      std::any_of(record.warnings.begin(), record.warnings.end(), [&](const Warning& warning) {
        return std::any_of(record.policies.begin(), record.policies.end(), [&](const PolicyUsed& policy) {
          return policy.name == warning.policy && policy.mode != Mode::shadow;
        });
      });
  return warned || any(Mode::warn, broken) ? Verdict::warn : Verdict::allow;
}

}  // namespace

std::optional<RuleResult> rule_of_windows(const Input& input) {
  if (!input.windows && input.freezes.empty()) return std::nullopt;
  RuleResult rule{.id = "window",
                  .who = "whoever may override the window",
                  .severity = Severity::high,
                  .next = next_of_windows(input)};
  const bool overridden = input.windows && input.windows->overridden;
  for (const InputFreeze& freeze : input.freezes) rule.evidence.push_back(freeze.entry);
  const std::string_view named = input.windows ? std::string_view(input.windows->window) : std::string_view();
  if (overridden) {
    rule.result = Outcome::satisfied;
    rule.message = fmt::format("window {} is overridden", named);
  } else if (!input.freezes.empty()) {
    const InputFreeze& freeze = input.freezes.front();
    rule.result = Outcome::violated;
    rule.message = fmt::format("frozen{}{}", freeze.reason.empty() ? "" : ": " + freeze.reason,
                               freeze.incident.empty() ? "" : " (" + freeze.incident + ")");
    rule.fix = "Wait for the thaw, or override the freeze";
  } else if (input.windows->verdict == WindowVerdict::closed) {
    rule.result = Outcome::violated;
    rule.message = fmt::format("window {} is closed{}", named,
                               input.windows->reason.empty() ? "" : ": " + input.windows->reason);
    rule.fix = "Wait until it opens, or override it";
  } else {
    rule.result = Outcome::satisfied;
    rule.message = "no window is in the way";
  }
  return rule;
}

RuleResult rule_of_approval(const Input& input) {
  RuleResult rule{
      .id = "approval",
      .who = "an approver of this environment",
      .fix = fmt::format("weir approve {} --environment {}", input.artifact.digest, input.environment.name),
      .severity = Severity::high,
      .next = next_of_approvals(input)};
  for (const InputApproval& approval : input.approvals)
    if (in_force(approval, input)) rule.evidence.push_back(approval.entry);
  if (!rule.evidence.empty()) {
    rule.result = Outcome::satisfied;
    rule.message = "approved here";
    return rule;
  }
  const bool revoked = !input.approvals.empty() && input.approvals.back().revoked_at;
  if (revoked) rule.evidence.push_back(input.approvals.back().entry);
  rule.result = revoked ? Outcome::violated : Outcome::no_evidence;
  rule.message = revoked ? "the approval was revoked" : "no approval is in force here";
  return rule;
}

namespace {

// An approval in an emergency lets in without what policies ask for, while it lasts.
bool let_in_by_break_glass(RuleResult& rule, const Input& input) {
  for (const InputApproval& each : input.approvals) {
    if (!each.break_glass || !in_force(each, input)) continue;
    rule.message = fmt::format("{} (break-glass by {} until {})", rule.message, each.actor,
                               each.until ? to_string(*each.until) : "further notice");
    rule.result = Outcome::excepted;
    rule.exception = each.break_glass;
    rule.next = earlier(rule.next, each.until);
    return true;
  }
  return false;
}

}  // namespace

void except(RuleResult& rule, const Input& input) {
  if (!broken(rule) || let_in_by_break_glass(rule, input)) return;
  for (const InputException& each : input.exceptions) {
    const bool lasts = !each.until || input.now < *each.until;
    if (!lasts || !each.finding.empty() || each.rule != rule.id) continue;
    if (!each.policy.empty() && each.policy != rule.policy) continue;
    rule.message = fmt::format("{} (excepted by {} until {}: {})", rule.message, each.owner,
                               each.until ? to_string(*each.until) : "further notice", each.reason);
    rule.result = Outcome::excepted;
    rule.exception = each.entry;
    rule.next = earlier(rule.next, each.until);
    return;
  }
}

void conclude(DecisionRecord& record, const Input& input) {
  if (std::none_of(record.rules.begin(), record.rules.end(), says_something))
    record.rules.push_back(rule_of_approval(input));
  if (auto window = rule_of_windows(input)) record.rules.push_back(std::move(*window));
  record.verdict = verdict_of(record);
  for (const RuleResult& rule : record.rules)
    record.next_evaluation_at = earlier(record.next_evaluation_at, rule.next);
  if (!is_of_now(record.engine)) return;
  for (const InputException& each : input.exceptions)  // what it covers counts again then
    if (!each.finding.empty() && each.until && *each.until > input.now)
      record.next_evaluation_at = earlier(record.next_evaluation_at, each.until);
}

}  // namespace weir::policy
