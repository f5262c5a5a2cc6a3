// How fast entries become durable through the sequencer, in process: the floor under every figure measured over HTTP.
//   writes [--directory DIR] [--seconds N] [--prefill N]
// Rows: entries without anything else; attestations as a request makes them (idempotency key, trail looked up, tables);
// the time from submit to receipt at 1,000 a second.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>

#include "crypto/digest.h"
#include "jobs/checkpointer.h"
#include "sequencer/sequencer.h"
#include "store/schema.h"
#include "store/sqlite/database.h"

namespace weir::bench {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::ptrdiff_t in_flight_max = 2048;

struct Options {
  std::string directory = "build/bench-writes";
  int seconds = 5;
  std::int64_t prefill = 0;
};

template <class Id>
Id id_of(char fill) {
  Id id;
  id.bytes.fill(static_cast<std::uint8_t>(fill));
  return id;
}
const ledger::ActorId actor = id_of<ledger::ActorId>('a');

struct Ledger {
  std::string path;
  std::unique_ptr<sequencer::Sequencer> sequencer;
  std::unique_ptr<jobs::Checkpointer> checkpointer;
};

Result<Ledger> open(const std::string& directory) {
  std::filesystem::create_directories(directory);
  Ledger ledger{.path = directory + "/ledger.db"};
  auto db = TRY(store::open_sqlite(ledger.path, store::OpenMode::read_write));
  TRY(store::create_schema(*db));
  auto blobs = std::shared_ptr<blob::BlobStore>(TRY(blob::open_directory(directory + "/blobs")));
  const auto signer = std::make_shared<crypto::Signer>(TRY(crypto::Signer::from_seed(std::string(32, 's'))));
  ledger.sequencer =
      TRY(sequencer::Sequencer::open({"bench", id_of<ledger::OrganizationId>('o'), "weir.bench/bench"},
                                     {.db = std::move(db),
                                      .blobs = std::move(blobs),
                                      .clock = std::make_shared<SystemClock>(),
                                      .signer = signer}));
  ledger.checkpointer =
      TRY(jobs::Checkpointer::start({.path = ledger.path, .on_error = [](const Error& error) {
                                       fmt::print("checkpointer: {}\n", error.message);
                                     }}));
  ledger.sequencer->on_commit([at = ledger.checkpointer.get()](std::int64_t) { at->committed(); });
  return ledger;
}

evidence::AttestationRecorded attestation(std::uint64_t number) {
  return {.flow = "api",
          .trail = "t1",
          .name = fmt::format("test-{}", number),
          .type = "test",
          .artifact = crypto::sha256("api"),
          .artifact_name = "api",
          .compliant = true,
          .description = std::string(200, 'd'),
          .url = "https://ci.example/run/4711"};
}

sequencer::Command bare(std::uint64_t number) {
  return {.actor = actor,
          .idempotency = {},
          .decide = [number](store::Database&, Instant) -> Result<sequencer::Decision> {
            return sequencer::Decision{
                .events = {evidence::Service{.name = fmt::format("s{}", number % 100), .team = "one"}},
                .answer = {},
                .keep = {}};
          },
          .done = {}};
}

sequencer::Command request(std::uint64_t number) {
  sequencer::Idempotency key{fmt::format("key-{}-{}", Steady::now().time_since_epoch().count(), number),
                             crypto::sha256(std::to_string(number))};
  return {.actor = actor,
          .idempotency = std::move(key),
          .decide = [number](store::Database& tables, Instant) -> Result<sequencer::Decision> {
            const auto trail = TRY(query_one(
                tables, "SELECT entry FROM trail WHERE flow=$1 AND name=$2",
                [](const store::Row& row) { return row.integer(0); }, "api", "t1"));
            if (!trail) return not_found("no trail");
            return sequencer::Decision{
                .events = {attestation(number)},
                .answer = [](auto at) { return fmt::format("{{\"entry\":{}}}", at[0].index); },
                .keep = {}};
          },
          .done = {}};
}

struct Row {
  std::string name;
  std::uint64_t done = 0, failed = 0;
  double seconds = 0;
  double cpu_seconds = 0;  // of the whole process: holds also when others use the machine
  std::vector<std::uint32_t> latency_us;
};

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

void print(Row row) {
  std::sort(row.latency_us.begin(), row.latency_us.end());
  const auto at = [&](double part) {
    return row.latency_us.empty() ? 0
                                  : row.latency_us[static_cast<std::size_t>(
                                        part * static_cast<double>(row.latency_us.size() - 1))];
  };
  fmt::print(
      "{:<24} {:>8.0f}/s  p50 {:>6} µs  p99 {:>6} µs  max {:>7} µs  {:>5.1f} µs of CPU each  failed {}\n",
      row.name, static_cast<double>(row.done) / row.seconds, at(0.5), at(0.99), at(1),
      row.cpu_seconds * 1e6 / static_cast<double>(std::max<std::uint64_t>(row.done, 1)), row.failed);
}

using Make = sequencer::Command (*)(std::uint64_t);

// `per_second` 0: as many as go, with in_flight_max of them waiting; else on schedule, latency from when each was due.
Row run(Ledger& ledger, std::string name, Make make, int time, int per_second) {
  Row row{.name = std::move(name), .latency_us = {}};
  std::mutex mutex;
  std::counting_semaphore<in_flight_max> room(in_flight_max);
  const double cpu_before = cpu_seconds();
  const auto begin = Steady::now(), end = begin + std::chrono::seconds(time);
  for (std::uint64_t number = 0;; ++number) {
    const auto due =
        per_second == 0
            ? Steady::now()
            : begin + std::chrono::microseconds(number * 1'000'000 / static_cast<std::uint64_t>(per_second));
    if (due >= end) break;
    if (per_second != 0) std::this_thread::sleep_until(due);
    room.acquire();
    sequencer::Command command = make(number);
    command.done = [&, due](const Result<sequencer::Outcome>& outcome) {
      const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - due).count();
      {
        const std::lock_guard lock(mutex);
        ++(outcome.ok() ? row.done : row.failed);
        row.latency_us.push_back(static_cast<std::uint32_t>(took));
      }
      room.release();
    };
    ledger.sequencer->submit(std::move(command));
  }
  for (std::ptrdiff_t i = 0; i < in_flight_max; ++i) room.acquire();
  row.cpu_seconds = cpu_seconds() - cpu_before;
  row.seconds = std::chrono::duration<double>(Steady::now() - begin).count();
  return row;
}

Status prepare(Ledger& ledger, std::int64_t prefill) {
  const auto put = [&](std::vector<store::Event> events) -> Status {
    TRY(ledger.sequencer->submit_and_wait(
        {.actor = actor,
         .idempotency = {},
         .decide = [events = std::move(events)](auto&, Instant) -> Result<sequencer::Decision> {
           return sequencer::Decision{.events = events, .answer = {}, .keep = {}};
         },
         .done = {}}));
    return {};
  };
  TRY(put({evidence::Flow{.name = "api"}, evidence::Trail{.flow = "api", .name = "t1"}}));
  while (ledger.sequencer->size() < prefill) {
    std::vector<store::Event> events;
    for (std::uint64_t i = 0; i < 5000; ++i) events.push_back(attestation(i));
    TRY(put(std::move(events)));
  }
  return {};
}

Status measure(const Options& options) {
  auto ledger = TRY(open(options.directory));
  TRY(prepare(ledger, options.prefill));
  fmt::print("{} entries at the start\n", ledger.sequencer->size());
  print(run(ledger, "bare append", bare, options.seconds, 0));
  print(run(ledger, "attestation, keyed", request, options.seconds, 0));
  print(run(ledger, "attestation, 1,000/s", request, options.seconds, 1000));
  fmt::print("{} entries at the end, {} MiB\n", ledger.sequencer->size(),
             std::filesystem::file_size(ledger.path) / (1024 * 1024));
  ledger.sequencer.reset();
  return {};
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** words) {
  weir::bench::Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string word = words[i];
    if (word == "--directory") options.directory = words[i + 1];
    else if (word == "--seconds") options.seconds = std::stoi(words[i + 1]);
    else if (word == "--prefill") options.prefill = std::stoll(words[i + 1]);
  }
  const weir::Status status = weir::bench::measure(options);
  if (!status.ok()) fmt::print("{}\n", status.error().message);
  return status.ok() ? 0 : 1;
}
