// Break-glass: opened with its approval and its alarm in one transaction; reviewed by another person.
#include "api/artifact_scope.h"
#include "api/handlers.h"
#include "api/requests.h"
#include "api/two_people.h"
#include "store/view_access.h"
#include "store/view_alert.h"
#include "store/view_deploy.h"
#include "store/view_exception.h"

namespace weir::api {
namespace {

using sequencer::Decision;

std::string subject_of(std::int64_t id) { return fmt::format("break-glass {}", id); }

alert::AlertOpened alarm_of(const deploy::BreakGlassOpened& opened, const std::string& name,
                            const std::string& actor, std::int64_t id) {
  const alert::CauseRow& cause = alert::row_of(alert::Cause::break_glass);
  const std::string subject = subject_of(id);
  const std::string what = name.empty() ? to_hex(opened.artifact).substr(0, 12) : name;
  return {.key = fmt::format("{} {}", cause.name, subject),
          .cause = std::string(cause.name),
          .severity = cause.severity,
          .title = fmt::format("Glass broken for {} in {}", what, opened.environment),
          .who = actor,
          .why = fmt::format("{}{}; until {}", opened.reason,
                             opened.ticket.empty() ? "" : fmt::format(" ({})", opened.ticket),
                             to_string(opened.until)),
          .remedy = std::string(cause.remedy),
          .subject = subject,
          .origin = {.environment = opened.environment},
          .incident = subject};
}

std::string glass_json(const deploy::BreakGlass& glass, Instant now) {
  return format::encode(store::BreakGlassView{glass, deploy::state_at(glass, now)});
}

}  // namespace

Result<Write> break_glass(const Call& call) {
  const auto request = TRY(body_of<deploy::BreakGlassRequest>(call.request));
  TRY(access::check_environment_scope(call.actor, request.environment));
  return Write{[request, actor = call.actor](store::Database& db, Instant now) -> Result<Decision> {
    TRY(check_artifact_scope(db, actor, request.artifact));
    const deploy::ApproveFacts facts{TRY(store::environment_exists(db, request.environment))};
    const std::int64_t id = TRY(store::next_index(db));
    deploy::GlassBroken broken = TRY(deploy::break_glass(request, facts, id, now));
    broken.approval.origin.groups = TRY(store::groups_of(db, actor.id));
    const std::string name = TRY(store::name_of_artifact(db, request.artifact));
    return Decision{.events = {broken.opened, broken.approval, alarm_of(broken.opened, name, actor.name, id)},
                    .answer = [opened = broken.opened, name, actor](auto appended) {
                      return glass_json({.id = appended[0].index,
                                         .opened = opened,
                                         .artifact_name = name,
                                         .account = actor.id,
                                         .actor = actor.name,
                                         .opened_at = appended[0].at,
                                         .approval = appended[1].index},
                                        appended[0].at);
                    }};
  }};
}

Result<http::Response> list_break_glass(const ReadCall& call) {
  const std::int64_t limit = TRY(limit_of(call.request));
  const auto all = TRY(store::list_break_glass(call.db, text_of(call.request, "environment"),
                                               TRY(cursor_of(call.request)), limit));
  const bool full = all.size() == static_cast<std::size_t>(limit);
  const std::string next = full ? std::to_string(all.back().id) : "", state = text_of(call.request, "state");
  std::vector<store::BreakGlassView> views;
  for (const deploy::BreakGlass& each : all) {
    const auto now = deploy::state_at(each, call.now);
    if (state.empty() || format::name_of(now) == state) views.push_back({each, now});
  }
  return list_response("break-glass", views, next);
}

Result<Write> review_break_glass(const Call& call) {
  const auto request = TRY(body_of<NoteRequest>(call.request));
  const std::int64_t id = TRY(id_of(call.request, "id"));
  return Write{[request, id, actor = call.actor](store::Database& db, Instant) -> Result<Decision> {
    auto glass = TRY(store::find_break_glass(db, id));
    if (glass) {
      TRY(access::check_environment_scope(actor, glass->opened.environment));
      TRY(check_artifact_scope(db, actor, glass->opened.artifact));
    }
    const deploy::BreakGlassReviewed reviewed = TRY(deploy::review(glass, actor.id, request.note));
    TRY(check_two_people(db, actor, glass->account));
    Decision decision{.events = {reviewed}};
    for (const auto& alert : TRY(store::open_alerts_of_subject(db, subject_of(id))))
      decision.events.push_back(alert::AlertsResolved{{alert.id}, fmt::format("reviewed by {}", actor.name)});
    decision.answer = [glass = *glass, reviewed, name = actor.name](auto appended) mutable {
      glass.reviewed_at = appended[0].at;
      glass.reviewed_by = name;
      glass.note = reviewed.note;
      return glass_json(glass, appended[0].at);
    };
    return decision;
  }};
}

}  // namespace weir::api
