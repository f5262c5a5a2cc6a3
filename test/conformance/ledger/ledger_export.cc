// Writes a ledger of COUNT entries into a directory as the server offers it below /v1/orgs/{org}/ledger: checkpoint,
// tiles, entry bundles, some proofs; and beside them the verifier's key and the checkpoint of an earlier size.
// Usage: ledger_export DIRECTORY COUNT
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "crypto/digest.h"
#include "ledger/proof.h"
#include "ledger/tile_cache.h"

namespace {

namespace fs = std::filesystem;
using namespace weir;
using namespace weir::ledger;

constexpr std::string_view origin = "weir.example/conformance";

// Full tiles go to the directory as they are completed, and are read back from there.
class Directory final : public TileReader {
 public:
  explicit Directory(fs::path root) : root_(std::move(root)) {}

  void write(const std::string& name, BytesView content) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << content;
  }
  Result<Bytes> read_tile(const TileId& tile) override {
    std::ifstream in(root_ / tile_path(tile), std::ios::binary);
    if (!in) return not_found(tile_path(tile));
    return Bytes(std::istreambuf_iterator<char>(in), {});
  }

 private:
  fs::path root_;
};

Leaf leaf_at(std::uint64_t index) {
  Leaf leaf{.type = static_cast<EntryType>(1 + index % 20), .at = {1'763'841'976'000'000}};
  leaf.organization.bytes.fill(0x0a);
  leaf.actor.bytes.fill(static_cast<std::uint8_t>(index));
  leaf.at.micros += static_cast<std::int64_t>(index / 3);
  for (std::uint64_t i = 0; i < index % 5; ++i)
    leaf.subjects.push_back(crypto::sha256("subject " + std::to_string(index * 64 + i)));
  leaf.subjects = sorted_subjects(std::move(leaf.subjects)).value();
  leaf.commitment = commitment(Salt{}, "payload " + std::to_string(index));
  return leaf;
}

std::string signed_head(const crypto::Signer& signer, const TreeHead& head) {
  return sign_checkpoint({std::string(origin), head.size, head.root}, signer);
}

void write_bundles(const Directory& directory, const std::vector<Bytes>& leaves) {
  Bytes bundle;
  for (std::uint64_t i = 0; i < leaves.size(); ++i) {
    append_to_bundle(bundle, leaves[i]);
    if ((i + 1) % tile_width != 0 && i + 1 != leaves.size()) continue;
    const std::uint64_t n = i / tile_width;
    directory.write(tile_path({entries_level, n, width_of_tile(entries_level, n, {leaves.size()})}), bundle);
    bundle.clear();
  }
}

// In batches of growing size, as a sequencer would.
RightEdgeTiles write_tiles(Directory& directory, const std::vector<Bytes>& leaves,
                           const crypto::Signer& signer) {
  RightEdgeTiles edge;
  std::uint64_t batch = 1;
  for (std::uint64_t i = 0; i < leaves.size(); i += batch, batch = batch % 1000 + 1) {
    std::vector<Sha256> hashes;
    for (std::uint64_t k = i; k < std::min<std::uint64_t>(i + batch, leaves.size()); ++k)
      hashes.push_back(leaf_hash(leaves[k]));
    for (const CompletedTile& tile : edge.append(hashes)) directory.write(tile_path(tile.tile), tile.hashes);
    if (i <= leaves.size() / 2) directory.write("checkpoint.old", signed_head(signer, edge.head()));
  }
  for (const TileId& tile : tiles_changed({0}, edge.size()))
    if (tile.width < tile_width) directory.write(tile_path(tile), edge.find_tile(tile).value());
  return edge;
}

void write_proofs(Directory& directory, const RightEdgeTiles& edge, const std::string& checkpoint) {
  TileCache cache(16 << 20);
  TiledTree tree(edge.size(), directory, cache, &edge);
  const std::uint64_t size = edge.size().value;
  for (std::uint64_t i = 0; i < size; i += 1 + size / 20) {
    const TlogProof proof{{i}, prove_inclusion({i}, edge.size(), tree).value(), checkpoint};
    directory.write("proof/" + std::to_string(i), encode(proof));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: ledger_export DIRECTORY COUNT\n";
    return 2;
  }
  Directory directory(argv[1]);
  const crypto::Signer signer = crypto::Signer::generate();
  std::vector<Bytes> leaves(std::strtoull(argv[2], nullptr, 10));
  for (std::uint64_t i = 0; i < leaves.size(); ++i) leaves[i] = encode(leaf_at(i));
  write_bundles(directory, leaves);
  const RightEdgeTiles edge = write_tiles(directory, leaves, signer);
  const std::string checkpoint = signed_head(signer, edge.head());
  directory.write("checkpoint", checkpoint);
  write_proofs(directory, edge, checkpoint);
  directory.write("vkey", encode_vkey({std::string(origin), signer.public_key()}));
  std::cout << "wrote " << edge.size().value << " entries, root " << to_hex(edge.root()) << "\n";
}
