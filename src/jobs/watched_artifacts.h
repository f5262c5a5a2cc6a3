// Which artifacts that decisions are kept of must be decided again for what one step of finding vulnerabilities found.
#pragma once
#include <vector>

#include "jobs/exposure.h"
#include "jobs/finding_step.h"

namespace weir::jobs {

// `everything`: whatever has a bill, since something is known now that says something of each.
enum class Reach { holders, everything };

// Those that hold a component that something is said about, and those whose bill was read. While nothing was matched
// yet, whatever has a bill. Errors: those of the tables.
Result<std::vector<Sha256>> watched_artifacts(store::Database& db, const Exposure& exposure, const Found& found,
                                              Reach reach);

}  // namespace weir::jobs
