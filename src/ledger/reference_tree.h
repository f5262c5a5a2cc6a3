// For tests: RFC 6962 §2.1 written down as it is defined, without any of the shortcuts of merkle.h, so that both can
// be held against each other. Also a TileReader that cuts tiles from it.
#pragma once
#include <bit>
#include <string>
#include <vector>

#include "ledger/tiles.h"

namespace weir::ledger {

class ReferenceTree final : public NodeReader, public TileReader {
 public:
  static std::vector<Sha256> leaves(std::uint64_t count, const std::string& name = "leaf ") {
    std::vector<Sha256> hashes;
    for (std::uint64_t i = 0; i < count; ++i) hashes.push_back(leaf_hash(name + std::to_string(i)));
    return hashes;
  }

  explicit ReferenceTree(std::vector<Sha256> leaves) : leaves_(std::move(leaves)) {}

  TreeSize size() const { return {leaves_.size()}; }
  const Sha256& leaf(std::uint64_t index) const { return leaves_[index]; }
  std::span<const Sha256> range(std::uint64_t start, std::uint64_t end) const {
    return std::span(leaves_).subspan(start, end - start);
  }

  static Sha256 root(std::span<const Sha256> leaves) {
    if (leaves.empty()) return empty_root();
    if (leaves.size() == 1) return leaves[0];
    const std::size_t split = std::bit_floor(leaves.size() - 1);
    return node_hash(root(leaves.first(split)), root(leaves.subspan(split)));
  }
  Sha256 root(std::uint64_t size) const { return root(range(0, size)); }
  TreeHead head(std::uint64_t size) const { return {{size}, root(size)}; }

  // PATH(m, D[n]) of §2.1.1.
  static Proof path(std::uint64_t m, std::span<const Sha256> leaves) {
    if (leaves.size() == 1) return {};
    const std::size_t split = std::bit_floor(leaves.size() - 1);
    const auto left = leaves.first(split), right = leaves.subspan(split);
    Proof proof = m < split ? path(m, left) : path(m - split, right);
    proof.push_back(m < split ? root(right) : root(left));
    return proof;
  }

  Result<Sha256> node(NodeId id) override {
    const std::uint64_t start = id.index << id.level, end = (id.index + 1) << id.level;
    if (end > leaves_.size()) return internal("node beyond the tree");
    return root(range(start, end));
  }

  Result<Bytes> read_tile(const TileId& tile) override {
    Bytes bytes;
    ++tiles_read_;
    for (std::uint64_t i = 0; i < tile.width; ++i)
      bytes.append(TRY(node({tile_height * tile.level, tile.n * tile_width + i})).view());
    return bytes;
  }

  int tiles_read() const { return tiles_read_; }

 private:
  std::vector<Sha256> leaves_;
  int tiles_read_ = 0;
};

}  // namespace weir::ledger
