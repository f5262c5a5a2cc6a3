#include "agent/units/unit_collector.h"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>

#include "agent/containers/wait.h"
#include "agent/units/systemd_bus.h"
#include "artifact/fingerprint.h"

namespace weir::agent {
namespace {

constexpr std::string_view transient_folder = "/run/systemd/transient/";
// By which a program's digest is remembered while the agent runs.
struct FileId {
  std::uint64_t inode = 0;
  std::int64_t size = 0, modified_ns = 0, changed_ns = 0;
  bool operator==(const FileId&) const = default;
};

// Whether a service that was active before may have been started anew.
enum class Closely { no, yes };

constexpr Duration gather_news = milliseconds(50);  // one start changes several properties

}  // namespace

struct UnitCollector::State {
  State(UnitOptions given, const Clock& host_clock) : options(std::move(given)), clock(host_clock) {}

  const UnitOptions options;
  const Clock& clock;
  WakeUp wake_up;
  std::atomic<bool> looked = false;
  std::map<std::string, std::pair<FileId, Sha256>> digests;  // of programs, by path; the watching thread's

  mutable std::mutex mutex;
  std::map<std::string, runtime::Instance> running;  // by unit name
  std::string trouble = "systemd was not asked yet", remedy;

  void follow(Sink& sink, std::stop_token stop);
  Status look(SystemdBus& bus, Closely closely, Sink& sink);
  std::optional<runtime::Instance> keep(SystemdBus& bus, const ServiceLine& service, Closely closely);
  runtime::Instance make_instance(const ServiceLine& service, const ServiceFacts& facts);
  std::optional<Sha256> digest_of(const std::string& program);
  void set_trouble(std::string what, std::string how);
};

void UnitCollector::State::set_trouble(std::string what, std::string how) {
  const std::lock_guard lock(mutex);
  trouble = std::move(what);
  remedy = std::move(how);
}

std::optional<Sha256> UnitCollector::State::digest_of(const std::string& program) {
  const std::string path = options.root + program;
  struct stat found{};
  if (stat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return std::nullopt;
  const FileId id{found.st_ino, found.st_size, found.st_mtim.tv_nsec + found.st_mtim.tv_sec * 1'000'000'000LL,
                  found.st_ctim.tv_nsec + found.st_ctim.tv_sec * 1'000'000'000LL};
  if (const auto known = digests.find(program); known != digests.end() && known->second.first == id)
    return known->second.second;
  const auto digest = artifact::fingerprint_file(path);
  if (!digest) return std::nullopt;
  digests.insert_or_assign(program, std::pair(id, *digest));
  return *digest;
}

runtime::Instance UnitCollector::State::make_instance(const ServiceLine& service, const ServiceFacts& facts) {
  runtime::Instance instance{.kind = runtime::WorkloadKind::unit, .name = service.name};
  instance.id = service.name + "@" + facts.invocation;
  instance.started_at = facts.active_since.micros > 0 ? facts.active_since : clock.now();
  for (const std::string& program : facts.programs) {
    const auto digest = digest_of(program);
    if (!digest) {
      instance.seen = runtime::Seen::unhashed;
      instance.seen_note = program + " can't be read";
      instance.digests.clear();
      break;
    }
    if (std::find(instance.digests.begin(), instance.digests.end(), *digest) == instance.digests.end())
      instance.digests.push_back(*digest);
  }
  if (facts.programs.empty()) {
    instance.seen = runtime::Seen::unseen;
    instance.seen_note = "it starts no program of its own";
  }
  if (facts.fragment.starts_with(transient_folder)) instance.marks.push_back("transient");
  const bool as_root = facts.user.empty() || facts.user == "root" || facts.user == "0";
  instance.settings = runtime::Settings{.run_as_root = as_root};
  instance.origin = {
      .user = facts.user.empty() ? "root" : facts.user, .unit = service.name, .pid = facts.main_pid};
  return instance;
}

// What is known of a service, if it still is the same run.
std::optional<runtime::Instance> UnitCollector::State::keep(SystemdBus& bus, const ServiceLine& service,
                                                            Closely closely) {
  const auto known = running.find(service.name);  // only this thread writes it
  if (known == running.end()) return std::nullopt;
  if (closely == Closely::no) return known->second;
  const auto invocation = bus.invocation_of(service);
  if (!invocation || known->second.id != service.name + "@" + *invocation) return std::nullopt;
  return known->second;
}

Status UnitCollector::State::look(SystemdBus& bus, Closely closely, Sink& sink) {
  std::map<std::string, runtime::Instance> now;
  for (const ServiceLine& service : TRY(bus.active_services())) {
    if (auto kept = keep(bus, service, closely); kept) {
      now.emplace(service.name, std::move(*kept));
      continue;
    }
    const auto facts = bus.describe(service);
    if (facts)
      now.emplace(service.name, make_instance(service, *facts));  // else it ended between the two calls
  }
  std::vector<runtime::Instance> started;
  std::vector<runtime::Ended> ended;
  {
    const std::lock_guard lock(mutex);
    for (const auto& [name, instance] : running)
      if (const auto same = now.find(name); same == now.end() || same->second.id != instance.id)
        ended.push_back({instance.id, clock.now()});
    for (const auto& [name, instance] : now)
      if (const auto same = running.find(name); same == running.end() || same->second.id != instance.id)
        started.push_back(instance);
    running = std::move(now);
    trouble.clear();
  }
  for (runtime::Ended& end : ended) sink.ended(std::move(end));
  for (runtime::Instance& instance : started) sink.started(std::move(instance));
  return {};
}

// Until the bus breaks or `stop`.
void UnitCollector::State::follow(Sink& sink, std::stop_token stop) {
  auto bus = SystemdBus::open(options.root);
  if (!bus) return set_trouble(bus.error().message, "let the agent's user reach the system bus");
  bool news = true;
  while (!stop.stop_requested()) {
    const Status seen = look(*bus, news ? Closely::yes : Closely::no, sink);
    looked = true;
    if (!seen) return set_trouble(seen.error().message, "");
    const Instant next = clock.now() + options.look_interval;
    news = false;
    while (!news && !stop.stop_requested() && clock.now() < next) {
      const int file = bus->file();
      wake_up.wait(std::span(&file, 1), next - clock.now());
      const auto taken = bus->take_news();
      if (!taken) return set_trouble(taken.error().message, "");
      news = *taken;
    }
    if (news) pause(gather_news, stop);
  }
}

UnitCollector::UnitCollector(UnitOptions options, const Clock& clock)
    : state_(std::make_unique<State>(std::move(options), clock)) {}
UnitCollector::~UnitCollector() = default;

void UnitCollector::watch(Sink& sink, std::stop_token stop) {
  const std::stop_callback on_stop(stop, [this] { state_->wake_up.wake(); });
  while (!stop.stop_requested()) {
    if (systemd_runs(state_->options.root)) state_->follow(sink, stop);
    else state_->set_trouble("systemd does not run here, so there are no units", "");
    state_->looked = true;
    pause(state_->options.look_interval, stop);
  }
}

void UnitCollector::list(const Tell& tell) {
  std::vector<runtime::Instance> all;
  {
    const std::lock_guard lock(state_->mutex);
    for (const auto& [name, instance] : state_->running) all.push_back(instance);
  }
  for (runtime::Instance& instance : all) tell(std::move(instance));
}

std::vector<runtime::Source> UnitCollector::sources() const {
  const std::lock_guard lock(state_->mutex);
  return {{.watches = "units", .means = "systemd", .blind = state_->trouble, .remedy = state_->remedy}};
}

bool UnitCollector::has_looked() const { return state_->looked; }

}  // namespace weir::agent
