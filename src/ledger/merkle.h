// The Merkle tree of RFC 6962 §2.1 as mathematics: hashes, the right edge of a growing tree, and proofs made and
// checked. Leaf hashes are SHA-256(0x00 ‖ leaf), inner nodes SHA-256(0x01 ‖ left ‖ right); a tree of n > 1 leaves
// splits at the largest power of two below n; the empty tree's root is SHA-256 of nothing. No I/O of its own: nodes
// come through a NodeReader. Values; safe to share between threads unless mutated.
#pragma once
#include <span>
#include <vector>

#include "base/bytes.h"

namespace weir::ledger {

struct LeafIndex {
  std::uint64_t value = 0;
  auto operator<=>(const LeafIndex&) const = default;
};

struct TreeSize {
  std::uint64_t value = 0;
  auto operator<=>(const TreeSize&) const = default;
};

// No tree grows beyond this; proofs are never longer than 64 hashes.
inline constexpr std::uint64_t tree_size_max = std::uint64_t{1} << 62;
inline constexpr std::size_t proof_hashes_max = 64;

Sha256 leaf_hash(BytesView leaf);
Sha256 node_hash(const Sha256& left, const Sha256& right);
Sha256 empty_root();

// The least that must be kept to go on: one hash per complete subtree, at most 64 of them. Appending is one hash per
// leaf, amortized. encode(): size u64 big-endian, then the hashes, largest subtree first.
class Frontier {
 public:
  void append(const Sha256& leaf_hash);
  void append(std::span<const Sha256> leaf_hashes);
  TreeSize size() const { return size_; }
  Sha256 root() const;

  Bytes encode() const;
  static Result<Frontier> decode(BytesView bytes);

  bool operator==(const Frontier&) const = default;

 private:
  TreeSize size_;
  std::vector<Sha256> subtrees_;  // one per set bit of size_, largest first
};

// A complete subtree: the leaves [index << level, (index + 1) << level).
struct NodeId {
  int level = 0;
  std::uint64_t index = 0;
  auto operator<=>(const NodeId&) const = default;
};

// Where proofs get hashes of complete subtrees from. corrupt or unavailable when the hash can't be had.
class NodeReader {
 public:
  virtual ~NodeReader() = default;
  virtual Result<Sha256> node(NodeId id) = 0;
};

using Proof = std::vector<Sha256>;  // from the leaf's side towards the root, as RFC 6962 orders it

// index < size, else invalid.
Result<Proof> prove_inclusion(LeafIndex index, TreeSize size, NodeReader& nodes);
Status check_inclusion(LeafIndex index, TreeSize size, const Sha256& leaf, std::span<const Sha256> proof,
                       const Sha256& root);

// 1 <= older <= newer, else invalid: nothing follows from an empty tree. Equal sizes have the empty proof.
Result<Proof> prove_consistency(TreeSize older, TreeSize newer, NodeReader& nodes);

struct TreeHead {
  TreeSize size;
  Sha256 root;
  bool operator==(const TreeHead&) const = default;
};
Status check_consistency(const TreeHead& older, const TreeHead& newer, std::span<const Sha256> proof);

// The complete subtrees that a tree of this size is made of, largest (leftmost) first.
std::vector<NodeId> peaks_of(TreeSize size);

// The root of the first `size` leaves.
Result<Sha256> root_of(TreeSize size, NodeReader& nodes);

// A subtree as witnesses and mirrors cosign it: leaves [start, end), where start is a multiple of the smallest power
// of two that is not below end - start. The empty one is part of every tree.
struct Subtree {
  LeafIndex start;
  LeafIndex end;
  Sha256 root;
};
Status check_subtree_inclusion(LeafIndex index, const Sha256& leaf, const Subtree& subtree,
                               std::span<const Sha256> proof);
Status check_subtree_consistency(const Subtree& subtree, const TreeHead& tree, std::span<const Sha256> proof);

}  // namespace weir::ledger
