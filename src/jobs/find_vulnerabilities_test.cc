// What is found must not depend on when the advisories were there: a bill that nothing was held against is no clean
// bill.
#include "jobs/find_vulnerabilities.h"

#include <gtest/gtest.h>

#include "store/view_finding.h"
#include "support/ledger_fixture.h"

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
  void restart(bool with_advisories) {
    job_.reset();
    exposure_ = std::make_shared<Exposure>();
    FindingPorts ports{.exposure = exposure_,
                       .blobs = {std::shared_ptr<void>(), &ledger_.blobs()},
                       .advisories = {},
                       .index_file = ledger_.directory().path("components")};
    if (with_advisories)
      ports.advisories = [told = false]() mutable -> Result<std::optional<ReadAdvisories>> {
        if (std::exchange(told, true)) return std::optional<ReadAdvisories>();
        ReadAdvisories read{.set = {}, .refused = {}, .source = "test"};
        read.set.add(flaw_of("left-pad"));
        return std::optional(std::move(read));
      };
    job_ = make_find_vulnerabilities({ledger_.sequencer(), ledger_.actor(), exposure_.get()},
                                     std::move(ports), ledger_.reader());
    work();
  }
  void work() {
    for (;;) {
      const auto step = job_->tick(ledger_.clock().now());
      ASSERT_TRUE(step.ok()) << step.error().message;
      if (*step == Step::idle) return;
    }
  }
  Sha256 attest(char fill, const std::string& purl) {
    const std::string bill =
        R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"name":"x","purl":")" + purl + "\"}]}";
    Sha256 artifact;
    artifact.bytes.fill(static_cast<std::uint8_t>(fill));
    EXPECT_TRUE(ledger_
                    .append(evidence::AttestationRecorded{.flow = "f",
                                                          .trail = "t",
                                                          .name = "sbom",
                                                          .type = "sbom",
                                                          .artifact = artifact,
                                                          .content = *ledger_.blobs().put(bill)})
                    .ok());
    work();
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

}  // namespace weir::jobs
