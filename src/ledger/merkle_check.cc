// Checking proofs: the iterative forms of RFC 9162 §2.1.3.2 and §2.1.4.2, and their subtree generalisations.
#include <bit>

#include "ledger/merkle.h"

namespace weir::ledger {
namespace {

bool odd(std::uint64_t value) { return (value & 1) != 0; }

// A way up the tree: the position of a node and of the last node, at the same level, both counted from zero.
struct Climb {
  std::uint64_t node, last;

  void up() {
    node >>= 1;
    last >>= 1;
  }
  // Is the sibling on the left, or is there none on this level so that the next hash joins from the left higher up?
  bool joins_left() const { return odd(node) || node == last; }
  void skip_levels_without_sibling() {
    while (!odd(node) && node != 0) up();
  }
};

Error wrong_proof(std::string_view why) { return invalid("the proof is wrong: " + std::string(why)); }

bool valid_subtree(const Subtree& subtree) {
  if (subtree.start >= subtree.end || subtree.end.value > tree_size_max) return false;
  return subtree.start.value % std::bit_ceil(subtree.end.value - subtree.start.value) == 0;
}

Status check_empty_subtree(const Subtree& subtree, std::span<const Sha256> proof) {
  if (!proof.empty()) return wrong_proof("it is too long");
  if (subtree.root != empty_root()) return wrong_proof("the root is not that of nothing");
  return {};
}

// The climb of a subtree's right edge inside the tree that holds it: both positions of Climb, and the subtree's first.
struct SubtreeClimb {
  std::uint64_t first, right, last;

  void up() {
    first >>= 1;
    right >>= 1;
    last >>= 1;
  }
  bool within_subtree() const { return first < right; }
};

SubtreeClimb start_of(const Subtree& subtree, TreeSize size) {
  SubtreeClimb climb{subtree.start.value, subtree.end.value - 1, size.value - 1};
  if (climb.right == climb.last) {
    while (climb.first != climb.right) climb.up();
  } else {
    while (climb.first != climb.right && odd(climb.right)) climb.up();
  }
  return climb;
}

}  // namespace

Status check_inclusion(LeafIndex index, TreeSize size, const Sha256& leaf, std::span<const Sha256> proof,
                       const Sha256& root) {
  if (index.value >= size.value) return wrong_proof("the entry lies beyond the tree");
  Climb climb{index.value, size.value - 1};
  Sha256 hash = leaf;
  for (const Sha256& sibling : proof) {
    if (climb.last == 0) return wrong_proof("it is too long");
    if (climb.joins_left()) {
      hash = node_hash(sibling, hash);
      climb.skip_levels_without_sibling();
    } else {
      hash = node_hash(hash, sibling);
    }
    climb.up();
  }
  if (climb.last != 0) return wrong_proof("it is too short");
  if (hash != root) return wrong_proof("it leads to another root");
  return {};
}

Status check_consistency(const TreeHead& older, const TreeHead& newer, std::span<const Sha256> proof) {
  if (older.size.value == 0) return wrong_proof("nothing follows from an empty tree");
  return check_subtree_consistency({{0}, {older.size.value}, older.root}, newer, proof);
}

Status check_subtree_inclusion(LeafIndex index, const Sha256& leaf, const Subtree& subtree,
                               std::span<const Sha256> proof) {
  if (!valid_subtree(subtree)) return wrong_proof("these bounds make no subtree");
  if (index < subtree.start || index >= subtree.end) return wrong_proof("the entry lies beyond the subtree");
  const TreeSize size{subtree.end.value - subtree.start.value};
  return check_inclusion({index.value - subtree.start.value}, size, leaf, proof, subtree.root);
}

Status check_subtree_consistency(const Subtree& subtree, const TreeHead& tree,
                                 std::span<const Sha256> proof) {
  if (subtree.end.value > tree.size.value) return wrong_proof("the subtree lies beyond the tree");
  if (subtree.start == subtree.end) return check_empty_subtree(subtree, proof);
  if (!valid_subtree(subtree)) return wrong_proof("these bounds make no subtree");
  SubtreeClimb climb = start_of(subtree, tree.size);
  Sha256 old_hash = subtree.root;
  if (climb.within_subtree()) {
    if (proof.empty()) return wrong_proof("it is too short");
    old_hash = proof.front();
    proof = proof.subspan(1);
  }
  Sha256 new_hash = old_hash;
  for (const Sha256& sibling : proof) {
    if (climb.last == 0) return wrong_proof("it is too long");
    if (odd(climb.right) || climb.right == climb.last) {
      if (climb.within_subtree()) old_hash = node_hash(sibling, old_hash);
      new_hash = node_hash(sibling, new_hash);
      while (!odd(climb.right) && climb.right != 0) climb.up();
    } else {
      new_hash = node_hash(new_hash, sibling);
    }
    climb.up();
  }
  if (climb.last != 0) return wrong_proof("it is too short");
  if (old_hash != subtree.root) return wrong_proof("it leads to another older root");
  if (new_hash != tree.root) return wrong_proof("it leads to another root");
  return {};
}

}  // namespace weir::ledger
