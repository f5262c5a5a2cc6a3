// Decisions in bulk, in process on a real store:
//   decide_bench [--directory DIR] [--pairs N] [--decisions N]
// Rows: after a policy of ten rules changed, every (artifact, environment) pair is decided again and recorded, by the
// server's own job; then a candidate is tried on every recorded decision (or on as many as are asked for, made by the
// store's own functions). Time of the clock, and processor time of the whole process: the latter holds also when others
// use the machine.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "api/simulate.h"
#include "crypto/digest.h"
#include "jobs/reconcile.h"
#include "store/schema.h"
#include "store/sqlite/database.h"
#include "store/view_decision.h"

namespace weir::bench {
namespace {

using Steady = std::chrono::steady_clock;

struct Options {
  std::string directory = "build/bench-decide";
  std::int64_t pairs = 100'000, decisions = 0;
};

template <class Id>
Id id_of(char fill) {
  Id id;
  id.bytes.fill(static_cast<std::uint8_t>(fill));
  return id;
}
const ledger::ActorId actor = id_of<ledger::ActorId>('a');
constexpr std::int64_t environments = 5;

double cpu_seconds() {
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return of(use.ru_utime) + of(use.ru_stime);
}

class Stopwatch {
 public:
  void say(std::string_view what, std::int64_t count) const {
    const double clock = std::chrono::duration<double>(Steady::now() - begun_).count(),
                 cpu = cpu_seconds() - cpu_;
    fmt::print("{:<44} {:>9} in {:>6.1f} s, {:>6.1f} s of CPU, {:>6.1f} us of CPU each\n", what, count, clock,
               cpu, cpu * 1e6 / static_cast<double>(std::max<std::int64_t>(count, 1)));
    std::fflush(stdout);
  }

 private:
  Steady::time_point begun_ = Steady::now();
  double cpu_ = cpu_seconds();
};

struct Store {
  std::string path;
  std::shared_ptr<blob::BlobStore> blobs;
  std::shared_ptr<SystemClock> clock = std::make_shared<SystemClock>();
  std::unique_ptr<sequencer::Sequencer> sequencer;

  Result<std::unique_ptr<store::Database>> reader() const {
    return store::open_sqlite(path, store::OpenMode::read_only);
  }
  Status append(std::vector<store::Event> events) {
    TRY(sequencer->submit_and_wait(
        {.actor = actor,
         .idempotency = {},
         .decide = [events = std::move(events)](store::Database&, Instant) -> Result<sequencer::Decision> {
           return sequencer::Decision{.events = events};
         },
         .done = {}}));
    return {};
  }
  Status keep(std::function<Status(store::Database&)> rows) {
    TRY(sequencer->submit_and_wait(
        {.actor = actor,
         .idempotency = {},
         .decide = [rows = std::move(rows)](store::Database&, Instant) -> Result<sequencer::Decision> {
           return sequencer::Decision{.keep = rows};
         },
         .done = {}}));
    return {};
  }
};

Result<Store> open(const Options& options) {
  std::filesystem::remove_all(options.directory);
  std::filesystem::create_directories(options.directory);
  Store store{.path = options.directory + "/ledger.db"};
  auto db = TRY(store::open_sqlite(store.path, store::OpenMode::read_write));
  TRY(store::create_schema(*db));
  store.blobs = std::shared_ptr<blob::BlobStore>(TRY(blob::open_directory(options.directory + "/blobs")));
  const auto signer = std::make_shared<crypto::Signer>(TRY(crypto::Signer::from_seed(std::string(32, 's'))));
  store.sequencer = TRY(sequencer::Sequencer::open(
      {"bench", id_of<ledger::OrganizationId>('o'), "weir.bench/bench"},
      {.db = std::move(db), .blobs = store.blobs, .clock = store.clock, .signer = signer}));
  return store;
}

Sha256 digest_of(std::int64_t artifact) { return crypto::sha256(fmt::format("artifact {}", artifact)); }
std::string environment_of(std::int64_t number) { return fmt::format("env-{}", number); }

// Three pieces of evidence on each artifact.
Status record_artifacts(Store& store, std::int64_t count) {
  constexpr std::array types{"test", "scan", "sbom"};
  for (std::int64_t begin = 0; begin < count; begin += 200) {
    std::vector<store::Event> events;
    for (std::int64_t i = begin; i < std::min(begin + 200, count); ++i) {
      const std::string trail = fmt::format("t-{}", i);
      events.push_back(
          evidence::Trail{.flow = "api", .name = trail, .commit = fmt::format("c{}", i), .author = "ann"});
      artifact::ArtifactRecorded recorded{};
      recorded.flow = "api";
      recorded.trail = trail;
      recorded.name = fmt::format("service-{}", i % 100);
      recorded.digest = digest_of(i);
      events.push_back(std::move(recorded));
      for (const char* type : types) {
        evidence::AttestationRecorded attested{.flow = "api", .trail = trail, .name = type, .type = type};
        attested.artifact = digest_of(i);
        attested.compliant = i % 10 != 0 || type[0] != 't';
        events.push_back(std::move(attested));
      }
    }
    TRY(store.append(std::move(events)));
  }
  return {};
}

std::string policy(int version) {
  std::string text = "apiVersion: weir/v1\nkind: Policy\nname: production\nrules:\n";
  for (const char* type : {"test", "scan", "sbom"})
    text += fmt::format(
        "  - {{id: {0}, require: {{attestation: {{type: {0}, name: {0}, max_age: {1}d}}}}}}\n"
        "  - {{id: any-{0}, require: {{attestation: {{type: {0}}}}}}}\n",
        type, 30 + version);
  return text + R"(  - {id: trail, require: {trail: {compliant: false}}}
  - {id: here, require: {environment: {names: ['env-*']}}}
  - {id: normal, require: {change: {classes: [normal, standard]}}}
  - {id: window, require: {window: open}}
)";
}

Status create_policy(Store& store, int version) {
  const std::string text = policy(version);
  return store.append({policy::PolicyCreated{
      .name = "production", .version = version, .digest = crypto::sha256(text), .source = text}});
}

Status watch_pairs(Store& store, std::int64_t pairs) {
  return store.keep([pairs](store::Database& db) -> Status {
    for (std::int64_t i = 0; i < pairs; ++i)
      TRY(store::watch_subject(
          db, {.artifact = digest_of(i / environments), .environment = environment_of(i % environments)}));
    return {};
  });
}

Status decide_all(Store& store, std::string_view what, std::int64_t pairs) {
  auto first = TRY(store.reader());
  auto second = TRY(store.reader());
  const auto job = jobs::make_decide({*store.sequencer, actor}, std::move(first), std::move(second));
  const Stopwatch watch;
  for (jobs::Step step = jobs::Step::more; step == jobs::Step::more;)
    step = TRY(job->tick(store.clock->now()));
  watch.say(what, pairs);
  return {};
}

// Decisions as the job made them, once more each with another moment.
Status record_decisions(Store& store, std::int64_t wanted) {
  const auto db = TRY(store.reader());
  std::int64_t have = TRY(query_count(*db, "SELECT count(*) FROM decision"));
  const auto templates = TRY(query(*db, "SELECT entry FROM decision ORDER BY entry LIMIT 1000",
                                   [](const store::Row& row) { return row.integer(0); }));
  std::vector<policy::DecisionRecorded> records;
  for (const std::int64_t entry : templates) {
    const auto stored = TRY(sequencer::read_entry(*db, *store.blobs, entry));
    const auto event = TRY(store::decode_payload(ledger::EntryType::decision_recorded, *stored.payload));
    records.push_back(*event.as<policy::DecisionRecorded>());
  }
  for (std::size_t next = 0; have < wanted;) {
    std::vector<store::Event> events;
    for (; events.size() < 500 && have < wanted; ++have, ++next) {
      policy::DecisionRecorded& each = records[next % records.size()];
      each.record.decided_at = store.clock->now();
      each.record.input.set("now", to_string(each.record.decided_at));
      events.push_back(each);
    }
    TRY(store.append(std::move(events)));
  }
  return {};
}

Status simulate_all(Store& store) {
  auto candidate = TRY(policy::Prepared::prepare({.name = "production", .version = 9, .text = policy(-20)}));
  const auto db = TRY(store.reader());
  const Stopwatch watch;
  const auto found =
      TRY(api::simulate(*db, *store.blobs, std::move(candidate), policy::Mode::enforce,
                        {.environment = {}, .flow = {}, .since = {}}, [&] { return store.reader(); }));
  watch.say("a candidate tried on recorded decisions", found.decisions);
  fmt::print("  {} flips\n", found.flips_total);
  return {};
}

Status measure(const Options& options) {
  Store store = TRY(open(options));
  TRY(store.append({evidence::Flow{.name = "api"}}));
  for (std::int64_t i = 0; i < environments; ++i) {
    runtime::EnvironmentDeclared declared{};
    declared.name = environment_of(i);
    TRY(store.append({std::move(declared)}));
  }
  TRY(record_artifacts(store, options.pairs / environments));
  TRY(create_policy(store, 1));
  for (std::int64_t i = 0; i < environments; ++i)
    TRY(store.append({policy::PolicyAttached{
        .policy = "production", .environment = environment_of(i), .mode = policy::Mode::enforce}}));
  TRY(watch_pairs(store, options.pairs));
  TRY(decide_all(store, "pairs decided for the first time", options.pairs));
  TRY(create_policy(store, 2));
  TRY(decide_all(store, "pairs decided again after a policy change", options.pairs));
  TRY(record_decisions(store, options.decisions));
  return simulate_all(store);
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** words) {
  weir::bench::Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string word = words[i];
    if (word == "--directory") options.directory = words[i + 1];
    else if (word == "--pairs") options.pairs = std::stoll(words[i + 1]);
    else if (word == "--decisions") options.decisions = std::stoll(words[i + 1]);
  }
  const weir::Status status = weir::bench::measure(options);
  if (!status.ok()) fmt::print("{}\n", status.error().message);
  std::filesystem::remove_all(options.directory);
  return status.ok() ? 0 : 1;
}
