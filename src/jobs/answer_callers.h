// Answers delivery systems: what GitHub and GitLab asked is judged by the gate and told them by their own API, at
// least once. A question is a row of the owned table `caller_request`, written before its delivery was acknowledged.
// While the verdict is undecided the system is told what is missing (where it takes that), and the question waits: it
// is judged again after every commit and answered when the verdict settles, or rejected when its time is over. What
// does not arrive is tried again as alert::retry_delay says; what is refused for good is dead, and shown as that.
// Integrations don't wait for each other. What was sent and not yet noted when the process dies is sent again.
#pragma once
#include <map>
#include <mutex>
#include <thread>

#include "http/worker_pool.h"
#include "jobs/commit_bell.h"
#include "jobs/reconcile.h"

namespace weir::jobs {

class CallerAnswerer {
 public:
  using Report = std::function<void(const std::string& job, const Error& error)>;
  using OpenReader = std::function<Result<std::unique_ptr<store::Database>>()>;

  static Result<std::unique_ptr<CallerAnswerer>> start(Shared shared, OpenReader open_reader,
                                                       std::shared_ptr<const Clock> clock, Report report);
  ~CallerAnswerer();
  void committed() { bell_.ring(); }  // from any thread
  void stop();

 private:
  class System;  // one integration at work
  struct Head {
    std::string integration;
    Instant due;
    bool waits = false;
  };

  CallerAnswerer(Shared shared, OpenReader open_reader, std::shared_ptr<const Clock> clock, Report report,
                 std::unique_ptr<store::Database> reader);
  void run(const std::stop_token& stop);
  Instant plan(Instant now, bool news);
  Result<std::vector<Head>> heads();
  Status forget_old(Instant now);
  void serve(const std::string& name, const std::stop_token& stop);

  Shared shared_;
  OpenReader open_reader_;
  std::shared_ptr<const Clock> clock_;
  Report report_;
  std::unique_ptr<store::Database> reader_;  // of the planning thread
  Instant forgot_at_;
  CommitBell bell_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<System>> systems_;
  http::WorkerPool workers_;
  std::jthread thread_;
};

}  // namespace weir::jobs
