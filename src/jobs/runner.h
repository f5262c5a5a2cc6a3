// Runs jobs on one thread: each when its interval is over, some also soon after every commit. A job that fails is tried
// again at its next time; its error is handed to `report` once per change, never swallowed.
#pragma once
#include <thread>
#include <vector>

#include "jobs/commit_bell.h"
#include "jobs/reconcile.h"

namespace weir::jobs {

struct Schedule {
  std::string name;
  std::unique_ptr<Job> job;
  Duration interval;                     // at least this often
  std::optional<Duration> after_commit;  // and this long after a commit; several commits make one run
};

class Runner {
 public:
  Runner(std::vector<Schedule> schedules, std::shared_ptr<const Clock> clock,
         std::function<void(const std::string& job, const Error& error)> report);
  ~Runner();
  void committed() { bell_.ring(); }  // from any thread
  void stop();

 private:
  struct Entry {
    Schedule schedule;
    Instant next;
    std::string last_error;
  };
  void run(const std::stop_token& stop);
  void tick(Entry& entry, const std::stop_token& stop);

  std::vector<Entry> entries_;
  std::shared_ptr<const Clock> clock_;
  std::function<void(const std::string&, const Error&)> report_;
  CommitBell bell_;
  std::jthread thread_;
};

}  // namespace weir::jobs
