#include "vuln/index/number_lists.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace weir::vuln {
namespace {

constexpr std::size_t unit_bytes = 8;
constexpr std::uint32_t units_of_chunk = 8192;  // 64 KiB

// How many units a block has, each level about a quarter more than the one before. Most rows fit into the first.
constexpr std::array<std::uint32_t, 23> levels{3,  4,  5,  6,  7,   9,   11,  14,  18,  23,  29,
                                               36, 45, 56, 70, 88, 110, 138, 172, 215, 269, 336, 420};
constexpr std::uint32_t large_level = 31;
constexpr std::uint32_t size_max = (std::uint32_t{1} << 27) - 1;

}  // namespace

void append_number(Bytes& out, std::uint32_t difference) {
  for (; difference >= 0x80; difference >>= 7) out += static_cast<char>(difference | 0x80);
  out += static_cast<char>(difference);
}

// ---- blocks ----

void RowBlocks::Free::operator()(char* chunk) const { std::free(chunk); }

// A place is a chunk and a unit in it. The first chunk stays empty, so that no place is 0.
RowBlocks::Block& RowBlocks::at(Place place) const {
  return *reinterpret_cast<Block*>(chunks_[place / units_of_chunk].get() +
                                   place % units_of_chunk * unit_bytes);
}

std::size_t RowBlocks::room(Place place) const {
  const std::size_t level = at(place).level;
  if (level != large_level) return levels[level] * unit_bytes - sizeof(Block);
  return large_.at(place / units_of_chunk) - sizeof(Block);
}

// A block with room for so many bytes, empty.
RowBlocks::Place RowBlocks::take(std::size_t bytes) {
  const std::size_t units = (bytes + sizeof(Block) + unit_bytes - 1) / unit_bytes;
  const auto fitting = std::ranges::lower_bound(levels, units);
  if (fitting == levels.end()) return take_chunk(bytes);
  const auto level = static_cast<std::uint32_t>(fitting - levels.begin());
  Place place = free_[level];
  if (place != 0) {
    free_[level] = at(place).last;
  } else {
    if (left_ < *fitting) {
      next_ = add_chunk(units_of_chunk * unit_bytes);
      left_ = units_of_chunk;
    }
    place = next_;
    next_ += *fitting;
    left_ -= *fitting;
  }
  at(place) = {.level = level & large_level};
  return place;
}

RowBlocks::Place RowBlocks::take_chunk(std::size_t bytes) {
  const std::size_t all = bytes + bytes / 4 + sizeof(Block);
  const Place place = add_chunk(all);
  large_[place / units_of_chunk] = all;
  at(place) = {.level = large_level};
  return place;
}

RowBlocks::Place RowBlocks::add_chunk(std::size_t bytes) {
  if (chunks_.empty()) chunks_.emplace_back();
  chunks_.emplace_back(static_cast<char*>(std::malloc(bytes)));
  CHECK(chunks_.back() != nullptr);
  return static_cast<Place>(chunks_.size() - 1) * units_of_chunk;
}

void RowBlocks::give_back(Place place) {
  Block& block = at(place);
  if (block.level == large_level) {
    chunks_[place / units_of_chunk].reset();
    large_.erase(place / units_of_chunk);
    return;
  }
  block.last = std::exchange(free_[block.level], place);
}

// Into a block with room for so many bytes.
void RowBlocks::grow(Place& place, std::size_t bytes) {
  const Place before = std::exchange(place, take(bytes));
  Block &from = at(before), &to = at(place);
  to.last = from.last;
  to.size = from.size;
  std::memcpy(to.bytes, from.bytes, from.size);
  give_back(before);
}

BytesView RowBlocks::bytes(Place place) const {
  return place == 0 ? BytesView() : BytesView(at(place).bytes, at(place).size);
}

void RowBlocks::append(Place& place, std::uint32_t number) {
  char bytes[5];
  std::size_t count = 0;
  for (std::uint32_t rest = number - (place == 0 ? 0 : at(place).last);; rest >>= 7) {
    bytes[count++] = static_cast<char>(rest < 0x80 ? rest : rest | 0x80);
    if (rest < 0x80) break;
  }
  if (place == 0) place = take(count);
  const std::size_t wanted = at(place).size + count;
  CHECK(wanted <= size_max);
  if (wanted > room(place)) grow(place, wanted);
  Block& block = at(place);
  std::memcpy(block.bytes + block.size, bytes, count);
  block.size = (block.size + static_cast<std::uint32_t>(count)) & size_max;
  block.last = number;
}

void RowBlocks::add(Place& place, std::uint32_t number) {
  if (place == 0 || number > at(place).last) return append(place, number);
  std::vector<std::uint32_t> numbers;
  each_number(bytes(place), [&](std::uint32_t each) { numbers.push_back(each); });
  numbers.insert(std::ranges::lower_bound(numbers, number), number);
  replace(place, numbers);
}

void RowBlocks::remove(Place& place, std::uint32_t number) {
  std::vector<std::uint32_t> numbers;
  each_number(bytes(place), [&](std::uint32_t each) {
    if (each != number) numbers.push_back(each);
  });
  replace(place, numbers);
}

void RowBlocks::assign(Place& place, BytesView bytes) {
  each_number(bytes, [&](std::uint32_t number) { append(place, number); });
}

void RowBlocks::replace(Place& place, const std::vector<std::uint32_t>& numbers) {
  if (place != 0) give_back(std::exchange(place, 0));
  for (const std::uint32_t each : numbers) append(place, each);
}

// ---- rows ----

BytesView NumberLists::mapped_row(std::size_t row) const {
  const std::uint32_t begin = row == 0 ? 0 : ends_[row - 1], end = ends_[row];
  return begin <= end && end <= mapped_.size() ? mapped_.substr(begin, end - begin) : BytesView();
}

BytesView NumberLists::row(std::size_t row) const {
  if (row >= ends_.size()) return blocks_.bytes(own_[row - ends_.size()]);
  const auto changed = changed_.find(row);
  return changed == changed_.end() ? mapped_row(row) : blocks_.bytes(changed->second);
}

RowBlocks::Place& NumberLists::changeable(std::size_t row) {
  if (row >= ends_.size()) return own_[row - ends_.size()];
  const auto [known, is_new] = changed_.try_emplace(row, 0);
  if (is_new) blocks_.assign(known->second, mapped_row(row));
  return known->second;
}

}  // namespace weir::vuln
