#include "agent/shell/batch.h"

#include <algorithm>

namespace weir::agent {
namespace {

constexpr Duration urgent_within = milliseconds(3);
constexpr Duration usual_within = milliseconds(100);
constexpr std::chrono::seconds slow_within{1};

}  // namespace

bool is_urgent(const runtime::Instance& instance) {
  if (instance.kind == runtime::WorkloadKind::container || !instance.marks.empty()) return true;
  if (instance.seen != runtime::Seen::whole || !instance.package) return true;
  return instance.package->changed || instance.package->after_baseline;
}

bool Gatherer::has_room() {
  if (batch_.events() < events_max_) return true;
  ++batch_.lost;
  return false;
}

void Gatherer::due_within(Duration time) {
  const auto now = Steady::now();
  const auto due = now + std::chrono::microseconds(time.micros);
  if (!first_at_) first_at_ = now;
  if (due_at_ && *due_at_ <= due) return;
  due_at_ = due;
  changed_.notify_all();
}

void Gatherer::started(runtime::Instance instance) {
  const Duration within = is_urgent(instance) ? urgent_within : usual_within;
  const std::lock_guard lock(mutex_);
  if (has_room()) batch_.started.push_back(std::move(instance));
  due_within(within);
}

void Gatherer::ended(runtime::Ended ended) {
  const std::lock_guard lock(mutex_);
  if (has_room()) batch_.ended.push_back(std::move(ended));
  due_within(usual_within);
}

void Gatherer::counted(runtime::RunCount count) {
  const std::lock_guard lock(mutex_);
  if (has_room()) batch_.counts.push_back(std::move(count));
  due_within(usual_within);
}

void Gatherer::lost(std::int64_t events) {
  const std::lock_guard lock(mutex_);
  batch_.lost += events;
  due_within(urgent_within);
}

void Gatherer::surveyed(Survey survey) {
  const std::lock_guard lock(mutex_);
  const auto same = [&](const Survey& other) {
    return other.claim.kind == survey.claim.kind &&
           (survey.claim.kind == runtime::InventoryKind::packages || other.claim.parts == survey.claim.parts);
  };
  const auto before = std::ranges::find_if(batch_.surveys, same);
  if (before == batch_.surveys.end()) batch_.surveys.push_back(std::move(survey));
  else *before = std::move(survey);
  due_within(usual_within);
}

void Gatherer::exposed(runtime::Exposure exposure) {
  const std::lock_guard lock(mutex_);
  if (batch_.exposures.contains(exposure.instance) || has_room())
    batch_.exposures.insert_or_assign(exposure.instance, std::move(exposure));
  due_within(usual_within);
}

void Gatherer::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

bool Gatherer::is_due(bool slow) const {
  if (woken_) return true;
  if (!due_at_) return false;
  const auto now = Steady::now();
  return slow ? now >= *first_at_ + slow_within : now >= *due_at_;
}

Batch Gatherer::take(Duration time_max, bool slow, std::stop_token stop) {
  const auto end = Steady::now() + std::chrono::microseconds(time_max.micros);
  std::unique_lock lock(mutex_);
  while (!is_due(slow) && !stop.stop_requested() && Steady::now() < end) {
    auto until = end;
    if (due_at_) until = std::min(end, slow ? *first_at_ + slow_within : *due_at_);
    const auto due_before = due_at_;
    changed_.wait_until(lock, stop, until, [&] { return woken_ || due_at_ != due_before; });
  }
  woken_ = false;
  first_at_.reset();
  due_at_.reset();
  return std::exchange(batch_, {});
}

}  // namespace weir::agent
