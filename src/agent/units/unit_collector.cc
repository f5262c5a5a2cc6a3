#include "agent/units/unit_collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <vector>

#include "agent/containers/wait.h"
#include "agent/units/systemd_bus.h"

namespace weir::agent {
namespace {

constexpr std::string_view transient_folder = "/run/systemd/transient/";
// Whether a service that was active before may have been started anew.
enum class Closely { no, yes };

// What runs, by unit name; never none of a unit.
using Run = std::map<std::string, std::vector<runtime::Instance>>;

constexpr Duration gather_news = milliseconds(50);  // one start changes several properties

}  // namespace

struct UnitCollector::State {
  State(UnitOptions given, const Clock& host_clock)
      : options(std::move(given)), clock(host_clock), programs(options.root, options.explain) {}

  const UnitOptions options;
  const Clock& clock;
  WakeUp wake_up;
  std::atomic<bool> looked = false;
  UnitPrograms programs;  // the watching thread's

  mutable std::mutex mutex;
  Run running;
  std::string trouble = "systemd was not asked yet", remedy;

  void follow(Sink& sink, std::stop_token stop);
  Status look(SystemdBus& bus, Closely closely, Sink& sink);
  bool keep(SystemdBus& bus, const ServiceLine& service, Closely closely, Run& now);
  void add(const ServiceLine& service, const ServiceFacts& facts, Run& now);
  void set_trouble(std::string what, std::string how);
};

void UnitCollector::State::set_trouble(std::string what, std::string how) {
  const std::lock_guard lock(mutex);
  trouble = std::move(what);
  remedy = std::move(how);
}

// One instance for each program that the service starts: each is judged by what it is.
void UnitCollector::State::add(const ServiceLine& service, const ServiceFacts& facts, Run& now) {
  runtime::Instance common{.kind = runtime::WorkloadKind::unit, .name = service.name};
  common.started_at = facts.active_since.micros > 0 ? facts.active_since : clock.now();
  if (facts.fragment.starts_with(transient_folder)) common.marks.push_back("transient");
  const bool as_root = facts.user.empty() || facts.user == "root" || facts.user == "0";
  common.settings = runtime::Settings{.run_as_root = as_root};
  common.origin = {
      .user = facts.user.empty() ? "root" : facts.user, .unit = service.name, .pid = facts.main_pid};
  std::vector<runtime::Instance>& all = now[service.name];
  const auto put = [&](runtime::Instance instance) {
    const auto same = [&](const runtime::Instance& other) {
      return other.digests == instance.digests && other.seen == instance.seen &&
             other.seen_note == instance.seen_note && other.interpreter == instance.interpreter;
    };
    if (std::any_of(all.begin(), all.end(), same)) return;
    instance.id = fmt::format("{}@{}", service.name, facts.invocation);
    if (!all.empty()) instance.id += fmt::format("#{}", all.size() + 1);
    all.push_back(std::move(instance));
  };
  for (const UnitCommand& command : facts.commands) {
    runtime::Instance instance = common;
    programs.identify(command, facts.place, instance);
    put(std::move(instance));
  }
  if (!facts.commands.empty()) return;
  common.seen = runtime::Seen::unseen;
  common.seen_note = "it starts no program of its own";
  put(std::move(common));
}

// Whether it still is the same run of a service that is known.
bool UnitCollector::State::keep(SystemdBus& bus, const ServiceLine& service, Closely closely, Run& now) {
  const auto known = running.find(service.name);  // only this thread writes it
  if (known == running.end()) return false;
  if (closely == Closely::yes) {
    const auto invocation = bus.invocation_of(service);
    if (!invocation || known->second.front().id != service.name + "@" + *invocation) return false;
  }
  now.insert(*known);
  return true;
}

Status UnitCollector::State::look(SystemdBus& bus, Closely closely, Sink& sink) {
  Run now;
  for (const ServiceLine& service : TRY(bus.active_services())) {
    if (keep(bus, service, closely, now)) continue;
    const auto facts = bus.describe(service);
    if (facts) add(service, *facts, now);  // else it ended between the two calls
  }
  std::vector<runtime::Instance> started;
  std::vector<runtime::Ended> ended;
  {
    const std::lock_guard lock(mutex);
    const auto is_same = [](const Run& there, const auto& service) {
      const auto same = there.find(service.first);
      return same != there.end() && same->second.front().id == service.second.front().id;
    };
    for (const auto& service : running)
      if (!is_same(now, service))
        for (const runtime::Instance& instance : service.second) ended.push_back({instance.id, clock.now()});
    for (const auto& service : now)
      if (!is_same(running, service))
        started.insert(started.end(), service.second.begin(), service.second.end());
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
    for (const auto& [name, instances] : state_->running)
      all.insert(all.end(), instances.begin(), instances.end());
  }
  for (runtime::Instance& instance : all) tell(std::move(instance));
}

std::vector<runtime::Source> UnitCollector::sources() const {
  const std::lock_guard lock(state_->mutex);
  return {{.watches = "units", .means = "systemd", .blind = state_->trouble, .remedy = state_->remedy}};
}

bool UnitCollector::has_looked() const { return state_->looked; }

}  // namespace weir::agent
