#include "store/sqlite/page_checksum.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace weir::store {
namespace {

std::string page(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string bytes(4096, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

TEST(PageChecksum, sealed_pages_are_sound_only_in_their_place) {
  std::string bytes = page(1);
  EXPECT_FALSE(page_is_sound(bytes, 7));
  seal_page(bytes.data(), bytes.size(), 7);
  EXPECT_TRUE(page_is_sound(bytes, 7));
  for (const std::uint64_t other : {0u, 1u, 6u, 8u, 7u << 8}) EXPECT_FALSE(page_is_sound(bytes, other));
}

TEST(PageChecksum, every_flipped_bit_of_the_page_is_found) {
  std::string bytes = page(2);
  seal_page(bytes.data(), bytes.size(), 3);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    ASSERT_FALSE(page_is_sound(bytes, 3)) << "bit " << bit;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
  }
  EXPECT_TRUE(page_is_sound(bytes, 3));
}

TEST(PageChecksum, words_that_changed_places_are_found) {
  std::string bytes = page(3);
  seal_page(bytes.data(), bytes.size(), 1);
  for (std::size_t a = 0; a < 4088; a += 8)
    for (const std::size_t b : {std::size_t{0}, (a + 8) % 4088, (a + 32) % 4088, (a + 2048) % 4088}) {
      if (a == b || b + 8 > 4088) continue;
      std::string swapped = bytes;
      std::swap_ranges(swapped.begin() + static_cast<long>(a), swapped.begin() + static_cast<long>(a) + 8,
                       swapped.begin() + static_cast<long>(b));
      ASSERT_FALSE(page_is_sound(swapped, 1)) << a << " and " << b;
    }
}

TEST(PageChecksum, zeros_ones_and_shifts_are_not_sound) {
  for (const char fill : {'\0', '\xff', 'x'}) EXPECT_FALSE(page_is_sound(std::string(4096, fill), 1));
  std::string bytes = page(4);
  seal_page(bytes.data(), bytes.size(), 1);
  std::rotate(bytes.begin(), bytes.begin() + 512, bytes.end());
  EXPECT_FALSE(page_is_sound(bytes, 1));
}

TEST(PageChecksum, differs_for_each_of_many_similar_pages) {
  std::set<std::uint64_t> seen;
  std::string bytes(4096, '\0');
  for (int i = 0; i < 4088; ++i) {
    bytes[static_cast<std::size_t>(i)] = 1;
    seen.insert(page_checksum(bytes, 1));
    bytes[static_cast<std::size_t>(i)] = 0;
  }
  for (std::uint64_t number = 0; number < 4096; ++number) seen.insert(page_checksum(bytes, number));
  EXPECT_EQ(seen.size(), 4088u + 4096u);
}

// Written down so that a file made today is read by every later version.
TEST(PageChecksum, stays_what_it_is) {
  std::string bytes(4096, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31);
  EXPECT_EQ(page_checksum(bytes, 1), 12101755565210345310u);
}

}  // namespace
}  // namespace weir::store
