#include "ledger/verify.h"

namespace weir::ledger {

void Verification::expect(const TreeHead& head) {
  CHECK(head.size >= frontier_.size());
  const auto [known, fresh] = expected_.emplace(head.size.value, head.root);
  if (!fresh && known->second != head.root)
    fault({head.size.value},
          "two heads of size " + std::to_string(head.size.value) + " have different roots");
  if (head.size == frontier_.size()) check_expected();
}

Sha256 Verification::add(BytesView leaf, const std::optional<Opening>& opening) {
  if (const auto decoded = check_leaf(leaf)) check_opening(*decoded, opening);
  return append(leaf_hash(leaf));
}

Sha256 Verification::add_unopened(BytesView leaf, std::string why) {
  (void)check_leaf(leaf);
  fault({frontier_.size().value}, std::move(why));
  return append(leaf_hash(leaf));
}

void Verification::add_lost(const std::optional<Sha256>& hash_in_tree, std::string why) {
  fault({frontier_.size().value}, std::move(why));
  append(hash_in_tree.value_or(Sha256{}));
}

Sha256 Verification::append(const Sha256& leaf_hash) {
  frontier_.append(leaf_hash);
  check_expected();
  return leaf_hash;
}

std::optional<Leaf> Verification::check_leaf(BytesView bytes) {
  const LeafIndex index{frontier_.size().value};
  auto leaf = decode_leaf(bytes);
  if (!leaf) return fault(index, "the leaf does not decode: " + leaf.error().message), std::nullopt;
  if (organization_ && *organization_ != leaf->organization)
    fault(index, "the leaf belongs to another organization");
  if (leaf->at < latest_)
    fault(index, "time runs backwards, from " + to_string(latest_) + " to " + to_string(leaf->at));
  if (!organization_) organization_ = leaf->organization;
  latest_ = leaf->at;
  return std::move(*leaf);
}

void Verification::check_opening(const Leaf& leaf, const std::optional<Opening>& opening) {
  if (!opening) {
    ++report_.payloads_erased;
    return;
  }
  ++report_.payloads_present;
  const auto salt = salt_from_bytes(opening->salt);
  if (!salt || commitment(*salt, opening->payload) != leaf.commitment)
    fault({frontier_.size().value}, "the payload is not the one that was committed to");
}

void Verification::check_expected() {
  const auto expected = expected_.find(frontier_.size().value);
  if (expected == expected_.end() || expected->second == frontier_.root()) return;
  const std::string size = std::to_string(frontier_.size().value);
  const std::uint64_t last = frontier_.size().value == 0 ? 0 : frontier_.size().value - 1;
  fault({last}, "the first " + size + " entries do not have the root that was promised for them");
}

VerificationReport Verification::finish(std::string_view signed_checkpoint, const VerifierKey& key) {
  const LeafIndex end{frontier_.size().value};
  const auto checkpoint = open_checkpoint(signed_checkpoint, key);
  if (checkpoint) {
    check_checkpoint(*checkpoint);
    report_.checkpoint = *checkpoint;
  } else {
    fault(end, "the checkpoint: " + checkpoint.error().message);
  }
  if (!expected_.empty() && expected_.rbegin()->first > end.value)
    fault(end, "the ledger ends here, but " + std::to_string(expected_.rbegin()->first) +
                   " entries were promised");
  report_.head = {frontier_.size(), frontier_.root()};
  return report_;
}

void Verification::check_checkpoint(const Checkpoint& checkpoint) {
  const std::uint64_t size = frontier_.size().value;
  const auto expected = expected_.find(checkpoint.size.value);
  if (checkpoint.size.value >= size) return expect(checkpoint.head());
  if (expected == expected_.end())
    fault({size}, "the checkpoint is of " + std::to_string(checkpoint.size.value) + " entries, not of " +
                      std::to_string(size));
  else if (expected->second != checkpoint.root)
    fault({checkpoint.size.value}, "the checkpoint has another root than the first " +
                                       std::to_string(checkpoint.size.value) + " entries");
}

void Verification::fault(LeafIndex index, std::string what) {
  ++report_.faults;
  auto& named = report_.named;
  if (!named.empty() && named.back().what == what && named.back().last.value + 1 == index.value) {
    named.back().last = index;
  } else if (named.size() < named_faults_max) {
    named.push_back({index, index, std::move(what)});
  }
}

}  // namespace weir::ledger
