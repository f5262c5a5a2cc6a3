// The `make` of the commands about packages and their flaws, like families.h.
#pragma once
#include "cli/command.h"

namespace weir::cli {

// Of documents that are written for others.
inline constexpr OptionRow author_row{
    .name = "author", .value = "NAME", .help = "who publishes the document; weir unless said"};
inline constexpr OptionRow namespace_row{
    .name = "namespace", .value = "URI", .help = "of who publishes it, such as https://example.com; CSAF asks for one"};

// vuln.cc
Action purl(Options&);
Action vuln_compare(Options&);
Action vuln_cvss(Options&);

// attest.cc
Action attest_vex(Options&);

// advisories.cc, advisories_explain.cc
Action advisories_update(Options&);
Action advisories_status(Options&);
Action advisories_explain(Options&);

// vuln_where.cc
Action vuln_where(Options&);
Action vuln_list(Options&);
Action vuln_show(Options&);
Action component_search(Options&);

// vuln_remedy.cc
Action vuln_backlog(Options&);
Action vuln_sla(Options&);
Action vuln_vex(Options&);
// host.cc
Action host_list(Options&);
Action host_inventory(Options&);
Action host_news(Options&);

// sbom_scan.cc
Action sbom_scan(Options&);

// sbom_diff.cc
Action sbom_diff(Options&);

// openapi_diff.cc
Action openapi_diff(Options&);

}  // namespace weir::cli
