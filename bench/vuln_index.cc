// The index of bills of materials with a million artifacts: built, saved, opened, asked. The bills are resampled from
// real ones (`vuln_index SBOMS ADVISORIES…`, directories): each artifact takes the bill of one of them and drifts: one
// component in fifty is another version than there, one of sixteen. So hardly two artifacts have the same set.
// options before the directories: --artifacts N --running N --directory DIR --keep (the file, for vuln_finding)
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>

#include "crypto/digest.h"
#include "evidence/inventory.h"
#include "feed/read_feeds.h"
#include "vuln/component_index.h"
#include "vuln/flip.h"

namespace weir::bench {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;
using vuln::ArtifactSet;
using vuln::ComponentId;
using vuln::ComponentIndex;

constexpr std::size_t versions_of_drift = 16;
constexpr int drifts_of_hundred = 2;

struct Options {
  std::size_t artifacts = 1'000'000, running = 100'000;
  std::string directory = "build/bench-vuln-index";
  std::string bills;
  bool keep = false;
  std::vector<std::string> advisories;
};

double milliseconds_since(steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - begin).count();
}

// Of this thread: others may use the machine at the same time.
double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}
double cpu_microseconds_since(double begin) { return (cpu_seconds() - begin) * 1e6; }

// Of this process, in MB: what is its own, and what of it is pages of files that could be read again.
struct Resident {
  double own = 0, of_files = 0;
};
Resident resident() {
  std::ifstream status("/proc/self/status");
  Resident found;
  for (std::string word; status >> word;) {
    double* into = word == "RssAnon:" ? &found.own : word == "RssFile:" ? &found.of_files : nullptr;
    if (into != nullptr && status >> *into) *into /= 1024;
  }
  return found;
}

Bytes read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

vuln::Component drifted(vuln::Component component, std::size_t version) {
  const std::string added = fmt::format("+w{}", version), encoded = fmt::format("%2Bw{}", version);
  const std::size_t end = std::min(component.text.find_first_of("?#"), component.text.size());
  component.text.insert(end, encoded);
  component.version += added;
  if (!component.package.version.empty()) component.package.version += added;
  return component;
}

// The bills as numbers, and for each component those of its other versions.
struct Corpus {
  std::vector<std::vector<ComponentId>> bills;
  std::vector<std::vector<ComponentId>> others;  // by component
  std::vector<std::vector<vuln::Component>> whole;
};

Corpus read_corpus(const std::string& directory, ComponentIndex& index) {
  Corpus corpus;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    const auto inventory = evidence::read_inventory(read_file(entry.path()));
    if (!inventory.ok()) continue;
    corpus.whole.push_back(vuln::components_of(*inventory));
    std::vector<ComponentId>& ids = corpus.bills.emplace_back();
    for (const vuln::Component& component : corpus.whole.back()) ids.push_back(index.intern(component));
  }
  const std::size_t real = index.components();
  corpus.others.resize(real);
  for (ComponentId id = 0; id < real; ++id) {
    const vuln::Component component = index.component(id);
    if (component.version.empty()) continue;
    for (std::size_t version = 1; version <= versions_of_drift; ++version)
      corpus.others[id].push_back(index.intern(drifted(component, version)));
  }
  return corpus;
}

Sha256 digest_of(std::size_t artifact) {
  std::mt19937_64 random(artifact);
  Sha256 digest;
  for (std::size_t i = 0; i < digest.bytes.size(); i += 8) {
    const std::uint64_t word = random();
    std::memcpy(digest.bytes.data() + i, &word, sizeof word);
  }
  return digest;
}

struct Made {
  Sha256 artifact;
  std::vector<ComponentId> components;
};
std::vector<Made> make(const Corpus& corpus, std::size_t begin, std::size_t end, std::mt19937& random) {
  std::vector<Made> made;
  for (std::size_t i = begin; i < end; ++i) {
    std::vector<ComponentId> ids = corpus.bills[random() % corpus.bills.size()];
    for (ComponentId& id : ids)
      if (random() % 100 < drifts_of_hundred && !corpus.others[id].empty())
        id = corpus.others[id][random() % versions_of_drift];
    made.push_back({digest_of(i), std::move(ids)});
  }
  return made;
}

void build(const Corpus& corpus, std::size_t artifacts, ComponentIndex& index) {
  constexpr std::size_t at_once = 10'000;
  std::mt19937 random(1);
  std::size_t pairs = 0;
  double took = 0, cpu = 0;
  for (std::size_t begin = 0; begin < artifacts; begin += at_once) {
    std::vector<Made> made = make(corpus, begin, std::min(artifacts, begin + at_once), random);
    for (const Made& each : made) pairs += each.components.size();
    const double cpu_before = cpu_seconds();
    const auto start = steady_clock::now();
    for (std::size_t i = 0; i < made.size(); ++i)
      index.take(made[i].artifact, static_cast<std::int64_t>(begin + i), std::move(made[i].components));
    took += milliseconds_since(start) / 1000;
    cpu += cpu_seconds() - cpu_before;
  }
  fmt::print("build: {} artifacts, {} components, {} pairs of both, {} sets: {:.2f} s, {:.2f} s of CPU\n",
             index.artifacts(), index.components(), pairs, index.sets(), took, cpu);
}

double anonymous_megabytes() {
  malloc_trim(0);
  return resident().own;
}

void measure_file(const ComponentIndex& index, const std::string& file) {
  const auto begin = steady_clock::now();
  CHECK(index.save(file).ok());
  fmt::print("save: {:.0f} ms, {:.1f} MB\n", milliseconds_since(begin),
             static_cast<double>(fs::file_size(file)) / 1e6);
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) {
    const auto opening = steady_clock::now();
    const auto opened = ComponentIndex::open(file);
    times.push_back(milliseconds_since(opening));
    CHECK(opened.ok());
  }
  std::ranges::sort(times);
  fmt::print("open: {:.1f} ms, at most {:.1f} ms\n", times[times.size() / 2], times.back());
}

void report(const char* what, std::vector<double> microseconds) {
  std::ranges::sort(microseconds);
  double sum = 0;
  for (const double each : microseconds) sum += each;
  const std::size_t count = microseconds.size();
  fmt::print("{}: {} in {:.1f} ms of CPU; mean {:.1f} us, p50 {:.1f}, p99 {:.1f}, max {:.1f}\n", what, count,
             sum / 1000, sum / static_cast<double>(count), microseconds[count / 2],
             microseconds[count * 99 / 100], microseconds.back());
}

vuln::AdvisorySet read_advisories(const std::string& place) {
  vuln::AdvisorySet set;
  const Status read =
      feed::read_records(place, {}, [&](std::string_view, std::string_view content) -> Status {
        if (auto advisory = vuln::read_advisory(content); advisory.ok()) set.add(std::move(*advisory));
        return {};
      });
  CHECK(read.ok());
  set.index();
  return set;
}

// Each advisory as if it were the only new one: the components it is about, their verdicts, who holds those that are
// affected, and which of them run.
void one_by_one(const std::string& place, const ComponentIndex& index, const ArtifactSet& running) {
  const vuln::AdvisorySet advisories = read_advisories(place);
  std::vector<double> times;
  std::size_t findings = 0, pairs = 0, running_pairs = 0;
  for (const auto& [id, advisory] : advisories.records()) {
    const double begin = cpu_seconds();
    vuln::AdvisorySet alone;
    alone.add(advisory);
    const vuln::AdvisoryState state(std::move(alone));
    ArtifactSet holders(index.artifacts());
    for (const vuln::Affected& affected : advisory.affected)
      for (const ComponentId component :
           index.about(vuln::without_suffix(affected.ecosystem), affected.name)) {
        if (!index.is_held(component) || vuln::findings_of(index.component(component), state).empty())
          continue;
        ++findings;
        index.add_holders(component, holders);
      }
    pairs += holders.count();
    holders.intersect(running);
    running_pairs += holders.count();
    times.push_back(cpu_microseconds_since(begin));
  }
  report(fmt::format("advisories of {} one by one", fs::path(place).filename().string()).c_str(),
         std::move(times));
  fmt::print("  {} findings; (artifact, advisory) pairs: {}, of what runs {}\n", findings, pairs,
             running_pairs);
}

void all_at_once(const std::vector<std::string>& places, const ComponentIndex& index) {
  vuln::AdvisorySet all;
  for (const std::string& place : places) {
    const vuln::AdvisorySet read = read_advisories(place);
    for (const auto& [id, advisory] : read.records()) all.add(advisory);
  }
  const vuln::AdvisoryState state(std::move(all));
  const double cpu = cpu_seconds();
  const auto begin = steady_clock::now();
  std::size_t findings = 0;
  for (ComponentId id = 0; id < index.components(); ++id)
    if (index.is_held(id)) findings += vuln::findings_of(index.component(id), state).size();
  fmt::print("all {} components against all {} advisories: {:.0f} ms ({:.2f} s of CPU), {} findings\n",
             index.components(), state.set().size(), milliseconds_since(begin), cpu_seconds() - cpu,
             findings);
}

// Who holds each of the most held components, and which of them run.
void ask(const ComponentIndex& index, const ArtifactSet& running) {
  std::vector<ComponentId> ids(index.components());
  for (ComponentId id = 0; id < ids.size(); ++id) ids[id] = id;
  std::ranges::sort(ids, [&](ComponentId a, ComponentId b) { return index.holders(a) > index.holders(b); });
  ids.resize(std::min<std::size_t>(ids.size(), 1000));
  std::vector<double> times;
  for (const ComponentId id : ids) {
    const double begin = cpu_seconds();
    ArtifactSet holders = index.holders_of(id);
    CHECK(holders.count() == index.holders(id));
    holders.intersect(running);
    CHECK(holders.count() <= running.count());
    times.push_back(cpu_microseconds_since(begin));
  }
  fmt::print("most held: {} by {} artifacts\n", index.text(ids.front()), index.holders(ids.front()));
  report("who of what runs holds each of the 1,000 most held components", std::move(times));
}

void read_bills(const Corpus& corpus, std::size_t artifacts, ComponentIndex& index) {
  std::vector<double> times;
  for (std::size_t i = 0; i < 2000; ++i) {
    const auto& bill = corpus.whole[i % corpus.whole.size()];
    const double begin = cpu_seconds();
    index.take(digest_of(artifacts + i), static_cast<std::int64_t>(artifacts + i), bill);
    times.push_back(cpu_microseconds_since(begin));
  }
  report("one more bill, from its components", std::move(times));
}

void run(const Options& options) {
  fs::create_directories(options.directory);
  const std::string file = options.directory + "/org.components";
  Corpus corpus;
  auto built = std::make_unique<ComponentIndex>();
  corpus = read_corpus(options.bills, *built);
  build(corpus, options.artifacts, *built);
  measure_file(*built, file);
  const double with_index = anonymous_megabytes();
  built.reset();
  fmt::print("memory built: {:.0f} MB\n", with_index - anonymous_megabytes());
  const Resident gone = resident();
  ComponentIndex index = std::move(ComponentIndex::open(file)).value();
  const Resident opened = resident();
  fmt::print("memory opened: {:.0f} MB of its own, {:.0f} MB mapped\n", opened.own - gone.own,
             opened.of_files - gone.of_files);
  ArtifactSet running(index.artifacts());
  std::mt19937 random(2);
  while (running.count() < std::min(options.running, index.artifacts()))
    for (std::size_t i = 0; i < 1000; ++i)
      running.add(static_cast<vuln::ArtifactNumber>(random() % index.artifacts()));
  for (const std::string& place : options.advisories) one_by_one(place, index, running);
  all_at_once(options.advisories, index);
  ask(index, running);
  read_bills(corpus, options.artifacts, index);
  if (!options.keep) fs::remove_all(options.directory);
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** words) {
  weir::bench::Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    const bool has_value = i + 1 < count;
    if (word == "--artifacts" && has_value) options.artifacts = std::stoul(words[++i]);
    else if (word == "--running" && has_value) options.running = std::stoul(words[++i]);
    else if (word == "--directory" && has_value) options.directory = words[++i];
    else if (word == "--keep") options.keep = true;
    else if (options.bills.empty()) options.bills = word;
    else options.advisories.emplace_back(word);
  }
  if (options.bills.empty()) {
    fmt::print(
        stderr,
        "usage: vuln_index [--artifacts N] [--running N] [--directory DIR] [--keep] SBOMS ADVISORIES…\n");
    return 2;
  }
  weir::bench::run(options);
}
