// `weir agent`: runs the agent of this host until it is told to stop.
#pragma once
#include "cli/environment.h"

namespace weir {

Result<cli::Exit> watch(cli::Session& session, const cli::AgentOptions& options);

}  // namespace weir
