// Security advisories in the form of CSAF 2.0 (OASIS, profile csaf_security_advisory), read as one advisory: its id is
// the document's tracking id, its CVEs are its upstream. Products count where the product tree gives them a package
// URL; others name nothing that a bill of materials could hold.
// - `known_affected` with a version affects that version, with a "vers:" range what the range spans, with neither every
//   version below the fixed one.
// - `fixed` with a version affects what is below it, unless the document says itself what is affected.
// - Of a product on a platform of Red Hat the platform's CPE is the release, as OSV writes it.
// Pure.
#pragma once
#include "vuln/advisory.h"

namespace weir::vuln {

bool is_csaf(const format::Json& json);

// Errors: invalid, naming the member: also for another profile (a VEX document is no advisory), for a product that the
// tree does not have, and for a range that cannot be expressed; too_large.
Result<Advisory> decode_csaf_advisory(const format::Json& json);

}  // namespace weir::vuln
