#include "ledger/verify.h"

#include <gtest/gtest.h>

namespace weir::ledger {
namespace {

struct Entry {
  Leaf leaf;
  Salt salt;
  Bytes payload;
};

crypto::Signer signer() { return crypto::Signer::from_seed(Bytes(32, 's')).value(); }
VerifierKey key() { return {"weir.example/default", signer().public_key()}; }

std::vector<Entry> sample(std::uint64_t count) {
  std::vector<Entry> entries(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    entries[i].salt.bytes.fill(static_cast<std::uint8_t>(i));
    entries[i].payload = "payload " + std::to_string(i);
    entries[i].leaf.at = {static_cast<std::int64_t>(i / 2)};
    entries[i].leaf.commitment = commitment(entries[i].salt, entries[i].payload);
  }
  return entries;
}

TreeHead head_of(const std::vector<Entry>& entries) {
  Frontier frontier;
  for (const Entry& entry : entries) frontier.append(leaf_hash(encode(entry.leaf)));
  return {frontier.size(), frontier.root()};
}

std::string signed_head(const TreeHead& head) {
  return sign_checkpoint({key().name, head.size, head.root}, signer());
}

void add_all(Verification& verification, const std::vector<Entry>& entries) {
  for (const Entry& entry : entries)
    verification.add(encode(entry.leaf), Opening{entry.salt.view(), entry.payload});
}

// The report over `entries` held against the checkpoint of `promised`.
VerificationReport verify(const std::vector<Entry>& entries, const TreeHead& promised) {
  Verification verification;
  add_all(verification, entries);
  return verification.finish(signed_head(promised), key());
}

}  // namespace

TEST(Verification, a_sound_ledger_is_sound) {
  const auto entries = sample(300);
  const VerificationReport report = verify(entries, head_of(entries));
  EXPECT_TRUE(report.sound()) << report.named.front().what;
  EXPECT_EQ(report.payloads_present, 300u);
  EXPECT_EQ(report.payloads_erased, 0u);
  EXPECT_EQ(report.head, head_of(entries));
}

TEST(Verification, the_empty_ledger_is_sound) { EXPECT_TRUE(verify({}, head_of({})).sound()); }

TEST(Verification, erased_payloads_are_counted_and_no_fault) {
  const auto entries = sample(10);
  Verification verification;
  for (std::size_t i = 0; i < 10; ++i) {
    const bool erased = i % 3 == 0;
    verification.add(
        encode(entries[i].leaf),
        erased ? std::nullopt : std::optional(Opening{entries[i].salt.view(), entries[i].payload}));
  }
  const VerificationReport report = verification.finish(signed_head(head_of(entries)), key());
  EXPECT_TRUE(report.sound());
  EXPECT_EQ(report.payloads_erased, 4u);
  EXPECT_EQ(report.payloads_present, 6u);
}

TEST(Verification, names_the_first_entry_whose_payload_was_changed) {
  auto entries = sample(100);
  const TreeHead head = head_of(entries);
  entries[41].payload += "!";
  entries[77].salt.bytes[0] ^= 1;
  const VerificationReport report = verify(entries, head);
  EXPECT_FALSE(report.sound());
  EXPECT_EQ(report.faults, 2u);
  EXPECT_EQ(report.named.at(0), (Fault{{41}, {41}, "the payload is not the one that was committed to"}));
}

TEST(Verification, names_what_was_lost_and_still_proves_the_others) {
  const auto entries = sample(100);
  for (const bool known : {true, false}) {
    Verification verification;
    for (std::size_t i = 0; i < 100; ++i) {
      const Bytes leaf = encode(entries[i].leaf);
      if (i >= 20 && i < 30)
        verification.add_lost(known ? std::optional(leaf_hash(leaf)) : std::nullopt, "lost");
      else if (i == 50) verification.add_unopened(leaf, "its payload can't be opened");
      else verification.add(leaf, Opening{entries[i].salt.view(), entries[i].payload});
      EXPECT_EQ(verification.is_sound(), i < 20);
    }
    const auto report = verification.finish(signed_head(head_of(entries)), key());
    EXPECT_FALSE(report.sound());
    ASSERT_GE(report.named.size(), 2u);
    EXPECT_EQ(report.named[0], (Fault{{20}, {29}, "lost"}));
    EXPECT_EQ(report.named[1], (Fault{{50}, {50}, "its payload can't be opened"}));
    EXPECT_EQ(report.faults, known ? 11u : 12u) << "without their hashes the root can't be had";
    EXPECT_EQ(report.payloads_present, 89u);
    EXPECT_EQ(report.payloads_erased, 0u);
  }
}

TEST(Verification, a_salt_of_wrong_length_is_a_fault) {
  const auto entries = sample(1);
  Verification verification;
  verification.add(encode(entries[0].leaf), Opening{"short", entries[0].payload});
  EXPECT_EQ(verification.finish(signed_head(head_of(entries)), key()).named.at(0).first.value, 0u);
}

TEST(Verification, an_entry_changed_together_with_its_payload_is_found_by_the_checkpoint) {
  auto entries = sample(100);
  const TreeHead head = head_of(entries);
  entries[41].payload = "forged";
  entries[41].leaf.commitment = commitment(entries[41].salt, entries[41].payload);
  const VerificationReport report = verify(entries, head);
  EXPECT_EQ(report.named.front().what,
            "the first 100 entries do not have the root that was promised for them");
}

TEST(Verification, a_removed_swapped_or_added_entry_is_found) {
  const auto entries = sample(100);
  auto removed = entries, swapped = entries, added = entries;
  removed.pop_back();
  std::swap(swapped[10], swapped[11]);
  added.push_back(entries.back());
  for (const auto& changed : {removed, swapped, added})
    EXPECT_FALSE(verify(changed, head_of(entries)).sound());
  EXPECT_EQ(verify(removed, head_of(entries)).named.at(0).first.value, 99u);
}

TEST(Verification, time_that_runs_backwards_is_found) {
  auto entries = sample(100);
  entries[50].leaf.at = {3};
  const auto report = verify(entries, head_of(entries));
  EXPECT_EQ(report.named.at(0).first.value, 50u);
  EXPECT_EQ(report.faults, 1u) << "what follows is held against the latest entry";
}

TEST(Verification, an_entry_of_another_organization_is_found) {
  auto entries = sample(10);
  entries[7].leaf.organization.bytes[3] = 1;
  const auto report = verify(entries, head_of(entries));
  EXPECT_EQ(report.named.at(0), (Fault{{7}, {7}, "the leaf belongs to another organization"}));
}

TEST(Verification, a_leaf_that_does_not_decode_is_found) {
  Verification verification;
  verification.add("no leaf", std::nullopt);
  const auto report = verification.finish(signed_head({{1}, leaf_hash("no leaf")}), key());
  EXPECT_EQ(report.named.at(0).first.value, 0u);
  EXPECT_EQ(report.faults, 1u);
}

TEST(Verification, every_head_seen_before_must_be_passed_through) {
  const auto entries = sample(100);
  const TreeHead then = head_of({entries.begin(), entries.begin() + 60});
  Verification good, forked, cut;
  good.expect(then);
  add_all(good, entries);
  EXPECT_TRUE(good.finish(signed_head(head_of(entries)), key()).sound());
  forked.expect({{60}, leaf_hash("other")});
  add_all(forked, entries);
  EXPECT_EQ(forked.finish(signed_head(head_of(entries)), key()).named.at(0).first.value, 59u);
  cut.expect({{101}, leaf_hash("other")});
  add_all(cut, entries);
  EXPECT_EQ(cut.finish(signed_head(head_of(entries)), key()).named.at(0).first.value, 100u);
}

TEST(Verification, a_checkpoint_behind_the_entries_is_good_when_it_was_expected) {
  const auto entries = sample(100);
  const TreeHead then = head_of({entries.begin(), entries.begin() + 60});
  Verification expected, unexpected;
  expected.expect(then);
  add_all(expected, entries);
  EXPECT_TRUE(expected.finish(signed_head(then), key()).sound());
  add_all(unexpected, entries);
  EXPECT_FALSE(unexpected.finish(signed_head(then), key()).sound());
}

TEST(Verification, a_checkpoint_of_another_key_is_a_fault) {
  const auto entries = sample(3);
  Verification verification;
  add_all(verification, entries);
  const VerifierKey other{key().name, crypto::Signer::from_seed(Bytes(32, 't')).value().public_key()};
  const auto report = verification.finish(signed_head(head_of(entries)), other);
  EXPECT_FALSE(report.sound());
  EXPECT_FALSE(report.checkpoint.has_value());
}

}  // namespace weir::ledger
