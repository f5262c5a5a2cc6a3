// Tree nodes read through tiles. TileCache keeps the expanded nodes of tiles used lately, bounded in bytes; it is
// safe to share between threads and between trees of one log, since a tile of a given width never changes.
// TiledTree is the NodeReader of one tree size over it, and over the right edge where one is given.
#pragma once
#include <list>
#include <map>
#include <memory>
#include <mutex>

#include "ledger/right_edge.h"

namespace weir::ledger {

class TileCache {
 public:
  explicit TileCache(std::size_t bytes_max);

  std::shared_ptr<const TileNodes> find(const TileId& tile);
  void insert(const TileId& tile, std::shared_ptr<const TileNodes> nodes);
  std::size_t bytes() const;

 private:
  struct Slot {
    TileId tile;
    std::shared_ptr<const TileNodes> nodes;
  };
  using Order = std::list<Slot>;  // most recently used first

  mutable std::mutex mutex_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  Order order_;
  std::map<TileId, Order::iterator> slots_;
};

class TiledTree final : public NodeReader {
 public:
  // What is passed must outlive the tree. With an edge, which holds at least `size` leaves, only full tiles are read;
  // without one, partial tiles of exactly this size too.
  TiledTree(TreeSize size, TileReader& tiles, TileCache& cache, const RightEdgeTiles* edge = nullptr);
  Result<Sha256> node(NodeId id) override;

 private:
  Result<std::shared_ptr<const TileNodes>> load(const TileId& tile);

  TreeSize size_;
  TileReader& tiles_;
  TileCache& cache_;
  const RightEdgeTiles* edge_;
};

}  // namespace weir::ledger
