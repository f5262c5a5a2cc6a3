// Bytes are held in std::string and passed as std::string_view. Text forms: lower-case hex (RFC 4648 §8) and
// base64 (RFC 4648 §4, padded). Decoding is strict: other alphabets, missing padding and stray bits are errors.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/result.h"

namespace weir {

using Bytes = std::string;
using BytesView = std::string_view;

std::string encode_hex(BytesView bytes);
Result<Bytes> decode_hex(std::string_view text);
std::string encode_base64(BytesView bytes);
Result<Bytes> decode_base64(std::string_view text);

// A SHA-256 digest. In text it is 64 hex digits, or "sha256:" and these where a scheme is wanted.
struct Sha256 {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const Sha256&) const = default;
  BytesView view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

std::string to_hex(const Sha256& digest);
std::string to_string(const Sha256& digest);                      // "sha256:…"
Result<Sha256> parse_sha256(std::string_view text);               // with or without "sha256:"
Result<Sha256> sha256_from_bytes(BytesView bytes);                // exactly 32 bytes

struct Sha256Hash {
  std::size_t operator()(const Sha256& digest) const {
    std::size_t head = 0;
    std::memcpy(&head, digest.bytes.data(), sizeof head);
    return head;
  }
};

// Big-endian integers, as the ledger's leaf and DSSE want them.
void append_u16(Bytes& out, std::uint16_t value);
void append_u32(Bytes& out, std::uint32_t value);
void append_u64(Bytes& out, std::uint64_t value);
std::uint16_t load_u16(const char* at);
std::uint64_t load_u64(const char* at);

}  // namespace weir
