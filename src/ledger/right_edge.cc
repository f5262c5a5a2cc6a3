#include "ledger/right_edge.h"

namespace weir::ledger {
namespace {

constexpr std::uint64_t mask = tile_width - 1;

std::uint64_t hashes_at(int level, TreeSize size) { return size.value >> (tile_height * level); }

Result<Sha256> root_of_full_tile(int level, std::uint64_t n, TileReader& tiles) {
  const Bytes bytes = TRY(tiles.read_tile({level, n, tile_width}));
  if (bytes.size() != tile_bytes) return Error{Errc::corrupt, tile_path({level, n}) + " is cut"};
  return TRY(TileNodes::from_bytes(bytes)).root();
}

}  // namespace

RightEdgeTiles::RightEdgeTiles() : levels_{std::make_shared<const TileNodes>()} { compute_suffix_roots(); }

Result<RightEdgeTiles> RightEdgeTiles::restore(TreeSize size, std::span<const Sha256> tail,
                                               TileReader& full_tiles) {
  if (size.value > tree_size_max) return Error{Errc::corrupt, "the ledger's size is beyond every tree"};
  if (tail.size() != (size.value & mask))
    return Error{Errc::corrupt, "the right edge of " + std::to_string(size.value) + " entries has " +
                                    std::to_string(size.value & mask) + " leaves, given are " +
                                    std::to_string(tail.size())};
  RightEdgeTiles edge;
  edge.size_ = size;
  edge.appended_from_ = size.value;
  auto leaves = std::make_shared<TileNodes>();
  for (const Sha256& hash : tail) leaves->append(hash);
  edge.levels_ = {std::move(leaves)};
  for (int level = 1; hashes_at(level, size) > 0; ++level) {
    const std::uint64_t end = hashes_at(level, size);
    auto nodes = std::make_shared<TileNodes>();
    for (std::uint64_t n = end & ~mask; n < end; ++n)
      nodes->append(TRY(root_of_full_tile(level - 1, n, full_tiles)));
    edge.levels_.push_back(std::move(nodes));
  }
  edge.compute_suffix_roots();
  return edge;
}

std::vector<CompletedTile> RightEdgeTiles::append(std::span<const Sha256> leaf_hashes) {
  recent_.clear();
  appended_from_ = size_.value;
  Batch batch;
  for (const Sha256& hash : leaf_hashes) push(hash, batch);
  compute_suffix_roots();
  return std::move(batch.completed);
}

// Other copies may hold the level's tile, so the first write of an append goes to a tile of its own.
TileNodes& RightEdgeTiles::open_level(std::size_t level, Batch& batch) {
  if (level == levels_.size()) levels_.push_back(std::make_shared<const TileNodes>());
  if (level >= batch.open.size()) batch.open.resize(level + 1);
  std::shared_ptr<TileNodes>& open = batch.open[level];
  if (open == nullptr) {
    open = std::make_shared<TileNodes>();
    *open = *levels_[level];
    levels_[level] = open;
  }
  return *open;
}

void RightEdgeTiles::push(const Sha256& leaf_hash, Batch& batch) {
  CHECK(size_.value < tree_size_max);
  open_level(0, batch).append(leaf_hash);
  ++size_.value;
  for (std::size_t level = 0; levels_[level]->full(); ++level) {
    open_level(level + 1, batch).append(levels_[level]->root());
    close_level(level, batch);
  }
}

void RightEdgeTiles::close_level(std::size_t level, Batch& batch) {
  const int number = static_cast<int>(level);
  const TileId tile{number, hashes_at(number + 1, size_) - 1, tile_width};
  batch.completed.push_back({tile, levels_[level]->hashes(tile_width)});
  recent_.push_back({tile.level, tile.n, std::move(levels_[level])});
  batch.open[level] = std::make_shared<TileNodes>();
  levels_[level] = batch.open[level];
}

// A peak is a left child, or the last one, so it always lies in the partial tile of its level.
void RightEdgeTiles::compute_suffix_roots() {
  peaks_.clear();
  for (const NodeId& peak : peaks_of(size_)) {
    const auto node = find(peak);
    CHECK(node.has_value());
    peaks_.push_back(*node);
  }
  suffix_roots_ = peaks_;
  if (peaks_.empty()) suffix_roots_.push_back(empty_root());
  for (std::size_t k = peaks_.size(); k-- > 1;)
    suffix_roots_[k - 1] = node_hash(peaks_[k - 1], suffix_roots_[k]);
}

Proof RightEdgeTiles::prove(LeafIndex index) const {
  CHECK(can_prove(index));
  Proof proof;
  proof.reserve(static_cast<std::size_t>(tile_height) * levels_.size() + 1);
  const std::vector<NodeId> peaks = peaks_of(size_);
  std::size_t own = 0;
  while (index.value >> peaks[own].level != peaks[own].index) ++own;
  for (int level = 0; level < peaks[own].level; ++level) {
    const auto sibling = find({level, index.value >> level ^ 1});
    CHECK(sibling.has_value());
    proof.push_back(*sibling);
  }
  if (own + 1 < peaks.size()) proof.push_back(suffix_roots_[own + 1]);
  while (own-- > 0) proof.push_back(peaks_[own]);
  return proof;
}

const TileNodes* RightEdgeTiles::tile_at(int level, std::uint64_t n) const {
  if (level < 0 || static_cast<std::size_t>(level) >= levels_.size()) return nullptr;
  if (n == hashes_at(level, size_) / tile_width) return levels_[static_cast<std::size_t>(level)].get();
  for (const Recent& recent : recent_)
    if (recent.level == level && recent.n == n) return recent.nodes.get();
  return nullptr;
}

std::optional<Sha256> RightEdgeTiles::find(NodeId id) const {
  const int height = id.level % tile_height;
  const std::uint64_t first = id.index << height;
  const TileNodes* tile = tile_at(id.level / tile_height, first / tile_width);
  const auto index = static_cast<unsigned>((first & mask) >> height);
  if (tile == nullptr || !tile->has(height, index)) return std::nullopt;
  return tile->node(height, index);
}

std::optional<Bytes> RightEdgeTiles::find_tile(const TileId& tile) const {
  const TileNodes* nodes = tile_at(tile.level, tile.n);
  if (nodes == nullptr || tile.width == 0 || tile.width > nodes->width()) return std::nullopt;
  return nodes->hashes(tile.width);
}

}  // namespace weir::ledger
