// Makes stale decisions again: those that an entry bears on soon after it, those that time alone changes when it is
// due. After a change of policy that may be all of them, so what is decided and what is recorded overlap: while the
// sequencer records one batch, the next is decided, each half of it by a thread of its own.
#include <algorithm>
#include <future>
#include <set>

#include "jobs/decider.h"
#include "jobs/reconcile.h"

namespace weir::jobs {
namespace {

constexpr std::size_t subjects_per_step = 256;  // bounds what one batch appends
constexpr std::size_t worth_a_thread = 16;

using MadeList = std::vector<Decider::Made>;

// A connection with the policies prepared for its thread.
struct Lane {
  std::unique_ptr<store::Database> reader;
  const Exposure* exposure = nullptr;
  Decider decider = {};

  // All of them on one state of the tables.
  Result<MadeList> decide(std::span<const store::Watched> stale, Instant now) {
    TRY(reader->script("BEGIN"));
    auto made = decider.decide_each(*reader, stale, now, exposure);
    reader->rollback();
    return made;
  }
};

class Decide final : public Job {
 public:
  Decide(Shared shared, std::unique_ptr<store::Database> first, std::unique_ptr<store::Database> second)
      : shared_(shared) {
    lanes_.push_back({std::move(first), shared.exposure});
    if (second != nullptr) lanes_.push_back({std::move(second), shared.exposure});
  }

  Result<Step> tick(Instant now) override {
    const auto stale = TRY(next_stale(now));
    if (stale.empty()) {
      const bool waited = recording_.valid();
      TRY(finish());
      return waited ? Step::more : Step::idle;
    }
    auto made = decide_all(stale, now);
    TRY(finish());
    if (!made.ok()) return made.error();
    begin(std::move(*made));
    return Step::more;
  }

 private:
  // Without those that are being recorded.
  Result<std::vector<store::Watched>> next_stale(Instant now) {
    const auto limit = static_cast<std::int64_t>(subjects_per_step + in_flight_.size());
    auto stale = TRY(store::list_stale(*lanes_[0].reader, now, limit));
    std::erase_if(stale, [this](const store::Watched& each) { return in_flight_.contains(each.subject); });
    if (stale.size() > subjects_per_step) stale.resize(subjects_per_step);
    // Of one artifact one after another: what it is in each environment is gathered once.
    std::ranges::sort(stale, {}, &store::Watched::subject);
    return stale;
  }

  Result<MadeList> decide_all(std::span<const store::Watched> stale, Instant now) {
    if (lanes_.size() < 2 || stale.size() < worth_a_thread) return lanes_[0].decide(stale, now);
    const std::size_t half = stale.size() / 2;
    auto other = std::async(std::launch::async, [&] { return lanes_[1].decide(stale.subspan(half), now); });
    auto made = lanes_[0].decide(stale.first(half), now);
    auto rest = other.get();
    if (!made.ok()) return made;
    if (!rest.ok()) return rest;
    std::move(rest->begin(), rest->end(), std::back_inserter(*made));
    return made;
  }

  void begin(MadeList list) {
    for (const Decider::Made& each : list) in_flight_.insert(each.subject);
    auto made = std::make_shared<const MadeList>(std::move(list));
    auto promise = std::make_shared<std::promise<Status>>();
    recording_ = promise->get_future();
    shared_.sequencer.submit(
        sequencer::Command{.actor = shared_.server,
                           .idempotency = {},
                           .decide = [made](store::Database& db, Instant) { return record_made(db, *made); },
                           .done =
                               [promise](Result<sequencer::Outcome> outcome) {
                                 const bool ok = outcome.ok() || outcome.error().code == Errc::conflict;
                                 promise->set_value(ok ? Status() : Status(outcome.error()));
                               }});
  }

  Status finish() {
    if (!recording_.valid()) return {};
    const Status recorded = recording_.get();
    in_flight_.clear();
    return recorded;
  }

  Shared shared_;
  std::vector<Lane> lanes_;
  std::set<store::DecisionSubject> in_flight_;
  std::future<Status> recording_;
};

}  // namespace

std::unique_ptr<Job> make_decide(Shared shared, std::unique_ptr<store::Database> reader,
                                 std::unique_ptr<store::Database> second) {
  return std::make_unique<Decide>(shared, std::move(reader), std::move(second));
}

}  // namespace weir::jobs
