#include "dbom/envelope.h"

#include "format/dsse.h"
#include "format/schema.h"

namespace weir::dbom {

using format::Json;

std::string key_id(const ledger::VerifierKey& key) {
  Bytes id;
  append_u32(id, ledger::key_id_of(key));
  return key.name + "+" + encode_hex(id);
}

Result<Bytes> open_signed(std::string_view file, std::string_view type,
                          const ledger::VerifierKey& key) {
  if (file.ends_with('\n')) file.remove_suffix(1);
  const auto envelope = TRY(format::decode_text<DbomEnvelope>(file));
  if (format::encode(envelope) != file) return invalid("the envelope is not spelled canonically");
  if (envelope.payload_type != type)
    return invalid(fmt::format("it is of type {}, not {}", envelope.payload_type, type),
                   "payloadType");
  if (envelope.signatures.size() != 1)
    return invalid("there must be one signature, the ledger's", "signatures");
  const EnvelopeSignature& signature = envelope.signatures.front();
  if (signature.keyid != key_id(key))
    return invalid(fmt::format("'{}' is not the key {}", signature.keyid, key_id(key)),
                   "signatures[0].keyid");
  Bytes payload = TRY(decode_base64(envelope.payload));
  const Bytes sig = TRY(decode_base64(signature.sig));
  if (!crypto::verify_ed25519(key.public_key, format::dsse_signed_bytes(type, payload), sig))
    return invalid("the signature is not this key's: the document was altered", "signatures[0].sig");
  return payload;
}

DbomStatement statement_of(Dbom dbom) {
  const StatementSubject subject{{to_hex(dbom.artifact.digest)}, dbom.artifact.name};
  return {.predicate = std::move(dbom), .subject = {subject}};
}

DbomEnvelope sign(const DbomStatement& statement, std::string_view origin, const crypto::Signer& signer) {
  const Bytes payload = format::encode(statement);
  const Bytes signature = signer.sign(format::dsse_signed_bytes(payload_type, payload));
  const ledger::VerifierKey key{std::string(origin), signer.public_key()};
  return {.payload = encode_base64(payload), .signatures = {{key_id(key), encode_base64(signature)}}};
}

Json schema() {
  format::SchemaBook book("#/$defs/");
  const Json reference = book.schema_of<DbomStatement>(format::Way::out);
  Json definitions = book.schemas();
  for (auto& [name, definition] : *definitions.object()) definition.set("additionalProperties", false);
  return Json::object({{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                       {"$id", predicate_type},
                       {"title", "Deployment bill of materials, version 1, as an in-toto statement"},
                       {"$ref", reference.text("$ref")},
                       {"$defs", std::move(definitions)}});
}

}  // namespace weir::dbom
