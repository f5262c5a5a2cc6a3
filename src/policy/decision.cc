#include "policy/decision.h"

#include <algorithm>

namespace weir::policy {
namespace {

bool counts(const RuleResult& rule) {
  return rule.mode == Mode::enforce && (rule.result == Outcome::violated || rule.result == Outcome::no_evidence);
}

std::string named(const RuleResult& rule) { return rule.policy.empty() ? rule.id : rule.policy + "/" + rule.id; }

void explain_missing(std::vector<std::string>& lines, const RuleResult& rule) {
  lines.push_back(fmt::format("{} {}: {}", rule.result == Outcome::violated ? "violated" : "missing ", named(rule),
                              rule.message.empty() ? "not met" : rule.message));
  if (!rule.who.empty()) lines.push_back("  who: " + rule.who);
  if (!rule.fix.empty()) lines.push_back("  how: " + rule.fix);
  if (rule.next) lines.push_back("  time may change it at " + to_string(*rule.next));
}

std::string_view sentence(Verdict verdict) {
  switch (verdict) {
    case Verdict::allow: return "allowed";
    case Verdict::deny: return "denied";
    case Verdict::warn: return "allowed, with warnings";
    case Verdict::undecided: return "undecided: evidence is missing, so it does not pass";
  }
  return "";
}

// Times of the document are of one form, and so compare as text.
bool has_approval(const DecisionRecord& decision) {
  const std::string now = to_string(decision.decided_at);
  return std::ranges::any_of(decision.input.items("approvals"), [&](const format::Json& each) {
    const bool begun = each.text("from").empty() || each.text("from") <= now;
    const bool lasts = each.text("until").empty() || each.text("until") > now;
    return begun && lasts && each.text("revoked_at").empty();
  });
}

}  // namespace

std::vector<Missing> missing_of(const DecisionRecord& decision) {
  std::vector<Missing> missing;
  for (const RuleResult& rule : decision.rules)
    if (counts(rule)) missing.push_back({rule.id, rule.policy, rule.message, rule.who, rule.fix, rule.next});
  return missing;
}

std::vector<std::string> explain(const DecisionRecord& decision) {
  std::vector<std::string> lines{
      fmt::format("{} in {}: {}", decision.artifact, decision.environment, sentence(decision.verdict))};
  for (const RuleResult& rule : decision.rules)
    if (counts(rule)) explain_missing(lines, rule);
  for (const RuleResult& rule : decision.rules) {
    if (rule.result == Outcome::excepted) lines.push_back(fmt::format("excepted {}: {}", named(rule), rule.message));
    if (rule.mode == Mode::warn && (rule.result == Outcome::violated || rule.result == Outcome::no_evidence))
      lines.push_back(fmt::format("warning  {}: {}", named(rule), rule.message));
  }
  for (const format::Json& each :
       decision.input.items("exceptions"))  // it is not among the counts that rules see
    if (!each.text("finding").empty())
      lines.push_back(fmt::format(
          "excepted finding {}: by {} until {}: {}", each.text("finding"), each.text("owner"),
          each.text("until").empty() ? "further notice" : each.text("until"), each.text("reason")));
  for (const Warning& warning : decision.warnings)
    lines.push_back(fmt::format("warning  {}: {}", warning.policy, warning.message));
  if (passes(decision.verdict) && !has_approval(decision))
    lines.push_back(
        fmt::format("no approval is in force: policies let it in, and what runs without one is an alarm; "
                    "weir approve {} --environment {}, or a deployment that a rule approves",
                    decision.artifact, decision.environment));
  if (decision.window && decision.window->verdict == WindowVerdict::closed && decision.window->next_opening)
    lines.push_back(fmt::format("window {} opens at {}", decision.window->window,
                                to_string(*decision.window->next_opening)));
  const auto met = std::count_if(decision.rules.begin(), decision.rules.end(),
                                 [](const RuleResult& rule) { return rule.result == Outcome::satisfied; });
  lines.push_back(fmt::format("{} of {} rules met", met, decision.rules.size()));
  return lines;
}

bool says_the_same(const DecisionRecord& one, const DecisionRecord& other) {
  const auto timeless = [](const DecisionRecord& record) {
    DecisionRecord plain = record;
    plain.input = {};
    plain.decided_at = {};
    plain.next_evaluation_at.reset();
    for (RuleResult& rule : plain.rules) rule.next.reset();
    if (plain.window) plain.window->next_opening = plain.window->next_closing = std::nullopt;
    return format::encode(plain);
  };
  return timeless(one) == timeless(other);
}

}  // namespace weir::policy
