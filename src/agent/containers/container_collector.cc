#include "agent/containers/container_collector.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "agent/containers/identify.h"
#include "agent/containers/settings.h"
#include "agent/containers/wait.h"

namespace weir::agent {
namespace {

constexpr Duration unexplained_age = milliseconds(150);  // after which nobody needs to be asked again
constexpr Duration starting_time_max = milliseconds(700);  // that a low-level runtime gets to execute its payload
constexpr Duration pending_interval = milliseconds(15);
constexpr std::int64_t census_share = 1000;      // of processor time may go into the census at rest
constexpr Duration hinted_interval_max = seconds(10);  // where each exec is told, the census is a second look
constexpr std::int64_t hinted_census_share = 10;  // and when hints come in numbers
constexpr std::string_view outside_runtime = "outside-runtime";
constexpr const char* podman_store = "/var/lib/containers/storage";

class File {
 public:
  explicit File(int file = -1) : file_(file) {}
  File(File&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  File& operator=(File&& other) noexcept { std::swap(file_, other.file_); return *this; }
  ~File() { if (file_ >= 0) close(file_); }
  int number() const { return file_; }

 private:
  int file_;
};

struct Known {
  ContainerRoot root;
  runtime::Instance instance;
  File process;  // pidfd
};

bool has_ended(const File& process) {
  pollfd polled{process.number(), POLLIN, 0};
  return process.number() >= 0 && poll(&polled, 1, 0) > 0;
}

bool is_outside(const Known& container) {
  return std::ranges::count(container.instance.marks, outside_runtime) > 0;
}

struct Pending {
  ContainerRoot root;
  Instant first_seen;
};

// One runtime's event stream, followed for as long as its socket exists.
struct Follower {
  std::string runtime, socket;
  std::atomic<bool> connected = false;
  std::jthread thread;
};

bool is_same(const ContainerRoot& a, const ContainerRoot& b) {
  return a.pid == b.pid && a.start_ticks == b.start_ticks;
}

Duration processor_time() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return microseconds(used.tv_sec * 1'000'000LL + used.tv_nsec / 1000);
}

// The low-level runtime itself, about to execute what the container is for.
bool is_starting(const ContainerRoot& root) {
  const auto stat = procfs::stat_of(root.pid);
  return stat && (stat->command.starts_with("runc:[") || stat->command == "crun");
}

void add_identity(runtime::Instance& instance, const ContainerIdentity& identity) {
  instance.id = identity.id;
  instance.name = identity.image.reference;
  instance.image = identity.image;
  if (identity.image.config) instance.digests.push_back(*identity.image.config);
  for (const Sha256& manifest : identity.image.manifests) instance.digests.push_back(manifest);
  if (identity.started_at) instance.started_at = *identity.started_at;
  else instance.uncertainty = milliseconds(200);  // the runtime clones the process before it executes
  instance.origin.runtime = identity.runtime;
  instance.seen_note = identity.note;
  if (identity.rootless) instance.marks.push_back("rootless");
}

void add_outsider(runtime::Instance& instance, const ContainerRoot& root) {
  const std::string id = container_id_of_cgroup(procfs::cgroup_of(root.pid));
  instance.id = !id.empty() ? id : fmt::format("ns-{}", root.mounts);
  const auto words = procfs::command_line(root.pid);
  instance.name = words.empty() ? fmt::format("container {}", instance.id) : words[0];
  instance.seen_note = "no runtime admits to this container, so nothing says which image it runs";
  instance.marks.emplace_back(outside_runtime);
  instance.origin.runtime = "none";
  instance.uncertainty = milliseconds(200);
}

runtime::Instance make_instance(const ContainerRoot& root, const Identification& found, Instant now) {
  runtime::Instance instance{.kind = runtime::WorkloadKind::container};
  instance.started_at = procfs::start_time(root.start_ticks, now);
  if (found.state == Identification::State::known) add_identity(instance, found.identity);
  else add_outsider(instance, root);
  if (instance.name.empty()) instance.name = instance.id;
  if (instance.digests.empty()) instance.seen = runtime::Seen::unhashed;
  if (root.nested) instance.marks.push_back("nested");
  instance.origin.container = instance.id;
  instance.origin.pid = root.pid;
  // The process of one that only its runtime lists may be another's here.
  const bool is_here = root.start_ticks != 0;
  instance.settings = is_here ? with_kernel_facts(found.identity.settings, root.pid) : found.identity.settings;
  if (const auto user = procfs::user_of(root.pid)) instance.origin.user = procfs::user_name(*user);
  return instance;
}

}  // namespace

struct ContainerCollector::State {
  State(ContainerOptions given, const Clock& host_clock)
      : options(std::move(given)), clock(host_clock), census(options.tasks),
        identifier(options.sockets, options.tasks) {}

  const ContainerOptions options;
  const Clock& clock;
  const Census census;
  WakeUp wake_up;

  // Of the watching thread alone.
  Identifier identifier;
  std::map<std::uint64_t, Pending> pending;  // by mount namespace
  std::list<Follower> followers;
  Instant relisted_at, looked_at;
  Duration census_cost;  // processor time
  std::atomic<bool> hinted = false;  // somebody tells of execs

  mutable std::mutex mutex;  // guards what follows
  std::map<std::uint64_t, Known> known;                  // by mount namespace
  std::map<std::string, runtime::Instance> listed_only;  // by id: a runtime lists them, the census doesn't see them
  std::map<std::string, std::vector<std::string>> published;  // by id: what its runtime says of its ports
  std::set<std::uint64_t> seen_mounts;
  std::map<std::uint64_t, std::uint64_t> parts;          // as in Groups
  std::vector<runtime::Source> sources;
  std::size_t unreadable = 0;
  std::atomic<bool> looked = false;

  void look(Sink& sink);
  void end_gone(Sink& sink, const Groups& groups);
  void note_new(const std::vector<ContainerRoot>& roots);
  void identify_pending(Sink& sink);
  bool is_settled(const Pending& waiting, Identification& found);
  void relist(Sink& sink);
  void ask_again(Sink& sink);
  void follow_engines();
  void note_published(const std::string& id, const ContainerIdentity& identity);  // these two under the lock
  void forget_published();
  Status add_listed(std::map<std::string, runtime::Instance>& listed, Engine& engine);
  void exchange_listed(Sink& sink, std::map<std::string, runtime::Instance> listed);
  std::vector<int> process_files() const;
  Duration pause() const;
  void slow_down(const std::stop_token& stop) const;
};

void ContainerCollector::State::note_published(const std::string& id, const ContainerIdentity& identity) {
  if (identity.published) published.insert_or_assign(id, *identity.published);
}

void ContainerCollector::State::forget_published() {
  std::set<std::string_view> here;
  for (const auto& [mounts, container] : known) here.insert(container.instance.id);
  std::erase_if(published, [&](const auto& entry) {
    return !here.contains(entry.first) && !listed_only.contains(entry.first);
  });
}

// A container whose first process is gone, or is another one now, has ended.
void ContainerCollector::State::end_gone(Sink& sink, const Groups& groups) {
  const std::vector<ContainerRoot>& roots = groups.roots;
  std::vector<runtime::Ended> ended;
  {
    const std::lock_guard lock(mutex);
    std::erase_if(known, [&](const auto& entry) {
      const bool lives = std::any_of(roots.begin(), roots.end(),
                                     [&](const ContainerRoot& root) { return is_same(root, entry.second.root); });
      if (!lives) ended.push_back({entry.second.instance.id, clock.now()});
      return !lives;
    });
    seen_mounts.clear();
    for (const ContainerRoot& root : roots) seen_mounts.insert(root.mounts);
    parts = groups.parts;
  }
  for (runtime::Ended& end : ended) sink.ended(std::move(end));
}

void ContainerCollector::State::note_new(const std::vector<ContainerRoot>& roots) {
  std::map<std::uint64_t, Pending> still;
  const std::lock_guard lock(mutex);
  for (const ContainerRoot& root : roots) {
    if (known.contains(root.mounts)) continue;
    const auto waiting = pending.find(root.mounts);
    const bool same = waiting != pending.end() && is_same(waiting->second.root, root);
    still[root.mounts] = Pending{root, same ? waiting->second.first_seen : clock.now()};
  }
  pending = std::move(still);
}

// Whether `found` is the last word on a container, or it's worth asking again soon.
bool ContainerCollector::State::is_settled(const Pending& waiting, Identification& found) {
  if (found.state == Identification::State::known) return true;
  const Duration age = clock.now() - waiting.first_seen;
  if (found.state == Identification::State::not_yet) return age >= found.patience;
  return age >= (is_starting(waiting.root) ? starting_time_max : unexplained_age);
}

void ContainerCollector::State::identify_pending(Sink& sink) {
  for (auto at = pending.begin(); at != pending.end();) {
    Identification found = identifier.identify(at->second.root);
    if (!is_settled(at->second, found)) {
      ++at;
      continue;
    }
    const ContainerRoot& root = at->second.root;
    runtime::Instance instance = make_instance(root, found, clock.now());
    {
      const std::lock_guard lock(mutex);
      const int process = static_cast<int>(syscall(SYS_pidfd_open, root.pid, 0));
      known.insert_or_assign(root.mounts, Known{root, instance, File(process)});
      listed_only.erase(instance.id);
      note_published(instance.id, found.identity);
    }
    at = pending.erase(at);
    sink.started(std::move(instance));
  }
}

void ContainerCollector::State::look(Sink& sink) {
  const Duration began = processor_time();
  const CensusResult result = census.take();
  census_cost = microseconds(processor_time().micros - began.micros);
  looked_at = clock.now();
  end_gone(sink, result.groups);
  note_new(result.groups.roots);
  identify_pending(sink);
  const std::lock_guard lock(mutex);
  unreadable = result.unreadable;
}

// What this runtime lists and the census does not see: a runtime in another machine or namespace.
Status ContainerCollector::State::add_listed(std::map<std::string, runtime::Instance>& listed, Engine& engine) {
  const std::vector<std::string> ids = TRY(engine.running());
  std::set<std::string> seen;
  {
    const std::lock_guard lock(mutex);
    for (const auto& [mounts, container] : known) seen.insert(container.instance.id);
  }
  for (const std::string& id : ids) {
    if (seen.contains(id)) continue;
    const auto found = engine.describe(id);
    if (!found || found->pid == 0) continue;
    if (census.is_foreign(found->pid)) {  // it has just started: the next census finds it
      wake_up.wake();
      continue;
    }
    const ContainerRoot root{.pid = found->pid};
    runtime::Instance instance =
        make_instance(root, {Identification::State::known, found->identity}, clock.now());
    instance.marks.push_back("listed-only");
    {
      const std::lock_guard lock(mutex);
      note_published(instance.id, found->identity);
    }
    listed.emplace(instance.id, std::move(instance));
  }
  return {};
}

void ContainerCollector::State::exchange_listed(Sink& sink, std::map<std::string, runtime::Instance> listed) {
  std::vector<runtime::Instance> started;
  std::vector<runtime::Ended> ended;
  {
    const std::lock_guard lock(mutex);
    for (const auto& [id, instance] : listed_only)
      if (!listed.contains(id)) ended.push_back({id, clock.now()});
    for (const auto& [id, instance] : listed)
      if (!listed_only.contains(id)) started.push_back(instance);
    listed_only = std::move(listed);
    forget_published();
  }
  for (auto& instance : started) sink.started(std::move(instance));
  for (auto& end : ended) sink.ended(std::move(end));
}

void ContainerCollector::State::follow_engines() {
  const auto& engines = identifier.engines();
  followers.remove_if([&](const Follower& follower) {
    return std::none_of(engines.begin(), engines.end(), [&](const auto& e) { return e->socket() == follower.socket; });
  });
  for (const auto& engine : engines) {
    const bool followed = std::any_of(followers.begin(), followers.end(),
                                      [&](const Follower& f) { return f.socket == engine->socket(); });
    if (followed) continue;
    Follower& follower = followers.emplace_back();
    follower.runtime = engine->runtime();
    follower.socket = engine->socket();
    follower.thread = std::jthread([this, &follower](const std::stop_token& stop) {
      Engine stream(follower.runtime, follower.socket);
      while (!stop.stop_requested()) {
        stream.follow(options.relist_interval, [this] { wake_up.wake(); }, stop);
        wake_up.wake();
        agent::pause(milliseconds(200), stop);
      }
    });
  }
}

// A runtime that was away when its containers were found may be back: then they are told anew, as what they are.
void ContainerCollector::State::ask_again(Sink& sink) {
  std::vector<Known*> outside;
  for (auto& [mounts, container] : known)  // only this thread changes them
    if (is_outside(container)) outside.push_back(&container);
  for (const Known* container : outside) {
    const ContainerRoot root = container->root;
    if (identifier.identify(root).state != Identification::State::known) continue;
    sink.ended({container->instance.id, clock.now()});
    pending[root.mounts] = Pending{root, clock.now()};
    const std::lock_guard lock(mutex);
    known.erase(root.mounts);
  }
}

void ContainerCollector::State::relist(Sink& sink) {
  identifier.find_engines();
  ask_again(sink);
  follow_engines();
  std::map<std::string, runtime::Instance> listed;
  std::vector<runtime::Source> found;
  for (const auto& engine : identifier.engines()) {
    runtime::Source source{.watches = "containers", .means = engine->runtime(), .detail = engine->socket()};
    if (const Status asked = add_listed(listed, *engine); !asked) {
      source.blind = "its containers are seen but not their images: " + asked.error().message;
      source.remedy = "run the agent as root, or let its user use the socket";
    }
    found.push_back(std::move(source));
  }
  if (access(podman_store, F_OK) == 0)
    found.push_back({.watches = "containers", .means = "podman", .detail = podman_store});
  exchange_listed(sink, std::move(listed));
  relisted_at = clock.now();
  const std::lock_guard lock(mutex);
  sources = std::move(found);
}

std::vector<int> ContainerCollector::State::process_files() const {
  std::vector<int> files;
  const std::lock_guard lock(mutex);
  for (const auto& [mounts, container] : known)
    if (container.process.number() >= 0) files.push_back(container.process.number());
  return files;
}

Duration ContainerCollector::State::pause() const {
  if (!pending.empty()) return pending_interval;
  if (!hinted) return options.census_interval;
  const Duration affordable = std::min(microseconds(census_cost.micros * census_share), hinted_interval_max);
  return std::max(options.census_interval, affordable);
}

// A storm of hints must not become a storm of censuses.
void ContainerCollector::State::slow_down(const std::stop_token& stop) const {
  const Duration since = clock.now() - looked_at;
  const Duration gap = microseconds(census_cost.micros * hinted_census_share - since.micros);
  if (gap.micros > 0) agent::pause(std::min(gap, options.census_interval), stop);
}

ContainerCollector::ContainerCollector(ContainerOptions options, const Clock& clock)
    : state_(std::make_unique<State>(std::move(options), clock)) {}
ContainerCollector::~ContainerCollector() = default;

void ContainerCollector::watch(Sink& sink, std::stop_token stop) {
  const std::stop_callback on_stop(stop, [this] { state_->wake_up.wake(); });
  state_->look(sink);
  while (!stop.stop_requested()) {
    if (state_->clock.now() - state_->relisted_at >= state_->options.relist_interval) state_->relist(sink);
    if (state_->pending.empty()) state_->looked = true;
    const auto woken = state_->wake_up.wait(state_->process_files(), state_->pause());
    if (woken == WakeUp::Woken::by_call && !stop.stop_requested()) state_->slow_down(stop);
    if (!stop.stop_requested()) state_->look(sink);
  }
  state_->followers.clear();
}

void ContainerCollector::list(const Tell& tell) {
  std::vector<runtime::Instance> all;
  {
    const std::lock_guard lock(state_->mutex);
    for (const auto& [mounts, container] : state_->known) all.push_back(container.instance);
    for (const auto& [id, instance] : state_->listed_only) all.push_back(instance);
  }
  for (runtime::Instance& instance : all) tell(std::move(instance));
}

std::vector<runtime::Source> ContainerCollector::sources() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<runtime::Source> all = state_->sources;
  runtime::Source census{.watches = "containers", .means = "cgroups", .detail = "namespaces of every process"};
  if (state_->unreadable > 0) {
    census.blind = fmt::format("{} processes of other users, and containers among them", state_->unreadable);
    census.remedy = "run the agent as root, or grant it CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH";
  }
  all.push_back(std::move(census));
  return all;
}

std::vector<ContainerNetwork> ContainerCollector::networks() const {
  std::vector<ContainerNetwork> all;
  const std::lock_guard lock(state_->mutex);
  const auto add = [&](const runtime::Instance& instance) {
    ContainerNetwork& network = all.emplace_back(ContainerNetwork{.id = instance.id});
    if (instance.settings) network.host_network = instance.settings->host_network;
    if (const auto found = state_->published.find(instance.id); found != state_->published.end())
      network.published = found->second;
  };
  for (const auto& [mounts, container] : state_->known) add(container.instance);
  for (const auto& [id, instance] : state_->listed_only) add(instance);
  return all;
}

bool ContainerCollector::has_looked() const { return state_->looked; }

void ContainerCollector::poke() { state_->wake_up.wake(); }

// The number of a namespace is given away again at once when it is gone: what was said of it holds as long as the first
// process lives.
Admission ContainerCollector::admission_of(std::uint64_t mount_namespace) const {
  const std::lock_guard lock(state_->mutex);
  std::uint64_t mounts = mount_namespace;
  for (std::size_t steps = 0; steps < state_->parts.size(); ++steps) {
    const auto part = state_->parts.find(mounts);
    if (part == state_->parts.end()) break;
    mounts = part->second;
  }
  const auto found = state_->known.find(mounts);
  if (found == state_->known.end() || has_ended(found->second.process))
    return {.by = state_->seen_mounts.contains(mounts) ? Admission::By::asked : Admission::By::unseen};
  const ContainerRoot& root = found->second.root;
  return {.by = is_outside(found->second) ? Admission::By::nobody : Admission::By::runtime,
          .pid = root.pid,
          .root = {root.root.device, root.root.inode},
          .container = found->second.instance.id,
          .runtime = found->second.instance.origin.runtime};
}

void ContainerCollector::poke(std::int64_t pid) {
  state_->hinted = true;
  const std::uint64_t mounts = procfs::namespace_of(pid, "mnt");
  if (mounts == 0 || mounts == state_->census.host_mounts()) return;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->known.contains(mounts) || state_->seen_mounts.contains(mounts)) return;
  }
  poke();
}

}  // namespace weir::agent
