// From a new advisory to its findings on the disk: the job that finds vulnerabilities over an index of bills of
// materials (kept by `vuln_index --keep`), a real ledger, and advisories that come one at a time, as an update of a
// store brings them. Usage: vuln_finding INDEX ADVISORIES [NEW=500]; so many of the advisories come later.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <numeric>
#include <random>

#include "feed/read_feeds.h"
#include "jobs/find_vulnerabilities.h"
#include "support/ledger_fixture.h"

namespace weir::bench {
namespace {

using std::chrono::steady_clock;

double milliseconds_since(steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - begin).count();
}

double cpu_seconds() {  // of the whole process: others may use the machine at the same time
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::vector<vuln::Advisory> read_advisories(const std::string& place) {
  vuln::AdvisorySet set;
  const Status read =
      feed::read_records(place, {}, [&](std::string_view, std::string_view content) -> Status {
        if (auto advisory = vuln::read_advisory(content); advisory.ok()) set.add(std::move(*advisory));
        return {};
      });
  CHECK(read.ok());
  std::vector<vuln::Advisory> all;
  for (const auto& [id, advisory] : set.records()) all.push_back(advisory);
  return all;
}

class Finding {
 public:
  explicit Finding(std::string index_file) {
    const auto index = vuln::ComponentIndex::open(index_file);
    CHECK(index.ok());
    // The index is not ahead of the ledger that it is given here.
    CHECK(ledger_
              .alter(fmt::format(
                  "INSERT INTO attestation (entry, flow, trail, name, type, recorded_at, actor) VALUES "
                  "({}, 'a', 'b', 'c', 'sbom', 0, x'00')",
                  index->through()))
              .ok());
    auto directory = blob::open_directory(ledger_.directory().path("bench-blobs"));
    job_ = jobs::make_find_vulnerabilities(
        {ledger_.sequencer(), ledger_.actor(), exposure_.get()},
        {.exposure = exposure_,
         .blobs = std::shared_ptr<blob::BlobStore>(std::move(*directory)),
         .advisories = [this] { return std::exchange(next_, std::optional<jobs::ReadAdvisories>()); },
         .index_file = std::move(index_file)},
        ledger_.reader());
  }

  // Until everything that follows from it is durable.
  double give(jobs::ReadAdvisories read) {
    next_ = std::optional<jobs::ReadAdvisories>(std::move(read));
    now_ = now_ + hours(1);
    const auto begin = steady_clock::now();
    for (;;) {
      const auto step = job_->tick(now_);
      CHECK(step.ok());
      if (*step == jobs::Step::idle) break;
    }
    return milliseconds_since(begin);
  }

  std::int64_t findings() { return query_count(*ledger_.reader(), "SELECT count(*) FROM finding").value(); }
  std::int64_t entries() { return query_count(*ledger_.reader(), "SELECT count(*) FROM entry").value(); }
  std::size_t components() const {
    return exposure_->read([](const jobs::Exposure::State& state) { return state.index.components(); });
  }

 private:
  test::LedgerFixture ledger_;
  std::shared_ptr<jobs::Exposure> exposure_ = std::make_shared<jobs::Exposure>();
  Result<std::optional<jobs::ReadAdvisories>> next_ = std::optional<jobs::ReadAdvisories>();
  std::unique_ptr<jobs::Job> job_;
  Instant now_ = Instant{} + days(20'000);
};

int run(const std::string& index, const std::string& place, std::size_t later) {
  std::vector<vuln::Advisory> all = read_advisories(place);
  std::ranges::shuffle(all, std::mt19937(1));
  later = std::min(later, all.size());
  Finding finding(index);
  jobs::ReadAdvisories first{.set = {}, .refused = {}, .source = place};
  for (std::size_t i = later; i < all.size(); ++i) first.set.add(all[i]);
  const double begun = cpu_seconds(), opened = finding.give(std::move(first));
  fmt::print(
      "{} components against {} advisories, all findings recorded: {:.0f} ms, {:.1f} s of CPU, {} findings\n",
      finding.components(), all.size() - later, opened, cpu_seconds() - begun, finding.findings());
  std::vector<double> times, cpu_times;
  const std::int64_t before = finding.findings();
  for (std::size_t i = 0; i < later; ++i) {
    jobs::ReadAdvisories one{.set = {}, .only_changes = true, .refused = {}, .source = place};
    one.set.add(all[i]);
    const double cpu_before = cpu_seconds();
    times.push_back(finding.give(std::move(one)));
    cpu_times.push_back((cpu_seconds() - cpu_before) * 1000);
  }
  const double cpu = std::accumulate(cpu_times.begin(), cpu_times.end(), 0.0);
  std::ranges::sort(times);
  std::ranges::sort(cpu_times);
  fmt::print(
      "{} new advisories, one at a time, each durable with its findings: p50 {:.2f} ms, p99 {:.2f} ms, max "
      "{:.2f} ms; of CPU: {:.2f} ms each, p50 {:.2f} ms, p99 {:.2f} ms, max {:.2f} ms; {} findings more, {} "
      "entries "
      "in all\n",
      later, times[later / 2], times[later * 99 / 100], times.back(), cpu / static_cast<double>(later),
      cpu_times[later / 2], cpu_times[later * 99 / 100], cpu_times.back(), finding.findings() - before,
      finding.entries());
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** words) {
  if (count < 3) return fmt::print(stderr, "usage: vuln_finding INDEX ADVISORIES [NEW]\n"), 2;
  return weir::bench::run(words[1], words[2], count > 3 ? std::stoul(words[3]) : 500);
}
