// From the exec of an unknown 1 MB program to the collector's word about it, over distinct programs at a steady rate.
// usage: agent_exec [programs=1000] [per second=20]
#include <fmt/format.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <random>
#include <thread>

#include "agent/processes/process_collector.h"

namespace {

using namespace weir;
constexpr std::size_t program_bytes = 1024 * 1024;

class TimingSink final : public agent::Sink {
 public:
  explicit TimingSink(std::string folder) : folder_(std::move(folder)) {}
  void started(runtime::Instance instance) override {
    const Instant now = SystemClock().now();
    const std::scoped_lock lock(mutex_);
    ready_ = ready_ || instance.origin.pid == getpid();
    if (instance.name.starts_with(folder_)) {
      delays_.push_back((now - instance.started_at).micros);
      whole_ += instance.seen == runtime::Seen::whole;
    }
    changed_.notify_all();
  }
  void ended(runtime::Ended) override {}
  void counted(runtime::RunCount) override {}
  void lost(std::int64_t events) override { fmt::print("{} events lost\n", events); }
  void await_ready() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(30), [&] { return ready_; });
  }
  void print(std::size_t programs) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(30), [&] { return delays_.size() >= programs; });
    std::ranges::sort(delays_);
    if (delays_.empty()) return;
    const auto at = [&](double share) {
      return static_cast<double>(
                 delays_[static_cast<std::size_t>(share * static_cast<double>(delays_.size() - 1))]) /
             1000;
    };
    fmt::print(
        "{} of {} told, {} with their digest; exec to word: p50 {:.2f} ms, p99 {:.2f} ms, max {:.2f} ms\n",
        delays_.size(), programs, whole_, at(0.5), at(0.99), at(1));
  }

 private:
  const std::string folder_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ready_ = false;
  std::vector<std::int64_t> delays_;
  std::size_t whole_ = 0;
};

std::string program_text() {
  std::ifstream file("/bin/true", std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  std::mt19937_64 random(std::random_device{}());
  while (text.size() < program_bytes) {
    const std::uint64_t bits = random();
    text.append(reinterpret_cast<const char*>(&bits), sizeof bits);
  }
  return text;
}

void run(const std::string& path) {
  char* words[] = {const_cast<char*>(path.c_str()), nullptr};
  pid_t pid = 0;
  if (posix_spawn(&pid, path.c_str(), nullptr, nullptr, words, environ) == 0) waitpid(pid, nullptr, 0);
}

}  // namespace

int main(int count, char** words) {
  const std::size_t programs = count > 1 ? std::strtoul(words[1], nullptr, 10) : 1000;
  const double per_second = count > 2 ? std::atof(words[2]) : 20;
  std::string name = (std::filesystem::temp_directory_path() / "weir-bench-XXXXXX").string();
  if (!mkdtemp(name.data())) return 1;
  TimingSink sink(name);
  agent::ProcessCollector collector({});
  std::jthread watching([&](const std::stop_token& stop) { collector.watch(sink, stop); });
  sink.await_ready();
  auto next = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < programs; ++i) {
    const std::string path = fmt::format("{}/{}", name, i);
    std::ofstream(path, std::ios::binary) << program_text();
    chmod(path.c_str(), 0755);
    next += std::chrono::microseconds(static_cast<std::int64_t>(1e6 / per_second));
    std::this_thread::sleep_until(next);
    run(path);
    if (i >= 100) std::filesystem::remove(fmt::format("{}/{}", name, i - 100));
  }
  sink.print(programs);
  watching.request_stop();
  watching.join();
  std::filesystem::remove_all(name);
}
