#include "agent/processes/process_collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <span>
#include <thread>

#include "agent/processes/event_queue.h"
#include "agent/processes/process_sources.h"
#include "agent/processes/run_counts.h"
#include "agent/processes/run_table.h"

namespace weir::agent {
namespace {

constexpr std::size_t open_executables_max =
    256;  // waiting in the queue; beyond it files are found by their paths
constexpr Duration poll_pause = milliseconds(500);
constexpr Duration tick_interval = milliseconds(250);
constexpr Duration count_interval = seconds(60);
constexpr Duration save_interval = seconds(5);
// Per tick: a burst settles over seconds and never stands in memory whole.
constexpr std::size_t settled_at_once = 256;
constexpr std::size_t listed_at_once = 128;
constexpr std::size_t waiting_max = 128;  // for a runtime's answer, or to be read; each holds some files open
constexpr Duration reading_time_max = seconds(60);
constexpr Duration answer_time_max = seconds(6);  // longer than the container collector itself waits
constexpr Duration answer_interval = milliseconds(20);
constexpr Duration census_time_max = seconds(1);  // for a container to be noticed while it lives
constexpr Duration early_sweep_pause = seconds(1);
constexpr Duration fork_age = seconds(1);  // younger forks are likely about to execute something
constexpr std::int64_t scan_share = 100;   // a scan may take 1/100 of the time, but comes at least so often:
constexpr Duration scan_interval_max = seconds(10);

Instant boot_now() { return {boot_time_ns() / 1000}; }

struct OpenedSource {
  std::unique_ptr<ExecSource> source;  // none: scan
  ExecMeans means = ExecMeans::scan;
  std::string refusals;  // of better means
};

OpenedSource open_best(const ProcessOptions& options) {
  OpenedSource best;
  const auto attempt = [&](ExecMeans means, auto open) {
    if (best.source || (options.means && *options.means != means)) return;
    auto source = open(options.ring_bytes);
    if (source) {
      best.source = std::move(*source);
      best.means = means;
    } else {
      best.refusals += (best.refusals.empty() ? "" : "; ") + source.error().message;
    }
  };
  attempt(ExecMeans::ebpf, open_ebpf_source);
  attempt(ExecMeans::netlink, open_netlink_source);
  return best;
}

// Held by its image, if a runtime answers for that, or of a content that is being read: which isn't known yet.
struct Waiting {
  Sighting sighting;
  bool for_reading = false;                        // else for a runtime's answer
  std::int64_t looked_at_ns = 0, ended_at_ns = 0;  // boot time; 0: it runs
  Instant since;                                   // boot time
};

bool lacks_answer(const Sighting& sighting, const Identified& identified) {
  return identified.held_by_image && sighting.admission.by != Admission::By::runtime;
}

}  // namespace

class ProcessCollector::State {
 public:
  explicit State(ProcessOptions options);
  void watch(Sink& sink, std::stop_token stop);
  void list(const Tell& tell);
  std::optional<std::string> instance_of(std::int64_t pid);
  std::vector<runtime::Source> sources() const;
  bool has_looked() const { return looked_; }
  ExecMeans means() const { return means_; }
  PackageClaims& package_claims() { return claims_; }
  bool packages_change() const { return packages_.is_changing(); }

 private:
  void receive(ExecSource& source, const std::stop_token& stop);
  void note_exec(ExecMoment moment);
  void work(Sink& sink, const std::stop_token& stop);
  void work_off(Sink& sink);
  void handle(Sighting sighting, Sink& sink);
  void handle(const ExitEvent& exit, Sink& sink);
  bool is_known(const Sighting& sighting);
  Telling how_to_tell(const Identified& identified) const;
  void number(Sighting& sighting);
  void replace(Sighting sighting, std::int64_t looked_at_ns, std::int64_t ended_at_ns, Sink& sink);
  void put(const Sighting& sighting, Identified identified, std::int64_t looked_at_ns, Sink& sink);
  Admission admission_of(const Sighting& sighting) const;
  bool is_answered(Waiting& waiting) const;
  void wait_for_answer(Waiting waiting, Sink& sink);
  void settle_waiting(Sink& sink);
  bool is_read(Waiting& waiting) const;
  void tell_answered(Waiting waiting, Sink& sink);
  void end(std::int64_t pid, std::int64_t at_ns, Sink& sink);
  void tell_whole(Telling telling, runtime::Instance instance, Instant at, Sink& sink);
  void sweep(bool look_closer, Sink& sink);
  std::vector<std::int64_t> search(bool look_closer, Sink& sink);
  std::vector<std::int64_t> search_proc(bool look_closer, Sink& sink);
  void look_at_listed(const Task& task, bool look_closer, Sink& sink);
  void look_at_young(Sink& sink);
  enum class Age { any, settled };
  void look_at(std::int64_t pid, const Task* listed, Age age, Sink& sink);
  void put_off(std::int64_t pid);
  void tick(Sink& sink);
  bool runs_another_program(std::int64_t pid);
  bool runs_another_program(const Task& task);

  const ProcessOptions options_;
  Packages packages_;
  Baseline baseline_;
  PackageClaims claims_;
  mutable std::mutex mutex_;  // of the table and of what sources() tells
  RunTable runs_;
  EventQueue events_;
  ProcessIdentity identity_;
  RunCounts counts_;
  std::atomic<ExecMeans> means_ = ExecMeans::scan;
  std::atomic<bool> looked_ = false;  // the first sweep is over and what it found is told
  std::string refusals_;
  std::atomic<std::size_t> hidden_ = 0;  // processes of others in the last sweep
  std::atomic<std::int64_t> gone_ = 0;   // execs of which nothing was left to look at
  std::set<std::string> blind_spots_;
  Duration scan_cost_;
  std::int64_t first_look_until_ns_ = 0;  // boot time; 0: it goes on
  Instant sweep_at_, tick_at_, count_at_, save_at_, early_sweep_from_, look_at_young_from_;
  ListMemory listed_;  // of the list that is being told
  std::vector<Waiting> waiting_;
  std::vector<std::int64_t> young_;  // forks too young to be looked at when they were found
  bool look_closer_ = true, swept_ = false, first_look_ = true;
};

ProcessCollector::State::State(ProcessOptions options)
    : options_(std::move(options)),
      packages_(options_.dpkg, options_.package_root),
      baseline_(options_.baseline_file, packages_, instant_of_boot_ns(boot_time_ns())),
      claims_(packages_, baseline_),
      events_(options_.queue_events_max),
      identity_(
          options_, claims_,
          [this](std::int64_t pid) -> const KeptInstance* {
            const Run* run = runs_.find(pid);
            return run ? &run->instance : nullptr;
          },
          [this] { events_.wake(); }) {}

void ProcessCollector::State::watch(Sink& sink, std::stop_token stop) {
  OpenedSource opened = open_best(options_);
  {
    const std::scoped_lock lock(mutex_);
    means_ = opened.means;
    refusals_ = std::move(opened.refusals);
  }
  std::jthread worker([&](const std::stop_token& halt) { work(sink, halt); });
  if (opened.source) receive(*opened.source, stop);
  else {
    std::mutex waiting;
    std::unique_lock lock(waiting);
    std::condition_variable_any().wait(lock, stop, [] { return false; });
  }
}

void ProcessCollector::State::receive(ExecSource& source, const std::stop_token& stop) {
  const ExecHandlers handlers{.executed = [this](ExecMoment moment) { note_exec(std::move(moment)); },
                              .exited = [this](ExitEvent exit) { events_.put(exit); }};
  while (!stop.stop_requested()) {
    const std::int64_t lost = source.wait(poll_pause, handlers);
    if (lost > 0) events_.add_lost(lost);
  }
}

// Looks at the process before anything else: it may be gone in a moment.
void ProcessCollector::State::note_exec(ExecMoment moment) {
  Sighting sighting{.moment = std::move(moment)};
  sighting.folder = ProcessFolder::open(options_.proc, sighting.moment.pid);
  if (sighting.folder) {
    if (events_.size() < open_executables_max) sighting.executable = sighting.folder->open_executable();
    sighting.facts = sighting.moment.detailed ? complete_facts(*sighting.folder, sighting.moment)
                                              : read_process(*sighting.folder, sighting.moment.pid);
    const bool ended =
        sighting.facts && (sighting.facts->stat.state == 'Z' || sighting.facts->stat.state == 'X');
    if (ended) sighting.facts.reset();
    if (events_.size() >= open_executables_max) sighting.folder.reset();
  }
  if (options_.executed) options_.executed(sighting.moment.pid);
  if (!sighting.moment.detailed) {
    if (!sighting.facts) {
      ++gone_;
      return;
    }
    sighting.moment.start_ticks = sighting.facts->stat.start_ticks;
  }
  events_.put(std::move(sighting));
}

void ProcessCollector::State::work(Sink& sink, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Duration pause = waiting_.empty() ? tick_interval : answer_interval;
    auto event = events_.take(std::chrono::microseconds(pause.micros));
    if (const std::int64_t lost = events_.take_lost(); lost > 0) {
      sink.lost(lost);
      look_closer_ = true;
      sweep_at_ = std::max(boot_now(), early_sweep_from_);
    }
    if (event) std::visit([&](auto& one) { handle(std::move(one), sink); }, *event);
    tick(sink);
  }
  for (runtime::RunCount& count : counts_.take()) sink.counted(std::move(count));
  (void)baseline_.save();
}

void ProcessCollector::State::work_off(Sink& sink) {
  while (auto event = events_.take(std::chrono::microseconds(0)))
    std::visit([&](auto& one) { handle(std::move(one), sink); }, *event);
}

void ProcessCollector::State::tick(Sink& sink) {
  const Instant now = boot_now();
  if (now >= sweep_at_) {
    sweep(std::exchange(look_closer_, means_ == ExecMeans::scan), sink);
    const Duration interval = means_ == ExecMeans::scan ? options_.scan_interval : options_.sweep_interval;
    const Duration affordable = std::min(scan_interval_max, Duration{scan_cost_.micros * scan_share});
    sweep_at_ = boot_now() + std::max(interval, affordable);
    early_sweep_from_ = boot_now() + std::max(early_sweep_pause, Duration{scan_cost_.micros * 10});
  }
  settle_waiting(sink);
  if (now < tick_at_) return;
  tick_at_ = now + tick_interval;
  if (!young_.empty() && now >= look_at_young_from_) look_at_young(sink);
  std::vector<runtime::Instance> settled;
  {
    const std::scoped_lock lock(mutex_);
    settled = runs_.settle(instant_of_boot_ns(boot_time_ns()), options_.settled_age, settled_at_once);
  }
  for (runtime::Instance& instance : settled) sink.started(std::move(instance));
  const bool waits = std::ranges::any_of(
      waiting_, [&](const Waiting& waiting) { return waiting.looked_at_ns <= first_look_until_ns_; });
  if (!waits) looked_ = true;
  const Instant wall = instant_of_boot_ns(boot_time_ns());
  const bool hour_turned = wall.micros / hours(1).micros != (wall - tick_interval).micros / hours(1).micros;
  if (now >= count_at_ || hour_turned || counts_.is_full()) {
    count_at_ = now + count_interval;
    for (runtime::RunCount& count : counts_.take()) sink.counted(std::move(count));
  }
  if (now >= save_at_) {
    save_at_ = now + save_interval;
    (void)baseline_.save();  // its failure is told by sources()
  }
}

// News of a run that a sweep found in the meantime?
bool ProcessCollector::State::is_known(const Sighting& sighting) {
  const Run* run = runs_.find(sighting.moment.pid);
  if (!run || run->looked_at_ns < sighting.moment.at_ns) return false;
  if (run->start_ticks != sighting.moment.start_ticks) return false;
  return !sighting.moment.detailed || run->inode == sighting.moment.inode;
}

void ProcessCollector::State::handle(Sighting sighting, Sink& sink) {
  if (is_known(sighting)) return;
  const std::int64_t at_ns =
      sighting.moment.at_ns;  // what the kernel tells of it says nothing of an exec after that
  const std::int64_t looked_at_ns = sighting.moment.detailed ? at_ns : boot_time_ns();
  replace(std::move(sighting), looked_at_ns, at_ns, sink);
}

// Which run of its process it is, where something else is known to have run there.
void ProcessCollector::State::number(Sighting& sighting) {
  Run* before = runs_.find(sighting.moment.pid);
  if (!before || before->start_ticks != sighting.moment.start_ticks) return;  // of another process
  if (!before->ids) {
    before->ids = std::make_shared<RunIds>();
    before->ids->give(before->ids->next_run(), before->instance.id);
  }
  sighting.ids = before->ids;
  sighting.run = sighting.ids->next_run();
}

// What runs from here on in a process; what ran there before ends.
void ProcessCollector::State::replace(Sighting sighting, std::int64_t looked_at_ns, std::int64_t ended_at_ns,
                                      Sink& sink) {
  sighting.admission = admission_of(sighting);
  number(sighting);
  Identified identified = identity_.identify(sighting);
  const bool for_reading = identified.is_pending, waits = for_reading || lacks_answer(sighting, identified);
  if (waits && !sighting.ids) {  // others may run in its place, and be told, before its own id is known
    sighting.ids = std::make_shared<RunIds>();
    sighting.run = sighting.ids->next_run();
  }
  end(sighting.moment.pid, ended_at_ns, sink);
  put(sighting, std::move(identified), looked_at_ns, sink);
  if (!waits) return;
  wait_for_answer({.sighting = std::move(sighting),
                   .for_reading = for_reading,
                   .looked_at_ns = looked_at_ns,
                   .since = boot_now()},
                  sink);
}

void ProcessCollector::State::put(const Sighting& sighting, Identified identified, std::int64_t looked_at_ns,
                                  Sink& sink) {
  Run run{.start_ticks = sighting.moment.start_ticks,
          .device = identified.device,
          .inode = identified.inode,
          .looked_at_ns = looked_at_ns,
          .telling = how_to_tell(identified),
          .ids = sighting.ids};
  std::optional<runtime::Instance> news;
  if (run.telling == Telling::told) news = identified.instance;
  {
    const std::scoped_lock lock(mutex_);
    run.instance = runs_.keep(std::move(identified.instance));
    runs_.put(sighting.moment.pid, std::move(run));
    if (blind_spots_.size() != identity_.blind_spots().size()) blind_spots_ = identity_.blind_spots();
  }
  if (news) sink.started(std::move(*news));
}

Admission ProcessCollector::State::admission_of(const Sighting& sighting) const {
  const auto space = identity_.space_of(sighting);
  return space && options_.admission ? options_.admission(*space) : Admission{};
}

// Whether it is known who answers for the container. A container that was gone before anybody could be asked is one if
// a control group says so: such a name can be forged, but without it every short container would be an alarm.
bool ProcessCollector::State::is_answered(Waiting& waiting) const {
  if (waiting.for_reading) return is_read(waiting);
  Sighting& sighting = waiting.sighting;
  sighting.admission = admission_of(sighting);
  using By = Admission::By;
  if (sighting.admission.by == By::runtime || sighting.admission.by == By::nobody) return true;
  const Duration waited = boot_now() - waiting.since;
  if (waited < (sighting.admission.by == By::asked ? answer_time_max : census_time_max)) return false;
  const bool named = sighting.facts && !sighting.facts->place.container.empty();
  sighting.admission = {.by = named ? By::runtime : By::nobody};
  return true;
}

bool ProcessCollector::State::is_read(Waiting& waiting) const {
  if (!waiting.sighting.readings.is_pending()) return true;
  if (boot_now() - waiting.since < reading_time_max) return false;
  waiting.sighting.readings.give_up();
  return true;
}

void ProcessCollector::State::wait_for_answer(Waiting waiting, Sink& sink) {
  if (waiting_.size() >= waiting_max) {  // what waited longest waits no more
    waiting_.front().since = {};
    settle_waiting(sink);
  }
  waiting_.push_back(std::move(waiting));
}

void ProcessCollector::State::settle_waiting(Sink& sink) {
  std::vector<Waiting> answered;
  std::erase_if(waiting_, [&](Waiting& waiting) {
    if (!is_answered(waiting)) return false;
    if (waiting.for_reading || waiting.sighting.admission.by == Admission::By::nobody)
      answered.push_back(std::move(waiting));
    return true;
  });
  for (Waiting& waiting : answered) tell_answered(std::move(waiting), sink);
}

// What was read by now, or runs in a container that nobody answers for, whose image so holds nothing: it is told after
// all.
void ProcessCollector::State::tell_answered(Waiting waiting, Sink& sink) {
  Sighting& sighting = waiting.sighting;
  using By = Admission::By;
  if (sighting.admission.by == By::asked || sighting.admission.by == By::unseen)
    sighting.admission = admission_of(sighting);
  Identified identified = identity_.identify(sighting);
  if (identified.is_pending || lacks_answer(sighting, identified)) {
    if (waiting.for_reading != identified.is_pending) waiting.since = boot_now();
    waiting.for_reading = identified.is_pending;
    return waiting_.push_back(std::move(waiting));
  }
  if (waiting.ended_at_ns == 0) return put(sighting, std::move(identified), waiting.looked_at_ns, sink);
  const Telling telling = how_to_tell(identified);
  if (telling == Telling::never) return;
  tell_whole(telling, std::move(identified.instance), instant_of_boot_ns(waiting.ended_at_ns), sink);
}

// What the first look finds is told by the first listing, and not one by one.
Telling ProcessCollector::State::how_to_tell(const Identified& identified) const {
  const runtime::Instance& instance = identified.instance;
  if (identified.is_pending || identified.held_by_image ||
      (options_.in_scope && !options_.in_scope(instance)))
    return Telling::never;
  const bool young = instant_of_boot_ns(boot_time_ns()) - instance.started_at < options_.settled_age;
  if (identified.explained && (!first_look_ || young)) return Telling::later;
  return first_look_ ? Telling::listed : Telling::told;
}

void ProcessCollector::State::handle(const ExitEvent& exit, Sink& sink) {
  const Run* run = runs_.find(exit.pid);
  if (run && exit.start_ticks != 0 && run->start_ticks != 0 && run->start_ticks != exit.start_ticks) return;
  // Children that came by fork alone may go on with what an unexplained run was.
  if (run && (run->telling == Telling::told || run->telling == Telling::listed))
    sweep_at_ = std::min(sweep_at_, std::max(boot_now(), early_sweep_from_));
  end(exit.pid, exit.at_ns, sink);
}

void ProcessCollector::State::end(std::int64_t pid, std::int64_t at_ns, Sink& sink) {
  identity_.forget(pid);
  for (Waiting& waiting : waiting_)
    if (waiting.sighting.moment.pid == pid && waiting.ended_at_ns == 0) waiting.ended_at_ns = at_ns;
  std::optional<Run> run;
  {
    const std::scoped_lock lock(mutex_);
    run = runs_.take(pid);
  }
  if (!run || run->telling == Telling::never) return;
  const Instant at = instant_of_boot_ns(at_ns);
  if (run->telling == Telling::told) return sink.ended({.id = run->instance.id, .ended_at = at});
  tell_whole(run->telling, run->instance.whole(), at, sink);
}

// A run that ended before it was told.
void ProcessCollector::State::tell_whole(Telling telling, runtime::Instance instance, Instant at,
                                         Sink& sink) {
  if (telling == Telling::later && at - instance.started_at < options_.settled_age)
    return counts_.add(instance);
  instance.ended_at = at;
  sink.started(std::move(instance));
}

bool ProcessCollector::State::runs_another_program(std::int64_t pid) {
  const Run* run = runs_.find(pid);
  const auto folder = ProcessFolder::open(options_.proc, pid);
  const auto executable = folder ? folder->status("exe") : std::nullopt;
  if (!executable || run->inode == 0) return false;
  if (executable->st_ino != run->inode || executable->st_dev != run->device) return true;
  const auto text = folder->read("stat");
  const auto stat = text ? parse_stat_line(*text) : std::nullopt;
  return stat && run->start_ticks != 0 && stat->start_ticks != run->start_ticks;
}

// By the kernel's list, which may count inodes otherwise than stat() does (overlay): then /proc decides, once per run.
bool ProcessCollector::State::runs_another_program(const Task& task) {
  Run* run = runs_.find(task.pid);
  if (run->start_ticks != 0 && run->start_ticks != task.start_ticks) return !task.ended;
  const bool same = task.inode == 0 || run->inode == 0 || task.inode == run->inode;
  if (same || task.inode == run->listed_inode) return false;
  if (runs_another_program(task.pid)) return true;
  run->listed_inode = task.inode;
  return false;
}

// A fork that is likely about to execute something is looked at when it had the time to.
void ProcessCollector::State::put_off(std::int64_t pid) {
  if (young_.empty()) look_at_young_from_ = boot_now() + fork_age;
  young_.push_back(pid);
}

void ProcessCollector::State::look_at_young(Sink& sink) {
  for (const std::int64_t pid : std::exchange(young_, {}))
    if (!runs_.find(pid)) look_at(pid, nullptr, Age::any, sink);
}

void ProcessCollector::State::look_at(std::int64_t pid, const Task* listed, Age age, Sink& sink) {
  Sighting sighting{.moment = {.pid = pid}};
  const std::int64_t looked_at = boot_time_ns();
  sighting.folder = ProcessFolder::open(options_.proc, pid);
  if (!sighting.folder) return;
  sighting.executable = sighting.folder->open_executable();
  if (listed) sighting.facts = complete_facts(*sighting.folder, *listed, identity_.host_root(), listed_);
  else sighting.facts = read_process(*sighting.folder, pid);
  if (!sighting.facts || sighting.facts->stat.kernel_thread) return;
  if (sighting.facts->stat.state == 'Z' || sighting.facts->stat.state == 'X') return;
  if (sighting.facts->hidden) {
    ++hidden_;
    return;
  }
  if (!sighting.executable && sighting.facts->executable.empty()) return;  // it ends just now
  sighting.moment.start_ticks = sighting.facts->stat.start_ticks;
  sighting.moment.at_ns = boot_ns_of_ticks(sighting.moment.start_ticks);
  if (age == Age::settled && looked_at - sighting.moment.at_ns < fork_age.micros * 1000) return put_off(pid);
  replace(std::move(sighting), looked_at, looked_at, sink);
}

void ProcessCollector::State::look_at_listed(const Task& task, bool look_closer, Sink& sink) {
  if (runs_.find(task.pid)) {  // by /proc from here on: the list is a moment old
    if (runs_another_program(task) || (look_closer && runs_another_program(task.pid)))
      look_at(task.pid, nullptr, Age::any, sink);
    return;
  }
  if (task.ended) return;
  const std::int64_t age_ns = boot_time_ns() - boot_ns_of_ticks(task.start_ticks);
  if (!look_closer && age_ns < fork_age.micros * 1000) return put_off(task.pid);
  look_at(task.pid, &task, Age::any, sink);
}

std::vector<std::int64_t> ProcessCollector::State::search_proc(bool look_closer, Sink& sink) {
  std::vector<std::int64_t> alive = list_processes(options_.proc);
  for (const std::int64_t pid : alive) {
    work_off(sink);  // news do not wait for a long search
    if (!runs_.find(pid) || (look_closer && runs_another_program(pid)))
      look_at(pid, nullptr, look_closer ? Age::any : Age::settled, sink);
  }
  std::ranges::sort(alive);
  return alive;
}

// The pids that are there, in order.
std::vector<std::int64_t> ProcessCollector::State::search(bool look_closer, Sink& sink) {
  if (!options_.tasks) return search_proc(look_closer, sink);
  listed_ = {};
  std::vector<std::int64_t> alive;
  alive.reserve(runs_.size());
  const Status listed = options_.tasks->each([&](const Task& task) {
    work_off(sink);
    alive.push_back(task.pid);
    look_at_listed(task, look_closer, sink);
  });
  return listed ? alive : search_proc(look_closer, sink);
}

// Finds what runs without having been told, and what ended unnoticed. A closer look also finds known processes that
// execute something else by now; by the kernel's list each look is one.
void ProcessCollector::State::sweep(bool look_closer, Sink& sink) {
  const Instant begin = boot_now();
  const std::int64_t begin_ns = boot_time_ns();
  hidden_ = 0;
  identity_.forget_all();
  const std::vector<std::int64_t> alive = search(look_closer, sink);
  if (std::exchange(first_look_, false)) first_look_until_ns_ = boot_time_ns();
  for (const std::int64_t pid : runs_.pids())
    if (!std::ranges::binary_search(alive, pid) && runs_.find(pid)->looked_at_ns < begin_ns)
      end(pid, begin_ns, sink);
  if (std::exchange(swept_, true)) scan_cost_ = boot_now() - begin;  // the first one hashes everything
}

// Some at a time: the thread that tells of new ones waits for the table.
void ProcessCollector::State::list(const Tell& tell) {
  std::vector<std::int64_t> pids;
  {
    const std::scoped_lock lock(mutex_);
    pids = runs_.pids();
  }
  for (std::span<const std::int64_t> left = pids; !left.empty();) {
    const auto some = left.first(std::min(left.size(), listed_at_once));
    left = left.subspan(some.size());
    std::vector<runtime::Instance> instances;
    {
      const std::scoped_lock lock(mutex_);
      instances = runs_.list(some);
    }
    for (runtime::Instance& instance : instances) tell(std::move(instance));
  }
}

std::optional<std::string> ProcessCollector::State::instance_of(std::int64_t pid) {
  const std::scoped_lock lock(mutex_);
  const Run* run = runs_.find(pid);
  if (run == nullptr || run->telling == Telling::later || run->telling == Telling::never) return std::nullopt;
  return run->instance.id;
}

std::vector<runtime::Source> ProcessCollector::State::sources() const {
  const std::scoped_lock lock(mutex_);
  ProcessSight sight{.means = means_,
                     .refusals = refusals_,
                     .hidden = hidden_,
                     .gone = gone_,
                     .scan_interval = options_.scan_interval};
  sight.blind_spots.assign(blind_spots_.begin(), blind_spots_.end());
  return {describe_processes(sight), describe_packages(packages_.status(), options_.dpkg, baseline_.note())};
}

ProcessCollector::ProcessCollector(ProcessOptions options)
    : state_(std::make_unique<State>(std::move(options))) {}
ProcessCollector::~ProcessCollector() = default;
void ProcessCollector::watch(Sink& sink, std::stop_token stop) { state_->watch(sink, stop); }
void ProcessCollector::list(const Tell& tell) { state_->list(tell); }
std::vector<runtime::Source> ProcessCollector::sources() const { return state_->sources(); }
bool ProcessCollector::has_looked() const { return state_->has_looked(); }
std::optional<std::string> ProcessCollector::instance_of(std::int64_t pid) const {
  return state_->instance_of(pid);
}
ExecMeans ProcessCollector::means() const { return state_->means(); }
PackageClaims& ProcessCollector::package_claims() { return state_->package_claims(); }
bool ProcessCollector::packages_change() const { return state_->packages_change(); }

}  // namespace weir::agent
