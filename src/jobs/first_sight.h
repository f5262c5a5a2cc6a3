// What ran when a host was first seen is one alert, not a storm: `first-sight`, while content runs that nobody answers
// for. Adopting or stopping all of it resolves that, and what is left has no content to approve: `first-sight-unseen`,
// less severe, until it has ended. Each of the two is opened once for a host. Reads only.
#pragma once
#include <vector>

#include "store/event.h"
#include "store/sql.h"

namespace weir::jobs {

// What is due now, of all hosts; call it when everything is judged.
Result<std::vector<store::Event>> first_sight_events(store::Database& tables);

}  // namespace weir::jobs
