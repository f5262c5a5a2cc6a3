#include "ledger/proof.h"

#include "ledger/decimal.h"

namespace weir::ledger {
namespace {

constexpr std::string_view header = "c2sp.org/tlog-proof@v1\n";
constexpr std::string_view extra_mark = "extra ";
constexpr std::string_view index_mark = "index ";

Result<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return invalid("the proof ends inside its head");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Result<Checkpoint> check_parts(const VerifierKey& key, std::string_view signed_checkpoint, BytesView leaf,
                               LeafIndex index, std::span<const Sha256> hashes) {
  Checkpoint checkpoint = TRY(open_checkpoint(signed_checkpoint, key));
  TRY(check_inclusion(index, checkpoint.size, leaf_hash(leaf), hashes, checkpoint.root));
  return checkpoint;
}

}  // namespace

std::string encode(const TlogProof& proof) {
  std::string text(header);
  if (proof.extra) text += std::string(extra_mark) + encode_base64(*proof.extra) + "\n";
  text += std::string(index_mark) + std::to_string(proof.index.value) + "\n";
  for (const Sha256& hash : proof.hashes) text += encode_base64(hash.view()) + "\n";
  return text + "\n" + proof.checkpoint;
}

Result<TlogProof> parse_tlog_proof(std::string_view text) {
  if (text.size() > 2 * note_bytes_max) return Error{Errc::too_large, "a proof has at most 128 KiB"};
  if (!text.starts_with(header)) return invalid("line 1: not a tlog-proof of version 1");
  text.remove_prefix(header.size());
  TlogProof proof;
  std::string_view line = TRY(take_line(text));
  if (line.starts_with(extra_mark)) {
    proof.extra = TRY(decode_base64(line.substr(extra_mark.size())));
    line = TRY(take_line(text));
  }
  if (!line.starts_with(index_mark)) return invalid("the proof has no line with its index");
  const auto index = parse_canonical_decimal(line.substr(index_mark.size()));
  if (!index || *index >= tree_size_max) return invalid("the proof's index is not a canonical number");
  proof.index.value = *index;
  for (line = TRY(take_line(text)); !line.empty(); line = TRY(take_line(text))) {
    if (proof.hashes.size() == proof_hashes_max)
      return Error{Errc::too_large, "a proof has at most 64 hashes"};
    const Bytes hash = TRY(decode_base64(line));
    proof.hashes.push_back(TRY(sha256_from_bytes(hash)));
  }
  TRY(parse_note(text));
  proof.checkpoint = text;
  return proof;
}

Result<Checkpoint> check_tlog_proof(const VerifierKey& key, const TlogProof& proof, BytesView leaf) {
  return check_parts(key, proof.checkpoint, leaf, proof.index, proof.hashes);
}

Result<CheckedReceipt> check_receipt(const VerifierKey& key, const Receipt& receipt) {
  Checkpoint checkpoint =
      TRY(check_parts(key, receipt.checkpoint, receipt.leaf, receipt.index, receipt.proof));
  Leaf leaf = TRY(decode_leaf(receipt.leaf));
  return CheckedReceipt{std::move(leaf), std::move(checkpoint)};
}

TlogProof tlog_proof_of(const Receipt& receipt) { return {receipt.index, receipt.proof, receipt.checkpoint}; }

}  // namespace weir::ledger
