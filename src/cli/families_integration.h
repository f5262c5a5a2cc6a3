// integration.cc; see families.h.
#pragma once
#include "cli/command.h"

namespace weir::cli {

Action integration_create(Options&);
Action integration_list(Options&);
Action integration_remove(Options&);
Action integration_test(Options&);
Action integration_requests(Options&);
Action integration_retry(Options&);

}  // namespace weir::cli
