#include "vuln/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/name.h"

namespace weir::vuln {
namespace {

constexpr Instant never{std::numeric_limits<std::int64_t>::max()};

Instant end_of(const Span& span) { return span.until.value_or(never); }

// In order, those that touch as one.
std::vector<Span> joined(std::vector<Span> spans) {
  std::ranges::sort(spans, {}, [](const Span& span) { return span.from; });
  std::vector<Span> made;
  for (const Span& span : spans) {
    if (span.from >= end_of(span)) continue;
    if (made.empty() || end_of(made.back()) < span.from) made.push_back(span);
    else if (end_of(made.back()) < end_of(span)) made.back().until = span.until;
  }
  return made;
}

template <class T>
std::vector<T> listed(const std::set<T>& texts) {
  return {texts.begin(), texts.end()};
}

struct Gathered {
  std::set<std::string> services, environments, artifacts, components, fixed, fixed_releases;
  std::set<std::int64_t> exceptions;
  std::map<std::string, CampaignStanding> workloads;  // of several artifacts in one, what needs most
};

void add_text(std::set<std::string>& texts, const std::string& text) {
  if (!text.empty()) texts.insert(text);
}

void add(Gathered& gathered, const AffectedRun& run) {
  add_text(gathered.services, run.service);
  gathered.environments.insert(run.environment);
  add_text(gathered.artifacts, run.artifact_name);
  gathered.components.insert(run.components.begin(), run.components.end());
  gathered.fixed.insert(run.fixed.begin(), run.fixed.end());
  add_text(gathered.fixed_releases, run.fixed_release);
  if (run.exception) gathered.exceptions.insert(*run.exception);
  CampaignStanding& standing = gathered.workloads.emplace(run.workload, run.standing).first->second;
  standing = std::min(standing, run.standing);
}

CampaignOwner owner_of(const std::string& owner, const Gathered& gathered) {
  CampaignOwner made{.owner = owner,
                     .services = listed(gathered.services),
                     .standing = CampaignStanding::rolled_out,
                     .workloads = static_cast<std::int64_t>(gathered.workloads.size()),
                     .environments = listed(gathered.environments),
                     .artifacts = listed(gathered.artifacts),
                     .components = listed(gathered.components),
                     .fixed = listed(gathered.fixed),
                     .fixed_releases = listed(gathered.fixed_releases),
                     .exceptions = listed(gathered.exceptions)};
  std::map<CampaignStanding, std::int64_t> counts;
  for (const auto& [workload, standing] : gathered.workloads) ++counts[standing];
  for (const auto& [standing, count] : counts) {
    made.counts.push_back({standing, count});
    made.standing = std::min(made.standing, standing);
    if (standing <= CampaignStanding::fix_released) made.open += count;
  }
  return made;
}

std::vector<BurnPoint> thinned(const std::vector<BurnPoint>& points, std::size_t most) {
  if (points.size() <= most) return points;
  const Instant from = points.front().at;
  const std::int64_t whole = std::max<std::int64_t>((points.back().at - from).micros, 1);
  const auto parts = static_cast<std::int64_t>(most > 2 ? most - 2 : 1);
  std::vector<BurnPoint> kept{points.front()};
  std::int64_t part = -1;
  for (std::size_t i = 1; i + 1 < points.size(); ++i) {
    const std::int64_t own = std::min((points[i].at - from).micros / (whole / parts + 1), parts - 1);
    if (own != part) kept.push_back(points[i]);
    else if (points[i].running > kept.back().running) kept.back() = points[i];
    part = own;
  }
  kept.push_back(points.back());
  return kept;
}

}  // namespace

std::vector<Span> both(std::vector<Span> a, std::vector<Span> b) {
  const std::vector<Span> left = joined(std::move(a)), right = joined(std::move(b));
  std::vector<Span> made;
  for (std::size_t i = 0, j = 0; i < left.size() && j < right.size();) {
    const Instant from = std::max(left[i].from, right[j].from);
    const Instant until = std::min(end_of(left[i]), end_of(right[j]));
    if (from < until) made.push_back({from, until == never ? std::nullopt : std::optional(until)});
    if (end_of(left[i]) < end_of(right[j])) ++i;
    else ++j;
  }
  return made;
}

std::vector<CampaignOwner> owners_of(std::span<const AffectedRun> runs) {
  std::map<std::string, Gathered> gathered;
  for (const AffectedRun& run : runs) add(gathered[run.owner], run);
  std::vector<CampaignOwner> owners;
  for (const auto& [owner, all] : gathered) owners.push_back(owner_of(owner, all));
  std::ranges::stable_sort(owners, {}, &CampaignOwner::standing);
  return owners;
}

std::vector<BurnPoint> burn_down(std::span<const AffectedRun> runs, Instant from, Instant until,
                                 std::size_t most) {
  std::map<std::string_view, std::vector<Span>> by_workload;
  for (const AffectedRun& run : runs) {
    std::vector<Span>& spans = by_workload[run.workload];
    spans.insert(spans.end(), run.affected.begin(), run.affected.end());
  }
  std::map<Instant, std::int64_t> changes{{from, 0}};
  for (auto& [workload, spans] : by_workload)
    for (const Span& span : both(std::move(spans), {{from, until}})) {
      ++changes[span.from];
      if (end_of(span) < until) --changes[end_of(span)];
    }
  std::vector<BurnPoint> points;
  std::int64_t running = 0;
  for (const auto& [at, change] : changes) {
    running += change;
    if (change != 0 || points.empty()) points.push_back({at, running});
  }
  if (points.back().at < until) points.push_back({until, running});
  return thinned(points, most);
}

Result<CampaignOpened> open_campaign(CampaignOpened wanted, const CampaignFacts& facts, Instant now) {
  TRY(check_text(wanted.note, "note"));
  if (wanted.due && *wanted.due <= now) return invalid("'due' lies in the past", "due");
  if (!facts.is_known) return not_found(fmt::format("no advisory and no finding names '{}'", wanted.cluster));
  if (facts.open_campaign)
    return Error{Errc::conflict,
                 fmt::format("campaign {} about {} is open already", *facts.open_campaign, wanted.cluster)};
  return wanted;
}

}  // namespace weir::vuln
