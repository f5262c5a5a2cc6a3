// Verifies a whole ledger as a fold over its entries, in order, in constant memory: every leaf is canonical, belongs
// to one organization, keeps time from running backwards, opens to its payload where that still exists, and all of
// them together have the root that the signed checkpoint states. What can't be read or does not agree is named, and the
// walk goes on: with the hash that the tree holds of a lost leaf, all others are still proved. Erased payloads are
// counted; whether an erasure was allowed is told by the entries and is not judged here. One thread.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/checkpoint.h"
#include "ledger/entry.h"

namespace weir::ledger {

struct Opening {
  BytesView salt;
  BytesView payload;
};

struct Fault {
  LeafIndex first, last;  // of the entries concerned, without a gap
  std::string what;
  bool operator==(const Fault&) const = default;
};

inline constexpr std::size_t named_faults_max = 1000;

struct VerificationReport {
  TreeHead head;  // as computed
  std::uint64_t payloads_present = 0;
  std::uint64_t payloads_erased = 0;
  std::uint64_t faults = 0;
  std::vector<Fault> named =
      {};  // as they were found, neighbours of one kind as one; the first named_faults_max
  std::optional<Checkpoint> checkpoint = {};  // the one held against the entries, if its signature is good
  bool sound() const { return faults == 0 && checkpoint.has_value(); }
};

class Verification {
 public:
  // A head that was seen before, and that the entries must pass through. Before the entry `head.size` is added.
  void expect(const TreeHead& head);

  // Each takes the next entry, and returns the hash of its leaf.
  Sha256 add(BytesView leaf, const std::optional<Opening>& opening);
  // An entry whose payload can't be opened though it was not erased.
  Sha256 add_unopened(BytesView leaf, std::string why);
  // An entry whose leaf can't be read; with its hash as the tree holds it, if that is known.
  void add_lost(const std::optional<Sha256>& hash_in_tree, std::string why);
  // Something else that does not agree, from the entry `index` on.
  void fault(LeafIndex index, std::string what);
  bool is_sound() const { return report_.faults == 0; }  // so far

  // The checkpoint's size must be the number of entries added, or have been expected.
  VerificationReport finish(std::string_view signed_checkpoint, const VerifierKey& key);

 private:
  std::optional<Leaf> check_leaf(BytesView leaf);
  Sha256 append(const Sha256& leaf_hash);
  void check_opening(const Leaf& leaf, const std::optional<Opening>& opening);
  void check_expected();
  void check_checkpoint(const Checkpoint& checkpoint);

  Frontier frontier_;
  std::map<std::uint64_t, Sha256> expected_;
  std::optional<OrganizationId> organization_;
  Instant latest_;
  VerificationReport report_;
};

}  // namespace weir::ledger
