// Numbers in the bytes of the advisory store: fixed ones little-endian, others as LEB128. Reading never passes the
// end: a Decoder that ran out, or met a number too large, is no longer `sound` and answers 0. Pure.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/bytes.h"

namespace weir::vuln {

static_assert(std::endian::native == std::endian::little, "stored numbers are mapped as they are");

inline void append_varint(Bytes& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  out += static_cast<char>(value);
}

template <class Number>
void append_fixed(Bytes& out, Number value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class Number>
Number load_fixed(const char* at) {
  Number value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

class Decoder {
 public:
  explicit Decoder(BytesView bytes) : bytes_(bytes) {}

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
      if (at_ >= bytes_.size()) break;
      const auto byte = static_cast<std::uint8_t>(bytes_[at_++]);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    sound_ = false;
    return 0;
  }

  // How many items follow, each of at least one byte.
  std::size_t count() {
    const std::uint64_t value = varint();
    if (value > bytes_.size() - at_) sound_ = false;
    return sound_ ? static_cast<std::size_t>(value) : 0;
  }

  std::size_t position() const { return at_; }
  bool sound() const { return sound_; }
  bool finished() const { return sound_ && at_ == bytes_.size(); }

 private:
  BytesView bytes_;
  std::size_t at_ = 0;
  bool sound_ = true;
};

}  // namespace weir::vuln
