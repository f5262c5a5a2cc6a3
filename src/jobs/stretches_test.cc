// How long something ran, as policies are told it: without the time between two runs.
#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "store/decision_input.h"
#include "support/ledger_fixture.h"

namespace weir::jobs {
namespace {

struct Ran {
  std::int64_t from, until;  // seconds; until 0: it lasts
};

// "10-20 40-" of what the input says at second 100.
std::string told(const std::vector<Ran>& runs) {
  test::LedgerFixture ledger;
  const Sha256 app = crypto::sha256("app");
  EXPECT_TRUE(ledger.append(runtime::EnvironmentDeclared{.name = "staging"}).ok());
  EXPECT_TRUE(ledger.append(runtime::EnvironmentDeclared{.name = "prod"}).ok());
  std::string sql = fmt::format(
      "INSERT INTO identity (child, root, relation) VALUES (x'{0}', x'{0}', 'self') ON CONFLICT DO NOTHING;"
      "INSERT INTO workload (id, environment, host, kind, name, digests, live, first_started, last_started, "
      "first_sight, entry, changed) VALUES ('w', 'staging', 'h', 'process', 'n', '[]', 1, 0, 0, 0, 0, 0);"
      "INSERT INTO workload_digest (digest, workload) VALUES (x'{0}', 'w');",
      to_hex(app));
  for (std::size_t i = 0; i < runs.size(); ++i)
    sql += fmt::format(
        "INSERT INTO instance (reporter, id, environment, workload, started_at, ended_at, detail) VALUES ('r', '{}', "
        "'staging', 'w', {}, {}, '{{}}');",
        i, runs[i].from * 1'000'000, runs[i].until == 0 ? "NULL" : std::to_string(runs[i].until * 1'000'000));
  const Status altered = ledger.alter(sql);
  EXPECT_TRUE(altered.ok()) << altered.error().message;
  const auto input = store::decision_input(*ledger.reader(), {.artifact = app, .environment = "prod"},
                                           Instant{seconds(100).micros});
  EXPECT_TRUE(input.ok()) << input.error().message;
  std::string text;
  for (const policy::InputRun& run : input->runs)
    text += fmt::format("{}-{} ", run.first_seen.micros / 1'000'000,
                        run.live ? "" : std::to_string(run.last_seen.micros / 1'000'000));
  return text;
}

TEST(Stretches, are_what_ran_without_a_gap) {
  EXPECT_EQ(told({}), "");
  EXPECT_EQ(told({{10, 20}}), "10-20 ");
  EXPECT_EQ(told({{10, 0}}), "10- ");
  EXPECT_EQ(told({{10, 20}, {90, 0}}), "10-20 90- ") << "it has not run since 10";
  EXPECT_EQ(told({{10, 20}, {20, 30}, {25, 0}}), "10- ") << "each took over from the one before";
  EXPECT_EQ(told({{10, 40}, {15, 20}, {60, 65}, {70, 75}}), "10-40 ") << "of those that are over the longest";
  EXPECT_EQ(told({{10, 15}, {20, 60}, {70, 72}, {80, 0}, {85, 86}}), "20-60 80- ");
}

}  // namespace
}  // namespace weir::jobs
