#include "sequencer/ledger_store.h"

#include "crypto/digest.h"
#include "crypto/seal.h"
#include "store/project.h"
#include "store/schema.h"

namespace weir::sequencer {
namespace {

using store::Blob;
using store::Row;

constexpr std::size_t proof_cache_bytes = 4 * 1024 * 1024;

std::int64_t tile_row_id(int level, std::uint64_t n) {
  return static_cast<std::int64_t>((static_cast<std::uint64_t>(level) << 56) | n);
}

Error damaged(std::int64_t index, std::string_view what) {
  return {Errc::corrupt,
          fmt::format("entry {} is damaged: {}; stop, run `weir ledger verify`, restore", index, what)};
}

struct EntryRow {
  std::int64_t index = 0;
  Bytes leaf;
  std::optional<Bytes> sealed;
  std::optional<Sha256> blob;
  std::optional<Bytes> salt, key;
};

EntryRow entry_row(const Row& row) {
  const auto bytes = [&](int column) {
    return row.is_null(column) ? std::nullopt : std::optional<Bytes>(row.bytes(column));
  };
  return {row.integer(5), Bytes(row.bytes(0)), bytes(1), row.maybe_digest(2), bytes(3), bytes(4)};
}

Result<StoredEntry> opened(EntryRow row, blob::BlobStore& blobs) {
  const std::int64_t index = row.index;
  StoredEntry entry{.index = index, .leaf = std::move(row.leaf)};
  if (!row.key || !row.salt) return entry;  // erased
  entry.salt = TRY(ledger::salt_from_bytes(*row.salt));
  if (row.blob) row.sealed = TRY(blobs.read(*row.blob));
  if (!row.sealed) return damaged(index, "its payload is gone, its key is not");
  auto payload = crypto::open(*row.key, *row.sealed);
  if (!payload) return damaged(index, payload.error().message);
  entry.payload = std::move(*payload);
  return entry;
}

constexpr std::string_view entry_columns = "e.leaf, e.payload, e.blob, k.salt, k.key, e.idx";

Result<Sha256> root_of_tile(store::Database& db, int level, std::uint64_t n) {
  StoredTiles tiles(db);
  const Bytes hashes = TRY(tiles.read_tile({.level = level, .n = n}));
  const auto nodes = TRY(ledger::TileNodes::from_bytes(hashes));
  return nodes.root();
}

}  // namespace

Result<std::optional<Head>> load_head(store::Database& db) {
  return query_one(db, "SELECT size, root, checkpoint, at FROM head", [](const Row& row) {
    return Head{{static_cast<std::uint64_t>(row.integer(0))}, row.digest(1), row.string(2), row.instant(3)};
  });
}

Status save_head(store::Database& db, const Head& head) {
  return execute(db,
                 "INSERT INTO head (one, size, root, checkpoint, at) VALUES (1,$1,$2,$3,$4) ON CONFLICT "
                 "(one) DO UPDATE SET "
                 "size=excluded.size, root=excluded.root, checkpoint=excluded.checkpoint, at=excluded.at",
                 head.size.value, head.root, head.checkpoint, head.at);
}

Result<StoredEntry> read_entry(store::Database& db, blob::BlobStore& blobs, std::int64_t index) {
  auto row = TRY(
      query_one(db,
                fmt::format("SELECT {} FROM entry e LEFT JOIN payload_key k ON k.idx=e.idx WHERE e.idx=$1",
                            entry_columns),
                entry_row, index));
  if (!row) return not_found(fmt::format("there is no entry {}", index));
  auto entry = TRY(opened(std::move(*row), blobs));
  const auto leaf = ledger::decode_leaf(entry.leaf);
  if (!leaf) return damaged(index, leaf.error().message);
  if (entry.payload && ledger::commitment(entry.salt, *entry.payload) != leaf->commitment)
    return damaged(index, "its payload is not what the leaf commits to");
  return entry;
}

Status append_entry(store::Database& db, blob::BlobStore& blobs, const NewEntry& entry) {
  const Bytes sealed = crypto::seal(entry.key, entry.payload);
  if (entry.payload.size() <= limits::payload_inline_bytes_max) {
    TRY(execute(db, "INSERT INTO entry (idx, leaf, payload) VALUES ($1,$2,$3)", entry.index, Blob{entry.leaf},
                Blob{sealed}));
  } else {
    const Sha256 blob = TRY(blobs.put(sealed));
    TRY(execute(db, "INSERT INTO entry (idx, leaf, blob) VALUES ($1,$2,$3)", entry.index, Blob{entry.leaf},
                blob));
  }
  return execute(db, "INSERT INTO payload_key (idx, salt, key) VALUES ($1,$2,$3)", entry.index,
                 Blob{entry.salt}, Blob{entry.key});
}

Status save_tiles(store::Database& db, std::span<const ledger::CompletedTile> tiles) {
  for (const ledger::CompletedTile& tile : tiles)
    TRY(execute(db, "INSERT INTO tile (id, hashes) VALUES ($1,$2)", tile_row_id(tile.tile.level, tile.tile.n),
                Blob{tile.hashes}));
  return {};
}

Result<Bytes> StoredTiles::read_tile(const ledger::TileId& tile) {
  const auto full = TRY(query_one(
      db_, "SELECT hashes FROM tile WHERE id=$1", [](const Row& row) { return Bytes(row.bytes(0)); },
      tile_row_id(tile.level, tile.n)));
  if (full) return full->substr(0, std::size_t{tile.width} * 32);
  if (tile.width == ledger::tile_width)
    return Error{Errc::corrupt, fmt::format("the ledger's {} is missing", ledger::tile_path(tile))};
  Bytes hashes;
  if (tile.level == 0) {
    const auto first = static_cast<std::int64_t>(tile.n * ledger::tile_width);
    (void)TRY(query(
        db_, "SELECT leaf FROM entry WHERE idx>=$1 AND idx<$2 ORDER BY idx",
        [&](const Row& row) {
          hashes += ledger::leaf_hash(row.bytes(0)).view();
          return 0;
        },
        first, first + tile.width));
  } else {
    for (unsigned i = 0; i < tile.width; ++i)
      hashes += TRY(root_of_tile(db_, tile.level - 1, tile.n * ledger::tile_width + i)).view();
  }
  if (hashes.size() != std::size_t{tile.width} * 32)
    return Error{Errc::corrupt, fmt::format("the ledger's {} is incomplete", ledger::tile_path(tile))};
  return hashes;
}

Result<ledger::RightEdgeTiles> load_right_edge(store::Database& db, const Head& head) {
  const auto size = static_cast<std::int64_t>(head.size.value);
  const std::int64_t held = TRY(query_count(db, "SELECT coalesce(max(idx)+1, 0) FROM entry"));
  if (held != size)
    return Error{Errc::corrupt,
                 fmt::format("the head says {} entries, {} are there; restore from a copy", size, held)};
  const auto tail = TRY(query(
      db, "SELECT leaf FROM entry WHERE idx>=$1 ORDER BY idx",
      [](const Row& row) { return ledger::leaf_hash(row.bytes(0)); }, size - size % ledger::tile_width));
  StoredTiles tiles(db);
  auto edge = TRY(ledger::RightEdgeTiles::restore(head.size, tail, tiles));
  if (edge.root() != head.root)
    return Error{Errc::corrupt,
                 "the ledger's newest entries do not have the root its checkpoint states; writes stop: "
                 "run `weir ledger verify`, restore from a copy"};
  return edge;
}

Result<ledger::Proof> prove(store::Database& db, std::int64_t index, ledger::TreeSize size) {
  thread_local ledger::TileCache cache(proof_cache_bytes);
  StoredTiles tiles(db);
  ledger::TiledTree tree(size, tiles, cache);
  return ledger::prove_inclusion({static_cast<std::uint64_t>(index)}, size, tree);
}

Result<LedgerWalk> LedgerWalk::begin(store::Database& db, blob::BlobStore& blobs) {
  auto head = TRY(load_head(db));
  if (!head) return not_found("the ledger has no head: nothing was ever recorded here");
  return LedgerWalk(db, blobs, std::move(*head));
}

Result<bool> LedgerWalk::step(std::int64_t entries_max) {
  const std::int64_t end = std::min(next_ + entries_max, size());
  std::vector<Sha256> hashes;
  TRY(walk(end, hashes));
  TRY(check_tiles(hashes));
  return next_ < size();
}

// Where rows can't be read, half of them are tried at a time, so that only those are lost that lie on damaged pages.
Status LedgerWalk::walk(std::int64_t end, std::vector<Sha256>& hashes) {
  auto rows =
      query(*db_,
            fmt::format("SELECT {} FROM entry e LEFT JOIN payload_key k ON k.idx=e.idx WHERE e.idx>=$1 AND "
                        "e.idx<$2 ORDER BY e.idx",
                        entry_columns),
            entry_row, next_, end);
  if (!rows.ok()) {
    if (rows.error().code != Errc::corrupt) return rows.error();
    if (end - next_ == 1) return lose("it can't be read: " + rows.error().message, hashes), Status();
    TRY(walk(next_ + (end - next_) / 2, hashes));
    return walk(end, hashes);
  }
  for (EntryRow& row : *rows) {
    while (next_ < row.index) lose("it is missing", hashes);
    const Bytes leaf = row.leaf;
    const auto entry = opened(std::move(row), *blobs_);
    if (!entry.ok() && entry.error().code == Errc::unavailable) return entry.error();
    ++next_;
    if (!entry.ok()) hashes.push_back(verification_.add_unopened(leaf, entry.error().message));
    else if (!entry->payload) hashes.push_back(verification_.add(leaf, std::nullopt));
    else hashes.push_back(verification_.add(leaf, ledger::Opening{entry->salt.view(), *entry->payload}));
  }
  while (next_ < end) lose("it is missing", hashes);
  return {};
}

void LedgerWalk::lose(std::string why, std::vector<Sha256>& hashes) {
  const auto hash = hash_in_tree(next_++);
  edge_known_ &= hash.has_value();
  verification_.add_lost(hash, std::move(why));
  hashes.push_back(hash.value_or(Sha256{}));
}

// Full tiles of the lowest level hold the hashes of leaves.
std::optional<Sha256> LedgerWalk::hash_in_tree(std::int64_t index) {
  const auto at = static_cast<std::uint64_t>(index);
  const std::uint64_t n = at / ledger::tile_width;
  if ((n + 1) * ledger::tile_width > head_.size.value) return std::nullopt;
  const auto tile = StoredTiles(*db_).read_tile({.level = 0, .n = n});
  if (!tile.ok()) return std::nullopt;
  return *sha256_from_bytes(BytesView(*tile).substr(at % ledger::tile_width * 32, 32));
}

Status LedgerWalk::check_tiles(std::span<const Sha256> hashes) {
  if (!edge_known_) return {};
  for (const ledger::CompletedTile& tile : edge_.append(hashes)) TRY(check_tile(tile));
  return {};
}

// Proofs are made from tiles: they must be what the entries give.
Status LedgerWalk::check_tile(const ledger::CompletedTile& given) {
  const auto held = StoredTiles(*db_).read_tile(given.tile);
  if (!held.ok() && held.error().code != Errc::corrupt) return held.error();
  if (held.ok() && *held == given.hashes) return {};
  const std::uint64_t leaves_each = std::uint64_t{1} << (ledger::tile_height * given.tile.level);
  const std::uint64_t first = given.tile.n * ledger::tile_width * leaves_each;
  if (!held.ok() || given.tile.level > 0) {
    verification_.fault({first}, fmt::format("the tree's {} {}", ledger::tile_path(given.tile),
                                             held.ok() ? "is not what its entries give" : "can't be read"));
    return {};
  }
  for (std::size_t i = 0; i < ledger::tile_width; ++i)
    if (held->compare(i * 32, 32, given.hashes, i * 32, 32) != 0)
      verification_.fault({first + i}, "the tree holds another hash than its leaf has");
  return {};
}

ledger::VerificationReport LedgerWalk::finish(const ledger::VerifierKey& key) {
  return verification_.finish(head_.checkpoint, key);
}

Result<ledger::VerificationReport> verify_all(
    store::Database& db, blob::BlobStore& blobs, const ledger::VerifierKey& key,
    const std::function<void(std::int64_t, std::int64_t)>& progress) {
  constexpr std::int64_t stride = 1024;
  auto walk = TRY(LedgerWalk::begin(db, blobs));
  for (bool more = true; more;) {
    more = TRY(walk.step(stride));
    if (progress && walk.size() > 0) progress(walk.done(), walk.size());
  }
  return walk.finish(key);
}

Status rebuild(store::Database& db, blob::BlobStore& blobs) {
  const auto head = TRY(load_head(db));
  TRY(db.begin());
  const auto projected = [&]() -> Status {
    TRY(store::empty_derived_tables(db));
    const auto size = head ? static_cast<std::int64_t>(head->size.value) : 0;
    for (std::int64_t index = 0; index < size; ++index) {
      const auto entry = TRY(read_entry(db, blobs, index));
      if (!entry.payload) continue;
      const auto leaf = TRY(ledger::decode_leaf(entry.leaf));
      const auto event = TRY(store::decode_payload(leaf.type, *entry.payload));
      TRY(store::project(db, {.index = index, .at = leaf.at, .actor = leaf.actor}, event));
    }
    return {};
  }();
  if (projected.ok()) return db.commit();
  db.rollback();
  return projected;
}

}  // namespace weir::sequencer
