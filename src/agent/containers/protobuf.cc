#include "agent/containers/protobuf.h"

namespace weir::agent::protobuf {
namespace {

constexpr std::size_t fields_max = 4096;

enum WireType : std::uint64_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

Error cut_off() { return invalid("a protobuf message is cut off"); }

Result<std::uint64_t> take_varint(BytesView& rest) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(rest.front());
    rest.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return value;
  }
  return cut_off();
}

Result<BytesView> take_bytes(BytesView& rest, std::uint64_t count) {
  if (count > rest.size()) return cut_off();
  const BytesView taken = rest.substr(0, count);
  rest.remove_prefix(count);
  return taken;
}

void append_varint(Bytes& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7F) | 0x80);
  out += static_cast<char>(value);
}

}  // namespace

Result<std::vector<Field>> read_message(BytesView message) {
  std::vector<Field> fields;
  while (!message.empty()) {
    const std::uint64_t key = TRY(take_varint(message));
    Field field{.number = static_cast<std::uint32_t>(key >> 3)};
    const std::uint64_t type = key & 7;
    if (type == fixed64 || type == fixed32) {
      TRY(take_bytes(message, type == fixed64 ? 8 : 4));
      continue;
    }
    if (type != varint && type != bytes) return invalid("a protobuf field has an unknown wire type");
    field.integer = TRY(take_varint(message));
    if (type == bytes) field.bytes = TRY(take_bytes(message, field.integer));
    if (fields.size() >= fields_max) return Error{Errc::too_large, "a protobuf message has too many fields"};
    fields.push_back(field);
  }
  return fields;
}

void append_text(Bytes& out, std::uint32_t number, BytesView text) {
  if (text.empty()) return;
  append_varint(out, number << 3 | bytes);
  append_varint(out, text.size());
  out += text;
}

}  // namespace weir::agent::protobuf
