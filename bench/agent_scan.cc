// How long the process collector takes to find and tell N sleeping processes, and to list them for a full report;
// and what memory and time it needs afterwards. usage: agent_scan [N=10000]
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "agent/processes/process_collector.h"
#include "agent/processes/process_identity.h"
#include "agent/shell/report_maker.h"
#include "base/check.h"
#include "format/members.h"

namespace {

using namespace weir;
using Clock = std::chrono::steady_clock;

class DeafSink final : public agent::Sink {
 public:
  void started(runtime::Instance) override {}
  void ended(runtime::Ended) override {}
  void counted(runtime::RunCount) override {}
  void lost(std::int64_t) override {}
};

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double cpu_milliseconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto one = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return one(usage.ru_utime) + one(usage.ru_stime);
}

std::string memory() {
  std::ifstream status("/proc/self/status");
  std::string line, found;
  while (std::getline(status, line))
    if (line.starts_with("VmRSS") || line.starts_with("RssAnon")) found += line + "  ";
  return found;
}

// Forks in a child of its own, so that the collector's process stays small; the child tells how many it got.
pid_t fork_sleepers(int wanted, int& got) {
  int told[2];
  if (pipe(told) != 0) std::exit(1);
  const pid_t parent = fork();
  if (parent == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // sleepers never outlive the measurement
    setpgid(0, 0);
    int count = 0;
    for (; count < wanted; ++count) {
      const pid_t pid = fork();
      if (pid < 0) break;
      if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) pause();
      }
    }
    (void)!write(told[1], &count, sizeof count);
    for (;;) pause();
  }
  (void)!read(told[0], &got, sizeof got);
  return parent;
}

agent::ProcessOptions options_here() {
  agent::ProcessOptions options;
  if (auto tasks = agent::open_task_list()) options.tasks = std::move(*tasks);
  else fmt::print("{}\n", tasks.error().message);
  return options;
}

void measure(agent::ExecMeans means, const char* name, int sleepers) {
  agent::ProcessOptions options = options_here();
  options.means = means;
  DeafSink sink;
  const double cpu_before = cpu_milliseconds();
  const auto begin = Clock::now();
  agent::ProcessCollector collector(options);
  std::jthread watching([&](const std::stop_token& stop) { collector.watch(sink, stop); });
  while (!collector.has_looked()) std::this_thread::sleep_for(std::chrono::microseconds(200));
  fmt::print("{}: start to {} found, hash cache and package index cold: {:.0f} ms ({:.0f} ms of CPU)\n", name,
             sleepers, milliseconds_since(begin), cpu_milliseconds() - cpu_before);
  const auto listing = Clock::now();
  agent::ReportMaker maker({"bench", "bench"});
  std::size_t bytes = 0, parts = 0, instances = 0;
  maker.full(
      [&](const agent::Collector::Tell& tell) {
        collector.list([&](runtime::Instance instance) {
          ++instances;
          tell(std::move(instance));
        });
      },
      {.now = SystemClock().now()},
      [&](const agent::SpoolRecord& record) { bytes += record.report.size(), ++parts; });
  fmt::print("{}: a full report of {}: {:.0f} ms, {} bytes in {} parts\n", name, instances,
             milliseconds_since(listing), bytes, parts);
  const double cpu_at_rest = cpu_milliseconds();
  const auto rest = Clock::now();
  std::this_thread::sleep_for(std::chrono::seconds(22));
  fmt::print("{}: afterwards {:.2f} % of a core; {}\n", name,
             (cpu_milliseconds() - cpu_at_rest) / milliseconds_since(rest) * 100, memory());
}

// One look at a process as the collector does it.
std::optional<runtime::Instance> look_at(const agent::Task& task, agent::ProcessIdentity& identity,
                                         agent::ListMemory& memory) {
  agent::Sighting sighting{.moment = {.pid = task.pid}};
  sighting.folder = agent::ProcessFolder::open("/proc", task.pid);
  if (!sighting.folder) return std::nullopt;
  sighting.executable = sighting.folder->open_executable();
  sighting.facts = agent::complete_facts(*sighting.folder, task, identity.host_root(), memory);
  if (sighting.facts->executable.empty()) return std::nullopt;
  sighting.moment.start_ticks = task.start_ticks;
  sighting.moment.at_ns = agent::boot_ns_of_ticks(task.start_ticks);
  return identity.identify(sighting).instance;
}

// A scan and its report with everything warm: hashes, package index, users. By the collector's own parts, one thread.
void measure_warm() {
  const agent::ProcessOptions options = options_here();
  agent::Packages packages(options.dpkg, options.package_root);
  agent::Baseline baseline("", packages, SystemClock().now());
  agent::PackageClaims claims(packages, baseline);
  agent::ProcessIdentity identity(options, claims, [](std::int64_t) { return nullptr; }, [] {});
  for (const char* round : {"cold", "warm", "warm", "warm"}) {
    const double cpu_before = cpu_milliseconds();
    const auto begin = Clock::now();
    std::vector<runtime::Instance> found;
    agent::ListMemory memory;
    CHECK(options.tasks->each([&](const agent::Task& task) {
      if (auto instance = look_at(task, identity, memory)) found.push_back(std::move(*instance));
    }));
    const double scanned = milliseconds_since(begin), scanned_cpu = cpu_milliseconds() - cpu_before;
    std::string text;
    format::encode(text, found);
    fmt::print("scan of {} processes, {}: {:.0f} ms ({:.0f} ms of CPU); "
               "with the report: {:.0f} ms ({:.0f} ms of CPU)\n",
               found.size(), round, scanned, scanned_cpu, milliseconds_since(begin), cpu_milliseconds() - cpu_before);
    identity.forget_all();
  }
}

}  // namespace

int main(int count, char** words) {
  const int wanted = count > 1 ? std::atoi(words[1]) : 10'000;
  measure(agent::ExecMeans::ebpf, "ebpf, this host alone", 1);
  int got = 0;
  const pid_t parent = fork_sleepers(wanted, got);
  fmt::print("{} of {} processes sleep\n", got, wanted);
  measure(agent::ExecMeans::ebpf, "ebpf", got);
  measure_warm();
  kill(-parent, SIGKILL);
  waitpid(parent, nullptr, 0);
}
