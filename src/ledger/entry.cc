#include "ledger/entry.h"

#include <algorithm>

#include "crypto/digest.h"

namespace weir::ledger {
namespace {

constexpr char leaf_version = 1;
constexpr std::size_t count_offset = leaf_bytes_min - 32 - 1;

template <class Fixed>
Result<Fixed> fixed_from_bytes(BytesView bytes, std::string_view what) {
  Fixed fixed;
  if (bytes.size() != fixed.bytes.size())
    return invalid(std::string(what) + " has " + std::to_string(fixed.bytes.size()) + " bytes, this has " +
                   std::to_string(bytes.size()));
  std::memcpy(fixed.bytes.data(), bytes.data(), bytes.size());
  return fixed;
}

bool ascending_and_distinct(const std::vector<Sha256>& subjects) {
  return std::adjacent_find(subjects.begin(), subjects.end(), std::greater_equal<>()) == subjects.end();
}

// Takes fields off the front of a leaf whose length has been checked.
class Fields {
 public:
  explicit Fields(const char* at) : at_(at) {}

  template <class Fixed>
  Fixed take() {
    Fixed fixed;
    std::memcpy(fixed.bytes.data(), at_, fixed.bytes.size());
    at_ += fixed.bytes.size();
    return fixed;
  }
  const char* skip(std::size_t count) {
    at_ += count;
    return at_ - count;
  }

 private:
  const char* at_;
};

Status check_leaf_shape(BytesView bytes) {
  if (bytes.size() > limits::leaf_bytes_max)
    return Error{Errc::too_large, "a leaf has at most " + std::to_string(limits::leaf_bytes_max) + " bytes"};
  if (bytes.size() < leaf_bytes_min)
    return invalid("leaf ends early, at byte " + std::to_string(bytes.size()));
  if (bytes[0] != leaf_version)
    return invalid("byte 0: leaf version " + std::to_string(static_cast<std::uint8_t>(bytes[0])) +
                   ", known is 1");
  const std::size_t count = static_cast<std::uint8_t>(bytes[count_offset]);
  const std::string place = "byte " + std::to_string(count_offset) + ": ";
  if (count > limits::leaf_subjects_max)
    return invalid(place + std::to_string(count) + " subjects, at most 64 are allowed");
  if (bytes.size() != leaf_bytes_min + count * 32)
    return invalid(place + std::to_string(count) + " subjects make a leaf of " +
                   std::to_string(leaf_bytes_min + count * 32) + " bytes, this has " +
                   std::to_string(bytes.size()));
  return {};
}

}  // namespace

Result<OrganizationId> organization_id_from_bytes(BytesView bytes) {
  return fixed_from_bytes<OrganizationId>(bytes, "an organization id");
}

Result<ActorId> actor_id_from_bytes(BytesView bytes) {
  return fixed_from_bytes<ActorId>(bytes, "an actor id");
}

Result<Salt> salt_from_bytes(BytesView bytes) { return fixed_from_bytes<Salt>(bytes, "a salt"); }

Result<std::vector<Sha256>> sorted_subjects(std::vector<Sha256> subjects) {
  std::sort(subjects.begin(), subjects.end());
  subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
  if (subjects.size() > limits::leaf_subjects_max)
    return Error{Errc::too_large, std::to_string(subjects.size()) + " subjects, an entry has at most 64"};
  return subjects;
}

Bytes encode(const Leaf& leaf) {
  CHECK(leaf.subjects.size() <= limits::leaf_subjects_max);
  CHECK(ascending_and_distinct(leaf.subjects));
  CHECK(leaf.at.micros >= 0);
  Bytes bytes;
  bytes.reserve(leaf_bytes_min + leaf.subjects.size() * 32);
  bytes.push_back(leaf_version);
  append_u16(bytes, static_cast<std::uint16_t>(leaf.type));
  bytes.append(leaf.organization.view());
  append_u64(bytes, static_cast<std::uint64_t>(leaf.at.micros));
  bytes.append(leaf.actor.view());
  bytes.push_back(static_cast<char>(leaf.subjects.size()));
  for (const Sha256& subject : leaf.subjects) bytes.append(subject.view());
  bytes.append(leaf.commitment.view());
  return bytes;
}

Result<Leaf> decode_leaf(BytesView bytes) {
  TRY(check_leaf_shape(bytes));
  Fields fields(bytes.data() + 1);
  Leaf leaf;
  leaf.type = static_cast<EntryType>(load_u16(fields.skip(2)));
  leaf.organization = fields.take<OrganizationId>();
  leaf.at.micros = static_cast<std::int64_t>(load_u64(fields.skip(8)));
  if (leaf.at.micros < 0) return invalid("byte 19: the time is beyond what can be represented");
  leaf.actor = fields.take<ActorId>();
  leaf.subjects.resize(static_cast<std::uint8_t>(*fields.skip(1)));
  for (Sha256& subject : leaf.subjects) subject = fields.take<Sha256>();
  if (!ascending_and_distinct(leaf.subjects))
    return invalid("byte " + std::to_string(count_offset + 1) + ": subjects are not ascending, each once");
  leaf.commitment = fields.take<Sha256>();
  return leaf;
}

Sha256 commitment(const Salt& salt, BytesView payload) { return crypto::sha256(salt.view(), payload); }

}  // namespace weir::ledger
