#include "api/dbom_assembly.h"
#include "api/handlers_dbom.h"
#include "base/name.h"
#include "dbom/page.h"

namespace weir::api {
namespace {

Result<SignedDbom> signed_dbom(const ReadCall& call, const DbomMoment& moment) {
  thread_local ComponentShelf shelf;
  const std::string& origin = call.ports.sequencer.identity().origin;
  auto assembled = TRY(assemble({call.db, *call.ports.blobs, shelf, origin}, moment, call.now));
  auto envelope = dbom::sign(assembled.statement, origin, *call.ports.signer);
  return SignedDbom{std::move(envelope), std::move(assembled.statement.predicate)};
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
  const std::string environment = text_of(call.request, "environment");
  TRY(check_name(environment, "environment"));
  const auto at = TRY(instant_of(call.request, "at"));
  const SignedDbom made = TRY(signed_dbom(call, {digest, environment, at}));
  const std::string form = text_of(call.request, "form");
  if (form.empty()) return record_response(made);
  if (form != "html") return invalid("'form' is html, or absent", "form");
  return html_download(fmt::format("dbom-{}.html", to_hex(digest).substr(0, 12)), dbom::page_of(made.document));
}

Result<http::Response> dbom_schema(const ReadCall&) { return json_response(dump(dbom::schema())); }

}  // namespace weir::api
