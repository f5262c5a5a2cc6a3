// From a bill of materials or an advisory to the finding: reads bills that were attested, holds their components
// against the advisories, changed advisories against the components they name, statements about flaws (VEX) against
// both, and records what begins and ends, and what holds of it.
// Work goes by what changed, never by what there is. It owns the exposure: nobody else changes it.
#pragma once
#include <memory>

#include "blob/store.h"
#include "jobs/exposure.h"
#include "jobs/reconcile.h"

namespace weir::jobs {

// Where advisories come from: all of them at this moment, or what changed of them, or nothing when they are as they
// were. Errors: what cannot be read; then what was known stands.
struct ReadAdvisories {
  vuln::AdvisorySet set;
  bool only_changes = false;  // the set holds what is new or changed since the last answer; the rest stands
  std::shared_ptr<const vuln::CveFacts> cves = {};  // null: there are no lists of CVEs, or only changes
  std::vector<std::string> refused;                 // "name: why"
  std::string source;                               // without user, password or query
  bool is_kept = false;  // by the source itself: what it once said is not lost with this process
};
using AdvisorySource = std::function<Result<std::optional<ReadAdvisories>>()>;

struct FindingPorts {
  std::shared_ptr<Exposure> exposure;
  std::shared_ptr<blob::BlobStore> blobs;
  AdvisorySource advisories;  // empty: none are watched
  std::string index_file;     // where the index is kept between runs
  std::string advisories_file = {};  // what the names of files begin with where advisories are; empty: none are kept
  std::function<void(const Error&)> say =
      {};  // hears what was wrong with that file and is mended; empty: nobody
};

std::unique_ptr<Job> make_find_vulnerabilities(Shared shared, FindingPorts ports,
                                               std::unique_ptr<store::Database> reader);
// Ends exceptions for findings when more is known of the flaw than when they were granted.
std::unique_ptr<Job> make_exposed_exceptions(Shared shared, std::shared_ptr<const Exposure> exposure,
                                             std::unique_ptr<store::Database> reader);
// One alert for each flaw and owner while something that runs has it and nobody has accepted that.
std::unique_ptr<Job> make_vulnerability_notices(Shared shared, std::shared_ptr<Exposure> exposure,
                                                std::unique_ptr<store::Database> reader);

}  // namespace weir::jobs
