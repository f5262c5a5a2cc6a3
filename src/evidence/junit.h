// JUnit XML, as written by Maven Surefire, Gradle, GoogleTest, pytest, Jest, Go's and .NET's converters and
// others. There is no one specification; what counts is the testcase elements, at any depth of suites. The
// counts that suites carry as attributes are not believed, only compared. Pure.
#pragma once
#include "evidence/summary.h"

namespace weir::evidence {

// Facts: format "junit", total, passed, failed, skipped, duration_us, suites, failures [{suite, name,
// message}] (the first ones), and claimed_failed where the suites' attributes name more failures than test
// cases show.
// Compliant: no failures and at least one passed; undecided without a passed one, or with claimed_failed.
Result<Summary> summarise_junit(BytesView content);

}  // namespace weir::evidence
