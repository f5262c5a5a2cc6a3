// The few parts of the Protocol Buffers wire format that containerd's services need: fields by number, varints and byte
// strings. Reading is bounded by the message and refuses what is cut off. Values; any thread.
// Source: protobuf.dev, "Encoding".
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::agent::protobuf {

struct Field {
  std::uint32_t number = 0;
  std::uint64_t integer = 0;  // of varints
  BytesView bytes;            // of strings, bytes and messages
};

// All fields of a message; fixed-width ones are skipped. `invalid` when the message is cut off or malformed.
Result<std::vector<Field>> read_message(BytesView message);

void append_text(Bytes& out, std::uint32_t number, BytesView text);  // left out when empty

}  // namespace weir::agent::protobuf
