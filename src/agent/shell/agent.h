// The agent of one host: runs collectors, gathers what they see, leaves out what scope rules exclude, makes reports
// of it
// and has the reporter bring them to the server. A full report (everything that runs now) opens each run, and follows
// whenever the server asks, events were lost, or the scope changed.
// Threads: one for each collector, one that reports, and the caller's, which makes the reports.
#pragma once
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/collector.h"
#include "agent/shell/config.h"

namespace weir::agent {

class Agent {
 public:
  using Say = std::function<void(const std::string& line)>;  // to people; from any thread

  // Opens state and spool, makes the key when there is none. Errors say what to do.
  static Result<std::unique_ptr<Agent>> open(AgentConfig config, std::vector<std::unique_ptr<Collector>> collectors,
                                             const Clock& clock, Say say);
  ~Agent();

  // Until `stop`; then what is left goes out (or onto disk) within 2 s.
  void run(std::stop_token stop);

  std::string reporter_id() const;

 private:
  struct State;
  explicit Agent(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What is watched and by which means, what can't be seen, and how to grant it: one line each, for people.
std::string describe_sources(const std::vector<runtime::Source>& sources);

}  // namespace weir::agent
