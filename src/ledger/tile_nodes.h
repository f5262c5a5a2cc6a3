// The nodes inside one tile: its hashes and every complete subtree above them up to the tile's own root, in the
// order they become known (post-order), so that appending pushes, and undoing would truncate. Growing costs one hash
// per hash appended; looking up costs nothing. A value with room for 511 hashes; threads as for any value.
#pragma once
#include <span>
#include <vector>

#include "ledger/tiles.h"

namespace weir::ledger {

class TileNodes {
 public:
  TileNodes();
  static Result<TileNodes> from_bytes(BytesView hashes);  // 32 × 1…256 bytes

  void append(const Sha256& hash);  // not beyond tile_width
  unsigned width() const { return width_; }
  bool full() const { return width_ == tile_width; }

  // height 0…8, index counted in subtrees of that height; it must be complete here.
  bool has(int height, unsigned index) const { return ((index + 1) << height) <= width_; }
  const Sha256& node(int height, unsigned index) const;
  const Sha256& root() const { return node(tile_height, 0); }  // of a full tile

  Bytes hashes(unsigned width) const;  // the first `width` ≤ width() hashes, as a tile file holds them

 private:
  unsigned width_ = 0;
  std::vector<Sha256> nodes_;
};

}  // namespace weir::ledger
