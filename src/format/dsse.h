// DSSE envelopes (github.com/secure-systems-lab/dsse v1.0.2): a payload, its type, and signatures over both.
// Reading does not verify anything. Base64 may be of either alphabet, as the specification allows. Pure.
#pragma once
#include <string>
#include <vector>

#include "base/bytes.h"
#include "format/json.h"

namespace weir::format {

struct DsseSignature {
  std::string key_id;
  Bytes signature;
};
struct DsseEnvelope {
  std::string payload_type;
  Bytes payload;
  std::vector<DsseSignature> signatures;
};

inline constexpr std::size_t dsse_signatures_max = 64;

bool is_dsse(const Json& json);  // has the three members of an envelope
Result<DsseEnvelope> read_dsse(const Json& json);

// What is signed: the pre-authentication encoding.
Bytes dsse_signed_bytes(std::string_view payload_type, BytesView payload);

}  // namespace weir::format
