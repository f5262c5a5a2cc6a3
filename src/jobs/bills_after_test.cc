// What is asked after every commit must not cost more the more there is.
#include <gtest/gtest.h>
#include <time.h>

#include "store/view_finding.h"
#include "support/ledger_fixture.h"

namespace weir::jobs {
namespace {

std::int64_t processor_micros() {  // of this thread: a busy machine does not count
  timespec at{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
  return at.tv_sec * 1'000'000 + at.tv_nsec / 1000;
}

TEST(BillsAfter, reads_past_no_evidence_of_other_types) {
  const test::LedgerFixture ledger;
  ASSERT_TRUE(
      ledger
          .alter("INSERT INTO attestation (entry, flow, trail, name, type, recorded_at, actor, artifact) "
                 "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i+1 FROM n WHERE i<101000) "
                 "SELECT i, 'f', 't', 'check', 'generic', 0, x'00', x'00' FROM n")
          .ok());
  const auto tables = ledger.reader();
  const std::int64_t began = processor_micros();
  for (int i = 0; i < 100; ++i) {
    const auto bills = store::bills_after(*tables, 0, 10);
    ASSERT_TRUE(bills.ok()) << bills.error().message;
    EXPECT_TRUE(bills->empty());
  }
  EXPECT_LT(processor_micros() - began, 100'000) << "reading past them all takes 10 ms each time";
}

}  // namespace
}  // namespace weir::jobs
