#include "api/answers.h"
#include "api/handlers_policy.h"
#include "dbom/envelope.h"
#include "format/dsse.h"
#include "policy/vsa.h"

namespace weir::api {

// Made on read: the ledger's key signs what the entry holds.
Result<http::Response> decision_vsa(const ReadCall& call) {
  const std::int64_t entry = TRY(id_of(call.request, "entry"));
  const policy::DecisionRecorded recorded = TRY(recorded_decision(call, entry));
  const std::string& origin = call.ports.sequencer.identity().origin;
  const policy::VsaOrigin from{
      .verifier = "https://" + origin,
      .resource = fmt::format("https://{}/environments/{}", origin, recorded.record.environment),
      .decision = entry};
  const policy::ToSign statement = policy::decision_statement(recorded.record, from);
  const ledger::VerifierKey key{origin, call.ports.signer->public_key()};
  const Bytes signature =
      call.ports.signer->sign(format::dsse_signed_bytes(statement.payload_type, statement.payload));
  return record_response(dbom::DbomEnvelope{.payload = encode_base64(statement.payload),
                                            .payload_type = statement.payload_type,
                                            .signatures = {{dbom::key_id(key), encode_base64(signature)}}});
}

}  // namespace weir::api
