#include "api/urgency.h"

#include <algorithm>
#include <charconv>

#include "base/rating.h"
#include "store/view_exposure.h"
#include "store/view_statement.h"

namespace weir::api {
namespace {

using jobs::Exposure;
using vuln::FindingChange;

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return text.empty() || read.ec != std::errc() ? std::nullopt : std::optional(value);
}

// One word for both: what was seen of a workload, and what counts in its priority.
static_assert(names_of(runtime::Reach{}) == names_of(vuln::Exposure{}));
vuln::Exposure exposure_by(runtime::Reach reach) { return static_cast<vuln::Exposure>(reach); }

// In how many of the artifacts that hold the component the finding is suppressed.
std::int64_t suppressed_in(const Exposure::State& state, vuln::ComponentId id, std::string_view cluster) {
  const auto rows = state.stated.find(id);
  if (rows == state.stated.end()) return 0;
  bool in_general = false;
  std::int64_t suppressed = 0, spoken_of = 0;
  for (const vuln::FindingStated& each : rows->second) {
    if (each.cluster != cluster) continue;
    if (!each.artifact) in_general = each.suppresses();
    if (!each.artifact || !std::ranges::binary_search(state.index.of(*each.artifact), id)) continue;
    ++spoken_of;
    suppressed += each.suppresses() ? 1 : 0;
  }
  if (in_general) suppressed += static_cast<std::int64_t>(state.index.holders(id)) - spoken_of;
  return suppressed;
}

const vuln::FindingStated* stated_in_general(const Exposure::State& state, vuln::ComponentId id,
                                             std::string_view cluster) {
  const auto rows = state.stated.find(id);
  if (rows == state.stated.end()) return nullptr;
  const auto found = std::ranges::find_if(rows->second, [&](const vuln::FindingStated& each) {
    return each.cluster == cluster && !each.artifact;
  });
  return found == rows->second.end() ? nullptr : &*found;
}

}  // namespace

const Exposure& exposure_of(const Call& call) {
  static const Exposure nothing;
  return call.ports.exposure == nullptr ? nothing : *call.ports.exposure;
}

Result<Urgency> Urgency::of(const ReadCall& call) {
  Urgency urgency(call);
  if (const auto declared = TRY(store::find_remedy_times(call.db)))
    urgency.agreed_ = vuln::sla_of(declared->times);
  const auto running = TRY(store::running_artifacts(call.db, std::nullopt));
  const auto reaches = TRY(store::reaches(call.db));
  urgency.exposure_.read([&](const Exposure::State& state) {
    std::map<Sha256, Running> by_artifact;
    for (const store::RunningRow& row : running) {
      const auto reach = reaches.find(row.workload);
      const Running one{row.since, reach == reaches.end() ? runtime::Reach::unknown : reach->second};
      const auto [at, fresh] = by_artifact.emplace(row.artifact, one);
      if (!fresh) at->second.add(one);
    }
    // Most components have no finding, and a look at each of what runs must stay cheap.
    std::vector<bool> flawed(state.index.components());
    for (const auto& [id, findings] : state.open) flawed[id] = true;
    for (const auto& [artifact, one] : by_artifact)
      for (const vuln::ComponentId id : state.index.of(artifact)) {
        if (!flawed[id]) continue;
        for (const FindingChange& finding : state.open.at(id)) {
          if (jobs::is_suppressed(state, id, finding.cluster, artifact)) continue;
          const auto [at, fresh] =
              urgency.running_.emplace(std::pair(finding.component, finding.cluster), one);
          if (!fresh) at->second.add(one);
        }
      }
  });
  return urgency;
}

void Urgency::Running::add(const Running& other) {
  since = std::min(since, other.since);
  reach = std::max(reach, other.reach);
}

const Urgency::Running* Urgency::running_of(const FindingChange& finding) const {
  const auto found = running_.find({finding.component, finding.cluster});
  return found == running_.end() ? nullptr : &found->second;
}

vuln::FindingHistory Urgency::history_of(const store::FindingRow& row) const {
  const Running* running = running_of(row.last);
  return api::history_of(row, running == nullptr ? std::nullopt : std::optional(running->since));
}

// What it was open before stands as one period: the clock shows the same.
vuln::FindingHistory history_of(const store::FindingRow& row, std::optional<Instant> deployed) {
  vuln::FindingHistory history{.rating = rating_taken(row.last.severity),
                               .is_exploited = !row.last.exploited.empty(),
                               .periods = {},
                               .published = std::nullopt,
                               .deployed = deployed};
  // What an advisory opened was not known before; what a bill brought was.
  if (row.cause == format::name_of(vuln::FindingCause::advisories)) history.published = row.began_at;
  if (row.open_before > Duration{})
    history.periods.push_back({.opened = row.opened_at, .closed = row.opened_at + row.open_before});
  if (vuln::is_open(row.last.state))
    history.periods.push_back({.opened = row.began_at, .closed = std::nullopt});
  return history;
}

vuln::PriorityFacts Urgency::facts_of(const store::FindingRow& row, const vuln::RemedyClock& clock) const {
  const Running* running = running_of(row.last);
  vuln::PriorityFacts facts{
      .score = number_in(row.last.score),
      .epss = vuln::epss_of(row.last),
      .exploited = vuln::Exploitation::no,
      .presence = running != nullptr ? vuln::Presence::running : vuln::Presence::not_running,
      .exposure = running != nullptr ? exposure_by(running->reach) : vuln::Exposure::none,
      .open = clock.elapsed,
      .due_after = clock.agreed};
  if (!row.last.exploited.empty())
    facts.exploited = row.last.by_ransomware ? vuln::Exploitation::by_ransomware : vuln::Exploitation::known;
  return facts;
}

FindingView Urgency::view_of(const store::FindingRow& row, std::optional<Sha256> artifact) const {
  FindingView view{.id = row.id,
                   .finding = row.last,
                   .opened_at = row.opened_at,
                   .changed_at = row.changed_at,
                   .entry = row.entry,
                   .epss = vuln::epss_of(row.last)};
  exposure_.read([&](const Exposure::State& state) {
    const auto id = state.index.find(row.last.component);
    view.finding.artifacts = id ? static_cast<std::int64_t>(state.index.holders(*id)) : 0;
    if (!id) return;
    view.suppressed = suppressed_in(state, *id, row.last.cluster);
    const vuln::FindingStated* said = artifact ? jobs::stated_for(state, *id, row.last.cluster, *artifact)
                                               : stated_in_general(state, *id, row.last.cluster);
    if (said != nullptr) view.statement = FindingStatementView{*said};
  });
  const vuln::RemedyClock clock = vuln::clock_of(history_of(row), agreed_, now_);
  view.priority = vuln::priority(facts_of(row, clock));
  view.due_at = clock.due;
  view.overdue = clock.is_overdue;
  return view;
}

}  // namespace weir::api
