// Advisories from where they lie: a directory of OSV records (*.json, *.yaml, at any depth), a zip or tar of them, or
// one record.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "vuln/match.h"

namespace weir::cli {

struct ReadAdvisories {
  vuln::AdvisorySet set;
  std::vector<std::string> refused;  // "name: why", of records that could not be read
};

// Errors: not_found and invalid for the place itself. A refused record is listed and does not stop the others.
Result<ReadAdvisories> read_advisories(std::span<const std::string> places);

}  // namespace weir::cli
