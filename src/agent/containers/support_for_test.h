// For tests that run real containers: a sink that remembers, commands that run, an image of a static busybox, and
// runtimes
// that live in a directory of their own and are gone afterwards.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/collector.h"

namespace weir::agent::test {

class MemorySink final : public Sink {
 public:
  void started(runtime::Instance instance) override;
  void ended(runtime::Ended ended) override;
  void counted(runtime::RunCount count) override;
  void lost(std::int64_t events) override;

  using Matches = std::function<bool(const runtime::Instance&)>;
  std::optional<runtime::Instance> await_started(const Matches& matches, Duration time_max = seconds(10));
  // From the start a matching instance names to the moment it was told; nullopt when it wasn't.
  std::optional<Duration> told_after(const Matches& matches) const;
  bool await_ended(const std::string& id, Duration time_max = seconds(10));
  std::vector<runtime::Instance> all_started() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<runtime::Instance> started_;
  std::vector<Instant> told_at_;  // of started_
  std::vector<runtime::Ended> ended_;
};

struct Ran {
  int status = -1;
  std::string output;  // standard output and error
};
Ran run(const std::string& command);         // by sh; output without its last line end
bool has_program(const std::string& name);
Duration clock_time();                       // now, of the system's clock, since 1970

// A directory that goes away with everything in it.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A process that is asked to end, and awaited.
class Daemon {
 public:
  Daemon(const std::string& command, const std::string& log_file, int end_signal = 15);
  ~Daemon();
  bool await(const std::function<bool()>& ready, Duration time_max = seconds(10)) const;
  int pid() const { return pid_; }

 private:
  int pid_ = -1, end_signal_;
};

bool await(const std::function<bool()>& condition, Duration time_max = seconds(10));

// A root file system with busybox, as directory `rootfs` and archive `rootfs.tar` in `directory`.
void make_root_file_system(const std::string& directory);

}  // namespace weir::agent::test
