#include "ledger/proof.h"

#include <gtest/gtest.h>

#include "ledger/right_edge.h"

namespace weir::ledger {
namespace {

constexpr std::uint64_t size = 300, index_proved = 283;

crypto::Signer signer() { return crypto::Signer::from_seed(Bytes(32, 's')).value(); }
VerifierKey key() { return {"weir.example/default", signer().public_key()}; }

Bytes leaf_at(std::uint64_t index) {
  return encode(Leaf{.type = EntryType{7}, .at = {static_cast<std::int64_t>(1000 + index)}});
}

Receipt sample() {
  RightEdgeTiles edge;
  std::vector<Sha256> hashes;
  for (std::uint64_t i = 0; i < size; ++i) hashes.push_back(leaf_hash(leaf_at(i)));
  edge.append(hashes);
  return {{index_proved},
          leaf_at(index_proved),
          edge.prove({index_proved}),
          sign_checkpoint({key().name, edge.size(), edge.root()}, signer())};
}

}  // namespace

TEST(TlogProof, is_written_as_the_specification_says) {
  const TlogProof proof{{10}, {leaf_hash("a")}, "note", Bytes("extra information")};
  EXPECT_EQ(encode(proof), "c2sp.org/tlog-proof@v1\nextra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 10\n" +
                               encode_base64(leaf_hash("a").view()) + "\n\nnote");
}

TEST(TlogProof, parses_to_what_was_encoded_and_checks) {
  TlogProof proof = tlog_proof_of(sample());
  EXPECT_EQ(parse_tlog_proof(encode(proof)).value(), proof);
  proof.extra = Bytes("\0\xff", 2);
  const TlogProof parsed = parse_tlog_proof(encode(proof)).value();
  EXPECT_EQ(parsed, proof);
  EXPECT_EQ(check_tlog_proof(key(), parsed, leaf_at(index_proved)).value().size.value, size);
  EXPECT_FALSE(check_tlog_proof(key(), parsed, leaf_at(index_proved + 1)).ok());
}

TEST(TlogProof, of_a_single_entry_has_no_hashes) {
  RightEdgeTiles edge;
  edge.append(std::vector{leaf_hash(leaf_at(0))});
  const TlogProof proof{
      {0}, edge.prove({0}), sign_checkpoint({key().name, edge.size(), edge.root()}, signer())};
  EXPECT_TRUE(proof.hashes.empty());
  EXPECT_TRUE(check_tlog_proof(key(), parse_tlog_proof(encode(proof)).value(), leaf_at(0)).ok());
}

TEST(TlogProof, no_changed_or_missing_byte_checks) {
  const std::string text = encode(tlog_proof_of(sample()));
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const int bit : {0, 2, 5, 7}) {
      std::string changed = text;
      changed[at] = static_cast<char>(changed[at] ^ 1 << bit);
      const auto parsed = parse_tlog_proof(changed);
      if (!parsed.ok()) continue;
      EXPECT_FALSE(check_tlog_proof(key(), *parsed, leaf_at(index_proved)).ok()) << at << " " << bit;
    }
    EXPECT_FALSE(parse_tlog_proof(text.substr(0, at)).ok()) << at;
  }
}

TEST(TlogProof, malformed_texts_are_refused) {
  const std::string note = sample().checkpoint, hash = encode_base64(leaf_hash("a").view()) + "\n";
  const std::string header = "c2sp.org/tlog-proof@v1\n";
  EXPECT_TRUE(parse_tlog_proof(header + "index 1\n" + hash + "\n" + note).ok())
      << "the form that the rows break";
  for (const std::string& text : std::vector<std::string>{
           "", header, "c2sp.org/tlog-proof@v2\nindex 1\n\n" + note, header + "index 01\n\n" + note,
           header + "index -1\n\n" + note, header + "index 99999999999999999999\n\n" + note,
           header + "\n" + note, header + "index 1\nAAAA\n\n" + note,
           header + "index 1\nextra AAAA\n\n" + note, header + "extra !\nindex 1\n\n" + note,
           header + "index 1\n" + hash + note,
           header + "index 1\n" + hash + "\n", header + "index 1\n" + [&] {
             std::string all;
             for (int i = 0; i < 65; ++i) all += hash;
             return all;
           }() + "\n" + note})
    EXPECT_FALSE(parse_tlog_proof(text).ok()) << text;
  EXPECT_EQ(parse_tlog_proof(std::string(2 * note_bytes_max + 1, 'x')).error().code, Errc::too_large);
}

TEST(Receipt, checks_and_gives_leaf_and_checkpoint) {
  const auto checked = check_receipt(key(), sample());
  ASSERT_TRUE(checked.ok()) << checked.error().message;
  EXPECT_EQ(checked->leaf.at.micros, 1000 + static_cast<std::int64_t>(index_proved));
  EXPECT_EQ(checked->checkpoint.size.value, size);
}

TEST(Receipt, fails_when_any_part_is_another) {
  const auto code_of = [](const Receipt& receipt) { return check_receipt(key(), receipt).error().code; };
  Receipt receipt = sample();
  receipt.leaf.back() ^= 1;
  EXPECT_EQ(code_of(receipt), Errc::invalid);
  receipt = sample();
  receipt.index.value ^= 1;
  EXPECT_EQ(code_of(receipt), Errc::invalid);
  receipt = sample();
  receipt.proof[0].bytes[0] ^= 1;
  EXPECT_EQ(code_of(receipt), Errc::invalid);
  receipt = sample();
  receipt.checkpoint[0] ^= 1;
  EXPECT_EQ(code_of(receipt), Errc::unauthenticated);
}

}  // namespace weir::ledger
