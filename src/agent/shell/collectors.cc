#include "agent/shell/collectors.h"

#include "agent/containers/container_collector.h"
#include "agent/containers/identify.h"
#include "agent/containers/procfs.h"
#include "agent/files/file_collector.h"
#include "agent/inventory/inventory_collector.h"
#include "agent/processes/process_collector.h"
#include "agent/sockets/exposure_collector.h"
#include "agent/units/unit_collector.h"

namespace weir::agent {

namespace {

// A process within a container that is part of its image is known by the container alone.
std::optional<InstanceFound> known_instance(const ProcessCollector& processes, std::int64_t pid) {
  if (auto id = processes.instance_of(pid)) return InstanceFound{.id = std::move(*id)};
  std::string container = container_id_of_cgroup(procfs::cgroup_of(pid));
  if (container.empty()) return std::nullopt;
  return InstanceFound{.id = std::move(container), .is_shared = true};
}

InventoryOptions inventory_options(const AgentConfig& config, const ProcessCollector& processes) {
  InventoryOptions options;
  if (!config.inventory_root.empty()) options.root = config.inventory_root;
  options.programs.scratch = config.state_directory;
  options.programs.instance_of = [&processes](std::int64_t pid) {
    auto found = known_instance(processes, pid);
    return found ? std::optional(std::move(found->id)) : std::nullopt;
  };
  options.programs.age_min = inventory::program_age;
  return options;
}

ExposureOptions exposure_options(const ProcessCollector& processes, const ContainerCollector& containers) {
  ExposureOptions options;
  options.sockets.instance_of = [&processes](std::int64_t pid) { return known_instance(processes, pid); };
  options.sockets.containers = [&containers] { return containers.networks(); };
  options.sockets.age_min = exposure_age;
  return options;
}

}  // namespace

std::vector<std::unique_ptr<Collector>> make_collectors(const AgentConfig& config, const Clock& clock) {
  auto opened = open_task_list();  // where it is refused, the process collector's source says what is
  const std::shared_ptr<const TaskList> tasks = opened ? std::move(*opened) : nullptr;
  auto containers = std::make_unique<ContainerCollector>(
      ContainerOptions{.sockets = config.container_sockets, .tasks = tasks}, clock);
  ProcessOptions processes;
  processes.tasks = tasks;
  processes.baseline_file = config.state_directory + "/baseline";
  processes.arguments = config.arguments ? Arguments::report : Arguments::omit;
  const ContainerCollector* const look = containers.get();
  processes.executed = [look = containers.get()](std::int64_t pid) { look->poke(pid); };
  processes.admission = [look = containers.get()](std::uint64_t mounts) { return look->admission_of(mounts); };

  auto watching = std::make_unique<ProcessCollector>(std::move(processes));
  const Explain explain = [claims = &watching->package_claims()](const ReadFile& file) {
    return claims->claim_of(file);
  };

  // The hooks of one collector point at another; all live until every watching thread has ended.
  std::vector<std::unique_ptr<Collector>> all;
  all.push_back(std::move(containers));
  all.push_back(std::make_unique<UnitCollector>(UnitOptions{.explain = explain}, clock));
  if (!config.paths.empty()) {
    FileOptions files{.paths = config.paths, .explain = explain};
    files.packages_change = [packages = watching.get()] { return packages->packages_change(); };
    all.push_back(std::make_unique<FileCollector>(std::move(files), clock));
  }
  all.push_back(std::make_unique<InventoryCollector>(inventory_options(config, *watching), clock));
  all.push_back(std::make_unique<ExposureCollector>(exposure_options(*watching, *look), clock));
  all.push_back(std::move(watching));
  return all;
}

}  // namespace weir::agent
