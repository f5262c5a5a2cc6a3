#include "api/dbom_assembly.h"
#include "api/handlers_dbom.h"
#include "base/name.h"

namespace weir::api {
namespace {

Result<SignedDbom> signed_dbom(const ReadCall& call, const DbomMoment& moment) {
  thread_local ComponentShelf shelf;
  const std::string& origin = call.ports.sequencer.identity().origin;
  auto assembled = TRY(assemble({call.db, *call.ports.blobs, shelf, origin}, moment, call.now));
  auto envelope = dbom::sign(assembled.statement, origin, *call.ports.signer);
  return SignedDbom{std::move(envelope), std::move(assembled.statement.predicate)};
}

}  // namespace

Result<http::Response> find_dbom(const ReadCall& call) {
  const Sha256 digest = TRY(parse_sha256(call.request.parameter("digest")));
  const std::string environment = text_of(call.request, "environment");
  TRY(check_name(environment, "environment"));
  return record_response(TRY(signed_dbom(call, {digest, environment, TRY(instant_of(call.request, "at"))})));
}

Result<http::Response> dbom_schema(const ReadCall&) { return json_response(dump(dbom::schema())); }

}  // namespace weir::api
