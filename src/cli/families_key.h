// key.cc; see families.h.
#pragma once
#include "cli/command.h"

namespace weir::cli {

Action key_add(Options&);
Action key_list(Options&);
Action key_remove(Options&);

}  // namespace weir::cli
