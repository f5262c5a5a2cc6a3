#include "jobs/runner.h"

#include <algorithm>

namespace weir::jobs {

Runner::Runner(std::vector<Schedule> schedules, std::shared_ptr<const Clock> clock,
               std::function<void(const std::string&, const Error&)> report)
    : clock_(std::move(clock)), report_(std::move(report)) {
  for (Schedule& schedule : schedules) entries_.push_back({std::move(schedule), clock_->now(), {}});
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Runner::~Runner() { stop(); }

void Runner::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Runner::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Instant now = clock_->now();
    Instant next = now + seconds(1);
    for (const Entry& entry : entries_) next = std::min(next, entry.next);
    const bool committed = bell_.wait(stop, next - now);
    now = clock_->now();
    for (Entry& entry : entries_)
      if (committed && entry.schedule.after_commit)
        entry.next = std::min(entry.next, now + *entry.schedule.after_commit);
    for (Entry& entry : entries_)
      if (entry.next <= now && !stop.stop_requested()) tick(entry, stop);
  }
}

void Runner::tick(Entry& entry, const std::stop_token& stop) {
  for (;;) {
    const auto step = entry.schedule.job->tick(clock_->now());
    entry.next = clock_->now() + entry.schedule.interval;
    const std::string error = step.ok() ? "" : step.error().message;
    if (!step.ok() && error != entry.last_error) report_(entry.schedule.name, step.error());
    entry.last_error = error;
    if (!step.ok() || *step == Step::idle || stop.stop_requested()) return;
  }
}

}  // namespace weir::jobs
