// For tests: a sink that remembers and can be waited for, a collector that runs, and small programs made on the spot.
#pragma once
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "agent/processes/process_collector.h"
#include "base/check.h"
#include "crypto/digest.h"

namespace weir::agent::testing {

constexpr auto patience = std::chrono::seconds(30);

class RecordingSink final : public Sink {
 public:
  void started(runtime::Instance instance) override {
    change([&] { starts.push_back(std::move(instance)); });
  }
  void ended(runtime::Ended ended) override {
    change([&] { ends.push_back(std::move(ended)); });
  }
  void counted(runtime::RunCount count) override {
    change([&] { counts.push_back(std::move(count)); });
  }
  void lost(std::int64_t events) override {
    change([&] { events_lost += events; });
  }
  bool wait(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, condition);
  }
  std::optional<runtime::Instance> await_start(const std::function<bool(const runtime::Instance&)>& fits) {
    std::optional<runtime::Instance> found;
    wait([&] {
      for (const runtime::Instance& instance : starts)
        if (!found && fits(instance)) found = instance;
      return found.has_value();
    });
    return found;
  }
  std::optional<runtime::Instance> await_pid(std::int64_t pid) {
    return await_start([&](const auto& instance) { return instance.origin.pid == pid; });
  }
  std::optional<runtime::Instance> await_name(const std::string& name) {
    return await_start([&](const auto& instance) { return instance.name == name; });
  }
  bool await_end(const std::string& id) {
    return wait([&] { return std::ranges::any_of(ends, [&](const auto& end) { return end.id == id; }); });
  }
  std::size_t starts_of(std::int64_t pid) {
    std::unique_lock lock(mutex_);
    return static_cast<std::size_t>(
        std::ranges::count_if(starts, [&](const auto& one) { return one.origin.pid == pid; }));
  }

  std::vector<runtime::Instance> starts;
  std::vector<runtime::Ended> ends;
  std::vector<runtime::RunCount> counts;
  std::int64_t events_lost = 0;

 private:
  void change(const std::function<void()>& act) {
    const std::scoped_lock lock(mutex_);
    act();
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
};

// Watches from construction (this test's own process has been seen then) to destruction.
class Watching {
 public:
  explicit Watching(ProcessOptions options) : collector(std::move(options)) {
    thread_ = std::jthread([this](const std::stop_token& stop) { collector.watch(sink, stop); });
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!collector.has_looked() && std::chrono::steady_clock::now() < end) sched_yield();
    collector.list([&](runtime::Instance instance) {
      if (sink.starts_of(instance.origin.pid) == 0) sink.started(std::move(instance));
    });
    EXPECT_TRUE(sink.await_pid(getpid()).has_value()) << "the collector does not see the test itself";
  }
  void stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }
  RecordingSink sink;
  ProcessCollector collector;

 private:
  std::jthread thread_;
};

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "weir-processes-XXXXXX").string();
    CHECK(mkdtemp(name.data()) != nullptr);
    path = std::filesystem::canonical(name);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
  std::filesystem::path path;
};

enum class Life { short_lived, until_killed };

// A static program of some hundred bytes that ends at once, or waits for a signal. `salt` makes its digest its own.
inline std::string program_text(Life life, const std::string& salt) {
#if !defined(__x86_64__)
#error "these programs are made for x86-64"
#endif
  std::string code;
  if (life == Life::until_killed) code += std::string("\xb8\x22\x00\x00\x00\x0f\x05", 7);  // pause()
  code += std::string("\xb8\x3c\x00\x00\x00\x31\xff\x0f\x05", 9);                          // exit(0)
  const std::uint64_t base = 0x400000, head = 64 + 56;
  std::string elf(
      "\x7f"
      "ELF\x02\x01\x01",
      7);
  elf.resize(16);
  const auto put = [&](std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) elf += static_cast<char>(value >> (8 * i));
  };
  put(2, 2), put(62, 2), put(1, 4), put(base + head, 8), put(64, 8), put(0, 8), put(0, 4), put(64, 2),
      put(56, 2);
  put(1, 2), put(0, 2), put(0, 2), put(0, 2);
  const std::uint64_t bytes = head + code.size();
  put(1, 4), put(5, 4), put(0, 8), put(base, 8), put(base, 8), put(bytes, 8), put(bytes, 8), put(0x1000, 8);
  return elf + code + salt;
}

inline void write_text(const std::string& path, std::string_view text, int mode = 0755) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary) << text;
  chmod(path.c_str(), static_cast<mode_t>(mode));
}

inline Sha256 digest_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return crypto::sha256(std::string(std::istreambuf_iterator<char>(file), {}));
}

inline pid_t spawn(std::vector<std::string> words, const std::function<void()>& in_child = {}) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  if (in_child) in_child();
  execvp(arguments[0], arguments.data());
  _exit(127);
}

// Waits until `pid` executes the file.
inline void await_exec(pid_t pid, const std::string& path) {
  std::error_code error;
  const std::string link = "/proc/" + std::to_string(pid) + "/exe";
  const auto until = std::chrono::steady_clock::now() + patience;
  while (std::filesystem::read_symlink(link, error) != path && std::chrono::steady_clock::now() < until)
    sched_yield();
}

inline int wait_for(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  return status;
}

inline void finish(pid_t pid) {
  kill(pid, SIGKILL);
  wait_for(pid);
}

inline ProcessOptions options_with(ExecMeans means) {
  ProcessOptions options;
  options.means = means;
  return options;
}

// Skips, loudly, where the kernel or the user does not allow the means.
#define NEED_MEANS(watching, wanted)            \
  if ((watching).collector.means() != (wanted)) \
  GTEST_SKIP() << "not possible here: " << (watching).collector.sources().front().detail

}  // namespace weir::agent::testing
