#include "agent/inventory/inventory_collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "agent/containers/wait.h"
#include "agent/inventory/documents.h"
#include "agent/inventory/dpkg_status.h"
#include "agent/inventory/os_release.h"
#include "agent/inventory/rpm_list.h"
#include "crypto/digest.h"

namespace weir::agent {
namespace {

constexpr std::int64_t program_cost_share = 200;  // a look may cost one part in so many
constexpr int stale_looks_max = 15;               // then a database that is never still is read all the same

std::string counted(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

// The processes of a container are one instance.
std::map<std::string, RunningProgram> by_instance(const ProgramsSeen& seen) {
  std::map<std::string, RunningProgram> all;
  for (const RunningProgram& program : seen.programs) {
    RunningProgram& whole = all[program.instance];
    whole.jars.insert(whole.jars.end(), program.jars.begin(), program.jars.end());
    whole.key += program.key;
  }
  for (auto& [instance, program] : all) program.key = to_hex(crypto::sha256(program.key));  // it is kept
  return all;
}

}  // namespace

struct InventoryCollector::State {
  State(InventoryOptions given, const Clock& host_clock)
      : options(std::move(given)), clock(host_clock), program_look(options.programs) {}

  const InventoryOptions options;
  const Clock& clock;
  ProgramLook program_look;
  std::atomic<bool> again = false;

  // Of the watching thread:
  std::string packages_stamp, stamp_before;
  int stale_looks = 0;
  std::vector<Sha256> packages_told;
  struct Told {
    std::string key;
    std::uint64_t look = 0;  // that saw it last
  };
  std::map<std::string, Told> programs_told;  // by instance
  std::uint64_t looks = 0;
  Instant programs_at;

  mutable std::mutex mutex;  // guards what the sources say
  runtime::Source packages{
      .watches = "inventory", .means = "none", .blind = "the packages of this host, until they are read"};
  runtime::Source archives{.watches = "archives", .means = "proc"};

  void look_at_packages(Sink& sink, const std::stop_token& stop);
  void read_packages(Sink& sink, const std::stop_token& stop);
  void look_at_programs(Sink& sink, const std::stop_token& stop);
  void tell(const RunningProgram& program, std::vector<std::string> instances, Sink& sink);
  void say(const ProgramsSeen& seen);
};

void InventoryCollector::State::look_at_packages(Sink& sink, const std::stop_token& stop) {
  const std::string stamp = dpkg_stamp(options.root) + "|" + rpm_stamp(options.root);
  const bool still = stamp == std::exchange(stamp_before, stamp) || packages_stamp.empty();
  if (stamp == packages_stamp) {
    stale_looks = 0;
    return;
  }
  if (!still && ++stale_looks < stale_looks_max) return;
  stale_looks = 0;
  packages_stamp = stamp;
  read_packages(sink, stop);
}

void InventoryCollector::State::read_packages(Sink& sink, const std::stop_token& stop) {
  const Distribution distribution = read_os_release(options.root);
  runtime::Source source{.watches = "inventory", .means = "none"};
  std::vector<InstalledPackage> all;
  bool failed = false;
  const auto take = [&](std::string_view means, Result<std::vector<InstalledPackage>> read) {
    if (!read.ok() && read.error().code == Errc::not_found) return;
    source.means = source.means == "none" ? std::string(means) : source.means + ", " + std::string(means);
    failed |= !read.ok();
    if (!read.ok()) source.blind = fmt::format("the packages of {}: {}", means, read.error().message);
    else std::ranges::move(*read, std::back_inserter(all));
  };
  take("dpkg", read_dpkg(options.root));
  take("rpm", read_rpm(options.root, options.rpm.empty() ? rpm_program : options.rpm, stop));
  if (source.means == "none") source.blind = "the packages of this host: there is no database of dpkg or rpm";
  if (all.size() >= inventory::packages_max) source.blind = "packages beyond the first 50000";
  if (!all.empty())
    source.detail =
        fmt::format("{} {}, {}", distribution.id, distribution.version, counted(all.size(), "package"));
  {
    const std::lock_guard lock(mutex);
    packages = source;
  }
  if (all.empty() || failed) return;  // what was told stands: that it can't be read now uninstalls nothing
  Survey survey = survey_of_packages(all, distribution, clock.now());
  if (survey.claim.parts == packages_told) return;
  packages_told = survey.claim.parts;
  sink.surveyed(std::move(survey));
}

void InventoryCollector::State::tell(const RunningProgram& program, std::vector<std::string> instances,
                                     Sink& sink) {
  std::vector<JarComponent> components;
  for (const LoadedJar& jar : program.jars)
    for (JarComponent component : jar.contents->components) {
      if (components.size() >= inventory::components_max) break;
      component.place = jar.path + component.place;
      components.push_back(std::move(component));
    }
  Survey survey = survey_of_program(components, std::move(instances), clock.now());
  if (!survey.documents.empty()) sink.surveyed(std::move(survey));
}

// Programs that loaded the same are told as one. What was told is told again when it runs elsewhere too.
void InventoryCollector::State::look_at_programs(Sink& sink, const std::stop_token& stop) {
  const Instant begun = clock.now();
  if (begun < programs_at) return;
  ++looks;
  const ProgramsSeen seen = program_look.look(stop);
  if (stop.stop_requested()) return;
  const auto programs = by_instance(seen);
  std::map<std::string, std::pair<const RunningProgram*, std::vector<std::string>>> by_key;
  for (const auto& [instance, program] : programs) {
    auto& [first, instances] = by_key[program.key];
    if (first == nullptr) first = &program;
    instances.push_back(instance);
  }
  for (auto& [key, found] : by_key) {
    auto& [program, instances] = found;
    if (instances.size() > runtime::inventory_instances_max)
      instances.resize(runtime::inventory_instances_max);
    bool news = false;
    for (const std::string& id : instances) {
      Told& told = programs_told[id];
      news |= std::exchange(told.key, key) != key;
      told.look = looks;
    }
    if (news) tell(*program, instances, sink);
  }
  std::erase_if(programs_told, [&](const auto& entry) { return entry.second.look + 8 < looks; });
  say(seen);
  const Duration cost = clock.now() - begun;  // what was read for the first time is not read again
  const Duration rest = seen.archives_read > 0 ? Duration{} : microseconds(cost.micros * program_cost_share);
  programs_at = clock.now() + std::max(options.program_interval, rest);
}

void InventoryCollector::State::say(const ProgramsSeen& seen) {
  runtime::Source source{.watches = "archives", .means = "proc"};
  if (!seen.programs.empty()) source.detail = counted(seen.programs.size(), "Java program");
  if (seen.hidden > 0) {
    source.blind = fmt::format("the archives of {} processes of others", seen.hidden);
    source.remedy = "run the agent as root, or give it CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH";
  } else if (seen.cut) {
    source.blind = "archives beyond the bounds of docs/formats/host-inventory.md";
  } else if (!seen.damage.empty()) {
    source.blind = seen.damage;
  }
  const std::lock_guard lock(mutex);
  archives = source;
}

InventoryCollector::InventoryCollector(InventoryOptions options, const Clock& clock)
    : state_(std::make_unique<State>(std::move(options), clock)) {}
InventoryCollector::~InventoryCollector() = default;

void InventoryCollector::survey_again() { state_->again = true; }

void InventoryCollector::watch(Sink& sink, std::stop_token stop) {
  while (!stop.stop_requested()) {
    if (state_->again.exchange(false)) {
      state_->packages_told.clear();
      state_->packages_stamp.clear();
      state_->programs_told.clear();
      state_->programs_at = {};
    }
    state_->look_at_packages(sink, stop);
    if (state_->options.programs.instance_of) state_->look_at_programs(sink, stop);
    pause(state_->options.package_interval, stop);
  }
}

std::vector<runtime::Source> InventoryCollector::sources() const {
  const std::lock_guard lock(state_->mutex);
  return {state_->packages, state_->archives};
}

}  // namespace weir::agent
