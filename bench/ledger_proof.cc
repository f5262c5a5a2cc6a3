// What the tree costs: appending batches with their proofs on a copy (as the sequencer does), and inclusion proofs of
// random entries of a ledger of ten million over tiles.
#include <benchmark/benchmark.h>

#include <random>
#include <unordered_map>

#include "ledger/tile_cache.h"

namespace {

using namespace weir;
using namespace weir::ledger;

constexpr std::uint64_t entries = 10'000'000;

std::vector<Sha256> hashes_from(std::uint64_t start, std::uint64_t count) {
  std::vector<Sha256> hashes(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t index = start + i;
    std::memcpy(hashes[i].bytes.data(), &index, sizeof index);
  }
  return hashes;
}

// Full tiles in memory, as the page cache of a store would hold them.
class HeldTiles final : public TileReader {
 public:
  void store(std::vector<CompletedTile> tiles) {
    for (CompletedTile& tile : tiles) tiles_[tile.tile.level].emplace(tile.tile.n, std::move(tile.hashes));
  }
  Result<Bytes> read_tile(const TileId& tile) override { return tiles_[tile.level].at(tile.n); }

 private:
  std::unordered_map<std::uint64_t, Bytes> tiles_[tile_level_max + 1];
};

struct Ledger {
  HeldTiles tiles;
  RightEdgeTiles edge;
  Ledger() {
    for (std::uint64_t size = 0; size < entries; size += 1000)
      tiles.store(edge.append(hashes_from(size, 1000)));
  }
};

Ledger& ledger() {
  static Ledger built;
  return built;
}

void append_batch_with_proofs(benchmark::State& state) {
  const auto batch = static_cast<std::uint64_t>(state.range(0));
  RightEdgeTiles edge = ledger().edge;
  const std::vector<Sha256> hashes = hashes_from(0, batch);
  for (auto _ : state) {
    RightEdgeTiles next = edge;
    benchmark::DoNotOptimize(next.append(hashes));
    const std::uint64_t size = next.size().value;
    for (std::uint64_t index = size - batch; index < size; ++index)
      benchmark::DoNotOptimize(next.prove({index}));
    edge = std::move(next);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(static_cast<std::uint64_t>(state.iterations()) * batch));
}
BENCHMARK(append_batch_with_proofs)->Arg(1)->Arg(16)->Arg(256)->Arg(1024);

void prove_random_entry(benchmark::State& state) {
  TileCache cache(static_cast<std::size_t>(state.range(0)) << 20);
  TiledTree tree(ledger().edge.size(), ledger().tiles, cache, &ledger().edge);
  std::mt19937_64 random(1);
  const auto range = static_cast<std::uint64_t>(state.range(1));
  const auto prove = [&] { return prove_inclusion({random() % range}, ledger().edge.size(), tree).value(); };
  for (std::uint64_t i = 0; i < 8 * range / tile_width; ++i) benchmark::DoNotOptimize(prove());
  for (auto _ : state) benchmark::DoNotOptimize(prove());
}
BENCHMARK(prove_random_entry)->ArgNames({"cache_mib", "entries"})->Args({64, 500'000})->Args({64, entries});

void frontier_append(benchmark::State& state) {
  Frontier frontier;
  const std::vector<Sha256> hashes = hashes_from(0, 1024);
  for (auto _ : state) frontier.append(hashes);
  state.SetItemsProcessed(state.iterations() * 1024);
}
BENCHMARK(frontier_append);

}  // namespace

BENCHMARK_MAIN();
