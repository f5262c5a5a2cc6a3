#include "ledger/merkle.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "ledger/reference_tree.h"

namespace weir::ledger {
namespace {

Bytes hex(std::string_view text) { return decode_hex(text).value(); }

struct Published {
  std::string_view leaf_hex, root_hex;
};

// The eight leaves everybody uses, and the roots of the trees of 1…8 of them: certificate-transparency sources.
constexpr std::array published{
    Published{"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    Published{"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
    Published{"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
    Published{"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
    Published{"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
    Published{"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
    Published{"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
    Published{"606162636465666768696a6b6c6d6e6f",
              "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

class CountedTree : public NodeReader {
 public:
  explicit CountedTree(NodeReader& inner) : inner_(inner) {}
  Result<Sha256> node(NodeId id) override {
    const auto [slot, fresh] = known_.try_emplace(id);
    if (fresh) slot->second = inner_.node(id).value();
    return slot->second;
  }

 private:
  NodeReader& inner_;
  std::map<NodeId, Sha256> known_;
};

}  // namespace

TEST(Merkle, hashes_match_the_published_vectors_of_rfc_6962) {
  EXPECT_EQ(to_hex(empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(leaf_hash("L123456")), "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
}

TEST(Merkle, roots_of_one_to_eight_published_leaves_match) {
  Frontier frontier;
  EXPECT_EQ(frontier.root(), empty_root());
  for (const Published& row : published) {
    frontier.append(leaf_hash(hex(row.leaf_hex)));
    EXPECT_EQ(to_hex(frontier.root()), row.root_hex) << frontier.size().value;
  }
}

TEST(Merkle, frontier_agrees_with_the_definition_for_every_size_to_300) {
  const ReferenceTree tree(ReferenceTree::leaves(300));
  Frontier frontier;
  for (std::uint64_t size = 0; size <= 300; ++size) {
    ASSERT_EQ(frontier.root(), tree.root(size)) << size;
    const auto again = Frontier::decode(frontier.encode());
    ASSERT_TRUE(again.ok()) << size;
    ASSERT_EQ(*again, frontier) << size;
    if (size < 300) frontier.append(tree.leaf(size));
  }
}

TEST(Merkle, frontier_appends_a_batch_like_one_by_one) {
  const auto leaves = ReferenceTree::leaves(100);
  Frontier batch, single;
  batch.append(leaves);
  for (const Sha256& leaf : leaves) single.append(leaf);
  EXPECT_EQ(batch, single);
}

TEST(Merkle, frontier_of_wrong_length_is_refused) {
  Frontier frontier;
  frontier.append(ReferenceTree::leaves(11));
  const Bytes bytes = frontier.encode();
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(Frontier::decode(bytes.substr(0, length)).ok()) << length;
  EXPECT_FALSE(Frontier::decode(bytes + '\0').ok());
  EXPECT_FALSE(Frontier::decode(Bytes(8, '\xff') + Bytes(64 * 32, 'x')).ok());
}

TEST(Merkle, every_inclusion_proof_of_sizes_to_300_is_the_defined_one_and_checks) {
  ReferenceTree tree(ReferenceTree::leaves(300));
  CountedTree nodes(tree);
  for (std::uint64_t size = 1; size <= 300; ++size) {
    const Sha256 root = tree.root(size);
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto proof = prove_inclusion({index}, {size}, nodes);
      ASSERT_TRUE(proof.ok()) << index << " of " << size;
      ASSERT_TRUE(check_inclusion({index}, {size}, tree.leaf(index), *proof, root).ok())
          << index << " of " << size;
      if (size % 37 != 0) continue;
      ASSERT_EQ(*proof, ReferenceTree::path(index, tree.range(0, size)));
    }
  }
}

TEST(Merkle, proof_fails_when_one_sibling_is_flipped) {
  ReferenceTree tree(ReferenceTree::leaves(75));
  for (std::uint64_t index = 0; index < 75; ++index) {
    const Proof good = prove_inclusion({index}, {75}, tree).value();
    for (std::size_t i = 0; i < good.size(); ++i) {
      Proof bad = good;
      bad[i].bytes[i % 32] ^= 1;
      EXPECT_FALSE(check_inclusion({index}, {75}, tree.leaf(index), bad, tree.root(75)).ok());
    }
  }
}

TEST(Merkle, proof_fails_for_another_leaf_index_size_or_root) {
  ReferenceTree tree(ReferenceTree::leaves(75));
  const Sha256 root = tree.root(75);
  for (std::uint64_t index = 0; index < 75; ++index) {
    const Proof proof = prove_inclusion({index}, {75}, tree).value();
    EXPECT_FALSE(check_inclusion({index}, {75}, tree.leaf((index + 1) % 75), proof, root).ok());
    EXPECT_FALSE(check_inclusion({index}, {75}, tree.leaf(index), proof, tree.root(74)).ok());
    for (std::uint64_t other = 0; other < 80; ++other)
      EXPECT_EQ(check_inclusion({other}, {75}, tree.leaf(index), proof, root).ok(), other == index);
    Proof longer = proof;
    longer.push_back(root);
    EXPECT_FALSE(check_inclusion({index}, {75}, tree.leaf(index), longer, root).ok());
    EXPECT_FALSE(
        check_inclusion({index}, {75}, tree.leaf(index), std::span(proof).first(proof.size() - 1), root)
            .ok());
  }
}

TEST(Merkle, consistency_of_all_pairs_to_64_is_proved_and_checked) {
  ReferenceTree tree(ReferenceTree::leaves(64));
  for (std::uint64_t newer = 1; newer <= 64; ++newer) {
    for (std::uint64_t older = 1; older <= newer; ++older) {
      const auto proof = prove_consistency({older}, {newer}, tree);
      ASSERT_TRUE(proof.ok());
      EXPECT_TRUE(check_consistency(tree.head(older), tree.head(newer), *proof).ok())
          << older << " " << newer;
    }
  }
}

TEST(Merkle, consistency_fails_for_another_history) {
  ReferenceTree tree(ReferenceTree::leaves(64)), fork(ReferenceTree::leaves(64, "other "));
  for (std::uint64_t older = 1; older < 64; ++older) {
    const Proof good = prove_consistency({older}, {64}, tree).value();
    EXPECT_FALSE(check_consistency(fork.head(older), tree.head(64), good).ok()) << older;
    EXPECT_FALSE(check_consistency(tree.head(older), fork.head(64), good).ok()) << older;
    for (std::size_t i = 0; i < good.size(); ++i) {
      Proof bad = good;
      bad[i].bytes[31] ^= 0x80;
      EXPECT_FALSE(check_consistency(tree.head(older), tree.head(64), bad).ok()) << older;
    }
  }
}

TEST(Merkle, proofs_of_what_is_not_there_are_refused) {
  ReferenceTree tree(ReferenceTree::leaves(8));
  EXPECT_EQ(prove_inclusion({8}, {8}, tree).error().code, Errc::invalid);
  EXPECT_EQ(prove_inclusion({0}, {0}, tree).error().code, Errc::invalid);
  EXPECT_EQ(prove_consistency({5}, {4}, tree).error().code, Errc::invalid);
  EXPECT_EQ(prove_consistency({0}, {4}, tree).error().code, Errc::invalid);
  EXPECT_EQ(prove_inclusion({0}, {9}, tree).error().code, Errc::internal)
      << "the reader's own error comes through";
}

TEST(Merkle, root_of_reads_only_the_peaks) {
  ReferenceTree tree(ReferenceTree::leaves(77));
  EXPECT_EQ(root_of({77}, tree).value(), tree.root(77));
  EXPECT_EQ(root_of({0}, tree).value(), empty_root());
  EXPECT_EQ(peaks_of({77}).size(), 4u);
}

}  // namespace weir::ledger
