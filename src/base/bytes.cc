#include "base/bytes.h"

namespace weir {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::array<std::int8_t, 256> base64_values = [] {
  std::array<std::int8_t, 256> values{};
  for (auto& value : values) value = -1;
  for (std::size_t i = 0; i < base64_digits.size(); ++i)
    values[static_cast<std::uint8_t>(base64_digits[i])] = static_cast<std::int8_t>(i);
  return values;
}();

int base64_value(char c) { return base64_values[static_cast<std::uint8_t>(c)]; }

template <class Integer>
void append_big_endian(Bytes& out, Integer value) {
  for (int shift = static_cast<int>(sizeof(Integer)) * 8 - 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>((value >> shift) & 0xff));
}

template <class Integer>
Integer load_big_endian(const char* at) {
  Integer value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i)
    value = static_cast<Integer>((value << 8) | static_cast<std::uint8_t>(at[i]));
  return value;
}

}  // namespace

std::string encode_hex(BytesView bytes) {
  std::string text(bytes.size() * 2, '0');
  char* out = text.data();
  for (const char c : bytes) {
    *out++ = hex_digits[static_cast<std::uint8_t>(c) >> 4];
    *out++ = hex_digits[static_cast<std::uint8_t>(c) & 15];
  }
  return text;
}

Result<Bytes> decode_hex(std::string_view text) {
  if (text.size() % 2 != 0) return invalid("hex text has an odd number of digits");
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]), low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return invalid("not a hex digit near position " + std::to_string(i));
    bytes.push_back(static_cast<char>(high << 4 | low));
  }
  return bytes;
}

std::string encode_base64(BytesView bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '=');
  const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<std::uint8_t>(bytes[i])}; };
  char* out = text.data();
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3, out += 4) {
    const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    out[0] = base64_digits[group >> 18];
    out[1] = base64_digits[group >> 12 & 63];
    out[2] = base64_digits[group >> 6 & 63];
    out[3] = base64_digits[group & 63];
  }
  const std::size_t left = bytes.size() - i;
  if (left == 0) return text;
  const std::uint32_t group = byte(i) << 16 | (left == 2 ? byte(i + 1) << 8 : 0u);
  out[0] = base64_digits[group >> 18];
  out[1] = base64_digits[group >> 12 & 63];
  if (left == 2) out[2] = base64_digits[group >> 6 & 63];
  return text;
}

Result<Bytes> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return invalid("base64 text is not padded to a multiple of four");
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int held = 0;
  for (std::size_t i = 0; i < text.size() - padding; ++i) {
    const int value = base64_value(text[i]);
    if (value < 0) return invalid("not a base64 digit at position " + std::to_string(i));
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push_back(static_cast<char>(bits >> held & 0xff));
    bits &= (1u << held) - 1;
  }
  if (bits != 0) return invalid("base64 text ends in stray bits");
  return bytes;
}

std::string to_hex(const Sha256& digest) { return encode_hex(digest.view()); }
std::string to_string(const Sha256& digest) { return "sha256:" + to_hex(digest); }

Result<Sha256> parse_sha256(std::string_view text) {
  constexpr std::string_view scheme = "sha256:";
  if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  if (text.size() != 64)
    return invalid("a SHA-256 digest has 64 hex digits, this has " + std::to_string(text.size()));
  const Bytes bytes = TRY(decode_hex(text));
  return sha256_from_bytes(bytes);
}

Result<Sha256> sha256_from_bytes(BytesView bytes) {
  Sha256 digest;
  if (bytes.size() != digest.bytes.size()) return invalid("a SHA-256 digest has 32 bytes");
  std::memcpy(digest.bytes.data(), bytes.data(), bytes.size());
  return digest;
}

void append_u16(Bytes& out, std::uint16_t value) { append_big_endian(out, value); }
void append_u32(Bytes& out, std::uint32_t value) { append_big_endian(out, value); }
void append_u64(Bytes& out, std::uint64_t value) { append_big_endian(out, value); }
std::uint16_t load_u16(const char* at) { return load_big_endian<std::uint16_t>(at); }
std::uint64_t load_u64(const char* at) { return load_big_endian<std::uint64_t>(at); }

}  // namespace weir
