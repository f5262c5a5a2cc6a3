#include "api/urgency.h"

#include <algorithm>
#include <charconv>

#include "store/view_inventory.h"
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

// What nobody scored may be anything; it is taken for medium, as policies take it.
vuln::Rating rating_of(const FindingChange& finding) {
  if (finding.severity.empty()) return vuln::Rating::medium;
  return format::enum_from<vuln::Rating>(finding.severity).value_or(vuln::Rating::medium);
}

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

Result<Urgency> Urgency::of(const ReadCall& call, Asked asked) {
  Urgency urgency(call);
  if (const auto declared = TRY(store::find_remedy_times(call.db)))
    urgency.agreed_ = vuln::sla_of(declared->times);
  for (const store::RunningRow& row : TRY(store::running_inventories(call.db, std::nullopt, std::nullopt))) {
    const auto [at, fresh] = urgency.inventories_.emplace(row.artifact, row.since);
    if (!fresh) at->second = std::min(at->second, row.since);
  }
  jobs::WhatRuns& runs = urgency.exposure_.runs();
  const auto lock = runs.lock();
  TRY(runs.update(call.db));
  if (asked == Asked::all)
    urgency.exposure_.read([&](const Exposure::State& state) {
      runs.find_bills(state.index);
      urgency.walk(state, runs);
    });
  return urgency;
}

// Since when the artifact runs; nothing when it does not.
std::optional<Instant> Urgency::began(const Exposure::State& state, const jobs::WhatRuns& runs,
                                      vuln::ArtifactNumber number) const {
  std::optional<Instant> first;
  runs.each_of(number, [&](const jobs::WhatRuns::Workload& workload) {
    first = std::min(first.value_or(workload.since), workload.since);
  });
  if (const auto taken = inventories_.find(state.index.artifact(number)); taken != inventories_.end())
    first = std::min(first.value_or(taken->second), taken->second);
  return first;
}

void Urgency::walk(const Exposure::State& state, const jobs::WhatRuns& runs) {
  running_.emplace();
  vuln::ArtifactSet numbers = runs.artifacts();
  numbers.make_room(state.index.artifacts());
  for (const auto& [holder, taken] : inventories_)
    if (const auto number = state.index.number_of(holder)) numbers.add(*number);
  // Most components have no finding, and a look at each of what runs must stay cheap.
  std::vector<bool> flawed(state.index.components());
  for (const auto& [id, findings] : state.open) flawed[id] = true;
  numbers.each([&](vuln::ArtifactNumber number) {
    const auto since = began(state, runs, number);
    if (!since) return;
    const Sha256& artifact = state.index.artifact(number);
    for (const vuln::ComponentId id : state.index.of(artifact)) {
      if (!flawed[id]) continue;
      for (const FindingChange& finding : state.open.at(id)) {
        if (jobs::is_suppressed(state, id, finding.cluster, artifact)) continue;
        const auto [at, fresh] = (*running_)[id].emplace(finding.cluster, *since);
        if (!fresh) at->second = std::min(at->second, *since);
      }
    }
  });
}

// Work goes by who holds it.
std::optional<Instant> Urgency::looked_up(const FindingChange& finding) const {
  jobs::WhatRuns& runs = exposure_.runs();
  const auto lock = runs.lock();
  return exposure_.read([&](const Exposure::State& state) {
    std::optional<Instant> first;
    const auto id = state.index.find(finding.component);
    if (!id) return first;
    runs.find_bills(state.index);
    state.index.holders_of(*id).each([&](vuln::ArtifactNumber number) {
      const auto since = began(state, runs, number);
      if (!since || (first && *first <= *since)) return;
      if (!jobs::is_suppressed(state, *id, finding.cluster, state.index.artifact(number))) first = since;
    });
    return first;
  });
}

std::optional<Instant> Urgency::running_since(const FindingChange& finding) const {
  if (!vuln::is_open(finding.state)) return std::nullopt;
  if (!running_) return looked_up(finding);
  const auto id =
      exposure_.read([&](const Exposure::State& state) { return state.index.find(finding.component); });
  const auto component = id ? running_->find(*id) : running_->end();
  if (component == running_->end()) return std::nullopt;
  const auto found = component->second.find(finding.cluster);
  return found == component->second.end() ? std::nullopt : std::optional(found->second);
}

// What it was open before stands as one period: the clock shows the same.
vuln::FindingHistory Urgency::history_of(const store::FindingRow& row) const {
  vuln::FindingHistory history{.rating = rating_of(row.last),
                               .is_exploited = !row.last.exploited.empty(),
                               .periods = {},
                               .published = std::nullopt,
                               .deployed = running_since(row.last)};
  // What an advisory opened was not known before; what a bill brought was.
  if (row.cause == format::name_of(vuln::FindingCause::advisories)) history.published = row.began_at;
  if (row.open_before > Duration{})
    history.periods.push_back({.opened = row.opened_at, .closed = row.opened_at + row.open_before});
  if (vuln::is_open(row.last.state))
    history.periods.push_back({.opened = row.began_at, .closed = std::nullopt});
  return history;
}

vuln::PriorityFacts Urgency::facts_of(const store::FindingRow& row, const vuln::FindingHistory& history,
                                      const vuln::RemedyClock& clock) {
  vuln::PriorityFacts facts{
      .score = number_in(row.last.score),
      .epss = vuln::epss_of(row.last),
      .exploited = vuln::Exploitation::no,
      .presence = history.deployed ? vuln::Presence::running : vuln::Presence::not_running,
      .exposure = vuln::Exposure::unknown,
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
  const vuln::FindingHistory history = history_of(row);
  const vuln::RemedyClock clock = vuln::clock_of(history, agreed_, now_);
  view.priority = vuln::priority(facts_of(row, history, clock));
  view.due_at = clock.due;
  view.overdue = clock.is_overdue;
  return view;
}

}  // namespace weir::api
