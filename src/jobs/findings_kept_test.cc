// What is found must not depend on when the advisories were there: a bill that nothing was held against is no clean
// bill.
#include <gtest/gtest.h>

#include <fstream>

#include "crypto/digest.h"
#include "jobs/find_vulnerabilities.h"
#include "jobs/known_advisories.h"
#include "store/view_finding.h"
#include "support/ledger_fixture.h"
#include "vuln/limits.h"

namespace weir::jobs {
namespace {

vuln::Advisory flaw_of(const std::string& package) {
  return {.id = "GHSA-" + package,
          .modified = "2026-01-01T00:00:00Z",
          .affected = {{.ecosystem = "npm",
                        .name = package,
                        .ranges = {{.type = vuln::Range::Type::semver,
                                    .events = {{vuln::Event::Kind::introduced, "0"}}}}}}};
}

class Findings : public testing::Test {
 protected:
  // As a process would: all is begun anew, and what is on the disk is there.
  void restart(bool with_advisories) { restart(with_advisories, {flaw_of("left-pad")}, {}); }
  void restart(bool with_advisories, const std::vector<vuln::Advisory>& advisories,
               const std::vector<std::string>& refused) {
    job_.reset();
    exposure_ = std::make_shared<Exposure>();
    FindingPorts ports{.exposure = exposure_,
                       .blobs = {std::shared_ptr<void>(), &ledger_.blobs()},
                       .advisories = {},
                       .index_file = ledger_.directory().path("components"),
                       .advisories_file = ledger_.directory().path("advisories")};
    if (with_advisories)
      ports.advisories = [=, told = false]() mutable -> Result<std::optional<ReadAdvisories>> {
        if (std::exchange(told, true)) return std::optional<ReadAdvisories>();
        ReadAdvisories read{.set = {}, .refused = refused, .source = "test"};
        for (const vuln::Advisory& each : advisories) read.set.add(each);
        return std::optional(std::move(read));
      };
    job_ = make_find_vulnerabilities({ledger_.sequencer(), ledger_.actor(), exposure_.get()},
                                     std::move(ports), ledger_.reader());
    work();
  }
  // The page it begins with, in the file.
  void damage_table(std::string_view table) {
    ASSERT_TRUE(ledger_.alter("PRAGMA wal_checkpoint(TRUNCATE)").ok());
    const std::int64_t page =
        query_count(*ledger_.reader(), "SELECT rootpage FROM sqlite_master WHERE name=$1", table).value();
    std::fstream file(ledger_.database_path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(page * 4096 - 100);
    const int before = file.get();
    file.seekp(page * 4096 - 100);
    file.put(static_cast<char>(before ^ 1));
  }
  void work() {
    for (;;) {
      const auto step = job_->tick(ledger_.clock().now());
      ASSERT_TRUE(step.ok()) << step.error().message;
      if (*step == Step::idle) return;
    }
  }
  Sha256 attest(char fill, const std::string& purl, const std::string& flow = "f",
                const std::string& name = "sbom") {
    return attest_components(fill, R"({"name":"x","purl":")" + purl + "\"}", flow, name);
  }
  Sha256 attest_components(char fill, const std::string& components, const std::string& flow = "f",
                           const std::string& name = "sbom") {
    const Sha256 artifact = record(fill, components, flow, name);
    work();
    return artifact;
  }
  Sha256 record(char fill, const std::string& components, const std::string& flow, const std::string& name) {
    const std::string bill =
        R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[)" + components + "]}";
    Sha256 artifact;
    artifact.bytes.fill(static_cast<std::uint8_t>(fill));
    EXPECT_TRUE(ledger_
                    .append(evidence::AttestationRecorded{.flow = flow,
                                                          .trail = "t",
                                                          .name = name,
                                                          .type = "sbom",
                                                          .artifact = artifact,
                                                          .content = *ledger_.blobs().put(bill)})
                    .ok());
    return artifact;
  }
  // None: not known.
  std::optional<std::int64_t> flaws(const Sha256& artifact) const {
    const auto known = vulnerabilities_for(*exposure_, {}, artifact);
    if (!known.counts) return std::nullopt;
    return known.counts->critical + known.counts->high + known.counts->medium + known.counts->low;
  }

  test::LedgerFixture ledger_;
  std::shared_ptr<Exposure> exposure_;
  std::unique_ptr<Job> job_;
};

}  // namespace

TEST_F(Findings, of_a_bill_that_came_while_there_were_no_advisories_are_found_when_the_same_ones_are_back) {
  restart(true);
  const Sha256 before = attest('a', "pkg:npm/left-pad@1.0.0");
  EXPECT_EQ(flaws(before), 1);
  restart(false);
  const Sha256 meanwhile = attest('b', "pkg:npm/left-pad@2.0.0");
  EXPECT_EQ(flaws(meanwhile), std::nullopt) << "what is not known is not zero";
  restart(true);
  EXPECT_EQ(flaws(meanwhile), 1);
  EXPECT_EQ(flaws(before), 1);
  EXPECT_EQ(store::list_findings(*ledger_.reader(), {.open = true})->size(), 2u);
  const std::int64_t entries = ledger_.sequencer().size();
  restart(true);
  EXPECT_EQ(flaws(meanwhile), 1);
  EXPECT_EQ(ledger_.sequencer().size(), entries) << "nothing new is said a second time";
}

TEST_F(Findings, of_an_artifact_are_not_ended_by_a_bill_of_another_flow_or_name) {
  restart(true);
  const Sha256 artifact = attest('a', "pkg:npm/left-pad@1.0.0");
  EXPECT_EQ(flaws(artifact), 1);
  attest('a', "pkg:npm/clean@1.0.0", "another flow");
  EXPECT_EQ(flaws(artifact), 1);
  attest('a', "pkg:npm/clean@2.0.0", "f", "image");
  EXPECT_EQ(flaws(artifact), 1);
  std::filesystem::remove(ledger_.directory().path("components"));
  restart(true);
  EXPECT_EQ(flaws(artifact), 1) << "an index made anew says the same";
  attest('a', "pkg:npm/clean@3.0.0");
  EXPECT_EQ(flaws(artifact), 0) << "its own bill is replaced";
  attest('a', "pkg:npm/left-pad@1.0.0", "another flow");
  EXPECT_EQ(flaws(artifact), 1) << "another one adds what it says";
}

// Twenty findings of a flaw with very many names are more than one entry may hold; and one bill that cannot be recorded
// would keep all others from being looked at, for ever.
TEST_F(Findings, that_say_very_much_are_recorded_in_several_entries) {
  vuln::Advisory flaw = flaw_of("left-pad");
  for (int i = 0; i < 900; ++i)
    flaw.aliases.push_back(fmt::format("{:04}", i) + std::string(vuln::advisory_text_bytes_max - 4, 'a'));
  restart(true, {flaw, flaw_of("other")}, {});
  std::string components;
  for (int i = 0; i < 20; ++i)
    components += fmt::format(R"({}{{"name":"x","purl":"pkg:npm/left-pad@1.0.{}"}})", i > 0 ? "," : "", i);
  EXPECT_EQ(flaws(attest_components('a', components)), 1);
  EXPECT_EQ(store::list_findings(*ledger_.reader(), {.open = true})->size(), 20u);
  EXPECT_EQ(flaws(attest('b', "pkg:npm/other@1.0.0")), 1);
}

TEST_F(Findings, of_a_source_package_with_a_name_as_long_as_a_book_are_found) {
  vuln::Advisory flaw = flaw_of("openssl");
  flaw.affected[0].ecosystem = "Rocky Linux:8";
  flaw.affected[0].ranges[0].type = vuln::Range::Type::ecosystem;
  restart(true, {flaw}, {});
  const std::string component =
      R"({"name":"openssl","purl":"pkg:rpm/rocky-linux/openssl@1.0-1.el8?distro=rocky-8","properties":)"
      R"([{"name":"x:SrcName","value":")" +
      std::string(1'000'000, 's') + R"("}]})";
  EXPECT_EQ(flaws(attest_components('a', component)), 1);
  EXPECT_LT(store::list_findings(*ledger_.reader(), {})->at(0).last.component.size(), 10'000u);
}

// Names of files need not be UTF-8; entries must.
TEST_F(Findings, why_a_record_is_refused_is_recorded_whatever_its_file_is_called) {
  restart(true, {flaw_of("left-pad")}, {"\xff\xfe.json: why", std::string(1'000'000, 'x')});
  const auto updated = store::last_advisories(*ledger_.reader(), "local");
  ASSERT_TRUE(updated.ok() && *updated);
  EXPECT_EQ((*updated)->reasons.at(0), "??.json: why");
  EXPECT_LT((*updated)->reasons.at(1).size(), 2000u);
  EXPECT_EQ(flaws(attest('a', "pkg:npm/left-pad@1.0.0")), 1);
}

TEST_F(Findings, of_a_feed_that_went_back_in_time_while_the_server_was_away_are_not_ended) {
  vuln::Advisory later = flaw_of("left-pad");
  later.modified = "2026-02-01T00:00:00Z";
  restart(true, {later, flaw_of("other")}, {});
  const Sha256 artifact = attest('a', "pkg:npm/left-pad@1.0.0");
  EXPECT_EQ(flaws(artifact), 1);
  vuln::Advisory earlier = flaw_of("left-pad");
  earlier.affected[0].ranges[0].events.push_back({vuln::Event::Kind::fixed, "0.1.0"});
  restart(true, {earlier, flaw_of("other")}, {});
  EXPECT_EQ(flaws(artifact), 1);
  EXPECT_EQ((*store::last_advisories(*ledger_.reader(), "local"))->refused, 1);
  EXPECT_EQ(flaws(attest('b', "pkg:npm/left-pad@1.0.0")), 1) << "what is found later is held against the later one";
  restart(true, {flaw_of("other")}, {});
  EXPECT_EQ((*store::last_advisories(*ledger_.reader(), "local"))->missing, 1);
  EXPECT_EQ(flaws(attest('c', "pkg:npm/left-pad@1.0.0")), 1) << "what vanished still says what it said";
  earlier.modified = "2026-03-01T00:00:00Z";
  restart(true, {earlier, flaw_of("other")}, {});
  EXPECT_EQ(flaws(artifact), 0) << "a later record that says so ends it";
}

// "…T00:00:00Z" is before "…T00:00:00.5Z", and an offset says another moment than its digits.
TEST_F(Findings, an_advisory_is_older_by_its_moment_not_by_its_letters) {
  vuln::Advisory known = flaw_of("left-pad");
  known.modified = "2026-02-01T00:00:00Z";
  restart(true, {known}, {});
  const Sha256 artifact = attest('a', "pkg:npm/left-pad@1.0.0");
  vuln::Advisory later = known;
  later.modified = "2026-02-01T00:00:00.5Z";
  later.affected[0].ranges[0].events.push_back({vuln::Event::Kind::fixed, "0.1.0"});
  restart(true, {later}, {});
  EXPECT_EQ(flaws(artifact), 0) << "half a second later, though '.' is before 'Z'";
  restart(true, {known}, {});
  EXPECT_EQ(flaws(artifact), 0);
}

TEST_F(Findings, what_is_known_of_one_source_is_not_held_against_another) {
  const KnownAdvisories known(ledger_.directory().path("feeds"));
  vuln::AdvisorySet set;
  set.add(flaw_of("left-pad"));
  ASSERT_TRUE(known.save("a", set).ok());
  EXPECT_EQ(known.load("a")->records(), set.records());
  EXPECT_EQ(known.load("b")->size(), 0u);
  ASSERT_TRUE(known.save("b", set).ok());
  EXPECT_EQ(known.load("a")->size(), 0u) << "what is not followed any more is forgotten";
  std::filesystem::resize_file(ledger_.directory().path("feeds." + to_hex(crypto::sha256("b")).substr(0, 16)), 100);
  EXPECT_EQ(known.load("b").error().code, Errc::corrupt);
}

// The runner stops all writes for an error that says damage, and an alert tells it: that is for the ledger's own.
TEST_F(Findings, damaged_tables_are_damage_and_damaged_advisories_are_not) {
  restart(false);
  const Error wrong{Errc::corrupt, "the store is damaged"};
  const auto reader = make_find_vulnerabilities(
      {ledger_.sequencer(), ledger_.actor(), exposure_.get()},
      {.exposure = exposure_,
       .blobs = {std::shared_ptr<void>(), &ledger_.blobs()},
       .advisories = [&]() -> Result<std::optional<ReadAdvisories>> { return wrong; },
       .index_file = ledger_.directory().path("others")},
      ledger_.reader());
  const auto told = reader->tick(ledger_.clock().now());
  ASSERT_FALSE(told.ok());
  EXPECT_EQ(told.error().code, Errc::unavailable);
  EXPECT_EQ(told.error().message, wrong.message);
  damage_table("bill_read");
  record('b', R"({"name":"x","purl":"pkg:npm/left-pad@1.0.0"})", "f", "sbom");
  const auto met = job_->tick(ledger_.clock().now());
  ASSERT_FALSE(met.ok());
  EXPECT_EQ(met.error().code, Errc::corrupt) << met.error().message;
}

}  // namespace weir::jobs
