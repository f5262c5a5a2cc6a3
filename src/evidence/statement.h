// in-toto statements, plain, in a DSSE envelope, or in a Sigstore bundle: what they are about (subjects), and
// what they say (predicate). Nothing is verified here; a summary says which signatures were there. Pure.
#pragma once
#include "evidence/summary.h"

namespace weir::evidence {

struct Statement {
  std::string predicate_type;
  format::Json predicate;
  std::vector<std::string> subject_names;
  std::vector<Sha256> subjects;   // their SHA-256 digests
  std::int64_t subject_count = 0;  // also of other algorithms
  std::int64_t signatures = 0;    // in the envelope; unverified
};

// in-toto Statement v1 and v0.1. Each subject must have a digest.
Result<Statement> read_statement(BytesView content);

// SLSA provenance v1 and v0.2. Facts: format "slsa", version, builder, build_type, source, commit,
// invocation, subjects [name], subject_count, signatures. Compliant: names builder and build type; undecided
// otherwise.
Result<Summary> summarise_provenance(BytesView content);

}  // namespace weir::evidence
