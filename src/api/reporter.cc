#include <algorithm>

#include "api/handlers.h"
#include "api/reporter_alerts.h"
#include "api/requests.h"
#include "base/name.h"
#include "store/view_runtime.h"

namespace weir::api {
namespace {

using sequencer::Decision;

// That its key was misused still needs a person.
Result<std::vector<std::int64_t>> alerts_that_end(store::Database& db, const store::ReporterView& reporter) {
  auto ending = TRY(passing_alerts_of(db, reporter.id));
  const auto settled = TRY(second_keys_settled(db, reporter.id, reporter.environment, reporter.host));
  ending.insert(ending.end(), settled.begin(), settled.end());
  return ending;
}

}  // namespace

Result<http::Response> list_reporters(const ReadCall& call) {
  return whole_list_response(
      call.request, "reporters",
      TRY(store::list_reporters(call.db, text_of(call.request, "environment"), store::Removed::shown)));
}

Result<Write> remove_reporter(const Call& call) {
  const auto request = TRY(body_of<ReasonRequest>(call.request));
  TRY(check_text(request.reason, "reason"));
  const std::string id(call.request.parameter("id"));
  return Write{[request, id, actor = call.actor](store::Database& db, Instant) -> Result<Decision> {
    const auto all = TRY(store::list_reporters(db, "", store::Removed::shown));
    const auto found = std::ranges::find(all, id, &store::ReporterView::id);
    if (found == all.end()) return not_found("there is no such reporter; weir reporter list names them");
    TRY(access::check_environment_scope(actor, found->environment));
    if (found->removed_at) return Error{Errc::conflict, "this reporter was removed already"};
    Decision decision{.events = {runtime::ReporterRemoved{id, request.reason}}};
    auto ending = TRY(alerts_that_end(db, *found));
    if (!ending.empty())
      decision.events.push_back(alert::AlertsResolved{
          std::move(ending), fmt::format("the reporter was removed: {}", request.reason)});
    decision.answer = [view = *found, reason = request.reason](auto appended) mutable {
      view.state = "removed";
      view.removed_at = appended[0].at;
      view.removed_reason = reason;
      return format::encode(view);
    };
    return decision;
  }};
}

}  // namespace weir::api
