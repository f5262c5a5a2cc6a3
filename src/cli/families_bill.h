// The `make` of the commands about what is in artifacts, and of campaigns that mend it, like families.h.
#pragma once
#include "cli/command.h"

namespace weir::cli {

// sbom_tree.cc
Action sbom_tree(Options&);

// campaign.cc
Action campaign_open(Options&);
Action campaign_list(Options&);
Action campaign_show(Options&);
Action campaign_export(Options&);
Action campaign_except(Options&);
Action campaign_vex(Options&);
Action campaign_close(Options&);

// impact.cc
Action scan_where(Options&);
Action openapi_where(Options&);

// own_advisories.cc
Action advisories_add(Options&);
Action advisories_withdraw(Options&);
Action advisories_list(Options&);

}  // namespace weir::cli
