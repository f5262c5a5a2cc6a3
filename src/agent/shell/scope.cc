#include "agent/shell/scope.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::agent {
namespace {

bool in_force(const runtime::ScopeRule& rule, Instant now) { return !rule.expires_at || now < *rule.expires_at; }

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

bool matches_glob(std::string_view glob, std::string_view text) {
  // On a mismatch the last star takes one character more; "**" may take a slash, "*" goes back to the last "**".
  struct Retry { std::size_t glob = std::string_view::npos, text = 0; } star, deep;
  std::size_t g = 0, t = 0;
  while (t < text.size()) {
    if (glob.substr(g, 2) == "**") {
      deep = {g += 2, t};
      star = {};
    } else if (g < glob.size() && glob[g] == '*') {
      star = {++g, t};
    } else if (g < glob.size() && glob[g] == text[t]) {
      ++g, ++t;
    } else if (star.glob != glob.npos && text[star.text] != '/') {
      g = star.glob, t = ++star.text;
    } else if (deep.glob != glob.npos) {
      g = deep.glob, t = ++deep.text;
      star = {};
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == glob.npos;
}

bool matches(const runtime::ScopeRule& rule, const runtime::Instance& instance) {
  const auto fits = [](const std::string& glob, const std::string& text) {
    return glob.empty() || matches_glob(glob, text);
  };
  const bool says_anything = !(rule.path + rule.user + rule.unit + rule.container).empty();
  return says_anything && fits(rule.path, instance.name) && fits(rule.user, instance.origin.user) &&
         fits(rule.unit, instance.origin.unit) && fits(rule.container, instance.origin.container);
}

bool Scope::change(std::int64_t version, std::vector<runtime::ScopeRule> rules) {
  const bool same = std::equal(rules.begin(), rules.end(), rules_.begin(), rules_.end(),
                               [](const runtime::ScopeRule& a, const Counted& b) { return a == b.rule; });
  version_ = version;
  if (same) return false;
  std::vector<Counted> counted;
  for (runtime::ScopeRule& rule : rules) {
    const auto old = std::find_if(rules_.begin(), rules_.end(), [&](const Counted& c) { return c.rule == rule; });
    counted.push_back({std::move(rule), old == rules_.end() ? 0 : old->left_out});
  }
  rules_ = std::move(counted);
  return true;
}

bool Scope::admits(const runtime::Instance& instance, Instant now) {
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (!in_force(rule->rule, now) || !matches(rule->rule, instance)) continue;
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
