// What the process collector is told. Paths stand here so that tests can give it a host of their own.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "agent/processes/admission.h"
#include "agent/processes/exec_source.h"
#include "agent/processes/proc_text.h"
#include "agent/processes/task_list.h"
#include "base/limits.h"
#include "runtime/report.h"

namespace weir::agent {

enum class Arguments { omit, report };

struct ProcessOptions {
  std::string proc = "/proc";
  std::string dpkg = "/var/lib/dpkg";
  std::string package_root;  // what the paths in dpkg's lists are below
  std::string users = "/etc/passwd";
  std::string baseline_file;         // empty: the baseline lives as long as the collector
  std::optional<ExecMeans> means;    // empty: the best that this kernel and user allow
  std::size_t ring_bytes = 1 << 20;  // of eBPF's ring (a power of two) and of the connector's buffer
  std::size_t queue_events_max = 4096;
  Arguments arguments = Arguments::omit;
  Duration settled_age = limits::settled_process_age;
  Duration sweep_interval =
      seconds(10);  // how often /proc is searched for processes that came without an exec
  Duration scan_interval =
      seconds(1);  // the same where there are no events; stretched so that it costs ≤ 1 %
  std::shared_ptr<const TaskList> tasks;  // none: /proc is searched
  FindAdmission admission;                // none: no runtime answers for any container
  std::function<bool(const runtime::Instance&)> in_scope;  // empty: everything is
  std::function<void(std::int64_t pid)> executed;          // told of each exec at once; empty: nobody is
};

}  // namespace weir::agent
