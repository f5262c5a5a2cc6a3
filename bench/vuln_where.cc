// Where does it run: the handler's answer over an index of a million artifacts (kept by `vuln_index --keep`) and so
// many running workloads, each an artifact of the index; five releases of each program are recorded.
// Usage: vuln_where INDEX [RUNNING=100000] [QUESTIONS=300]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <random>

#include "api/handlers_vulnerability.h"
#include "jobs/exposure.h"
#include "support/ledger_fixture.h"

namespace weir::bench {
namespace {

using std::chrono::steady_clock;
using vuln::ComponentId;

double milliseconds_since(steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - begin).count();
}
double cpu_milliseconds() {  // of this thread
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

void report(const std::string& what, std::vector<double> times) {
  std::ranges::sort(times);
  fmt::print("{}: {} times, p50 {:.2f} ms of CPU, p99 {:.2f}, max {:.2f}\n", what, times.size(),
             times[times.size() / 2], times[times.size() * 99 / 100], times.back());
}

class World {
 public:
  World(const std::string& index_file, std::size_t running) {
    auto index = vuln::ComponentIndex::open(index_file);
    CHECK(index.ok());
    exposure_->change([&](jobs::Exposure::State& state) { state.index = std::move(*index); });
    std::string script = "BEGIN;";
    std::mt19937 random(3);
    exposure_->read([&](const jobs::Exposure::State& state) {
      for (std::size_t i = 0; i < running; ++i)
        add_workload(script,
                     state.index.artifact(static_cast<std::uint32_t>(random() % state.index.artifacts())), i);
    });
    // As the server leaves it: what was written has gone from the log into the file.
    CHECK(ledger_.alter(script + "COMMIT; PRAGMA wal_checkpoint(TRUNCATE);").ok());
    db_ = ledger_.reader();
  }

  // One request; its CPU.
  double ask(const std::string& question, std::size_t& bytes) {
    http::Request request{.method = "GET", .path = "/v1/orgs/org/vulnerabilities/where"};
    request.query_fields = {{"query", question}};
    const double begin = cpu_milliseconds();
    CHECK(db_->script("BEGIN").ok());
    const auto answer = api::where_vulnerable({{request, actor_, config_, ports_, now_}, *db_});
    CHECK(db_->script("COMMIT").ok());
    CHECK(answer.ok());
    bytes += answer->body.size();
    return cpu_milliseconds() - begin;
  }

  // As the job that finds vulnerabilities does before anybody is answered, and after each commit.
  double follow_what_runs() {
    const double begin = cpu_milliseconds();
    jobs::WhatRuns& runs = exposure_->runs();
    const auto lock = runs.lock();
    CHECK(runs.update(*db_).ok());
    exposure_->read([&](const jobs::Exposure::State& state) { runs.find_bills(state.index); });
    return cpu_milliseconds() - begin;
  }

  const jobs::Exposure& exposure() const { return *exposure_; }

 private:
  static void add_workload(std::string& script, const Sha256& artifact, std::size_t number) {
    const std::string hex = to_hex(artifact), name = fmt::format("app-{}", number / 5);
    script += fmt::format(
        "INSERT OR IGNORE INTO artifact (digest, name, kind, flow, recorded_at, entry) VALUES "
        "(x'{0}','{1}','file','{1}',"
        "0,{2});INSERT OR IGNORE INTO identity (child, root, relation) VALUES (x'{0}',x'{0}','self');"
        "INSERT INTO workload (id, environment, host, kind, name, digests, live, first_started, "
        "last_started, "
        "first_sight, entry, changed) VALUES "
        "('w{2}','env-{3}','host-{4}','process','{1}','[\"sha256:{0}\"]',1,0,0,0,{2},{2});"
        "INSERT INTO instance (reporter, id, environment, workload, started_at, detail) VALUES "
        "('r','i{2}','env-{3}',"
        "'w{2}',0,'');",
        hex, name, number, number % 10, number % 1000);
  }

  test::LedgerFixture ledger_;
  std::shared_ptr<jobs::Exposure> exposure_ = std::make_shared<jobs::Exposure>();
  std::unique_ptr<store::Database> db_;
  access::Actor actor_;
  api::Config config_{.version = "bench", .data_directory = ""};
  api::Ports ports_{.sequencer = ledger_.sequencer(),
                    .blobs = std::shared_ptr<blob::BlobStore>(std::shared_ptr<void>(), &ledger_.blobs()),
                    .server_actor = ledger_.actor(),
                    .exposure = exposure_};
  Instant now_ = Instant{} + days(20'000);
};

int run(const std::string& index, std::size_t running, std::size_t questions) {
  World world(index, running);
  std::vector<std::string> most, any, packages;
  world.exposure().read([&](const jobs::Exposure::State& state) {
    std::vector<ComponentId> ids(state.index.components());
    for (ComponentId id = 0; id < ids.size(); ++id) ids[id] = id;
    std::ranges::shuffle(ids, std::mt19937(4));
    for (std::size_t i = 0; i < questions; ++i) {
      any.emplace_back(state.index.text(ids[i]));
      packages.push_back(any.back().substr(0, any.back().find('@', any.back().rfind('/'))));
    }
    std::ranges::sort(
        ids, [&](ComponentId a, ComponentId b) { return state.index.holders(a) > state.index.holders(b); });
    for (std::size_t i = 0; i < questions; ++i) most.emplace_back(state.index.text(ids[i]));
  });
  std::size_t bytes = 0;
  fmt::print("all {} running workloads read at the start: {:.0f} ms of CPU\n", running,
             world.follow_what_runs());
  const auto begin = steady_clock::now();
  const double first = world.ask(most.front(), bytes);
  fmt::print("first question: {:.1f} ms of CPU, {:.1f} ms\n", first, milliseconds_since(begin));
  const auto all = [&](const std::string& what, const std::vector<std::string>& asked) {
    std::vector<double> times;
    for (const std::string& each : asked) times.push_back(world.ask(each, bytes));
    report(what, std::move(times));
  };
  all("where, any component", any);
  all("where, any package in all its versions", packages);
  all("where, the most held components", most);
  fmt::print("{:.1f} KB an answer\n",
             static_cast<double>(bytes) / 1e3 / static_cast<double>(3 * questions + 1));
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** words) {
  if (count < 2) return fmt::print(stderr, "usage: vuln_where INDEX [RUNNING] [QUESTIONS]\n"), 2;
  return weir::bench::run(words[1], count > 2 ? std::stoul(words[2]) : 100'000,
                          count > 3 ? std::stoul(words[3]) : 300);
}
