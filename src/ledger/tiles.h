// How the tree is cut into files that never change: C2SP tlog-tiles. A tile of level l holds up to 256 hashes of
// subtrees of 256^l leaves each; a bundle (level entries_level) holds up to 256 leaves. Full tiles are immutable;
// a partial one is a prefix of its full one. Here are names and bounds; contents are in tile_nodes.h.
// Values and pure functions; safe on every thread.
#pragma once
#include <string>
#include <vector>

#include "ledger/merkle.h"

namespace weir::ledger {

inline constexpr int tile_height = 8;
inline constexpr unsigned tile_width = 256;
inline constexpr std::size_t tile_bytes = tile_width * 32;
inline constexpr int entries_level = -1;
inline constexpr int tile_level_max = 7;  // 256^8 is beyond every tree

struct TileId {
  int level = 0;  // entries_level or 0…tile_level_max
  std::uint64_t n = 0;
  unsigned width = tile_width;  // 1…256; 256 is full
  auto operator<=>(const TileId&) const = default;
};

// "tile/0/x001/x234/067", "tile/1/002.p/17", "tile/entries/000". Parsing takes only what encoding gives.
std::string tile_path(const TileId& tile);
Result<TileId> parse_tile_path(std::string_view path);

// How wide tile n of this level is in a tree of that size: 0 when there is none, 256 when full.
unsigned width_of_tile(int level, std::uint64_t n, TreeSize size);

// Every tile, bundles not included, that a tree of size `newer` has and one of size `older` had not in this width.
std::vector<TileId> tiles_changed(TreeSize older, TreeSize newer);

// Bundles: u16 length ‖ leaf, repeated. Decoding is strict: exactly `count` leaves and nothing behind them.
void append_to_bundle(Bytes& bundle, BytesView leaf);
Result<std::vector<Bytes>> decode_bundle(BytesView bundle, unsigned count);

// Where tiles come from: the store, or another log over HTTP. Returns exactly 32 × width bytes. A reader of the
// local store is only asked for full tiles when the right edge answers the rest (right_edge.h).
class TileReader {
 public:
  virtual ~TileReader() = default;
  virtual Result<Bytes> read_tile(const TileId& tile) = 0;
};

}  // namespace weir::ledger
