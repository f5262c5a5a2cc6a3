// Tells the Sink from where each instance of this host can be reached: what it listens on, and what its container's
// runtime publishes. It looks each ten seconds, or less often, so that looking costs at most a fifth of a percent of a
// core; a change that reaches no farther and no less far is told at most each five minutes. It tells no instances.
// Threads: `watch` in its own; everything else from any.
#pragma once
#include <memory>

#include "agent/collector.h"
#include "agent/sockets/socket_look.h"

namespace weir::agent {

inline constexpr Duration exposure_age = seconds(12);  // of a process, before its handles are looked at

struct ExposureOptions {
  SocketOptions sockets;
  Duration interval = seconds(10);
  Duration restless = minutes(5);  // between words about the same reach
  std::int64_t cost_share = 500;   // a look may cost one part in so many
};

class ExposureCollector final : public Collector {
 public:
  ExposureCollector(ExposureOptions options, const Clock& clock);
  ~ExposureCollector() override;

  void watch(Sink& sink, std::stop_token stop) override;
  void list(const Tell&) override {}
  std::vector<runtime::Source> sources() const override;
  void survey_again() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::agent
