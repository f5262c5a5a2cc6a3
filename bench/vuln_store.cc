// The store of advisories: filling it from directories of records, filling it again with what it knows, one changed
// record, opening it, asking it. `vuln_store DIRECTORY…`, each with the records of one feed; the store lies in the
// system's place for temporary files and is gone afterwards.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "feed/read_feeds.h"
#include "vuln/store/difference.h"

namespace {

using namespace weir;
namespace fs = std::filesystem;
using std::chrono::steady_clock;

double milliseconds_since(steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - begin).count();
}

template <class Value>
Value must(Result<Value> result) {
  if (result.ok()) return std::move(result).value();
  fmt::print(stderr, "{}\n", result.error().message);
  std::exit(1);
}

vuln::UpdateResult read_into(const std::string& store, const std::vector<std::string>& places,
                             const char* what) {
  const SystemClock clock;
  const auto begin = steady_clock::now();
  vuln::UpdateResult result = must(feed::update_store(store, {.places = places}, clock));
  std::size_t read = 0;
  for (const vuln::FeedResult& each : result.feeds) read += each.read;
  const double took = milliseconds_since(begin);
  fmt::print("{}: {} records in {:.1f} ms\n", what, read, took);
  return result;
}

// Every package of the store, each once.
std::vector<vuln::PackageName> names_in(const vuln::AdvisoryStore& store) {
  return must(vuln::difference(*vuln::AdvisoryStore::over({}), store)).touched;
}

std::size_t ask_all(const vuln::AdvisoryStore& store, const std::vector<vuln::PackageName>& names) {
  std::size_t entries = 0;
  for (const vuln::PackageName& each : names)
    entries += must(store.about(each.ecosystem, each.name)).entries.size();
  return entries;
}

void measure_reading(const std::string& directory) {
  constexpr int rounds = 200;
  const auto begin = steady_clock::now();
  for (int i = 0; i < rounds; ++i) must(vuln::AdvisoryStore::open(directory));
  fmt::print("open: {:.3f} ms\n", milliseconds_since(begin) / rounds);

  const auto store = must(vuln::AdvisoryStore::open(directory));
  const std::vector<vuln::PackageName> names = names_in(*store);
  const auto fresh = must(vuln::AdvisoryStore::open(directory));
  const auto cold = steady_clock::now();
  const std::size_t tuples = ask_all(*fresh, names);
  const double cold_took = milliseconds_since(cold);
  const auto warm = steady_clock::now();
  ask_all(*fresh, names);
  const double warm_took = milliseconds_since(warm);
  const auto count = static_cast<double>(names.size());
  fmt::print(
      "ask for {} packages: {:.2f} us each when pages are checked for the first time, {:.2f} us after\n",
      names.size(), cold_took * 1000 / count, warm_took * 1000 / count);
  fmt::print("size: {} bytes, {} entries, {:.1f} bytes an entry\n", store->file_bytes(), tuples,
             static_cast<double>(store->file_bytes()) / static_cast<double>(tuples));
}

void measure_one_change(const std::string& directory, const std::string& scratch) {
  const std::string file = scratch + "/one.json";
  std::ofstream(file) << R"({"id":"BENCH-1","affected":[{"package":{"ecosystem":"npm","name":"bench"},)"
                         R"("ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.0.0"}]}]}]})";
  const auto before = must(vuln::AdvisoryStore::open(directory));
  read_into(directory, {file}, "one new record");
  const auto after = must(vuln::AdvisoryStore::open(directory));
  const auto begin = steady_clock::now();
  const vuln::StoreDifference difference = must(vuln::difference(*before, *after));
  fmt::print("difference of the two: {:.3f} ms, {} added, {} packages touched\n", milliseconds_since(begin),
             difference.added.size(), difference.touched.size());
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> places(words + 1, words + count);
  if (places.empty()) return fmt::print(stderr, "usage: vuln_store DIRECTORY…\n"), 2;
  const std::string scratch =
      (fs::temp_directory_path() / fmt::format("weir_vuln_store.{}", getpid())).string();
  const std::string directory = scratch + "/store";
  fs::create_directories(scratch);
  read_into(directory, places, "first update");
  read_into(directory, places, "the same again");
  measure_reading(directory);
  measure_one_change(directory, scratch);
  fs::remove_all(scratch);
  return 0;
}
