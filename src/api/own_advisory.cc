// The organization's own advisories: publishing, withdrawing, listing.
#include "access/reach.h"
#include "api/handlers_campaign.h"

namespace weir::api {
namespace {

using sequencer::Decision;
using store::OwnAdvisoryView;

}  // namespace

Result<Write> publish_own_advisory(const Call& call) {
  auto record = TRY(format::parse_json(call.request.body));
  TRY(access::check_unnarrowed(call.actor, "advisories"));
  const std::string prefix = vuln::own_prefix(call.request.parameter("org"));
  return Write{[record, prefix, actor = call.actor.name](store::Database&, Instant now) -> Result<Decision> {
    const vuln::AdvisoryPublished published = TRY(vuln::publish_advisory(record, prefix, now));
    return Decision{.events = {published}, .answer = [published, actor](auto appended) {
                      return format::encode(OwnAdvisoryView{.id = published.id,
                                                            .advisory = {published.record, std::nullopt},
                                                            .published_by = actor,
                                                            .published_at = appended[0].at,
                                                            .entry = appended[0].index});
                    }};
  }};
}

Result<Write> withdraw_own_advisory(const Call& call) {
  const auto request = TRY(body_of<WithdrawRequest>(call.request));
  TRY(access::check_unnarrowed(call.actor, "advisories"));
  const std::string id(call.request.parameter("id"));
  return Write{[reason = request.reason, id](store::Database& db, Instant) -> Result<Decision> {
    auto known = TRY(store::find_own_advisory(db, id));
    std::optional<vuln::OwnAdvisory> stands;
    if (known) stands = known->advisory;
    const vuln::AdvisoryWithdrawn withdrawn = TRY(vuln::withdraw_advisory(id, reason, stands));
    return Decision{.events = {withdrawn}, .answer = [known, withdrawn](auto appended) mutable {
                      known->advisory.withdrawn_at = appended[0].at;
                      known->reason = withdrawn.reason;
                      known->entry = appended[0].index;
                      return format::encode(*known);
                    }};
  }};
}

Result<http::Response> list_own_advisories(const ReadCall& call) {
  return whole_list_response(call.request, "advisories", TRY(store::list_own_advisories(call.db)));
}

Result<http::Response> find_own_advisory(const ReadCall& call) {
  const std::string id(call.request.parameter("id"));
  const auto found = TRY(store::find_own_advisory(call.db, id));
  if (!found) return not_found(fmt::format("no advisory of your own is called '{}'", id));
  return record_response(*found);
}

}  // namespace weir::api
