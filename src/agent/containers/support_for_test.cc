#include "agent/containers/support_for_test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace weir::agent::test {
namespace {

std::chrono::microseconds micros(Duration time) { return std::chrono::microseconds(time.micros); }

}  // namespace

void MemorySink::started(runtime::Instance instance) {
  const std::lock_guard lock(mutex_);
  started_.push_back(std::move(instance));
  told_at_.push_back(SystemClock().now());
  changed_.notify_all();
}

void MemorySink::ended(runtime::Ended ended) {
  const std::lock_guard lock(mutex_);
  ended_.push_back(std::move(ended));
  changed_.notify_all();
}

void MemorySink::counted(runtime::RunCount) {}
void MemorySink::lost(std::int64_t) {}

std::optional<runtime::Instance> MemorySink::await_started(const Matches& matches, Duration time_max) {
  std::unique_lock lock(mutex_);
  std::optional<runtime::Instance> found;
  changed_.wait_for(lock, micros(time_max), [&] {
    const auto at = std::find_if(started_.begin(), started_.end(), matches);
    if (at != started_.end()) found = *at;
    return found.has_value();
  });
  return found;
}

std::optional<Duration> MemorySink::told_after(const Matches& matches) const {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < started_.size(); ++i)
    if (matches(started_[i])) return told_at_[i] - started_[i].started_at;
  return std::nullopt;
}

bool MemorySink::await_ended(const std::string& id, Duration time_max) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, micros(time_max), [&] {
    return std::any_of(ended_.begin(), ended_.end(),
                       [&](const runtime::Ended& ended) { return ended.id == id; });
  });
}

std::vector<runtime::Instance> MemorySink::all_started() const {
  const std::lock_guard lock(mutex_);
  return started_;
}

Ran run(const std::string& command) {
  Ran ran;
  FILE* pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  char buffer[4096];
  while (const std::size_t count = fread(buffer, 1, sizeof buffer, pipe)) ran.output.append(buffer, count);
  const int status = pclose(pipe);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  while (ran.output.ends_with('\n')) ran.output.pop_back();
  return ran;
}

bool has_program(const std::string& name) { return run("command -v " + name).status == 0; }

Duration clock_time() { return SystemClock().now() - Instant{}; }

ScratchDirectory::ScratchDirectory() {
  char name[] = "/tmp/weir-agent-test-XXXXXX";
  path_ = mkdtemp(name) == nullptr ? "" : name;
}

ScratchDirectory::~ScratchDirectory() {
  if (path_.empty()) return;
  // A runtime's own cleaning up may still be at work there, and would make it again.
  const std::string users = "pgrep -f '[w]" + path_.substr(path_.find("weir-agent-test-") + 1) + "'";
  test::await([&] { return run(users).status != 0; }, seconds(10));
  run("grep -o '" + path_ + "[^ ]*' /proc/self/mounts | sort -r | xargs -r -n1 umount -l");
  run("rm -rf " + path_);
}

Daemon::Daemon(const std::string& command, const std::string& log_file, int end_signal)
    : end_signal_(end_signal) {
  pid_ = fork();
  if (pid_ != 0) return;
  const int log = open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(log, 1);
  dup2(log, 2);
  execl("/bin/sh", "sh", "-c", ("exec " + command).c_str(), nullptr);
  _exit(127);
}

Daemon::~Daemon() {
  kill(pid_, end_signal_);
  const bool ended = test::await([this] { return waitpid(pid_, nullptr, WNOHANG) == pid_; }, seconds(10));
  if (ended) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

bool Daemon::await(const std::function<bool()>& ready, Duration time_max) const {
  return test::await(ready, time_max);
}

bool await(const std::function<bool()>& condition, Duration time_max) {
  const auto end = std::chrono::steady_clock::now() + micros(time_max);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

void make_root_file_system(const std::string& directory) {
  run("cd " + directory +
      " && mkdir -p rootfs/bin rootfs/proc rootfs/dev rootfs/sys rootfs/etc && cp /bin/busybox rootfs/bin/ "
      "&& "
      "for name in sh sleep echo cat; do ln -sf busybox rootfs/bin/$name; done && tar -C rootfs -cf "
      "rootfs.tar .");
}

}  // namespace weir::agent::test
