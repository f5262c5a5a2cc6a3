#include "ledger/merkle.h"

#include <bit>

#include "crypto/digest.h"

namespace weir::ledger {
namespace {

bool odd(std::uint64_t value) { return (value & 1) != 0; }

// The root over consecutive complete subtrees, largest first.
template <class Hashes>
Sha256 fold(const Hashes& peaks) {
  if (peaks.empty()) return empty_root();
  Sha256 root = peaks.back();
  for (auto peak = peaks.rbegin() + 1; peak != peaks.rend(); ++peak) root = node_hash(*peak, root);
  return root;
}

// The root of the leaves [start, start + size), where start is aligned to every peak of that size.
Result<Sha256> root_of_range(std::uint64_t start, TreeSize size, NodeReader& nodes) {
  std::vector<Sha256> hashes;
  for (const NodeId& peak : peaks_of(size))
    hashes.push_back(TRY(nodes.node({peak.level, (start >> peak.level) + peak.index})));
  return fold(hashes);
}

struct Range {
  std::uint64_t start, size;
};

}  // namespace

Sha256 leaf_hash(BytesView leaf) { return crypto::sha256(BytesView("\0", 1), leaf); }

Sha256 node_hash(const Sha256& left, const Sha256& right) {
  std::array<char, 65> node;
  node[0] = 1;
  std::memcpy(node.data() + 1, left.bytes.data(), 32);
  std::memcpy(node.data() + 33, right.bytes.data(), 32);
  return crypto::sha256(BytesView(node.data(), node.size()), {});
}

Sha256 empty_root() { return crypto::sha256({}); }

void Frontier::append(const Sha256& leaf_hash) {
  Sha256 top = leaf_hash;
  for (std::uint64_t size = size_.value; odd(size); size >>= 1) {
    top = node_hash(subtrees_.back(), top);
    subtrees_.pop_back();
  }
  subtrees_.push_back(top);
  ++size_.value;
}

void Frontier::append(std::span<const Sha256> leaf_hashes) {
  for (const Sha256& hash : leaf_hashes) append(hash);
}

Sha256 Frontier::root() const { return fold(subtrees_); }

Bytes Frontier::encode() const {
  Bytes bytes;
  append_u64(bytes, size_.value);
  for (const Sha256& subtree : subtrees_) bytes.append(subtree.view());
  return bytes;
}

Result<Frontier> Frontier::decode(BytesView bytes) {
  if (bytes.size() < 8) return invalid("a frontier begins with eight bytes of size");
  Frontier frontier;
  frontier.size_.value = load_u64(bytes.data());
  if (frontier.size_.value > tree_size_max) return invalid("the frontier's size is beyond every tree");
  const auto count = static_cast<std::size_t>(std::popcount(frontier.size_.value));
  if (bytes.size() != 8 + count * 32)
    return invalid("a frontier of this size holds " + std::to_string(count) + " hashes");
  for (std::size_t i = 0; i < count; ++i)
    frontier.subtrees_.push_back(TRY(sha256_from_bytes(bytes.substr(8 + i * 32, 32))));
  return frontier;
}

std::vector<NodeId> peaks_of(TreeSize size) {
  std::vector<NodeId> peaks;
  for (int level = static_cast<int>(std::bit_width(size.value)) - 1; level >= 0; --level)
    if (odd(size.value >> level)) peaks.push_back({level, (size.value >> level) - 1});
  return peaks;
}

Result<Sha256> root_of(TreeSize size, NodeReader& nodes) { return root_of_range(0, size, nodes); }

Result<Proof> prove_inclusion(LeafIndex index, TreeSize size, NodeReader& nodes) {
  if (index.value >= size.value || size.value > tree_size_max)
    return invalid("no entry " + std::to_string(index.value) + " in a tree of " + std::to_string(size.value));
  const std::vector<NodeId> peaks = peaks_of(size);
  std::size_t own = 0;
  while (index.value >> peaks[own].level != peaks[own].index) ++own;

  Proof proof;
  for (int level = 0; level < peaks[own].level; ++level)
    proof.push_back(TRY(nodes.node({level, index.value >> level ^ 1})));
  const std::uint64_t end = (peaks[own].index + 1) << peaks[own].level;
  if (end < size.value) proof.push_back(TRY(root_of_range(end, {size.value - end}, nodes)));
  while (own-- > 0) proof.push_back(TRY(nodes.node(peaks[own])));
  return proof;
}

// PROOF(m, D[n]) of RFC 6962 §2.1.2, walked from the root down; hashes come out nearest the root first.
Result<Proof> prove_consistency(TreeSize older, TreeSize newer, NodeReader& nodes) {
  if (older.value == 0 || older.value > newer.value || newer.value > tree_size_max)
    return invalid("a tree of " + std::to_string(newer.value) + " has no past of " +
                   std::to_string(older.value));
  Range range{0, newer.value};
  std::uint64_t past = older.value;
  Proof proof;
  while (past != range.size) {
    const std::uint64_t split = std::bit_floor(range.size - 1);
    const Range left{range.start, split}, right{range.start + split, range.size - split};
    const bool past_is_left = past <= split;
    const Range& aside = past_is_left ? right : left;
    proof.push_back(TRY(root_of_range(aside.start, {aside.size}, nodes)));
    range = past_is_left ? left : right;
    if (!past_is_left) past -= split;
  }
  if (range.start != 0) proof.push_back(TRY(root_of_range(range.start, {range.size}, nodes)));
  return Proof(proof.rbegin(), proof.rend());
}

}  // namespace weir::ledger
