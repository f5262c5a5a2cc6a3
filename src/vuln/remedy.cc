#include "vuln/remedy.h"

#include <algorithm>

namespace weir::vuln {
namespace {

const OpenPeriod* period_at(const FindingHistory& history, Instant at) {
  for (const OpenPeriod& period : history.periods)
    if (period.opened <= at && (!period.closed || at < *period.closed)) return &period;
  return nullptr;
}

Duration elapsed_until(const FindingHistory& history, Instant at) {
  Duration elapsed;
  for (const OpenPeriod& period : history.periods) {
    const Instant end = std::min(period.closed.value_or(at), at);
    if (end > period.opened) elapsed.micros += (end - period.opened).micros;
  }
  return elapsed;
}

}  // namespace

Sla sla_of(const RemedyTimesDeclared& declared) {
  Sla sla{.within = {}, .exploited = declared.exploited};
  const auto add = [&](Rating rating, const std::optional<Duration>& time) {
    if (time) sla.within[rating] = *time;
  };
  add(Rating::critical, declared.critical);
  add(Rating::high, declared.high);
  add(Rating::medium, declared.medium);
  add(Rating::low, declared.low);
  return sla;
}

RemedyTimesDeclared declared_of(const Sla& sla) {
  const auto time = [&](Rating rating) {
    const auto found = sla.within.find(rating);
    return found == sla.within.end() ? std::nullopt : std::optional(found->second);
  };
  return {.critical = time(Rating::critical),
          .high = time(Rating::high),
          .medium = time(Rating::medium),
          .low = time(Rating::low),
          .exploited = sla.exploited};
}

std::optional<Duration> agreed_for(const FindingHistory& history, const Sla& sla) {
  std::optional<Duration> agreed;
  if (const auto row = sla.within.find(history.rating); row != sla.within.end()) agreed = row->second;
  if (history.is_exploited && sla.exploited)
    agreed = std::min(agreed.value_or(*sla.exploited), *sla.exploited);
  return agreed;
}

RemedyClock clock_of(const FindingHistory& history, const Sla& sla, Instant now) {
  RemedyClock clock{.is_open = period_at(history, now) != nullptr,
                    .elapsed = elapsed_until(history, now),
                    .agreed = agreed_for(history, sla),
                    .due = std::nullopt};
  if (!clock.agreed) return clock;
  clock.is_overdue = clock.elapsed > *clock.agreed;
  if (clock.is_open) clock.due = now + (Duration{clock.agreed->micros - clock.elapsed.micros});
  return clock;
}

std::map<Rating, Remedied> time_to_remedy(std::span<const FindingHistory> histories, const Sla& sla,
                                          Instant now) {
  std::map<Rating, std::vector<Duration>> times;
  std::map<Rating, Remedied> made;
  for (const FindingHistory& history : histories) {
    const RemedyClock clock = clock_of(history, sla, now);
    if (clock.is_open || clock.elapsed == Duration{}) continue;
    times[history.rating].push_back(clock.elapsed);
    if (!clock.is_overdue) ++made[history.rating].within_agreed;
  }
  for (auto& [rating, all] : times) {
    Remedied& row = made[rating];
    row.count = static_cast<std::int64_t>(all.size());
    double sum = 0;  // sums of microseconds may not fit into an integer
    for (const Duration& each : all) sum += static_cast<double>(each.micros);
    row.mean = Duration{static_cast<std::int64_t>(sum / static_cast<double>(all.size()))};
    std::ranges::sort(all);
    row.median = all[(all.size() - 1) / 2];
  }
  return made;
}

std::map<Rating, Backlog> backlog_at(std::span<const FindingHistory> histories, const Sla& sla, Instant at) {
  std::map<Rating, Backlog> made;
  for (const FindingHistory& history : histories) {
    const OpenPeriod* period = period_at(history, at);
    if (period == nullptr) continue;
    Backlog& row = made[history.rating];
    ++row.open;
    if (clock_of(history, sla, at).is_overdue) ++row.overdue;
    if (period != &history.periods.front()) ++row.reopened;
  }
  return made;
}

std::int64_t post_deployment(std::span<const FindingHistory> histories) {
  return std::ranges::count_if(histories, [](const FindingHistory& history) {
    return history.published && history.deployed && *history.published > *history.deployed;
  });
}

}  // namespace weir::vuln
