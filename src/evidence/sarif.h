// SARIF 2.1.0 (OASIS), as scanners write it: results with a level, from one or more tools. Pure.
#pragma once
#include "evidence/summary.h"

namespace weir::evidence {

// Facts: format "sarif", tools [{name, version}], results (open ones), by_level {error, warning, note, none},
// by_severity {critical, high, medium, low} where rules carry the number `security-severity`, suppressed,
// rules [{id, level, count}] (the most frequent), executed (false when a tool says that it failed). A result
// is open if it is no pass, is not suppressed and is not said to be absent from the new version. Its level is
// its own, else its rule's, else "warning" (§3.27.10).
// Compliant: no open result of level error; undecided when a tool failed or there is no run at all.
Result<Summary> summarise_sarif(BytesView content);

}  // namespace weir::evidence
