#include "vuln/index/number_lists.h"

#include <algorithm>
#include <cstdlib>

#include "base/check.h"

namespace weir::vuln {
namespace {

constexpr std::size_t number_bytes_max = 5;

std::size_t write_number(char* at, std::uint32_t difference) {
  std::size_t count = 0;
  for (; difference >= 0x80; difference >>= 7) at[count++] = static_cast<char>(difference | 0x80);
  at[count++] = static_cast<char>(difference);
  return count;
}

std::uint32_t last_of(BytesView bytes) {
  std::uint32_t last = 0;
  each_number(bytes, [&](std::uint32_t number) { last = number; });
  return last;
}

}  // namespace

void append_number(Bytes& out, std::uint32_t difference) {
  char written[number_bytes_max];
  out.append(written, write_number(written, difference));
}

NumberList::NumberList(BytesView bytes) {
  each_number(bytes, [this](std::uint32_t number) { append(number); });
}

std::uint32_t NumberList::last() const { return is_inside() ? last_of(bytes()) : block()->last; }

void NumberList::release() {
  if (!is_inside()) std::free(block());
}

// What it has, in a block with room for so many bytes and, beyond the first ones, a quarter more; as much as the
// allocator gives for that anyway.
NumberList::Block* NumberList::grow(std::size_t wanted) {
  constexpr std::size_t first = 12, step = 16, own = sizeof(Block) + sizeof(std::size_t);
  const BytesView had = bytes();
  if (wanted > first) wanted += wanted / 4;
  const std::size_t capacity = std::max(first, (wanted + own + step - 1) / step * step - own);
  auto* const grown =
      static_cast<Block*>(std::realloc(is_inside() ? nullptr : block(), sizeof(Block) + capacity));
  CHECK(grown != nullptr);
  if (is_inside()) {
    *grown = {.size = static_cast<std::uint32_t>(had.size()), .last = last_of(had)};
    std::memcpy(grown->bytes, had.data(), had.size());
  }
  grown->capacity = static_cast<std::uint32_t>(capacity);
  std::memcpy(inside_, &grown, sizeof grown);
  return grown;
}

void NumberList::append(std::uint32_t number) {
  char written[number_bytes_max];
  const std::size_t had = bytes().size(), count = write_number(written, number - last());
  if (is_inside() && had + count <= inside_max) {
    std::memcpy(inside_ + 1 + had, written, count);
    inside_[0] = static_cast<char>(2 * (had + count) + 1);
    return;
  }
  Block* const block =
      is_inside() || this->block()->capacity < had + count ? grow(had + count) : this->block();
  std::memcpy(block->bytes + had, written, count);
  block->size = static_cast<std::uint32_t>(had + count);
  block->last = number;
}

void NumberList::add(std::uint32_t number) {
  if (bytes().empty() || number > last()) return append(number);
  std::vector<std::uint32_t> numbers;
  each_number(bytes(), [&](std::uint32_t each) { numbers.push_back(each); });
  numbers.insert(std::ranges::lower_bound(numbers, number), number);
  replace(numbers);
}

void NumberList::remove(std::uint32_t number) {
  std::vector<std::uint32_t> numbers;
  each_number(bytes(), [&](std::uint32_t each) {
    if (each != number) numbers.push_back(each);
  });
  replace(numbers);
}

void NumberList::replace(const std::vector<std::uint32_t>& numbers) {
  release();
  std::memset(inside_, 0, sizeof inside_);
  inside_[0] = 1;
  for (const std::uint32_t each : numbers) append(each);
}

BytesView NumberLists::mapped_row(std::size_t row) const {
  const std::uint32_t begin = row == 0 ? 0 : ends_[row - 1], end = ends_[row];
  return begin <= end && end <= mapped_.size() ? mapped_.substr(begin, end - begin) : BytesView();
}

BytesView NumberLists::row(std::size_t row) const {
  if (row >= ends_.size()) return own_[row - ends_.size()].bytes();
  const auto changed = changed_.find(row);
  return changed == changed_.end() ? mapped_row(row) : changed->second.bytes();
}

NumberList& NumberLists::changeable(std::size_t row) {
  if (row >= ends_.size()) return own_[row - ends_.size()];
  const auto known = changed_.find(row);
  return known != changed_.end() ? known->second
                                 : changed_.emplace(row, NumberList(mapped_row(row))).first->second;
}

}  // namespace weir::vuln
