#include "ledger/right_edge.h"

#include <gtest/gtest.h>

#include <map>

#include "ledger/reference_tree.h"
#include "ledger/tile_cache.h"

namespace weir::ledger {
namespace {

// Keeps what append() gave out, as the store does.
class StoredTiles final : public TileReader {
 public:
  void store(std::vector<CompletedTile> tiles) {
    for (CompletedTile& tile : tiles) EXPECT_TRUE(tiles_.emplace(tile.tile, std::move(tile.hashes)).second);
  }
  Result<Bytes> read_tile(const TileId& tile) override {
    ++reads;
    const auto found = tiles_.find(tile);
    if (found == tiles_.end()) return not_found("no " + tile_path(tile));
    return found->second;
  }
  std::size_t count() const { return tiles_.size(); }
  int reads = 0;

 private:
  std::map<TileId, Bytes> tiles_;
};

const std::vector<Sha256>& many_leaves() {
  static const std::vector<Sha256> leaves = ReferenceTree::leaves(70000);
  return leaves;
}

std::span<const Sha256> leaves_between(std::uint64_t start, std::uint64_t end) {
  return std::span(many_leaves()).subspan(start, end - start);
}

std::span<const Sha256> tail_of(std::uint64_t size) {
  return leaves_between(size & ~std::uint64_t{255}, size);
}

constexpr std::array<std::uint64_t, 9> batches{1, 2, 255, 256, 257, 1, 700, 1024, 31};

}  // namespace

TEST(RightEdge, of_nothing_has_the_empty_root) {
  const RightEdgeTiles edge;
  EXPECT_EQ(edge.root(), empty_root());
  EXPECT_EQ(edge.size().value, 0u);
  EXPECT_FALSE(edge.can_prove({0}));
}

TEST(RightEdge, proves_every_leaf_of_a_batch_without_any_reader) {
  RightEdgeTiles edge;
  Frontier frontier;
  std::uint64_t size = 0;
  for (int round = 0; round < 4; ++round) {
    for (const std::uint64_t batch : batches) {
      edge.append(leaves_between(size, size + batch));
      frontier.append(leaves_between(size, size + batch));
      ASSERT_EQ(edge.root(), frontier.root());
      for (std::uint64_t index = size; index < size + batch; ++index)
        ASSERT_TRUE(
            check_inclusion({index}, edge.size(), many_leaves()[index], edge.prove({index}), edge.root())
                .ok())
            << index << " of " << edge.size().value;
      EXPECT_EQ(edge.can_prove({size - 1}), false);
      size += batch;
    }
  }
}

TEST(RightEdge, gives_out_each_full_tile_once_and_they_are_the_defined_ones) {
  RightEdgeTiles edge;
  StoredTiles stored;
  for (std::uint64_t size = 0; size < 70000; size += 1000)
    stored.store(edge.append(leaves_between(size, size + 1000)));
  EXPECT_EQ(stored.count(), 273u + 1);
  ReferenceTree tree(many_leaves());
  for (const TileId& tile : {TileId{0, 0}, TileId{0, 100}, TileId{0, 272}, TileId{1, 0}})
    EXPECT_EQ(stored.read_tile(tile).value(), tree.read_tile(tile).value()) << tile_path(tile);
  EXPECT_EQ(edge.root(), tree.root(70000));
}

TEST(RightEdge, holds_the_partial_tiles_of_the_specification) {
  RightEdgeTiles edge;
  edge.append(many_leaves());
  edge.append({});
  ReferenceTree tree(many_leaves());
  for (const TileId& tile : {TileId{0, 273, 112}, TileId{0, 273, 5}, TileId{1, 1, 17}, TileId{2, 0, 1}})
    EXPECT_EQ(edge.find_tile(tile), tree.read_tile(tile).value()) << tile_path(tile);
  EXPECT_EQ(edge.find_tile({0, 273, 113}), std::nullopt);
  EXPECT_EQ(edge.find_tile({0, 272, 256}), std::nullopt) << "stored, no longer held";
  EXPECT_EQ(edge.find_tile({3, 0, 1}), std::nullopt);
  EXPECT_EQ(edge.find_tile({entries_level, 273, 1}), std::nullopt);
}

TEST(RightEdge, restored_is_what_it_was) {
  RightEdgeTiles edge;
  StoredTiles stored;
  std::uint64_t size = 0;
  for (const std::uint64_t step : {1, 254, 1, 1, 511, 1024, 63744, 1, 4000}) {
    stored.store(edge.append(leaves_between(size, size + step)));
    size += step;
    auto restored = RightEdgeTiles::restore({size}, tail_of(size), stored);
    ASSERT_TRUE(restored.ok()) << size << ": " << restored.error().message;
    EXPECT_EQ(restored->head(), edge.head()) << size;
    EXPECT_FALSE(restored->can_prove({size - 1}));
    RightEdgeTiles on = edge;
    EXPECT_EQ(restored->append(leaves_between(0, 300)).size(), on.append(leaves_between(0, 300)).size());
    EXPECT_EQ(restored->head(), on.head());
  }
}

TEST(RightEdge, damage_met_while_restoring_is_corrupt) {
  StoredTiles stored;
  RightEdgeTiles edge;
  stored.store(edge.append(leaves_between(0, 600)));
  EXPECT_EQ(RightEdgeTiles::restore({600}, tail_of(600).first(87), stored).error().code, Errc::corrupt);
  StoredTiles nothing;
  EXPECT_EQ(RightEdgeTiles::restore({600}, tail_of(600), nothing).error().code, Errc::not_found);
  EXPECT_EQ(RightEdgeTiles::restore({~0ull}, tail_of(255), nothing).error().code, Errc::corrupt);
}

TEST(RightEdge, a_batch_on_a_copy_leaves_the_original_untouched) {
  RightEdgeTiles edge;
  edge.append(leaves_between(0, 300));
  const TreeHead before = edge.head();
  RightEdgeTiles next = edge;
  next.append(leaves_between(300, 1000));
  EXPECT_EQ(edge.head(), before);
  RightEdgeTiles retried = edge;
  EXPECT_EQ(retried.append(leaves_between(300, 1000)).size(), 2u);
  EXPECT_EQ(retried.head(), next.head());
}

TEST(TiledTree, proves_old_leaves_in_old_and_new_trees_over_edge_and_store) {
  StoredTiles stored;
  RightEdgeTiles edge;
  Frontier at_66000;
  for (std::uint64_t size = 0; size < 70000; size += 1000)
    stored.store(edge.append(leaves_between(size, size + 1000)));
  at_66000.append(leaves_between(0, 66000));
  TileCache cache(1 << 20);
  TiledTree now(edge.size(), stored, cache, &edge), then({66000}, stored, cache, &edge);
  for (std::uint64_t index = 0; index < 66000; index += 997) {
    const auto proof = prove_inclusion({index}, edge.size(), now);
    ASSERT_TRUE(proof.ok()) << proof.error().message;
    EXPECT_TRUE(check_inclusion({index}, edge.size(), many_leaves()[index], *proof, edge.root()).ok());
    const Proof old = prove_inclusion({index}, {66000}, then).value();
    EXPECT_TRUE(check_inclusion({index}, {66000}, many_leaves()[index], old, at_66000.root()).ok());
  }
  const Proof growth = prove_consistency({66000}, edge.size(), now).value();
  EXPECT_TRUE(check_consistency({{66000}, at_66000.root()}, edge.head(), growth).ok());
}

TEST(TiledTree, reads_partial_tiles_when_there_is_no_edge) {
  ReferenceTree tree(ReferenceTree::leaves(700));
  TileCache cache(1 << 20);
  TiledTree tiled({700}, tree, cache);
  for (std::uint64_t index = 0; index < 700; ++index) {
    const Proof proof = prove_inclusion({index}, {700}, tiled).value();
    EXPECT_TRUE(check_inclusion({index}, {700}, tree.leaf(index), proof, tree.root(700)).ok());
  }
  EXPECT_EQ(tree.tiles_read(), 4) << "three of level 0 and one of level 1, each once";
}

TEST(TiledTree, a_tile_of_wrong_length_is_corrupt) {
  class CutTiles final : public TileReader {
    Result<Bytes> read_tile(const TileId&) override { return Bytes(64, 'x'); }
  } cut;
  TileCache cache(1 << 20);
  TiledTree tiled({700}, cut, cache);
  EXPECT_EQ(prove_inclusion({3}, {700}, tiled).error().code, Errc::corrupt);
}

TEST(TileCache, stays_within_its_bound_and_forgets_what_was_used_longest_ago) {
  TileCache cache(100'000);
  TileNodes nodes;
  for (const Sha256& leaf : leaves_between(0, 256)) nodes.append(leaf);
  const auto shared = std::make_shared<const TileNodes>(nodes);
  for (std::uint64_t n = 0; n < 50; ++n) {
    cache.insert({0, n}, shared);
    EXPECT_NE(cache.find({0, 0}), nullptr) << "in use all the time";
    EXPECT_LE(cache.bytes(), 100'000u);
  }
  EXPECT_EQ(cache.find({0, 1}), nullptr);
  EXPECT_NE(cache.find({0, 49}), nullptr);
}

}  // namespace weir::ledger
