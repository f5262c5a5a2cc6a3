// Advisories that come one at a time must end where reading all of them anew ends, whatever of their flaws was open,
// had ended, or stood in the tables alone because the index was lost.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "jobs/find_vulnerabilities.h"
#include "store/view_finding.h"
#include "support/ledger_fixture.h"

namespace weir::jobs {
namespace {

vuln::Advisory advisory(const std::string& id, std::vector<std::string> aliases, std::string package,
                        std::string fixed, bool is_withdrawn) {
  return {.id = id,
          .modified = "2026-01-01T00:00:00Z",
          .withdrawn = is_withdrawn ? "2026-02-01T00:00:00Z" : "",
          .aliases = std::move(aliases),
          .affected = {{.ecosystem = "npm",
                        .name = std::move(package),
                        .ranges = {{.type = vuln::Range::Type::semver,
                                    .events = {{vuln::Event::Kind::introduced, "0"},
                                               {vuln::Event::Kind::fixed, std::move(fixed)}}}}}}};
}

// A ledger with two bills, and the job over it.
class Follower {
 public:
  Follower() {
    attest('a', {"left@1.0.0", "right@1.0.0"});
    attest('b', {"left@2.0.0", "right@1.0.0"});
    start();
  }
  void start() {
    job_.reset();
    exposure_ = std::make_shared<Exposure>();
    job_ = make_find_vulnerabilities({ledger_.sequencer(), ledger_.actor(), exposure_.get()},
                                     {.exposure = exposure_,
                                      .blobs = {std::shared_ptr<void>(), &ledger_.blobs()},
                                      .advisories = [this] { return std::exchange(next_, std::nullopt); },
                                      .index_file = index_file()},
                                     ledger_.reader());
  }
  void lose_index() {
    job_.reset();
    std::filesystem::remove(index_file());
    start();
  }
  void attest(char fill, const std::vector<std::string>& packages) {
    std::string components;
    for (const std::string& each : packages)
      components +=
          fmt::format(R"({}{{"name":"x","purl":"pkg:npm/{}"}})", components.empty() ? "" : ",", each);
    Sha256 artifact;
    artifact.bytes.fill(static_cast<std::uint8_t>(fill));
    EXPECT_TRUE(
        ledger_
            .append(evidence::AttestationRecorded{
                .flow = "f",
                .trail = "t",
                .name = "sbom",
                .type = "sbom",
                .artifact = artifact,
                .content = *ledger_.blobs().put(fmt::format(
                    R"({{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{}]}})", components))})
            .ok());
  }
  void give(const std::map<std::string, vuln::Advisory>& records, bool only_changes) {
    ReadAdvisories read{.set = {}, .only_changes = only_changes, .refused = {}, .source = "test"};
    for (const auto& [id, each] : records) read.set.add(each);
    next_ = std::optional(std::move(read));
    ledger_.clock().pass(seconds(60));
    while (job_->tick(ledger_.clock().now()).value() == Step::more) {
    }
  }
  // Of each finding how it stands, and what memory has of it.
  std::vector<std::string> standing() const {
    std::vector<std::string> all;
    const auto rows = store::list_findings(*ledger_.reader(), {}).value();
    for (const store::FindingRow& row : rows) all.push_back(format::encode(row.last));
    exposure_->read([&](const Exposure::State& state) {
      for (const auto& [id, findings] : state.open)
        for (const vuln::FindingChange& each : findings) all.push_back("open " + format::encode(each));
    });
    std::ranges::sort(all);
    return all;
  }

 private:
  std::string index_file() const { return ledger_.directory().path("components"); }

  test::LedgerFixture ledger_;
  std::shared_ptr<Exposure> exposure_;
  std::optional<ReadAdvisories> next_;
  std::unique_ptr<Job> job_;
};

TEST(ChangedFlaws, one_at_a_time_are_as_if_all_were_read_anew) {
  std::mt19937 random(11);
  const auto any = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
  std::size_t ended = 0;
  for (int history = 0; history < 3; ++history) {
    Follower by_one, by_all;
    std::map<std::string, vuln::Advisory> all;
    by_one.give(all, false);
    for (int step = 0; step < 40; ++step) {
      if (any(8) == 0) {
        const std::string version = fmt::format("left@{}.0.0", 1 + any(3));
        for (Follower* each : {&by_one, &by_all}) each->attest('b', {version, "right@1.0.0"});
      }
      std::vector<std::string> aliases;
      if (any(3) == 0) aliases.push_back(fmt::format("CVE-2026-{}", any(4)));
      constexpr std::array fixes{"0.9.0", "1.1.0", "3.0.0"};
      const std::string id = fmt::format("GHSA-{}", any(5));
      const vuln::Advisory changed =
          advisory(id, std::move(aliases), any(2) == 0 ? "left" : "right", fixes[any(3)], any(6) == 0);
      all.insert_or_assign(id, changed);
      if (any(6) == 0) {
        by_one.lose_index();
        by_one.give(all, false);
      } else {
        by_one.give({{id, changed}}, true);
      }
      by_all.give(all, false);
      const auto standing = by_one.standing();
      ASSERT_EQ(standing, by_all.standing()) << history << ' ' << step << ' ' << id;
      ended +=
          std::ranges::count_if(standing, [](const std::string& each) { return each.contains("closed"); });
    }
  }
  EXPECT_GT(ended, 50U);
}

}  // namespace
}  // namespace weir::jobs
