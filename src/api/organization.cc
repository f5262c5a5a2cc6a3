#include "access/reach.h"
#include "api/answers.h"
#include "api/handlers.h"
#include "base/name.h"
#include "ledger/note.h"

namespace weir::api {
namespace {

Result<OrganizationView> organization_of(store::Database& db, const Ports& ports) {
  const auto found = TRY(query_one(
      db, "SELECT name, title, contact, origin, entry, named FROM organization", [](const store::Row& row) {
        return OrganizationView{.name = row.string(0),
                                .called = {row.string(1), row.string(2)},
                                .origin = row.string(3),
                                .entry = row.maybe_integer(5).value_or(row.integer(4))};
      }));
  if (!found) return not_found("the ledger does not say whose it is");
  OrganizationView view = *found;
  view.vkey = ledger::encode_vkey({view.origin, ports.signer->public_key()});
  return view;
}

}  // namespace

Result<http::Response> find_organization(const ReadCall& call) {
  return record_response(TRY(organization_of(call.db, call.ports)));
}

Result<Write> name_organization(const Call& call) {
  const auto named = TRY(body_of<access::OrganizationNamed>(call.request));
  TRY(access::check_unnarrowed(call.actor, "the organization"));
  TRY(check_text(named.title, "title"));
  TRY(check_text(named.contact, "contact"));
  return Write{[named, &ports = call.ports](store::Database& db, Instant) -> Result<sequencer::Decision> {
    auto view = TRY(organization_of(db, ports));
    if (view.called == named)
      return sequencer::Decision{.answer = [view](auto) { return format::encode(view); }};
    view.called = named;
    return sequencer::Decision{.events = {named}, .answer = [view](auto appended) mutable {
                                 view.entry = appended[0].index;
                                 return format::encode(view);
                               }};
  }};
}

}  // namespace weir::api
