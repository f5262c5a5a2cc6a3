// Where findings run: each workload that is an artifact with one of them, and each inventory that has one.
#pragma once
#include <vector>

#include "jobs/exposure.h"
#include "store/view_running.h"

namespace weir::jobs {

struct RunningFinding {
  store::RunningRow running;
  vuln::FindingChange finding;
};
// Of one flaw, but for what is stated not affected, or fixed. Work goes by who holds it. Errors: those of the tables.
Result<std::vector<RunningFinding>> running_with(store::Database& db, const Exposure& exposure,
                                                 const std::string& cluster);

}  // namespace weir::jobs
