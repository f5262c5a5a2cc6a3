// What somebody takes away to prove, years later and offline, that an entry stands in the ledger. TlogProof is the
// C2SP tlog-proof@v1 text; Receipt is the same with the leaf itself, as the API answers it; docs/formats/receipt.md.
// Checking needs nothing but the verifier's key. Values; safe to share between threads.
#pragma once
#include <optional>
#include <string>

#include "ledger/checkpoint.h"
#include "ledger/entry.h"

namespace weir::ledger {

struct TlogProof {
  LeafIndex index;
  Proof hashes;
  std::string checkpoint;           // signed note
  std::optional<Bytes> extra = {};  // not authenticated by the proof
  bool operator==(const TlogProof&) const = default;
};
std::string encode(const TlogProof& proof);
Result<TlogProof> parse_tlog_proof(std::string_view text);
Result<Checkpoint> check_tlog_proof(const VerifierKey& key, const TlogProof& proof, BytesView leaf);

struct Receipt {
  LeafIndex index;
  Bytes leaf;
  Proof proof;
  std::string checkpoint;  // signed note
  bool operator==(const Receipt&) const = default;
};

struct CheckedReceipt {
  Leaf leaf;
  Checkpoint checkpoint;
};
// unauthenticated when the checkpoint isn't signed by the key; invalid, naming the part, for everything else.
Result<CheckedReceipt> check_receipt(const VerifierKey& key, const Receipt& receipt);

TlogProof tlog_proof_of(const Receipt& receipt);

}  // namespace weir::ledger
