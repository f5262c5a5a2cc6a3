#include "format/dsse.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::format {
namespace {

Result<Bytes> decode_either(std::string_view text, std::string_view field) {
  std::string standard(text);
  std::replace(standard.begin(), standard.end(), '-', '+');
  std::replace(standard.begin(), standard.end(), '_', '/');
  while (standard.size() % 4 != 0) standard += '=';
  auto decoded = decode_base64(standard);
  if (!decoded.ok())
    return invalid(fmt::format("'{}' of a DSSE envelope is not base64", field), std::string(field));
  return decoded;
}

}  // namespace

bool is_dsse(const Json& json) {
  return json.at("payloadType").string() != nullptr && json.at("payload").string() != nullptr &&
         json.at("signatures").array() != nullptr;
}

Result<DsseEnvelope> read_dsse(const Json& json) {
  if (!is_dsse(json)) return invalid("a DSSE envelope needs 'payloadType', 'payload' and 'signatures'");
  DsseEnvelope envelope{.payload_type = std::string(json.text("payloadType"))};
  envelope.payload = TRY(decode_either(json.text("payload"), "payload"));
  const Json::Array& signatures = json.items("signatures");
  if (signatures.empty() || signatures.size() > dsse_signatures_max)
    return invalid(fmt::format("a DSSE envelope has 1 to {} signatures", dsse_signatures_max), "signatures");
  for (const Json& signature : signatures) {
    Bytes bytes = TRY(decode_either(signature.text("sig"), "signatures.sig"));
    if (bytes.empty()) return invalid("'signatures.sig' of a DSSE envelope is empty", "signatures.sig");
    envelope.signatures.push_back(
        {.key_id = std::string(signature.text("keyid")), .signature = std::move(bytes)});
  }
  return envelope;
}

Bytes dsse_signed_bytes(std::string_view payload_type, BytesView payload) {
  return fmt::format("DSSEv1 {} {} {} ", payload_type.size(), payload_type, payload.size()) + Bytes(payload);
}

}  // namespace weir::format
