#include "ledger/tiles.h"

#include <gtest/gtest.h>

#include <set>

#include "ledger/reference_tree.h"
#include "ledger/tile_nodes.h"

namespace weir::ledger {
namespace {

struct PathRow {
  TileId tile;
  std::string_view path;
};

constexpr std::array paths{
    PathRow{{0, 0, 256}, "tile/0/000"},
    PathRow{{0, 1234067, 256}, "tile/0/x001/x234/067"},
    PathRow{{1, 2, 17}, "tile/1/002.p/17"},
    PathRow{{7, 999, 255}, "tile/7/999.p/255"},
    PathRow{{0, 1000, 1}, "tile/0/x001/000.p/1"},
    PathRow{{entries_level, 5, 256}, "tile/entries/005"},
    PathRow{{entries_level, 123456789, 3}, "tile/entries/x123/x456/789.p/3"},
};

constexpr std::array<std::string_view, 24> not_paths{
    "",
    "tile",
    "tile/",
    "tile/0",
    "tile/0/",
    "tile/0/0",
    "tile/0/0000",
    "tile/0/x000/001",
    "tile/0/001/002",
    "tile/0/x001",
    "tile/8/000",
    "tile/00/000",
    "tile/-1/000",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/000.p/01",
    "tile/0/000.p/",
    "tile/0/000.p/1/2",
    "tile/0/../000",
    "/tile/0/000",
    "tile/0/000/",
    "tile/entry/000",
    "tile/0/+01",
    "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/x999/999"};

}  // namespace

TEST(Tiles, paths_are_written_as_tlog_tiles_writes_them) {
  for (const PathRow& row : paths) {
    EXPECT_EQ(tile_path(row.tile), row.path);
    const auto parsed = parse_tile_path(row.path);
    ASSERT_TRUE(parsed.ok()) << row.path;
    EXPECT_EQ(*parsed, row.tile);
  }
}

TEST(Tiles, anything_else_is_no_path) {
  for (const std::string_view path : not_paths) EXPECT_FALSE(parse_tile_path(path).ok()) << path;
  EXPECT_FALSE(parse_tile_path("tile/0/" + std::string(100000, 'x')).ok());
}

TEST(Tiles, widths_of_70000_entries_are_those_of_the_specification) {
  const TreeSize size{70000};
  EXPECT_EQ(width_of_tile(0, 272, size), 256u);
  EXPECT_EQ(width_of_tile(0, 273, size), 112u);
  EXPECT_EQ(width_of_tile(0, 274, size), 0u);
  EXPECT_EQ(width_of_tile(1, 0, size), 256u);
  EXPECT_EQ(width_of_tile(1, 1, size), 17u);
  EXPECT_EQ(width_of_tile(2, 0, size), 1u);
  EXPECT_EQ(width_of_tile(3, 0, size), 0u);
  EXPECT_EQ(width_of_tile(entries_level, 273, size), 112u);
  EXPECT_EQ(width_of_tile(1, 0, {256}), 1u);
}

TEST(Tiles, from_nothing_to_70000_changes_every_tile_once) {
  const auto changed = tiles_changed({0}, {70000});
  EXPECT_EQ(changed.size(), 274u + 2 + 1);
  EXPECT_EQ(std::set<TileId>(changed.begin(), changed.end()).size(), changed.size());
  for (const TileId& tile : changed) EXPECT_EQ(tile.width, width_of_tile(tile.level, tile.n, {70000}));
}

TEST(Tiles, changed_tiles_are_exactly_those_whose_width_grew) {
  for (std::uint64_t older = 0; older < 600; older += 7) {
    for (std::uint64_t newer = older; newer < 600; newer += 31) {
      std::set<TileId> expected;
      for (int level = 0; level < 3; ++level)
        for (std::uint64_t n = 0; n < 4; ++n)
          if (width_of_tile(level, n, {newer}) > width_of_tile(level, n, {older}))
            expected.insert({level, n, width_of_tile(level, n, {newer})});
      const auto changed = tiles_changed({older}, {newer});
      EXPECT_EQ(std::set<TileId>(changed.begin(), changed.end()), expected) << older << " " << newer;
    }
  }
}

TEST(Tiles, bundles_decode_to_their_leaves_and_refuse_every_other_length) {
  Bytes bundle;
  const std::vector<Bytes> leaves{"", "a", Bytes(65535, 'x'), "last"};
  for (const Bytes& leaf : leaves) append_to_bundle(bundle, leaf);
  EXPECT_EQ(decode_bundle(bundle, 4).value(), leaves);
  EXPECT_FALSE(decode_bundle(bundle, 3).ok());
  EXPECT_FALSE(decode_bundle(bundle, 5).ok());
  for (const std::size_t length : {0, 1, 2, 3, 5, 70, 65540, 65545})
    EXPECT_FALSE(decode_bundle(bundle.substr(0, length), 4).ok()) << length;
}

TEST(TileNodes, every_complete_subtree_is_the_defined_one) {
  ReferenceTree tree(ReferenceTree::leaves(256));
  TileNodes nodes;
  for (unsigned width = 1; width <= 256; ++width) {
    nodes.append(tree.leaf(width - 1));
    ASSERT_EQ(nodes.width(), width);
    for (int height = 0; height <= 8; ++height) {
      for (unsigned index = 0; nodes.has(height, index); ++index)
        ASSERT_EQ(nodes.node(height, index), tree.node({height, index}).value()) << height << " " << index;
      EXPECT_FALSE(nodes.has(height, width >> height));
    }
  }
  EXPECT_TRUE(nodes.full());
  EXPECT_EQ(nodes.root(), tree.root(256));
  EXPECT_EQ(nodes.hashes(256), tree.read_tile({0, 0, 256}).value());
  EXPECT_EQ(nodes.hashes(3), tree.read_tile({0, 0, 3}).value());
}

TEST(TileNodes, bytes_of_no_tile_are_refused) {
  EXPECT_FALSE(TileNodes::from_bytes("").ok());
  EXPECT_FALSE(TileNodes::from_bytes(Bytes(31, 'x')).ok());
  EXPECT_FALSE(TileNodes::from_bytes(Bytes(33, 'x')).ok());
  EXPECT_FALSE(TileNodes::from_bytes(Bytes(tile_bytes + 32, 'x')).ok());
}

}  // namespace weir::ledger
