// Rows of ascending numbers, each number once in its row, kept as differences in LEB128: mostly a byte or two for a
// number. The first rows may lie in a mapped file; a row that changes moves into memory.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "vuln/index/grown_array.h"

namespace weir::vuln {

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

// Where the rows that are in memory lie: blocks within chunks, each named by four bytes and without a word of the
// allocator's, since most of the million rows of an index have a few bytes or none. Large ones are chunks of their own.
class RowBlocks {
 public:
  using Place = std::uint32_t;  // 0: an empty row

  BytesView bytes(Place place) const;
  void add(Place& place, std::uint32_t number);     // that it does not have; at the end it is quick
  void remove(Place& place, std::uint32_t number);  // nothing, when it does not have it
  void assign(Place& place, BytesView bytes);       // of another row, in another place

 private:
  struct Block {
    std::uint32_t last = 0, size : 27 = 0, level : 5 = 0;  // last: of a free one, the next
    char bytes[];
  };
  struct Free {
    void operator()(char* chunk) const;
  };
  using Chunk = std::unique_ptr<char, Free>;

  Block& at(Place place) const;
  std::size_t room(Place place) const;
  Place take(std::size_t bytes);
  Place take_chunk(std::size_t bytes);
  Place add_chunk(std::size_t bytes);
  void give_back(Place place);
  void grow(Place& place, std::size_t bytes);
  void append(Place& place, std::uint32_t number);
  void replace(Place& place, const std::vector<std::uint32_t>& numbers);

  std::vector<Chunk> chunks_;
  std::unordered_map<std::uint32_t, std::size_t> large_;  // chunks that are one block: their bytes
  Place next_ = 0;                                        // where the next small block is cut from
  std::uint32_t left_ = 0;                                // units there, up to the end of the chunk
  std::array<Place, 32> free_{};                          // by level: the first of a chain
};

class NumberLists {
 public:
  NumberLists() = default;
  // `ends`: of each row where its bytes end. Rows that `bytes` does not hold are empty.
  NumberLists(std::span<const std::uint32_t> ends, BytesView bytes) : ends_(ends), mapped_(bytes) {}

  std::size_t size() const { return ends_.size() + own_.size(); }
  void push_row() { own_.push_back(0); }
  void add(std::size_t row, std::uint32_t number) { blocks_.add(changeable(row), number); }
  void remove(std::size_t row, std::uint32_t number) { blocks_.remove(changeable(row), number); }
  BytesView row(std::size_t row) const;
  void each(std::size_t row, auto&& call) const { each_number(this->row(row), call); }

 private:
  RowBlocks::Place& changeable(std::size_t row);
  BytesView mapped_row(std::size_t row) const;

  std::span<const std::uint32_t> ends_;
  BytesView mapped_;
  std::unordered_map<std::size_t, RowBlocks::Place> changed_;  // of the mapped rows
  GrownArray<RowBlocks::Place> own_;
  RowBlocks blocks_;
};

}  // namespace weir::vuln
