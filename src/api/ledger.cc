#include "api/answers.h"
#include "api/handlers.h"
#include "ledger/proof.h"

namespace weir::api {
namespace {

constexpr std::size_t answer_bytes_max = 16 * 1024 * 1024;  // payloads of entries in one, but for the last

http::Response text_response(std::string body, std::string_view cache) {
  return {.body = std::move(body),
          .content_type = "text/plain; charset=utf-8",
          .headers = {{"cache-control", std::string(cache)}}};
}

Result<sequencer::Head> head_of(store::Database& db) {
  auto head = TRY(sequencer::load_head(db));
  if (!head) return not_found("the ledger is empty");
  return std::move(*head);
}

Result<std::string> actor_name(store::Database& db, const ledger::ActorId& id) {
  const auto name = TRY(query_one(
      db,
      "SELECT name FROM account WHERE id=$1 UNION ALL SELECT 'agent on ' || host FROM reporter WHERE "
      "actor=$2 UNION ALL SELECT 'weir' FROM organization WHERE server_actor=$3 LIMIT 1",
      [](const store::Row& row) { return row.string(0); }, store::Blob{id.view()}, store::Blob{id.view()},
      store::Blob{id.view()}));
  return name.value_or(encode_hex(id.view()));
}

// Adds to `bytes` what the entry holds.
Result<EntryView> entry_view(store::Database& db, blob::BlobStore& blobs, std::int64_t index,
                             std::size_t& bytes) {
  const auto entry = TRY(sequencer::read_entry(db, blobs, index));
  const auto leaf = TRY(ledger::decode_leaf(entry.leaf));
  EntryView view{.index = index,
                 .type = std::string(ledger::name_of(leaf.type)),
                 .at = leaf.at,
                 .actor = TRY(actor_name(db, leaf.actor)),
                 .subjects = leaf.subjects,
                 .commitment = leaf.commitment,
                 .leaf = encode_base64(entry.leaf),
                 .leaf_hash = ledger::leaf_hash(entry.leaf)};
  if (!entry.payload) return view;
  bytes += entry.payload->size();
  view.salt = encode_base64(entry.salt.view());
  view.payload = TRY(format::parse_json(*entry.payload));
  return view;
}

Result<std::string> bundle_of(store::Database& db, const ledger::TileId& tile) {
  Bytes bundle;
  const auto first = static_cast<std::int64_t>(tile.n * ledger::tile_width);
  const auto leaves = TRY(query(
      db, "SELECT leaf FROM entry WHERE idx>=$1 AND idx<$2 ORDER BY idx",
      [&](const store::Row& row) {
        ledger::append_to_bundle(bundle, row.bytes(0));
        return 0;
      },
      first, first + tile.width));
  if (leaves.size() != tile.width) return not_found("there is no such bundle");
  return bundle;
}

}  // namespace

Result<http::Response> checkpoint(const ReadCall& call) {
  return text_response(TRY(head_of(call.db)).checkpoint, "no-cache");
}

Result<http::Response> verifier_key(const ReadCall& call) {
  const ledger::VerifierKey key{call.ports.sequencer.identity().origin, call.ports.signer->public_key()};
  return text_response(ledger::encode_vkey(key) + "\n", "no-cache");
}

Result<http::Response> list_entries(const ReadCall& call) {
  const auto size = static_cast<std::int64_t>(TRY(head_of(call.db)).size.value);
  const std::int64_t limit = std::min<std::int64_t>(TRY(limit_of(call.request)), 200);
  const auto asked = TRY(number_of(call.request, "from"));
  const std::int64_t from = asked.value_or(std::max<std::int64_t>(0, size - limit));
  std::vector<EntryView> entries;
  std::size_t bytes = 0;
  for (std::int64_t index = from; index < std::min(size, from + limit); ++index) {
    if (bytes > answer_bytes_max) break;  // who asks for the rest goes on behind the last one
    entries.push_back(TRY(entry_view(call.db, *call.ports.blobs, index, bytes)));
  }
  return record_response(Entries{std::move(entries), size});
}

Result<http::Response> find_entry(const ReadCall& call) {
  const std::int64_t index = TRY(id_of(call.request, "index"));
  std::size_t bytes = 0;
  return record_response(TRY(entry_view(call.db, *call.ports.blobs, index, bytes)));
}

Result<http::Response> entry_proof(const ReadCall& call) {
  const std::int64_t index = TRY(id_of(call.request, "index"));
  const auto head = TRY(head_of(call.db));
  if (index >= static_cast<std::int64_t>(head.size.value))
    return not_found(fmt::format("there is no entry {}", index));
  const ledger::TlogProof proof{.index = {static_cast<std::uint64_t>(index)},
                                .hashes = TRY(sequencer::prove(call.db, index, head.size)),
                                .checkpoint = head.checkpoint};
  return text_response(ledger::encode(proof), "no-cache");
}

Result<http::Response> tile(const ReadCall& call) {
  const std::string path = "tile/" + std::string(call.request.parameter("path"));
  const auto tile = ledger::parse_tile_path(path);
  if (!tile.ok()) return not_found(fmt::format("'{}' is no tile", path));
  const auto head = TRY(head_of(call.db));
  const int level = tile->level == ledger::entries_level ? 0 : tile->level;
  if (ledger::width_of_tile(level, tile->n, head.size) < tile->width)
    return not_found(fmt::format("'{}' is not here yet", path));
  sequencer::StoredTiles tiles(call.db);
  std::string body =
      tile->level == ledger::entries_level ? TRY(bundle_of(call.db, *tile)) : TRY(tiles.read_tile(*tile));
  return http::Response{.body = std::move(body),
                        .content_type = "application/octet-stream",
                        .headers = {{"cache-control", "private, max-age=31536000, immutable"}}};
}

}  // namespace weir::api
