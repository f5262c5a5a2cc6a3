// The growing side of the tree, in memory: the partial tile of every level, and the tiles that the last append
// completed. The sequencer appends a batch, stores what came back, commits, and answers with proofs, without reading
// anything. To be able to roll back, copy, append to the copy, and swap after the commit. Copies share their tiles,
// so a copy costs well below a microsecond and may be handed to readers. One thread mutates one copy; const ones are
// safe to share.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ledger/tile_nodes.h"

namespace weir::ledger {

struct CompletedTile {
  TileId tile;   // full
  Bytes hashes;  // tile_bytes
};

class RightEdgeTiles {
 public:
  RightEdgeTiles();  // of the empty tree

  // As it was at `size`: `tail` are the leaf hashes of the last size mod 256 entries; the reader is asked for at
  // most 255 full tiles per level. The caller compares root() with the committed one.
  static Result<RightEdgeTiles> restore(TreeSize size, std::span<const Sha256> tail, TileReader& full_tiles);

  // Returns the tiles now full, lower levels first. They stay readable here until the next append.
  std::vector<CompletedTile> append(std::span<const Sha256> leaf_hashes);

  TreeSize size() const { return size_; }
  const Sha256& root() const { return suffix_roots_.front(); }
  TreeHead head() const { return {size(), root()}; }

  // Inclusion of a leaf of the last append in the tree as it is now. No I/O and no hashing.
  Proof prove(LeafIndex index) const;
  bool can_prove(LeafIndex index) const { return index.value >= appended_from_ && index.value < size_.value; }

  std::optional<Sha256> find(NodeId id) const;               // nothing when it lies in older tiles
  std::optional<Bytes> find_tile(const TileId& tile) const;  // any width held here, partial ones above all

 private:
  struct Recent {
    int level;
    std::uint64_t n;
    std::shared_ptr<const TileNodes> nodes;
  };
  // What one append has opened for writing and what it has completed.
  struct Batch {
    std::vector<std::shared_ptr<TileNodes>> open;
    std::vector<CompletedTile> completed;
  };

  TileNodes& open_level(std::size_t level, Batch& batch);
  void push(const Sha256& leaf_hash, Batch& batch);
  void close_level(std::size_t level, Batch& batch);
  void compute_suffix_roots();
  const TileNodes* tile_at(int level, std::uint64_t n) const;

  TreeSize size_;
  std::uint64_t appended_from_ = 0;
  std::vector<std::shared_ptr<const TileNodes>>
      levels_;                        // the partial tile of each level, possibly of width 0
  std::vector<Recent> recent_;        // completed by the last append
  std::vector<Sha256> peaks_;         // complete subtrees of the tree, largest first
  std::vector<Sha256> suffix_roots_;  // [k]: root of peaks k… taken together; [0] is the tree's root
};

}  // namespace weir::ledger
