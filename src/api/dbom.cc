#include "api/dbom_assembly.h"
#include "api/handlers_dbom.h"
#include "base/name.h"
#include "dbom/issue.h"
#include "dbom/page.h"

namespace weir::api {
namespace {

using sequencer::Decision;

struct Signed {
  dbom::DbomEnvelope envelope;
  AssembledDbom assembled;
};

Result<Signed> signed_dbom(const Call& call, store::Database& db, const DbomMoment& moment) {
  thread_local ComponentShelf shelf;
  const std::string& origin = call.ports.sequencer.identity().origin;
  auto assembled = TRY(assemble({db, *call.ports.blobs, shelf, origin}, moment, call.now));
  auto envelope = dbom::sign(assembled.statement, origin, *call.ports.signer);
  return Signed{std::move(envelope), std::move(assembled)};
}

// What was given out once, byte for byte.
Result<SignedDbom> issued_dbom(const ReadCall& call, const Sha256& artifact, std::int64_t entry) {
  const auto digest = TRY(query_one(
      call.db, "SELECT digest FROM dbom_issued WHERE entry=$1 AND artifact=$2",
      [](const store::Row& row) { return row.digest(0); }, entry, artifact));
  if (!digest) return not_found(fmt::format("entry {} issues no bill of materials of this artifact", entry));
  const Bytes bytes = TRY(call.ports.blobs->read(*digest));
  auto envelope = TRY(format::decode_text<dbom::DbomEnvelope>(bytes, format::Unknown::ignore));
  const Bytes payload = TRY(decode_base64(envelope.payload));
  auto statement = TRY(format::decode_text<dbom::DbomStatement>(payload, format::Unknown::ignore));
  return SignedDbom{std::move(envelope), std::move(statement.predicate)};
}

Result<SignedDbom> dbom_as_of(const ReadCall& call, const Sha256& digest) {
  const std::string environment = text_of(call.request, "environment");
  TRY(check_name(environment, "environment"));
  const auto at = TRY(instant_of(call.request, "at"));
  Signed made = TRY(signed_dbom(call, call.db, {digest, environment, at}));
  return SignedDbom{std::move(made.envelope), std::move(made.assembled.statement.predicate)};
}

// A browser may save it, and neither show nor run it here.
http::Response html_download(const std::string& name, std::string html) {
  return {.body = std::move(html),
          .content_type = "text/html; charset=utf-8",
          .headers = {{"content-disposition", fmt::format("attachment; filename=\"{}\"", name)},
                      {"x-content-type-options", "nosniff"},
                      {"content-security-policy", "sandbox; default-src 'none'"}}};
}

}  // namespace

Result<http::Response> find_dbom(const ReadCall& call) {
  const Sha256 digest = TRY(parse_sha256(call.request.parameter("digest")));
  const auto issued = TRY(number_of(call.request, "issued"));
  const SignedDbom answer = TRY(issued ? issued_dbom(call, digest, *issued) : dbom_as_of(call, digest));
  const std::string form = text_of(call.request, "form");
  if (form.empty()) return record_response(answer);
  if (form != "html") return invalid("'form' is html, or absent", "form");
  return html_download(fmt::format("dbom-{}.html", to_hex(digest).substr(0, 12)),
                       dbom::page_of(answer.document));
}

Result<http::Response> dbom_schema(const ReadCall&) { return json_response(dump(dbom::schema())); }

Result<Write> issue_dbom(const Call& call) {
  const auto request = TRY(body_of<dbom::DbomRequest>(call.request));
  TRY(check_name(request.environment, "environment"));
  TRY(access::check_environment_scope(call.actor, request.environment));
  const auto db = TRY(call.ports.open_reader());
  const Signed made = TRY(signed_dbom(call, *db, {request.artifact, request.environment, request.at}));
  const dbom::Dbom& document = made.assembled.statement.predicate;
  const Sha256 kept = TRY(call.ports.blobs->put(format::encode(made.envelope)));
  const dbom::DbomIssued issued{.artifact = document.artifact.digest,
                                .environment = document.environment,
                                .at = document.at,
                                .digest = kept,
                                .size = made.assembled.size};
  return Write{[issued](store::Database&, Instant) -> Result<Decision> {
    return Decision{.events = {issued}, .answer = [issued](auto appended) {
                      return format::encode(DbomIssuedView{issued, appended[0].index});
                    }};
  }};
}

}  // namespace weir::api
