// The vectors of the transparency-dev Merkle library: proofs that must be accepted and many that must not.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

#include "format/json.h"
#include "ledger/decimal.h"
#include "ledger/merkle.h"

namespace weir::ledger {
namespace {

namespace fs = std::filesystem;
using format::Json;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Some positions lie beyond what our JSON reader takes for a number, so these files are read with numbers as text.
std::string with_numbers_as_text(const std::string& json) {
  return std::regex_replace(json, std::regex(": ([0-9]+)"), ": \"$1\"");
}

std::uint64_t number(const Json& vector, std::string_view key) {
  return parse_canonical_decimal(vector.text(key)).value_or(0);
}

Result<Sha256> hash_from(std::string_view base64) {
  const Bytes bytes = TRY(decode_base64(base64));
  return sha256_from_bytes(bytes);
}

Result<Proof> proof_of(const Json& vector) {
  Proof proof;
  for (const Json& item : vector.items("proof"))
    proof.push_back(TRY(hash_from(item.string() == nullptr ? std::string_view() : *item.string())));
  return proof;
}

// Roots that are no digests stand for "some other root" in these files.
Sha256 root_from(const Json& vector, std::string_view key) {
  const auto root = hash_from(vector.text(key));
  return root.ok() ? *root : leaf_hash(vector.text(key));
}

Status check_inclusion_vector(const Json& vector) {
  const Sha256 leaf = TRY(hash_from(vector.text("leafHash")));
  const Proof proof = TRY(proof_of(vector));
  return check_inclusion({number(vector, "leafIdx")}, {number(vector, "treeSize")}, leaf, proof,
                         root_from(vector, "root"));
}

Status check_subtree_inclusion_vector(const Json& vector) {
  const Sha256 leaf = TRY(hash_from(vector.text("leafHash")));
  const Proof proof = TRY(proof_of(vector));
  const Subtree subtree{{number(vector, "start")}, {number(vector, "end")}, root_from(vector, "root")};
  return check_subtree_inclusion({number(vector, "leafIdx")}, leaf, subtree, proof);
}

Status check_consistency_vector(const Json& vector) {
  const Proof proof = TRY(proof_of(vector));
  return check_consistency({{number(vector, "size1")}, root_from(vector, "root1")},
                           {{number(vector, "size2")}, root_from(vector, "root2")}, proof);
}

Status check_subtree_consistency_vector(const Json& vector) {
  const Proof proof = TRY(proof_of(vector));
  const Subtree subtree{{number(vector, "start")}, {number(vector, "end")}, root_from(vector, "root1")};
  return check_subtree_consistency(subtree, {{number(vector, "size")}, root_from(vector, "root2")}, proof);
}

struct Tally {
  int accepted = 0, refused = 0;
};

Tally run(std::string_view folder, Status (*check)(const Json&)) {
  Tally tally;
  const fs::path root = fs::path(std::getenv("WEIR_CORPUS")) / "merkle" / folder;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".json") continue;
    const auto vector = format::parse_json(with_numbers_as_text(read_file(entry.path())));
    EXPECT_TRUE(vector.ok()) << entry.path();
    if (!vector.ok()) continue;
    const bool* must_fail = vector->at("wantErr").boolean();
    const Status status = check(*vector);
    EXPECT_EQ(status.ok(), must_fail == nullptr || !*must_fail)
        << entry.path() << (status.ok() ? "" : ": " + status.error().message);
    ++(status.ok() ? tally.accepted : tally.refused);
  }
  return tally;
}

class MerkleVectors : public testing::Test {
 protected:
  void SetUp() override {
    if (std::getenv("WEIR_CORPUS") == nullptr) GTEST_SKIP() << "skipped: no corpus";
  }
};

}  // namespace

TEST_F(MerkleVectors, inclusion_is_decided_as_published) {
  const Tally tally = run("inclusion", check_inclusion_vector);
  EXPECT_GT(tally.accepted, 0);
  EXPECT_GT(tally.refused, 0);
}

TEST_F(MerkleVectors, consistency_is_decided_as_published) {
  const Tally tally = run("consistency", check_consistency_vector);
  EXPECT_GT(tally.accepted, 0);
  EXPECT_GT(tally.refused, 0);
}

TEST_F(MerkleVectors, subtree_inclusion_is_decided_as_published) {
  const Tally tally = run("subtreeinclusion", check_subtree_inclusion_vector);
  EXPECT_GT(tally.accepted, 0);
  EXPECT_GT(tally.refused, 0);
}

TEST_F(MerkleVectors, subtree_consistency_is_decided_as_published) {
  const Tally tally = run("subtreeconsistency", check_subtree_consistency_vector);
  EXPECT_GT(tally.accepted, 0);
  EXPECT_GT(tally.refused, 0);
}

}  // namespace weir::ledger
