// The commands of the shipped policies, their schema and traces; see families.h.
#pragma once
#include "cli/command.h"

namespace weir::cli {

// policy_bundle.cc
Action policy_bundle(Options&);
// policy_catalogue.cc
Action policy_catalogue(Options&);
Action policy_schema(Options&);
// policy_explain.cc
Action policy_explain(Options&);

}  // namespace weir::cli
