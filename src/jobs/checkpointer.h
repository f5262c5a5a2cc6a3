// Moves what the write-ahead log holds into the database file, on a thread and a connection of its own, so that no
// commit waits for it. A log that grew beyond `log_bytes` is moved now and then while writes go on; one that still grew
// to four times that, since writes never paused, is moved with writes held back for a moment, as only then it can begin
// anew; and when nothing was committed for a second it is moved and cut to nothing.
#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "jobs/commit_bell.h"
#include "store/sql.h"

namespace weir::jobs {

struct CheckpointerOptions {
  std::string path;  // of the database
  std::int64_t log_bytes = 64 * 1024 * 1024;
  Duration idle = seconds(1);
  Duration between = milliseconds(500);  // two moves while writes go on
  std::function<void(const Error&)>
      on_error;  // each once, on the checkpointer's thread; internal: the disk failed
};

class Checkpointer {
 public:
  static Result<std::unique_ptr<Checkpointer>> start(CheckpointerOptions options);
  ~Checkpointer();
  void committed();  // from any thread, after each commit; must not be called by on_error

 private:
  Checkpointer(CheckpointerOptions options, std::unique_ptr<store::Database> db);
  void run(const std::stop_token& stop);
  void move_log(bool is_idle);
  Status move_beside_writes();
  void hold_writes(bool hold);

  CheckpointerOptions options_;
  std::unique_ptr<store::Database> db_;
  CommitBell bell_;
  std::mutex mutex_;
  std::condition_variable_any moved_;
  bool holds_writes_ = false;
  std::string last_error_;
  std::chrono::steady_clock::time_point moved_at_{};
  std::jthread thread_;
};

}  // namespace weir::jobs
