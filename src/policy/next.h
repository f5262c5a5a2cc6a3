// When time alone may change what a rule says: the earliest such moment after `now`. It may be early, never
// late. Pure.
#pragma once
#include "policy/decision.h"

namespace weir::policy {

// Rego that reads the time is looked at again so often, because nobody can tell when it will think otherwise.
inline constexpr Duration rego_recheck = hours(1);

std::optional<Instant> next_of_rule(const Policy& policy, const Rule& rule, const Input& input,
                                    const RuleResult& result);
std::optional<Instant> next_of_rego(std::string_view rego, Instant now);
std::optional<Instant> next_of_windows(const Input& input);
std::optional<Instant> next_of_approvals(const Input& input);

std::optional<Instant> earlier(std::optional<Instant> one, std::optional<Instant> other);

}  // namespace weir::policy
