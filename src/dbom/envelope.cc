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
