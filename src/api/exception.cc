// Exceptions: asking with the scope shown, deciding by its digest, ending.
#include "api/answers.h"
#include "api/artifact_scope.h"
#include "api/asked_exception.h"
#include "api/handlers.h"
#include "api/requests.h"
#include "api/two_people.h"
#include "base/name.h"
#include "jobs/exception_end.h"
#include "store/view_alert.h"
#include "store/view_deploy.h"
#include "store/view_exception.h"

namespace weir::api {
namespace {

using exceptions::Exception;
using sequencer::Decision;

Result<Exception> existing(store::Database& db, const access::Actor& actor, std::int64_t id) {
  auto found = TRY(store::find_exception(db, id));
  if (!found) return not_found(fmt::format("there is no exception {}", id));
  TRY(access::check_environment_scope(actor, found->asked.scope.environment));
  TRY(check_artifact_scope(db, actor, found->asked.scope.artifact));
  return std::move(*found);
}

Result<Decision> decide_ask(store::Database& db, const exceptions::ExceptionRequest& request,
                            const access::Actor& actor, Instant now) {
  const exceptions::ExceptionRequested asked = TRY(asked_exception(db, actor, request, now));
  std::string name;
  if (asked.scope.artifact) name = TRY(store::name_of_artifact(db, *asked.scope.artifact));
  return Decision{.events = {asked}, .answer = [asked, actor, name](auto appended) {
                    return format::encode(store::view_of({.id = appended[0].index,
                                                          .asked = asked,
                                                          .artifact_name = name,
                                                          .account = actor.id,
                                                          .requester = actor.name,
                                                          .requested_at = appended[0].at,
                                                          .until = asked.scope.until},
                                                         appended[0].at));
                  }};
}

// The grant of a renewal ends what it renews, so that both never count at once.
Status end_renewed(store::Database& db, const Exception& granted, Instant now,
                   std::vector<store::Event>& events) {
  if (!granted.asked.renews) return {};
  const auto renewed = TRY(store::find_exception(db, *granted.asked.renews));
  if (!renewed || exceptions::state_at(*renewed, now) != exceptions::State::in_force) return {};
  return jobs::add_exception_end(
      db, {renewed->id, exceptions::Ending::renewed, fmt::format("by exception {}", granted.id)}, events);
}

Result<Decision> decide_grant(store::Database& db, const access::Actor& actor, std::int64_t id,
                              const exceptions::GrantRequest& request, Instant now) {
  Exception exception = TRY(existing(db, actor, id));
  const exceptions::ExceptionScope& scope = exception.asked.scope;
  const auto covered = TRY(store::coverage_of(db, scope.environment, scope.workload, scope.artifact));
  const exceptions::ExceptionGranted granted =
      TRY(exceptions::grant(exception, {actor.id, actor.name}, request, covered.coverage, now));
  TRY(check_two_people(db, actor, exception.account));
  Decision decision{.events = {granted}};
  TRY(end_renewed(db, exception, now, decision.events));
  decision.answer = [exception, granted, name = actor.name](auto appended) mutable {
    exception.state = exceptions::State::in_force;
    exception.granted = appended[0].index;
    exception.decided_at = appended[0].at;
    exception.decided_by = name;
    exception.decided_note = granted.note;
    exception.until = granted.until;
    return format::encode(store::view_of(std::move(exception), appended[0].at));
  };
  return decision;
}

}  // namespace

Result<exceptions::ExceptionRequested> asked_exception(store::Database& db, const access::Actor& actor,
                                                       const exceptions::ExceptionRequest& request,
                                                       Instant now) {
  TRY(access::check_environment_scope(actor, request.environment));
  TRY(check_artifact_scope(db, actor, request.artifact));
  exceptions::AskFacts facts;
  facts.environment_exists = TRY(store::environment_exists(db, request.environment));
  auto covered = TRY(store::coverage_of(db, request.environment, request.workload, request.artifact));
  facts.workload_exists = covered.workload_exists;
  facts.coverage = std::move(covered.coverage);
  if (request.renews) facts.renewed = TRY(store::find_exception(db, *request.renews));
  return exceptions::ask(request, facts, now);
}

Result<Write> ask_for_exception(const Call& call) {
  const auto request = TRY(body_of<exceptions::ExceptionRequest>(call.request));
  const bool preview = flag_of(call.request, "preview");
  return Write{[request, preview, actor = call.actor](store::Database& db, Instant now) -> Result<Decision> {
    if (!preview) return decide_ask(db, request, actor, now);
    const exceptions::ExceptionRequested asked = TRY(asked_exception(db, actor, request, now));
    return Decision{
        .answer = [asked](auto) { return format::encode(ScopeShown{asked.scope, asked.scope_digest}); }};
  }};
}

Result<http::Response> list_exceptions(const ReadCall& call) {
  const std::int64_t limit = TRY(limit_of(call.request));
  auto all = TRY(store::list_exceptions(call.db, {.environment = text_of(call.request, "environment"),
                                                  .artifact = TRY(digest_of(call.request, "artifact")),
                                                  .limit = limit,
                                                  .before = TRY(cursor_of(call.request))}));
  const bool full = all.size() == static_cast<std::size_t>(limit);
  const std::string next = full ? std::to_string(all.back().id) : "", state = text_of(call.request, "state");
  std::vector<store::ExceptionView> views;
  for (Exception& each : all) {
    auto view = store::view_of(std::move(each), call.now);
    if (state.empty() || format::name_of(view.state) == state) views.push_back(std::move(view));
  }
  return list_response("exceptions", views, next);
}

Result<http::Response> find_exception(const ReadCall& call) {
  const std::int64_t id = TRY(id_of(call.request, "id"));
  auto found = TRY(store::find_exception(call.db, id));
  if (!found) return not_found(fmt::format("there is no exception {}", id));
  return record_response(store::view_of(std::move(*found), call.now));
}

Result<Write> grant_exception(const Call& call) {
  const auto request = TRY(body_of<exceptions::GrantRequest>(call.request));
  const std::int64_t id = TRY(id_of(call.request, "id"));
  return Write{[request, id, actor = call.actor](store::Database& db, Instant now) {
    return decide_grant(db, actor, id, request, now);
  }};
}

Result<Write> refuse_exception(const Call& call) {
  const auto request = TRY(body_of<NoteRequest>(call.request));
  const std::int64_t id = TRY(id_of(call.request, "id"));
  return Write{[request, id, actor = call.actor](store::Database& db, Instant now) -> Result<Decision> {
    Exception exception = TRY(existing(db, actor, id));
    const auto refused = TRY(exceptions::refuse(exception, {actor.id, actor.name}, request.note, now));
    return Decision{.events = {refused},
                    .answer = [exception, refused, name = actor.name](auto appended) mutable {
                      exception.state = exceptions::State::refused;
                      exception.decided_at = appended[0].at;
                      exception.decided_by = name;
                      exception.decided_note = refused.note;
                      return format::encode(store::view_of(std::move(exception), appended[0].at));
                    }};
  }};
}

Result<Write> end_exception(const Call& call) {
  const auto request = TRY(body_of<EndRequest>(call.request));
  const std::int64_t id = TRY(id_of(call.request, "id"));
  return Write{[request, id, actor = call.actor](store::Database& db, Instant now) -> Result<Decision> {
    Exception exception = TRY(existing(db, actor, id));
    const auto ended = TRY(exceptions::end(exception, request.because, request.note, now));
    Decision decision;
    TRY(jobs::add_exception_end(db, ended, decision.events));
    decision.answer = [exception, ended](auto appended) mutable {
      exception.state = exceptions::State::ended;
      exception.ended_at = appended[0].at;
      exception.ended = ended.how;
      exception.ended_note = ended.note;
      return format::encode(store::view_of(std::move(exception), appended[0].at));
    };
    return decision;
  }};
}

}  // namespace weir::api
