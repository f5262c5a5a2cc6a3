#include "jobs/scrub.h"

#include <algorithm>

#include "store/sqlite/scrub.h"
#include "store/view_alert.h"

namespace weir::jobs {
namespace {

constexpr Duration tick_allowance_max =
    milliseconds(500);  // a scrub that could not run does not catch up at once

std::int64_t in_that_time(std::int64_t per_second, Duration time) {
  return std::max<std::int64_t>(
      1, per_second * std::clamp(time, Duration{}, tick_allowance_max).micros / 1'000'000);
}

class Scrub final : public Job {
 public:
  Scrub(Shared shared, ScrubOptions options, std::unique_ptr<store::Database> reader)
      : shared_(shared), options_(std::move(options)), reader_(std::move(reader)) {}

  Result<Step> tick(Instant now) override {
    if (now < next_) return Step::idle;
    const Duration passed = now - std::exchange(last_, now);
    const Status status = walk_ ? walk_entries(passed, now) : read_pages(passed);
    if (status.ok()) return Step::idle;
    if (status.error().code == Errc::corrupt) shared_.sequencer.stop_writes(status.error().message);
    scrubber_.reset();
    walk_.reset();
    next_ = now + minutes(1);  // what is damaged is said again, not forgotten
    return status.error();
  }

 private:
  Status read_pages(Duration passed) {
    if (!scrubber_) scrubber_ = TRY(store::Scrubber::open(options_.path));
    const std::int64_t pages = in_that_time(options_.bytes_per_second / scrubber_->page_bytes(), passed);
    const std::int64_t read = TRY(scrubber_->step(pages));
    if (read < pages) walk_ = TRY(sequencer::LedgerWalk::begin(*reader_, *options_.blobs));
    return {};
  }

  Status walk_entries(Duration passed, Instant now) {
    const bool more = TRY(walk_->step(in_that_time(options_.entries_per_second, passed)));
    if (more && walk_->is_sound()) return {};
    const auto report = walk_->finish(options_.key);
    walk_.reset();
    next_ = now + options_.rest;
    if (report.sound()) return note_soundness();
    const ledger::Fault& found = report.named.front();
    const std::string what = fmt::format("entry {}: {}", found.first.value, found.what);
    return Error{
        Errc::corrupt,
        fmt::format("the ledger does not verify: {}; stop, run `weir ledger verify`, restore", what)};
  }

  // Shown as evidence that somebody looks; what was restored meanwhile is damaged no more.
  Status note_soundness() {
    return act(shared_, [](store::Database& db, Instant at) -> Result<sequencer::Decision> {
      sequencer::Decision decision;
      if (const auto open = TRY(store::find_open_alert(db, alert::row_of(alert::Cause::ledger_damaged).name)))
        decision.events.push_back(
            alert::AlertsResolved{{open->id}, "all of the ledger was read and is sound"});
      decision.keep = [at](store::Database& tables) {
        return execute(
            tables,
            "INSERT INTO timer (name, at) VALUES ('ledger-checked', $1) ON CONFLICT (name) DO UPDATE SET "
            "at=excluded.at",
            at);
      };
      return decision;
    });
  }

  Shared shared_;
  ScrubOptions options_;
  std::unique_ptr<store::Database> reader_;
  std::optional<store::Scrubber> scrubber_;
  std::optional<sequencer::LedgerWalk> walk_;
  Instant last_, next_;
};

}  // namespace

std::unique_ptr<Job> make_scrub(Shared shared, ScrubOptions options,
                                std::unique_ptr<store::Database> reader) {
  return std::make_unique<Scrub>(shared, std::move(options), std::move(reader));
}

}  // namespace weir::jobs
