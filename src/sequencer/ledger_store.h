// The ledger in its database: opens it (checking head, structure and right edge), appends batches of entries, and reads
// leaves, payloads, tiles and proofs back, each checked by its digest. Opening does not read the whole ledger.
#pragma once
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "blob/store.h"
#include "crypto/signature.h"
#include "ledger/checkpoint.h"
#include "ledger/proof.h"
#include "ledger/right_edge.h"
#include "ledger/tile_cache.h"
#include "ledger/verify.h"
#include "store/event.h"
#include "store/sql.h"

namespace weir::sequencer {

struct Head {
  ledger::TreeSize size;
  Sha256 root;
  std::string checkpoint;  // signed note
  Instant at;              // of the last entry
};

Result<std::optional<Head>> load_head(store::Database& db);
Status save_head(store::Database& db, const Head& head);

struct StoredEntry {
  std::int64_t index = 0;
  Bytes leaf;
  std::optional<Bytes> payload;  // none when erased
  ledger::Salt salt;
};

// One entry, its payload opened and held against the leaf's commitment; not_found, or corrupt naming the entry.
Result<StoredEntry> read_entry(store::Database& db, blob::BlobStore& blobs, std::int64_t index);

// What is stored of one entry. Salt and key are random and used for this one only.
struct NewEntry {
  std::int64_t index = 0;
  BytesView leaf;  // encoded
  BytesView payload;
  BytesView salt, key;
};

// Inserts one entry: payload sealed under its own key, in the row when small, else already durable in the blob store.
Status append_entry(store::Database& db, blob::BlobStore& blobs, const NewEntry& entry);

Status save_tiles(store::Database& db, std::span<const ledger::CompletedTile> tiles);

// Full tiles from the database.
class StoredTiles final : public ledger::TileReader {
 public:
  explicit StoredTiles(store::Database& db) : db_(db) {}
  Result<Bytes> read_tile(const ledger::TileId& tile) override;

 private:
  store::Database& db_;
};

// The right edge as of `size`; corrupt when tiles or leaves are missing or the root is not the head's.
Result<ledger::RightEdgeTiles> load_right_edge(store::Database& db, const Head& head);

// Inclusion of an entry in the tree of `size` entries.
Result<ledger::Proof> prove(store::Database& db, std::int64_t index, ledger::TreeSize size);

// Verifies, a few entries at a time, the ledger as it is when this begins: leaves, payloads, tiles, tree, checkpoint.
// What is damaged or lost is named in the report, and the walk goes on; errors are those of the machine.
class LedgerWalk {
 public:
  static Result<LedgerWalk> begin(store::Database& db, blob::BlobStore& blobs);
  Result<bool> step(std::int64_t entries_max);  // false: all were walked
  ledger::VerificationReport finish(const ledger::VerifierKey& key);
  bool is_sound() const { return verification_.is_sound(); }  // so far
  std::int64_t done() const { return next_; }
  std::int64_t size() const { return static_cast<std::int64_t>(head_.size.value); }

 private:
  LedgerWalk(store::Database& db, blob::BlobStore& blobs, Head head)
      : db_(&db), blobs_(&blobs), head_(std::move(head)) {}
  Status walk(std::int64_t end, std::vector<Sha256>& hashes);
  void lose(std::string why, std::vector<Sha256>& hashes);
  std::optional<Sha256> hash_in_tree(std::int64_t index);
  Status check_tiles(std::span<const Sha256> hashes);
  Status check_tile(const ledger::CompletedTile& tile);

  store::Database* db_;
  blob::BlobStore* blobs_;
  Head head_;
  ledger::Verification verification_;
  ledger::RightEdgeTiles edge_;  // as the entries give it
  bool edge_known_ = true;       // false when a leaf was lost whose hash nothing tells
  std::int64_t next_ = 0;
};

// Walks everything: leaves, payloads, tree, checkpoint. `progress(done, size)` is called now and then.
Result<ledger::VerificationReport> verify_all(
    store::Database& db, blob::BlobStore& blobs, const ledger::VerifierKey& key,
    const std::function<void(std::int64_t, std::int64_t)>& progress);

// Computes all derived tables again from the entries, in one transaction.
Status rebuild(store::Database& db, blob::BlobStore& blobs);

}  // namespace weir::sequencer
