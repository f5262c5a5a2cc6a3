// The commands of a deployment's bill of materials; see families.h.
#pragma once
#include "cli/command.h"

namespace weir::cli {

Action dbom(Options&);
Action dbom_verify(Options&);
Action dbom_schema(Options&);

}  // namespace weir::cli
