// Verifies a whole ledger as a fold over its entries, in order, in constant memory: every leaf is canonical, belongs
// to one organization, keeps time from running backwards, opens to its payload where that still exists, and all of
// them together have the root that the signed checkpoint states. Erased payloads are counted; whether an erasure was
// allowed is told by the entries and is not judged here. One thread.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "ledger/checkpoint.h"
#include "ledger/entry.h"

namespace weir::ledger {

struct Opening {
  BytesView salt;
  BytesView payload;
};

struct Fault {
  LeafIndex index;  // of the first entry concerned
  std::string what;
  bool operator==(const Fault&) const = default;
};

struct VerificationReport {
  TreeHead head;  // as computed
  std::uint64_t payloads_present = 0;
  std::uint64_t payloads_erased = 0;
  std::uint64_t faults = 0;
  std::optional<Fault> first_fault = {};
  std::optional<Checkpoint> checkpoint = {};  // the one held against the entries, if its signature is good
  bool sound() const { return faults == 0 && checkpoint.has_value(); }
};

class Verification {
 public:
  // A head that was seen before, and that the entries must pass through. Before the entry `head.size` is added.
  void expect(const TreeHead& head);

  void add(BytesView leaf, const std::optional<Opening>& opening);

  // The checkpoint's size must be the number of entries added, or have been expected.
  VerificationReport finish(std::string_view signed_checkpoint, const VerifierKey& key);

 private:
  void fault(LeafIndex index, std::string what);
  void check_leaf(BytesView leaf, const std::optional<Opening>& opening);
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
