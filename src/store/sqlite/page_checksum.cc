#include "store/sqlite/page_checksum.h"

#include <bit>

#include "base/check.h"

namespace weir::store {
namespace {

// Odd, so multiplying by them can be undone modulo 2^64; digits of the golden ratio and of π.
constexpr std::uint64_t odd_a = 0x9e3779b97f4a7c15, odd_b = 0x243f6a8885a308d3;

std::uint64_t word_at(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

constexpr std::uint64_t absorb(std::uint64_t lane, std::uint64_t word) { return std::rotl((lane ^ word) * odd_a, 29); }

constexpr std::uint64_t finish(std::uint64_t state) {
  state = (state ^ (state >> 32)) * odd_b;
  return state ^ (state >> 29);
}

}  // namespace

std::uint64_t page_checksum(BytesView page, std::uint64_t number) {
  CHECK(page.size() >= 32 && page.size() % 32 == 0);
  std::uint64_t lanes[4] = {number + odd_a, number + odd_b, ~number, odd_a ^ odd_b};
  const char* at = page.data();
  const char* const last = at + page.size() - 32;
  for (; at != last; at += 32)
    for (int i = 0; i < 4; ++i) lanes[i] = absorb(lanes[i], word_at(at + 8 * i));
  for (int i = 0; i < 3; ++i) lanes[i] = absorb(lanes[i], word_at(at + 8 * i));  // the fourth word is the checksum
  std::uint64_t state = page.size();
  for (const std::uint64_t lane : lanes) state = absorb(state, finish(lane));
  return finish(state);
}

bool page_is_sound(BytesView page, std::uint64_t number) {
  return word_at(page.data() + page.size() - checksum_bytes) == page_checksum(page, number);
}

void seal_page(char* page, std::size_t size, std::uint64_t number) {
  std::uint64_t checksum = page_checksum({page, size}, number);
  if constexpr (std::endian::native == std::endian::big) checksum = __builtin_bswap64(checksum);
  std::memcpy(page + size - checksum_bytes, &checksum, checksum_bytes);
}

}  // namespace weir::store
