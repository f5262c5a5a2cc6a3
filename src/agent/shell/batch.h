// Gathers what collectors see until it is worth a report: at once (within 3 ms) when something nobody explains or a
// container starts, else within 100 ms. Bounded: what comes beyond the bound is counted as lost. The collectors'
// side is
// safe from any thread; `take` is for one.
#pragma once
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "agent/collector.h"

namespace weir::agent {

struct Batch {
  std::vector<runtime::Instance> started;
  std::vector<runtime::Ended> ended;
  std::vector<runtime::RunCount> counts;
  std::vector<Survey> surveys;  // one for each host and program: the latest
  std::map<std::string, runtime::Exposure> exposures;  // by instance: the latest
  std::int64_t lost = 0;
  bool empty() const {
    return started.empty() && ended.empty() && counts.empty() && surveys.empty() && exposures.empty() &&
           lost == 0;
  }
  std::size_t events() const { return started.size() + ended.size() + counts.size() + exposures.size(); }
};

// Whether the server should hear of it at once.
bool is_urgent(const runtime::Instance& instance);

class Gatherer final : public Sink {
 public:
  explicit Gatherer(std::size_t events_max = 100'000) : events_max_(events_max) {}

  void started(runtime::Instance instance) override;
  void ended(runtime::Ended ended) override;
  void counted(runtime::RunCount count) override;
  void lost(std::int64_t events) override;
  void surveyed(Survey survey) override;
  void exposed(runtime::Exposure exposure) override;

  // What has gathered when it is due, at the latest after `time_max`; at once after wake() or when `stop` is requested.
  // `slow` stretches the time to gather to a second: nobody is there to hear it.
  Batch take(Duration time_max, bool slow, std::stop_token stop);
  void wake();

 private:
  using Steady = std::chrono::steady_clock;
  void due_within(Duration time);
  bool has_room();
  bool is_due(bool slow) const;

  const std::size_t events_max_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  Batch batch_;
  std::optional<Steady::time_point> first_at_, due_at_;
  bool woken_ = false;
};

}  // namespace weir::agent
