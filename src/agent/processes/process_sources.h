// What the process collector says about its own sight: by which means, why by no better ones, what it cannot see, and
// how to grant it. Pure; safe from any thread.
#pragma once
#include <string>
#include <vector>

#include "agent/processes/exec_source.h"
#include "runtime/report.h"

namespace weir::agent {

struct ProcessSight {
  ExecMeans means = ExecMeans::scan;
  std::string refusals;    // why better means were refused
  std::size_t hidden = 0;  // processes that may not be looked at
  std::int64_t gone = 0;   // execs of which nothing was left to look at
  Duration scan_interval;
  std::vector<std::string> blind_spots;  // of containers
};
runtime::Source describe_processes(const ProcessSight& sight);
runtime::Source describe_packages(const Status& status, const std::string& folder, const std::string& note);

}  // namespace weir::agent
