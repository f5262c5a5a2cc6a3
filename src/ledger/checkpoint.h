// A checkpoint is the ledger's promise about one moment: "I hold `size` entries and their root is `root`". Two that
// no single history explains are proof of misconduct, so a signed checkpoint is stored before anybody may see it.
// The origin is the ledger's name and the name of its key. Format: C2SP tlog-checkpoint over signed-note;
// docs/formats/checkpoint.md. Values; safe to share between threads.
#pragma once
#include <string>
#include <vector>

#include "ledger/merkle.h"
#include "ledger/note.h"

namespace weir::ledger {

struct Checkpoint {
  std::string origin;
  TreeSize size;
  Sha256 root;
  std::vector<std::string> extensions = {};  // lines that others may add; we never write any
  TreeHead head() const { return {size, root}; }
  bool operator==(const Checkpoint&) const = default;
};

// A key name without scheme and without trailing slash, at most limits::name_bytes_max bytes.
Status check_origin(std::string_view origin);

std::string encode(const Checkpoint& checkpoint);  // the note's text
Result<Checkpoint> parse_checkpoint(std::string_view text);

// The whole signed note; the key's name is the origin.
std::string sign_checkpoint(const Checkpoint& checkpoint, const crypto::Signer& signer);

// A signed note whose text is a checkpoint of the key's own origin.
Result<Checkpoint> open_checkpoint(std::string_view signed_note, const VerifierKey& key);

}  // namespace weir::ledger
