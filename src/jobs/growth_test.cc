// What is done after every commit, and for every report, must not cost more the more there is.
#include <gtest/gtest.h>
#include <time.h>

#include "store/view_finding.h"
#include "support/ledger_fixture.h"

namespace weir::jobs {
namespace {

constexpr std::string_view hundred_thousand =
    "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i+1 FROM n WHERE i<101000) ";

std::int64_t processor_micros() {  // of all threads here; those of other processes do not count
  timespec at{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
  return at.tv_sec * 1'000'000 + at.tv_nsec / 1000;
}

TEST(Growth, bills_to_be_read_are_found_past_any_evidence_of_other_types) {
  const test::LedgerFixture ledger;
  ASSERT_TRUE(
      ledger
          .alter(fmt::format("INSERT INTO attestation (entry, flow, trail, name, type, recorded_at, actor, "
                             "artifact) {}SELECT i, 'f', 't', 'check', 'generic', 0, x'00', x'00' FROM n",
                             hundred_thousand))
          .ok());
  const auto tables = ledger.reader();
  const std::int64_t began = processor_micros();
  for (int i = 0; i < 100; ++i) {
    const auto bills = store::bills_after(*tables, 0, 10);
    ASSERT_TRUE(bills.ok()) << bills.error().message;
    EXPECT_TRUE(bills->empty());
  }
  EXPECT_LT(processor_micros() - began, 300'000) << "reading past them all takes 10 ms each time";
}

TEST(Growth, a_verdict_looks_at_no_other_workload) {
  test::LedgerFixture ledger;
  ASSERT_TRUE(
      ledger
          .alter(fmt::format("INSERT INTO workload_digest (digest, workload) {}SELECT i, 'w-' || i FROM n; "
                             "INSERT INTO decision_watch (artifact, environment, change_class, purpose, "
                             "cause, checked) VALUES (x'00', 'e', 'normal', 'running', 0, 0)",
                             hundred_thousand))
          .ok());
  runtime::VerdictsGiven given{.environment = "e"};
  for (int i = 0; i < 200; ++i) given.verdicts.push_back({fmt::format("w-{}", 1000 + i), {}, {}});
  const std::int64_t began = processor_micros();
  const auto appended = ledger.append(given);
  ASSERT_TRUE(appended.ok()) << appended.error().message;
  EXPECT_LT(processor_micros() - began, 300'000) << "looking through all of them takes 5 ms for each verdict";
}

}  // namespace
}  // namespace weir::jobs
