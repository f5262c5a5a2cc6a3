#include "ledger/entry.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "crypto/digest.h"

namespace weir::ledger {
namespace {

template <class Fixed>
Fixed counted_from(std::uint8_t first) {
  Fixed fixed;
  for (auto& byte : fixed.bytes) byte = first++;
  return fixed;
}

Leaf sample(std::size_t subjects) {
  Leaf leaf{.type = EntryType{0x0203},
            .organization = counted_from<OrganizationId>(0x10),
            .at = parse_instant("2026-11-22T19:46:16.000123Z").value(),
            .actor = counted_from<ActorId>(0x30),
            .commitment = commitment(counted_from<Salt>(0x80), R"({"name":"checkout"})")};
  for (std::size_t i = 0; i < subjects; ++i)
    leaf.subjects.push_back(crypto::sha256("subject " + std::to_string(i)));
  leaf.subjects = sorted_subjects(leaf.subjects).value();
  return leaf;
}

// Tests run in the root of the sources.
Bytes golden(const std::string& name) {
  std::ifstream in("test/golden/leaf/" + name + ".hex");
  std::string text, line;
  while (std::getline(in, line)) text += line;
  return decode_hex(text).value();
}

}  // namespace

TEST(Leaf, version_1_has_the_golden_bytes) {
  EXPECT_EQ(encode_hex(encode(sample(0))), encode_hex(golden("v1_no_subject")));
  EXPECT_EQ(encode_hex(encode(sample(2))), encode_hex(golden("v1_two_subjects")));
  EXPECT_EQ(encode_hex(encode(sample(64))), encode_hex(golden("v1_sixty_four_subjects")));
}

TEST(Leaf, decoding_gives_back_what_was_encoded) {
  for (const std::size_t subjects : {0, 1, 2, 63, 64}) {
    const Leaf leaf = sample(subjects);
    EXPECT_EQ(decode_leaf(encode(leaf)).value(), leaf);
  }
}

TEST(Leaf, the_largest_leaf_is_within_its_bound) {
  EXPECT_LE(encode(sample(64)).size(), limits::leaf_bytes_max);
  EXPECT_EQ(encode(sample(0)).size(), leaf_bytes_min);
}

TEST(Leaf, a_truncated_or_extended_leaf_is_refused) {
  const Bytes bytes = encode(sample(3));
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(decode_leaf(bytes.substr(0, length)).ok()) << length;
  EXPECT_FALSE(decode_leaf(bytes + '\0').ok());
  EXPECT_EQ(decode_leaf(Bytes(limits::leaf_bytes_max + 1, '\1')).error().code, Errc::too_large);
}

TEST(Leaf, a_changed_byte_is_refused_or_changes_the_meaning) {
  const Leaf leaf = sample(3);
  const Bytes bytes = encode(leaf);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ 1 << bit);
      const auto decoded = decode_leaf(changed);
      if (!decoded.ok()) continue;
      EXPECT_NE(*decoded, leaf) << at;
      EXPECT_EQ(encode(*decoded), changed) << "canonical, so what decodes encodes to itself: byte " << at;
    }
  }
}

TEST(Leaf, random_bytes_decode_only_when_canonical) {
  std::mt19937_64 random(20261122);
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    Bytes bytes(leaf_bytes_min + random() % 3 * 32, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    bytes[0] = 1;
    bytes[leaf_bytes_min - 33] = static_cast<char>((bytes.size() - leaf_bytes_min) / 32);
    const auto decoded = decode_leaf(bytes);
    if (!decoded.ok()) continue;
    EXPECT_EQ(encode(*decoded), bytes);
    ++accepted;
  }
  EXPECT_GT(accepted, 1000);
}

TEST(Leaf, errors_name_the_byte) {
  Bytes bytes = encode(sample(2));
  bytes[0] = 2;
  EXPECT_EQ(decode_leaf(bytes).error().message, "byte 0: leaf version 2, known is 1");
  bytes[0] = 1;
  bytes[43] = 65;
  EXPECT_EQ(decode_leaf(bytes).error().message, "byte 43: 65 subjects, at most 64 are allowed");
  bytes[43] = 2;
  bytes[19] = '\x80';
  EXPECT_EQ(decode_leaf(bytes).error().message, "byte 19: the time is beyond what can be represented");
}

TEST(Leaf, subjects_out_of_order_or_twice_are_refused) {
  const Bytes bytes = encode(sample(2));
  const Bytes first = bytes.substr(44, 32), second = bytes.substr(76, 32), rest = bytes.substr(108);
  EXPECT_FALSE(decode_leaf(bytes.substr(0, 44) + second + first + rest).ok());
  EXPECT_FALSE(decode_leaf(bytes.substr(0, 44) + first + first + rest).ok());
  EXPECT_TRUE(decode_leaf(bytes.substr(0, 44) + first + second + rest).ok());
}

TEST(Leaf, more_than_64_distinct_subjects_are_too_large) {
  std::vector<Sha256> subjects;
  for (int i = 0; i < 65; ++i) subjects.push_back(crypto::sha256(std::to_string(i)));
  EXPECT_EQ(sorted_subjects(subjects).error().code, Errc::too_large);
  subjects.back() = subjects.front();
  EXPECT_EQ(sorted_subjects(subjects).value().size(), 64u);
}

TEST(Leaf, commitment_is_sha256_of_salt_and_payload) {
  const Salt salt = counted_from<Salt>(1);
  EXPECT_EQ(commitment(salt, "payload"), crypto::sha256(Bytes(salt.view()) + "payload"));
  EXPECT_NE(commitment(counted_from<Salt>(2), "payload"), commitment(salt, "payload"));
  EXPECT_FALSE(salt_from_bytes(Bytes(31, 's')).ok());
}

TEST(EntryType, names_and_numbers_are_each_used_once) {
  for (const EntryTypeRow& row : entry_type_table) {
    EXPECT_FALSE(row.name.empty());
    int same = 0;
    for (const EntryTypeRow& other : entry_type_table)
      same += row.type == other.type || row.name == other.name;
    EXPECT_EQ(same, 1) << row.name;
  }
  EXPECT_EQ(name_of(EntryType{0xffff}), "unknown");
}

}  // namespace weir::ledger
