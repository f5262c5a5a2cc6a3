// What policies are told of the settings of what runs, where very much runs.
#include <gtest/gtest.h>

#include "store/settings.h"
#include "support/ledger_fixture.h"

namespace weir::jobs {
namespace {

// One container for each number, of one artifact, each with a folder of its own; it is not privileged.
std::string containers(int count) {
  const std::string digest = "zeroblob(32)";
  return fmt::format(
      "INSERT INTO identity (child, root, relation) VALUES ({0}, {0}, 'self');"
      "INSERT INTO workload (id, environment, host, kind, name, digests, live, first_started, last_started, "
      "first_sight, entry, changed) VALUES ('w', 'prod', 'h', 'container', 'n', '[]', 1, 0, 0, 0, 0, 0);"
      "INSERT INTO workload_digest (digest, workload) VALUES ({0}, 'w');"
      "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i+1<{1}) "
      "INSERT INTO instance (reporter, id, environment, workload, started_at, detail, settings) SELECT 'r', "
      "i, "
      "'prod', 'w', 0, '{{}}', '{{\"privileged\":false,\"host_mounts\":[\"/srv/'||i||'\"]}}' FROM n;",
      digest, count);
}

format::Json settings_of(int count) {
  const test::LedgerFixture ledger;
  const Status filled = ledger.alter(containers(count));
  EXPECT_TRUE(filled.ok()) << filled.error().message;
  const auto settings = store::settings_of_running(*ledger.reader(), Sha256(), "prod");
  EXPECT_TRUE(settings.ok());
  return settings.ok() ? *settings : format::Json();
}

TEST(RunningSettings, of_more_than_are_looked_at_the_rest_may_be_anything) {
  const format::Json few = settings_of(3), many = settings_of(2001);
  EXPECT_EQ(few.at("privileged"), format::Json(false));
  EXPECT_EQ(few.items("host_mounts").size(), 3u);
  EXPECT_TRUE(many.at("privileged").is_null()) << "one of them may be privileged";
  EXPECT_EQ(many.items("host_mounts").size(), runtime::host_mounts_max);
  EXPECT_EQ(*many.items("host_mounts").front().string(), "(1937 more)");
}

}  // namespace
}  // namespace weir::jobs
