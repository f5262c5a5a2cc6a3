// The collectors of a host, made and wired as the configuration says: each exec that the process collector sees
// makes the
// container collector look whether it stands in a container nobody knew.
#pragma once
#include <memory>
#include <vector>

#include "agent/collector.h"
#include "agent/shell/config.h"

namespace weir::agent {

std::vector<std::unique_ptr<Collector>> make_collectors(const AgentConfig& config, const Clock& clock);

}  // namespace weir::agent
