#include "store/sqlite/wal_frame.h"

#include <bit>

namespace weir::store {
namespace {

constexpr std::uint32_t magic_little_endian = 0x377f0682, magic_big_endian = 0x377f0683;
constexpr std::int64_t checksum_in_header = 24, checksum_in_frame = 16;

std::uint32_t load_big_endian(const char* at) {
  std::uint32_t word;
  std::memcpy(&word, at, sizeof word);
  return std::endian::native == std::endian::little ? __builtin_bswap32(word) : word;
}

struct Sums {
  std::uint32_t first = 0, second = 0;
  bool operator==(const Sums&) const = default;
};
Sums sums_at(const char* at) { return {load_big_endian(at), load_big_endian(at + 4)}; }

void add(Sums& sums, BytesView words, std::endian order) {
  const bool swap = order != std::endian::native;
  for (std::size_t i = 0; i < words.size(); i += 8) {
    std::uint32_t pair[2];
    std::memcpy(pair, words.data() + i, sizeof pair);
    sums.first += (swap ? __builtin_bswap32(pair[0]) : pair[0]) + sums.second;
    sums.second += (swap ? __builtin_bswap32(pair[1]) : pair[1]) + sums.first;
  }
}

}  // namespace

std::int64_t wal_frame_of_page(std::int64_t page_bytes, std::int64_t offset) {
  const std::int64_t from_first = offset - wal_header_bytes - wal_frame_header_bytes;
  const std::int64_t stride = page_bytes + wal_frame_header_bytes;
  return from_first >= 0 && from_first % stride == 0 ? from_first / stride : wal_no_frame;
}

bool wal_page_is_sound(BytesView page, std::int64_t frame, const WalReader& read) {
  const auto page_bytes = static_cast<std::int64_t>(page.size());
  char magic[4], before[8], header[wal_frame_header_bytes];
  const std::int64_t before_at =
      frame == 0 ? checksum_in_header : wal_frame_offset(frame - 1, page_bytes) + checksum_in_frame;
  if (!read(magic, sizeof magic, 0) || !read(before, sizeof before, before_at) ||
      !read(header, sizeof header, wal_frame_offset(frame, page_bytes)))
    return false;
  const std::uint32_t word = load_big_endian(magic);
  if (word != magic_little_endian && word != magic_big_endian) return false;
  const std::endian order = word == magic_little_endian ? std::endian::little : std::endian::big;
  Sums sums = sums_at(before);
  add(sums, {header, 8}, order);
  add(sums, page, order);
  return sums == sums_at(header + checksum_in_frame);
}

}  // namespace weir::store
