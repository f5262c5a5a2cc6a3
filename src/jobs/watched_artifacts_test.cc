#include "jobs/watched_artifacts.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/digest.h"
#include "store/view_decision.h"
#include "support/ledger_fixture.h"

namespace weir::jobs {
namespace {

constexpr std::size_t artifacts = 2000;

vuln::Component component(const std::string& name) {
  return {.text = name, .name = name, .version = "1", .package = {}};
}
Sha256 artifact(std::size_t number) { return crypto::sha256(fmt::format("artifact {}", number)); }
vuln::FindingChange finding_in(std::string text) {
  return {.cluster = "CVE-2026-1", .records = {}, .component = std::move(text)};
}

// Every artifact has "common", every hundredth "rare"; every third is watched.
class WatchedArtifacts : public testing::Test {
 protected:
  WatchedArtifacts() {
    exposure_.change([](Exposure::State& state) {
      for (std::size_t i = 0; i < artifacts; ++i) {
        std::vector<vuln::Component> bill{component("common")};
        if (i % 100 == 0) bill.push_back(component("rare"));
        state.index.take(artifact(i), static_cast<std::int64_t>(i), bill);
      }
      state.matched_at = Instant{};
    });
    std::string script = "BEGIN;";
    for (std::size_t i = 0; i < artifacts; i += 3)
      script += fmt::format(
          "INSERT INTO decision_watch (artifact, environment, change_class, purpose, cause, checked) VALUES "
          "(x'{}','prod','','gate',0,0);",
          to_hex(artifact(i)));
    EXPECT_TRUE(ledger_.alter(script + "COMMIT;").ok());
    db_ = ledger_.reader();
  }
  std::vector<Sha256> watched(const Found& found, Reach reach = Reach::holders) {
    auto touched = watched_artifacts(*db_, exposure_, found, reach).value();
    std::ranges::sort(touched);
    return touched;
  }
  static std::vector<Sha256> every(std::size_t step) {
    std::vector<Sha256> all;
    for (std::size_t i = 0; i < artifacts; i += step) all.push_back(artifact(i));
    std::ranges::sort(all);
    return all;
  }

  test::LedgerFixture ledger_;
  std::unique_ptr<store::Database> db_;
  Exposure exposure_;
};

TEST_F(WatchedArtifacts, are_those_that_hold_what_something_is_said_about) {
  EXPECT_EQ(watched({.changes = {finding_in("rare")}}), every(300));
  EXPECT_EQ(watched({.stated = {{.cluster = "CVE-2026-1", .component = "rare"}}}), every(300));
}

TEST_F(WatchedArtifacts, are_found_among_all_where_many_hold_it) {
  EXPECT_EQ(watched({.changes = {finding_in("common")}}), every(3));
}

TEST_F(WatchedArtifacts, are_none_where_nobody_holds_it) {
  EXPECT_TRUE(watched({.changes = {finding_in("unheard of")}}).empty());
  EXPECT_TRUE(watched({}).empty());
}

TEST_F(WatchedArtifacts, are_all_that_have_a_bill_when_everything_is_said_anew) {
  EXPECT_EQ(watched({}, Reach::everything), every(3));
  exposure_.change([](Exposure::State& state) { state.matched_at.reset(); });
  EXPECT_EQ(watched({}), every(3));
}

TEST_F(WatchedArtifacts, are_those_whose_bill_was_read) {
  const std::string hex = to_hex(artifact(3));
  ASSERT_TRUE(ledger_
                  .alter(fmt::format("INSERT INTO attestation (entry, flow, trail, name, type, artifact, "
                                     "recorded_at, actor) VALUES (9, 'a', 'b', 'c', 'sbom', x'{}', 0, x'00')",
                                     hex))
                  .ok());
  db_ = ledger_.reader();
  EXPECT_EQ(watched({.bills = {{.attestation = 9}}}), std::vector{artifact(3)});
}

}  // namespace
}  // namespace weir::jobs
