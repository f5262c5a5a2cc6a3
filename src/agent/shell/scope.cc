#include "agent/shell/scope.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/environment.h"

namespace weir::agent {
namespace {

bool in_force(const runtime::ScopeRule& rule, Instant now) {
  return !rule.expires_at || now < *rule.expires_at;
}

std::string words_of(const runtime::ScopeRule& rule) {
  std::string words(format::name_of(rule.effect));
  const auto add = [&](std::string_view field, const std::string& value) {
    if (!value.empty()) words += fmt::format(" {} {}", field, value);
  };
  add("path", rule.path);
  add("user", rule.user);
  add("unit", rule.unit);
  add("container", rule.container);
  if (rule.expires_at) words += " until " + to_string(*rule.expires_at);
  if (!rule.reason.empty()) words += ": " + rule.reason;
  return words;
}

}  // namespace

bool Scope::change(std::int64_t version, std::vector<runtime::ScopeRule> rules) {
  const bool same = std::equal(rules.begin(), rules.end(), rules_.begin(), rules_.end(),
                               [](const runtime::ScopeRule& a, const Counted& b) { return a == b.rule; });
  version_ = version;
  if (same) return false;
  std::vector<Counted> counted;
  for (runtime::ScopeRule& rule : rules) {
    const auto old =
        std::find_if(rules_.begin(), rules_.end(), [&](const Counted& c) { return c.rule == rule; });
    counted.push_back({std::move(rule), old == rules_.end() ? 0 : old->left_out});
  }
  rules_ = std::move(counted);
  return true;
}

bool Scope::admits(const runtime::Instance& instance, Instant now) {
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (!in_force(rule->rule, now) || !runtime::matches(rule->rule, instance)) continue;
    if (rule->rule.effect == runtime::ScopeEffect::include) return true;
    ++rule->left_out;
    return false;
  }
  return true;
}

std::vector<runtime::Source> Scope::sources(Instant now) const {
  std::vector<runtime::Source> all;
  for (const Counted& counted : rules_) {
    if (!in_force(counted.rule, now)) continue;
    const bool excludes = counted.rule.effect == runtime::ScopeEffect::exclude;
    all.push_back({.watches = "scope",
                   .means = std::string(format::name_of(counted.rule.effect)),
                   .detail = fmt::format("rule {}: {} left out", counted.rule.id, counted.left_out),
                   .blind = excludes ? words_of(counted.rule) : "",
                   .remedy = excludes ? "end the scope rule" : ""});
  }
  return all;
}

}  // namespace weir::agent
