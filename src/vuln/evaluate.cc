#include "vuln/evaluate.h"

#include <algorithm>

namespace weir::vuln {
namespace {

using Kind = Event::Kind;

class Comparison {
 public:
  Comparison(const Range& range, VersionOrder order)
      : order_(range.type == Range::Type::semver ? VersionOrder::semver : order) {}
  std::weak_ordering operator()(std::string_view a, std::string_view b) const {
    return compare_versions(order_, a, b);
  }
  // Whether the version stands at the event or beyond it.
  bool reaches(std::string_view version, const Event& event) const {
    return (event.kind == Kind::introduced && event.version == "0") || (*this)(version, event.version) >= 0;
  }
  bool before(const Event& a, const Event& b) const {
    const bool a_first = a.kind == Kind::introduced && a.version == "0";
    const bool b_first = b.kind == Kind::introduced && b.version == "0";
    if (a_first || b_first) return a_first && !b_first;
    const std::weak_ordering order = (*this)(a.version, b.version);
    if (order != 0) return order < 0;
    return a.kind != Kind::last_affected && b.kind == Kind::last_affected;  // it is affected itself
  }

 private:
  VersionOrder order_;
};

bool within_limits(const Range& range, const Comparison& compare, std::string_view version) {
  bool limited = false;
  for (const Event& event : range.events) {
    if (event.kind != Kind::limit) continue;
    limited = true;
    if (event.version == "*" || compare(version, event.version) < 0) return true;
  }
  return !limited;
}

bool has_end(const Range& range) {
  return std::ranges::any_of(range.events, [](const Event& event) { return event.kind != Kind::introduced; });
}

// The event that lets the version in, when it is in at the end.
std::optional<std::string> introduced_by(const Range& range, const Comparison& compare,
                                         std::string_view version) {
  if (!within_limits(range, compare, version)) return std::nullopt;
  std::vector<const Event*> events;
  for (const Event& event : range.events)
    if (event.kind != Kind::limit) events.push_back(&event);
  const auto before = [&](const Event* a, const Event* b) { return compare.before(*a, *b); };
  if (!std::ranges::is_sorted(events, before)) std::ranges::stable_sort(events, before);  // mostly they are
  std::optional<std::string> introduced;
  for (const Event* const event : events) {
    if (event->kind == Kind::introduced && compare.reaches(version, *event)) introduced = event->version;
    if (event->kind == Kind::fixed && compare.reaches(version, *event)) introduced.reset();
    if (event->kind == Kind::last_affected && compare(version, event->version) > 0) introduced.reset();
  }
  return introduced;
}

// Over all ranges: what the list of versions knows as affected may be fixed by any of them.
std::string next_fixed(const Affected& affected, VersionOrder order, std::string_view version) {
  std::string lowest;
  for (const Range& range : affected.ranges) {
    if (range.type == Range::Type::git) continue;
    const Comparison compare(range, order);
    for (const Event& event : range.events)
      if (event.kind == Kind::fixed && compare(event.version, version) > 0 &&
          (lowest.empty() || compare(event.version, lowest) < 0))
        lowest = event.version;
  }
  return lowest;
}

}  // namespace

Verdict evaluate(const Affected& affected, VersionOrder order, std::string_view version) {
  Verdict verdict;
  for (std::size_t i = 0; i < affected.ranges.size() && !verdict.affected; ++i) {
    const Range& range = affected.ranges[i];
    if (range.type == Range::Type::git) continue;
    if (version.empty()) {
      verdict.affected = !has_end(range) && range.events.front().version == "0";
      if (verdict.affected) verdict.range = i;
      continue;
    }
    if (const auto introduced = introduced_by(range, Comparison(range, order), version)) {
      verdict.affected = true;
      verdict.range = i;
      verdict.introduced = *introduced;
    }
  }
  if (!verdict.affected && std::ranges::find(affected.versions, version) != affected.versions.end())
    verdict.affected = verdict.listed = true;
  if (verdict.affected && !version.empty()) verdict.fixed = next_fixed(affected, order, version);
  return verdict;
}

}  // namespace weir::vuln
