#include "api/answers.h"
#include "api/handlers_policy.h"
#include "dbom/envelope.h"
#include "format/dsse.h"
#include "policy/statement.h"
#include "policy/vsa.h"
#include "store/view_policy.h"

namespace weir::api {
namespace {

// Made on read: the ledger's key signs what the entry holds.
http::Response signed_response(const ReadCall& call, const policy::ToSign& statement) {
  const std::string& origin = call.ports.sequencer.identity().origin;
  const ledger::VerifierKey key{origin, call.ports.signer->public_key()};
  const Bytes signature =
      call.ports.signer->sign(format::dsse_signed_bytes(statement.payload_type, statement.payload));
  return record_response(dbom::DbomEnvelope{.payload = encode_base64(statement.payload),
                                            .payload_type = statement.payload_type,
                                            .signatures = {{dbom::key_id(key), encode_base64(signature)}}});
}

}  // namespace

Result<http::Response> decision_vsa(const ReadCall& call) {
  const std::int64_t entry = TRY(id_of(call.request, "entry"));
  const policy::DecisionRecorded recorded = TRY(recorded_decision(call, entry));
  const std::string& origin = call.ports.sequencer.identity().origin;
  const policy::VsaOrigin from{
      .verifier = "https://" + origin,
      .resource = fmt::format("https://{}/environments/{}", origin, recorded.record.environment),
      .decision = entry};
  return signed_response(call, policy::decision_statement(recorded.record, from));
}

Result<http::Response> signed_policy(const ReadCall& call) {
  const std::string_view name = call.request.parameter("name");
  const std::int64_t version = TRY(id_of(call.request, "version"));
  const auto found = TRY(store::find_policy_version(call.db, name, version));
  if (!found) return not_found(fmt::format("there is no version {} of policy '{}'", version, name));
  return signed_response(call, policy::policy_statement({.name = found->name,
                                                         .version = found->version,
                                                         .form = found->form,
                                                         .digest = found->digest,
                                                         .source = found->source}));
}

}  // namespace weir::api
