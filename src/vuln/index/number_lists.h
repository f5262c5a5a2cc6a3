// Rows of ascending numbers, each number once in its row, kept as differences in LEB128: mostly a byte or two for a
// number. The first rows may lie in a mapped file; a row that changes moves into memory.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace weir::vuln {

static_assert(std::endian::native == std::endian::little);

// Ends where the bytes do, also within a number.
void each_number(BytesView bytes, auto&& call) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  std::uint32_t value = 0;
  while (at != end) {
    auto byte = static_cast<std::uint8_t>(*at++);
    std::uint32_t difference = byte & 0x7fU;
    for (unsigned shift = 7; byte >= 0x80 && at != end && shift < 32; shift += 7) {
      byte = static_cast<std::uint8_t>(*at++);
      difference |= (byte & 0x7fU) << shift;
    }
    value += difference;
    call(value);
  }
}
void append_number(Bytes& out, std::uint32_t difference);

// Eight bytes while its numbers take no more than seven: most of the lists of an index have two numbers or none.
class NumberList {
 public:
  NumberList() = default;
  explicit NumberList(BytesView bytes);
  NumberList(NumberList&& other) noexcept { std::swap(inside_, other.inside_); }
  NumberList& operator=(NumberList&& other) noexcept {
    std::swap(inside_, other.inside_);
    return *this;
  }
  ~NumberList() { release(); }

  void add(std::uint32_t number);     // that it does not have; at the end it is quick
  void remove(std::uint32_t number);  // nothing, when it does not have it
  BytesView bytes() const {
    if (is_inside()) return {inside_ + 1, static_cast<std::size_t>(inside_[0]) / 2};
    const Block* const block = this->block();
    return {block->bytes, block->size};
  }

 private:
  struct Block {
    std::uint32_t capacity = 0, size = 0, last = 0;
    char bytes[];
  };
  static constexpr std::size_t inside_max = sizeof(Block*) - 1;

  bool is_inside() const { return inside_[0] % 2 != 0; }
  Block* block() const {
    Block* block = nullptr;
    std::memcpy(&block, inside_, sizeof block);
    return block;
  }
  std::uint32_t last() const;  // 0 where there is none
  void release();
  void append(std::uint32_t number);
  Block* grow(std::size_t wanted);
  void replace(const std::vector<std::uint32_t>& numbers);

  // Where the first byte is odd: twice the number of bytes plus one, and the bytes. Else a pointer to a block, which is
  // even, its lowest byte first.
  alignas(Block*) char inside_[sizeof(Block*)] = {1};
};

class NumberLists {
 public:
  NumberLists() = default;
  // `ends`: of each row where its bytes end. Rows that `bytes` does not hold are empty.
  NumberLists(std::span<const std::uint32_t> ends, BytesView bytes) : ends_(ends), mapped_(bytes) {}

  std::size_t size() const { return ends_.size() + own_.size(); }
  void push_row() { own_.emplace_back(); }
  void add(std::size_t row, std::uint32_t number) { changeable(row).add(number); }
  void remove(std::size_t row, std::uint32_t number) { changeable(row).remove(number); }
  BytesView row(std::size_t row) const;
  void each(std::size_t row, auto&& call) const { each_number(this->row(row), call); }

 private:
  NumberList& changeable(std::size_t row);
  BytesView mapped_row(std::size_t row) const;

  std::span<const std::uint32_t> ends_;
  BytesView mapped_;
  std::unordered_map<std::size_t, NumberList> changed_;  // of the mapped rows
  std::vector<NumberList> own_;
};

}  // namespace weir::vuln
