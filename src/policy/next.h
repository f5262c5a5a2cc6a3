// When time alone may change what a rule says: the earliest such moment after `now`. It may be early, never
// late. Pure.
#pragma once
#include "policy/decision.h"

namespace weir::policy {

// Rego that reads the time is looked at again so often, because nobody can tell when it will think otherwise; and so is
// what a limit of the engine left without an answer.
inline constexpr Duration rego_recheck = minutes(1);

// `of_own_rego` is the moment that the rule's own Rego, if any, asks for.
std::optional<Instant> next_of_rule(const Policy& policy, const Rule& rule, const Input& input,
                                    const RuleResult& result, std::optional<Instant> of_own_rego);
// What engine weir1 said of Rego, by looking for words in its text: its decisions are decided again as they were.
inline constexpr std::string_view engine_that_looked_for_words = "regorus 0.14.1+weir1";
// What the name of an engine ends with since Kosli's form compares as theirs, and the end of an exception from a
// finding is a moment to look again. Without it a decision is decided again as it was.
inline constexpr std::string_view engine_mark = " forms2";
constexpr bool is_of_now(std::string_view engine) { return engine.empty() || engine.ends_with(engine_mark); }
std::optional<Instant> next_by_words(std::string_view rego, Instant now);
std::optional<Instant> next_of_windows(const Input& input);
std::optional<Instant> next_of_approvals(const Input& input);

std::optional<Instant> earlier(std::optional<Instant> one, std::optional<Instant> other);

}  // namespace weir::policy
