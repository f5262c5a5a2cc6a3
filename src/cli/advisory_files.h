// Advisories from where they lie: a store of them (docs/formats/advisory-store.md), or any place that a feed is read
// from (feed/place.h).
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vuln/match.h"

namespace weir::cli {

struct ReadAdvisories {
  std::shared_ptr<const vuln::AdvisoryReader> reader;
  std::vector<std::string> refused;  // "name: why", of records that could not be read
};

// Of a bucket only the ecosystems that are `wanted` are fetched; it is asked only where there is one.
using WantedEcosystems = std::function<std::vector<std::string>()>;

// Errors: not_found and invalid for the place itself. A refused record is listed and does not stop the others.
Result<ReadAdvisories> read_advisories(std::span<const std::string> places, const WantedEcosystems& wanted);

}  // namespace weir::cli
