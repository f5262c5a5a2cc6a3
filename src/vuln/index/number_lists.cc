#include "vuln/index/number_lists.h"

#include <algorithm>
#include <cstdlib>

#include "base/check.h"

namespace weir::vuln {

void append_number(Bytes& out, std::uint32_t difference) {
  for (; difference >= 0x80; difference >>= 7) out += static_cast<char>(difference | 0x80);
  out += static_cast<char>(difference);
}

void NumberList::Free::operator()(Block* block) const { std::free(block); }

NumberList::NumberList(BytesView bytes) {
  each_number(bytes, [this](std::uint32_t number) { append(number); });
}

// In blocks that grow by a quarter.
void NumberList::append(std::uint32_t number) {
  constexpr std::size_t number_bytes_max = 5, least = 12;
  const std::uint32_t size = block_ == nullptr ? 0 : block_->size;
  if (block_ == nullptr || block_->capacity < size + number_bytes_max) {
    const std::size_t capacity = std::max(least, size + size / 4 + number_bytes_max);
    auto* grown = static_cast<Block*>(std::realloc(block_.get(), sizeof(Block) + capacity));
    CHECK(grown != nullptr);
    if (block_ == nullptr) *grown = {};
    (void)block_.release();
    block_.reset(grown);
    block_->capacity = static_cast<std::uint32_t>(capacity);
  }
  std::uint32_t difference = number - block_->last;
  for (; difference >= 0x80; difference >>= 7)
    block_->bytes[block_->size++] = static_cast<char>(difference | 0x80);
  block_->bytes[block_->size++] = static_cast<char>(difference);
  block_->last = number;
}

void NumberList::add(std::uint32_t number) {
  if (block_ == nullptr || number > block_->last) return append(number);
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
  block_.reset();
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
