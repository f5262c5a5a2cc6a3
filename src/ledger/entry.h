// A leaf is what the Merkle tree holds of one entry: who, when, of which type, about which digests, and a salted
// commitment to the payload. Names, mails and arguments live in payloads only, so that destroying payload and salt
// erases them and leaves every proof valid. Format: docs/formats/leaf.md, version 1, binary, canonical: one Leaf
// has one encoding, and bytes that decode encode to themselves. Values; safe to share between threads.
#pragma once
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/time.h"
#include "ledger/entry_type.h"

namespace weir::ledger {

// Random identifiers of 16 bytes; the tag keeps an actor from being taken for an organization.
template <class Tag>
struct RandomId {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const RandomId&) const = default;
  BytesView view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};
using OrganizationId = RandomId<struct OrganizationTag>;
using ActorId = RandomId<struct ActorTag>;
Result<OrganizationId> organization_id_from_bytes(BytesView bytes);  // exactly 16 bytes
Result<ActorId> actor_id_from_bytes(BytesView bytes);                // exactly 16 bytes

// 32 random bytes per payload; without them a commitment can't be guessed from likely payloads.
struct Salt {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const Salt&) const = default;
  BytesView view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};
Result<Salt> salt_from_bytes(BytesView bytes);  // exactly 32 bytes

struct Leaf {
  EntryType type{};
  OrganizationId organization;
  Instant at;  // the server's time; not negative; never runs backwards within one ledger
  ActorId actor;
  std::vector<Sha256> subjects;  // ascending, each once, at most limits::leaf_subjects_max
  Sha256 commitment;
  auto operator<=>(const Leaf&) const = default;
};

inline constexpr std::size_t leaf_bytes_min = 1 + 2 + 16 + 8 + 16 + 1 + 32;
static_assert(leaf_bytes_min + limits::leaf_subjects_max * 32 <= limits::leaf_bytes_max);

// Puts digests into the order a leaf wants and drops repetitions; too_large beyond limits::leaf_subjects_max.
Result<std::vector<Sha256>> sorted_subjects(std::vector<Sha256> subjects);

Bytes encode(const Leaf& leaf);             // the leaf's own promises (order, count, time) must hold
Result<Leaf> decode_leaf(BytesView bytes);  // the message names the byte

// SHA-256(salt ‖ payload).
Sha256 commitment(const Salt& salt, BytesView payload);

}  // namespace weir::ledger
