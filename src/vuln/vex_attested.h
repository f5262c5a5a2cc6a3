// A document of statements about flaws as it is attested: plain, or as the predicate of an in-toto statement that may
// lie in an envelope. Pure.
#pragma once
#include "evidence/summary.h"
#include "vuln/vex.h"

namespace weir::vuln {

struct AttestedVex {
  std::vector<Statement> statements;
  std::vector<Sha256> subjects;  // that a statement around the document names
  std::int64_t signatures = 0;   // in its envelope; unverified
};
// Errors: those of read_vex, and invalid for a statement that cannot be read.
Result<AttestedVex> read_attested_vex(BytesView content);

// Facts: format "openvex", "csaf" or "cyclonedx", document, author, statements, by_status {not_affected, fixed,
// under_investigation, affected}, vulnerabilities (the first ones), signatures. Compliant: it states something;
// undecided when it states nothing.
Result<evidence::Summary> summarise_vex(BytesView content);

}  // namespace weir::vuln
