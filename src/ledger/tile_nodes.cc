#include "ledger/tile_nodes.h"

#include <bit>

namespace weir::ledger {
namespace {

constexpr std::size_t nodes_max = 2 * tile_width - 1;

// Before leaf j stand 2j - popcount(j) nodes; a subtree follows its last leaf by its height.
std::size_t position(int height, unsigned index) {
  const unsigned last_leaf = ((index + 1) << height) - 1;
  return 2 * last_leaf - static_cast<unsigned>(std::popcount(last_leaf)) + static_cast<unsigned>(height);
}
static_assert(nodes_max == 511);

}  // namespace

TileNodes::TileNodes() { nodes_.reserve(nodes_max); }

Result<TileNodes> TileNodes::from_bytes(BytesView hashes) {
  if (hashes.empty() || hashes.size() % 32 != 0 || hashes.size() > tile_bytes)
    return Error{Errc::corrupt, "a tile of " + std::to_string(hashes.size()) + " bytes"};
  TileNodes nodes;
  for (; !hashes.empty(); hashes.remove_prefix(32))
    nodes.append(TRY(sha256_from_bytes(hashes.substr(0, 32))));
  return nodes;
}

void TileNodes::append(const Sha256& hash) {
  CHECK(!full());
  nodes_.push_back(hash);
  ++width_;
  for (int height = 1; width_ % (1u << height) == 0; ++height) {
    const unsigned right = (width_ >> (height - 1)) - 1;
    nodes_.push_back(node_hash(node(height - 1, right - 1), nodes_.back()));
    if (height == tile_height) break;
  }
}

const Sha256& TileNodes::node(int height, unsigned index) const {
  CHECK(has(height, index));
  return nodes_[position(height, index)];
}

Bytes TileNodes::hashes(unsigned width) const {
  CHECK(width <= width_);
  Bytes bytes;
  bytes.reserve(width * 32);
  for (unsigned i = 0; i < width; ++i) bytes.append(node(0, i).view());
  return bytes;
}

}  // namespace weir::ledger
