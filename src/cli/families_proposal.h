// The `make` of the commands about changes of policies; see families.h.
#pragma once
#include "cli/command.h"

namespace weir::cli {

// proposal.cc
Action policy_propose(Options&);
Action policy_proposals(Options&);
Action policy_proposal(Options&);
Action policy_consent(Options&);
Action policy_refuse(Options&);
Action policy_comment(Options&);
Action policy_withdraw(Options&);
Action policy_roles(Options&);

}  // namespace weir::cli
