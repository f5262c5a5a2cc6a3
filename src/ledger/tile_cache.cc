#include "ledger/tile_cache.h"

namespace weir::ledger {
namespace {

// Nodes, the list's and the map's own cost.
std::size_t bytes_of(const TileNodes& nodes) { return 2 * std::size_t{nodes.width()} * 32 + 256; }

}  // namespace

TileCache::TileCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

std::shared_ptr<const TileNodes> TileCache::find(const TileId& tile) {
  const std::lock_guard lock(mutex_);
  const auto slot = slots_.find(tile);
  if (slot == slots_.end()) return nullptr;
  order_.splice(order_.begin(), order_, slot->second);
  return slot->second->nodes;
}

void TileCache::insert(const TileId& tile, std::shared_ptr<const TileNodes> nodes) {
  const std::lock_guard lock(mutex_);
  if (slots_.contains(tile)) return;
  bytes_ += bytes_of(*nodes);
  order_.push_front({tile, std::move(nodes)});
  slots_.emplace(tile, order_.begin());
  while (bytes_ > bytes_max_) {
    bytes_ -= bytes_of(*order_.back().nodes);
    slots_.erase(order_.back().tile);
    order_.pop_back();
  }
}

std::size_t TileCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

TiledTree::TiledTree(TreeSize size, TileReader& tiles, TileCache& cache, const RightEdgeTiles* edge)
    : size_(size), tiles_(tiles), cache_(cache), edge_(edge) {
  CHECK(edge == nullptr || edge->size() >= size);
}

Result<Sha256> TiledTree::node(NodeId id) {
  if (((id.index + 1) << id.level) > size_.value) return internal("a node beyond the tree was asked for");
  if (edge_ != nullptr)
    if (const auto held = edge_->find(id)) return *held;
  const int height = id.level % tile_height;
  const std::uint64_t first = id.index << height;
  TileId tile{id.level / tile_height, first / tile_width};
  tile.width = width_of_tile(tile.level, tile.n, edge_ != nullptr ? edge_->size() : size_);
  const std::shared_ptr<const TileNodes> nodes = TRY(load(tile));
  return nodes->node(height, static_cast<unsigned>(first % tile_width) >> height);
}

Result<std::shared_ptr<const TileNodes>> TiledTree::load(const TileId& tile) {
  if (auto cached = cache_.find(tile)) return cached;
  const Bytes bytes = TRY(tiles_.read_tile(tile));
  if (bytes.size() != std::size_t{tile.width} * 32)
    return Error{Errc::corrupt, tile_path(tile) + " has " + std::to_string(bytes.size()) + " bytes"};
  auto nodes = std::make_shared<const TileNodes>(TRY(TileNodes::from_bytes(bytes)));
  cache_.insert(tile, nodes);
  return std::shared_ptr<const TileNodes>(nodes);
}

}  // namespace weir::ledger
