// The `make` of the commands about packages and their flaws, like families.h.
#pragma once
#include "cli/command.h"

namespace weir::cli {

// vuln.cc
Action purl(Options&);
Action vuln_compare(Options&);
Action vuln_cvss(Options&);

// vuln_where.cc
Action vuln_where(Options&);
Action vuln_list(Options&);
Action vuln_show(Options&);
Action component_search(Options&);

// sbom_scan.cc
Action sbom_scan(Options&);

}  // namespace weir::cli
