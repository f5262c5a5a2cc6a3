#include "agent/shell/collectors.h"

#include "agent/containers/container_collector.h"
#include "agent/files/file_collector.h"
#include "agent/processes/process_collector.h"
#include "agent/units/unit_collector.h"

namespace weir::agent {

std::vector<std::unique_ptr<Collector>> make_collectors(const AgentConfig& config, const Clock& clock) {
  auto opened = open_task_list();  // where it is refused, the process collector's source says what is
  const std::shared_ptr<const TaskList> tasks = opened ? std::move(*opened) : nullptr;
  auto containers = std::make_unique<ContainerCollector>(
      ContainerOptions{.sockets = config.container_sockets, .tasks = tasks}, clock);
  ProcessOptions processes;
  processes.tasks = tasks;
  processes.baseline_file = config.state_directory + "/baseline";
  processes.arguments = config.arguments ? Arguments::report : Arguments::omit;
  processes.executed = [look = containers.get()](std::int64_t pid) { look->poke(pid); };
  processes.admission = [look = containers.get()](std::uint64_t mounts) { return look->admission_of(mounts); };

  // The process collector's hooks point at the container collector; both live until every watching thread has ended.
  std::vector<std::unique_ptr<Collector>> all;
  all.push_back(std::move(containers));
  all.push_back(std::make_unique<UnitCollector>(UnitOptions{}, clock));
  if (!config.paths.empty()) all.push_back(std::make_unique<FileCollector>(FileOptions{.paths = config.paths}, clock));
  all.push_back(std::make_unique<ProcessCollector>(std::move(processes)));
  return all;
}

}  // namespace weir::agent
