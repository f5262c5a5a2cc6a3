#include "window/window.h"

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "base/name.h"
#include "window/rule.h"

namespace weir::window {
namespace {

constexpr int changes_looked_at_max = 500;  // then there is no next opening or closing in sight

bool any_matches(const std::vector<std::string>& patterns, std::string_view text) {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                         [&](const std::string& each) { return pattern_matches(each, text); });
}

Status check_patterns(const std::vector<std::string>& patterns, const std::string& field) {
  if (patterns.size() > limits::selector_globs_max)
    return Error{Errc::too_large, fmt::format("'{}' has {} patterns, at most {} are allowed", field, patterns.size(),
                                              limits::selector_globs_max),
                 field};
  for (const std::string& each : patterns) TRY(check_title(each, field));
  return {};
}

Status check(const Selector& selector) {
  TRY(check_patterns(selector.environments, "selector.environments"));
  TRY(check_patterns(selector.flows, "selector.flows"));
  TRY(check_patterns(selector.classes, "selector.classes"));
  return check_tags(selector.tags, "selector.tags");
}

Status check(const OverrideTerms& terms) {
  TRY(check_patterns(terms.roles, "override.roles"));
  if (terms.number < 1 || terms.number > 10)
    return invalid("'override.number' is a number of people from 1 to 10", "override.number");
  (void)TRY(parse_length(terms.longest, "override.longest"));
  return {};
}

// One moment, without what comes after it.
Answer at_moment(std::span<const Window* const> windows, const Subject& subject, Instant now,
                 std::span<const Lift> lifts) {
  Answer answer;
  const auto said = [&](Verdict verdict, const Window& by) {
    answer.verdict = verdict;
    answer.window = by.name;
    answer.kind = by.definition.kind;
    answer.entry = by.entry;
    return answer;
  };
  for (const Window* each : windows)
    if (each->definition.kind == Kind::freeze && each->schedule.open_at(now)) return said(Verdict::closed, *each);
  const Window *shut = nullptr, *opened = nullptr, *lifted_deny = nullptr, *lifted_allow = nullptr;
  for (const Window* each : windows) {
    if (each->definition.kind == Kind::freeze) continue;
    const bool denies = each->definition.kind == Kind::deny, open = each->schedule.open_at(now);
    if (denies && !open) continue;
    const Window*& place = !denies && open ? opened
                           : lifted(*each, subject.environment, now, lifts) ? (denies ? lifted_deny : lifted_allow)
                                                                            : shut;
    if (denies && &place == &shut) return said(Verdict::closed, *each);
    if (place == nullptr) place = each;
  }
  if (opened == nullptr && lifted_allow == nullptr && shut != nullptr) return said(Verdict::closed, *shut);
  const Window* lift = lifted_deny != nullptr ? lifted_deny : opened == nullptr ? lifted_allow : nullptr;
  answer.overridden = lift != nullptr;
  if (lift != nullptr) return said(Verdict::open, *lift);
  return opened == nullptr ? answer : said(Verdict::open, *opened);
}

// The next moment at which the answer may be another.
std::optional<Instant> next_change(std::span<const Window* const> windows, const Subject& subject, Instant now,
                                   std::span<const Lift> lifts) {
  std::optional<Instant> next;
  const auto may_be = [&](std::optional<Instant> at) {
    if (at && *at > now && (!next || *at < *next)) next = at;
  };
  for (const Window* each : windows) {
    const State state = each->schedule.state_at(now);
    may_be(state.open ? state.closes : state.opens);
  }
  for (const Lift& each : lifts)
    if (each.environment == subject.environment) may_be(each.from), may_be(each.until);
  return next;
}

}  // namespace

bool pattern_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, from = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool selects(const Selector& selector, const Subject& subject) {
  return any_matches(selector.environments, subject.environment) && any_matches(selector.flows, subject.flow) &&
         any_matches(selector.classes, subject.cls) &&
         std::all_of(selector.tags.begin(), selector.tags.end(), [&](const auto& wanted) {
           const auto found = subject.tags.find(wanted.first);
           return found != subject.tags.end() && pattern_matches(wanted.second, found->second);
         });
}

bool any_environment(const Selector& selector, std::string_view environment) {
  return any_matches(selector.environments, environment);
}

Result<Window> prepare(std::string name, Definition definition, std::int64_t entry) {
  TRY(check(definition.selector));
  if (definition.override_) TRY(check(*definition.override_));
  TRY(check_text(definition.reason, "reason"));
  Timing timing{.rrule = definition.rrule, .cron = definition.cron, .start = definition.start,
                .timezone = definition.timezone, .from = definition.from, .until = definition.until};
  const bool recurs = !definition.rrule.empty() || !definition.cron.empty();
  if (recurs) timing.duration = TRY(parse_length(definition.duration, "duration"));
  else if (!definition.duration.empty())
    return invalid("'duration' goes with 'rrule' and 'cron'; 'until' ends what has a 'from'", "duration");
  Schedule schedule = TRY(Schedule::parse(timing));
  return Window{std::move(name), std::move(definition), std::move(schedule), entry};
}

Window freeze_window(std::int64_t entry, std::string environment, Instant from, Instant until, std::string reason,
                     std::string incident) {
  Definition definition{.kind = Kind::freeze, .from = from, .until = until, .reason = std::move(reason)};
  definition.selector.environments = {std::move(environment)};
  // One that ended as it began was never open.
  Schedule schedule = Schedule::between(from, std::max(from, until));
  return {fmt::format("freeze {}", entry), std::move(definition), std::move(schedule), entry, std::move(incident)};
}

bool lifted(const Window& window, std::string_view environment, Instant now, std::span<const Lift> lifts) {
  if (!window.definition.override_) return false;
  std::set<std::string_view> people;
  for (const Lift& each : lifts)
    if (each.window == window.name && each.environment == environment && each.from <= now && now < each.until)
      people.insert(each.actor);
  return static_cast<std::int64_t>(people.size()) >= window.definition.override_->number;
}

Answer decide(std::span<const Window> windows, const Subject& subject, Instant now, std::span<const Lift> lifts) {
  std::vector<const Window*> bearing;
  for (const Window& each : windows)
    if (selects(each.definition.selector, subject)) bearing.push_back(&each);
  Answer answer = at_moment(bearing, subject, now, lifts);
  std::optional<Instant>& change = answer.verdict == Verdict::open ? answer.next_closing : answer.next_opening;
  Instant at = now;
  for (int i = 0; i < changes_looked_at_max; ++i) {
    const auto next = next_change(bearing, subject, at, lifts);
    if (!next) break;
    at = *next;
    if (at_moment(bearing, subject, at, lifts).verdict == answer.verdict) continue;
    change = at;
    break;
  }
  return answer;
}

}  // namespace weir::window
