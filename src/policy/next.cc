#include "policy/next.h"

#include <algorithm>

#include "policy/compile.h"

namespace weir::policy {
namespace {

// The earliest of the moments offered that is still to come.
struct Next {
  Instant now;
  std::optional<Instant> at = {};
  void offer(std::optional<Instant> moment) {
    if (moment && *moment > now && (!at || *moment < *at)) at = moment;
  }
};

void offer_condition(Next& next, const Condition& when) {
  next.offer(when.after);
  next.offer(when.before);
}

void offer_ages(Next& next, const std::optional<Period>& max_age, const Input& input, const RuleResult& result) {
  if (!max_age) return;
  for (const auto& [type, attestations] : input.attestations)
    for (const InputAttestation& each : attestations)
      if (std::find(result.evidence.begin(), result.evidence.end(), each.entry) != result.evidence.end())
        next.offer(each.recorded_at + max_age->length);
}

void offer_approvals(Next& next, const Input& input, const std::optional<Period>& max_age) {
  for (const InputApproval& each : input.approvals) {
    if (each.revoked_at) continue;
    next.offer(each.from);
    next.offer(each.until);
    if (max_age) next.offer(each.recorded_at + max_age->length);
  }
}

void offer_promotion(Next& next, const RequirePromotion& rule, const Input& input) {
  if (rule.soak)
    for (const InputRun& run : input.runs) next.offer(run.first_seen + rule.soak->length);
  for (const InputDeployment& each : input.deployments) {
    if (rule.cooldown) next.offer(each.declared_at + rule.cooldown->length);
    if (rule.per_day) next.offer(each.declared_at + days(1));
  }
}

void offer_windows(Next& next, const Input& input) {
  if (input.windows) {
    next.offer(input.windows->next_opening);
    next.offer(input.windows->next_closing);
  }
  for (const InputFreeze& freeze : input.freezes) next.offer(freeze.until);
}

}  // namespace

std::optional<Instant> earlier(std::optional<Instant> one, std::optional<Instant> other) {
  if (!one || !other) return one ? one : other;
  return std::min(*one, *other);
}

std::optional<Instant> next_by_words(std::string_view rego, Instant now) {
  const bool reads_time = rego.find("input.now") != rego.npos || rego.find("now_ns") != rego.npos ||
                          rego.find("\"now\"") != rego.npos;
  return reads_time ? std::optional(now + hours(1)) : std::nullopt;
}

std::optional<Instant> next_of_windows(const Input& input) {
  Next next{input.now};
  offer_windows(next, input);
  return next.at;
}

std::optional<Instant> next_of_approvals(const Input& input) {
  Next next{input.now};
  offer_approvals(next, input, std::nullopt);
  return next.at;
}

std::optional<Instant> next_of_rule(const Policy& policy, const Rule& rule, const Input& input,
                                    const RuleResult& result, std::optional<Instant> of_own_rego) {
  Next next{input.now};
  offer_condition(next, policy.when);
  offer_condition(next, rule.when);
  const Requirement& require = rule.require;
  if (!input.workload.is_null() && bears_on_starts_only(require)) return next.at;
  if (require.attestation) offer_ages(next, require.attestation->max_age, input, result);
  if (require.provenance) offer_ages(next, require.provenance->max_age, input, result);
  if (require.review) offer_ages(next, require.review->max_age, input, result);
  if (require.ticket) offer_ages(next, require.ticket->max_age, input, result);
  if (require.approval) offer_approvals(next, input, require.approval->max_age);
  if (require.vulnerabilities) {
    offer_ages(next, require.vulnerabilities->max_age, input, result);
    if (input.vulnerabilities && require.vulnerabilities->max_age)
      next.offer(input.vulnerabilities->as_of + require.vulnerabilities->max_age->length);
  }
  if (require.promotion) offer_promotion(next, *require.promotion, input);
  if (require.window) offer_windows(next, input);
  if (require.rego) next.offer(of_own_rego);
  return next.at;
}

}  // namespace weir::policy
