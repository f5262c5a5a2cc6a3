// Advisories for the server from a place on this machine: read again when a file of it appears, goes or changes.
#pragma once
#include <string>

#include "jobs/find_vulnerabilities.h"

namespace weir {

// Belongs to one thread. A place that cannot be read is an error each time it changes, and nothing else.
jobs::AdvisorySource watch_place(const std::string& place);

}  // namespace weir
