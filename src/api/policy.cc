#include "api/answers.h"
#include "api/handlers.h"
#include "api/policy_change.h"
#include "api/requests.h"
#include "base/name.h"
#include "crypto/digest.h"
#include "policy/decide.h"
#include "store/view_policy.h"

namespace weir::api {

using sequencer::Decision;

Result<Write> create_policy(const Call& call) {
  const auto request = TRY(body_of<PolicyRequest>(call.request));
  const std::string name(call.request.parameter("name"));
  TRY(check_name(name, "name"));
  TRY(access::check_unnarrowed(call.actor, "policies"));
  TRY(check_text(request.description, "description"));
  if (request.source.size() > limits::policy_bytes_max)
    return Error{Errc::too_large, fmt::format("a policy has at most {} bytes", limits::policy_bytes_max),
                 "source"};
  const auto read =
      TRY(policy::Prepared::prepare({.name = name, .text = request.source, .form = request.form}));
  policy::PolicyCreated created{.name = name,
                                .form = request.form,
                                .digest = crypto::sha256(request.source),
                                .source = request.source,
                                .description = request.description};
  return Write{[created, document = read.document(), confirm = request.confirm, blobs = call.ports.blobs,
                exposure = call.ports.exposure,
                actor = call.actor.name](store::Database& db, Instant now) -> Result<Decision> {
    const auto known = TRY(store::find_policy(db, created.name));
    if (known && known->newest.digest == created.digest && known->newest.description == created.description)
      return Decision{.answer = [known](auto) { return format::encode(*known); }};
    TRY(check_types_asked_for(db, document, created.digest));
    policy::PolicyCreated next = created;
    next.version = known ? known->newest.version + 1 : 1;
    const auto attachments = known ? known->attachments : std::vector<store::AttachmentView>();
    TRY(check_may_come_directly(db, next.name, attachments));
    if (!confirm) TRY(check_where_enforced(db, *blobs, next, attachments, now, exposure.get()));
    Decision decision{.events = {next}, .answer = [next, attachments, actor](auto appended) {
                        return format::encode(
                            store::PolicyView{version_view(next, actor, appended[0]), attachments});
                      }};
    TRY(end_outdated(db, next, decision.events));
    return decision;
  }};
}

Result<http::Response> list_policies(const ReadCall& call) {
  return whole_list_response(call.request, "policies", TRY(store::list_policies(call.db)));
}

Result<http::Response> find_policy(const ReadCall& call) {
  const std::string_view name = call.request.parameter("name");
  const auto found = TRY(store::find_policy(call.db, name));
  if (!found) return no_policy(name);
  return record_response(*found);
}

Result<http::Response> list_policy_versions(const ReadCall& call) {
  const std::string_view name = call.request.parameter("name");
  auto versions = TRY(store::list_policy_versions(call.db, name));
  if (versions.empty()) return no_policy(name);
  return whole_list_response(call.request, "versions", std::move(versions));
}

Result<http::Response> find_policy_version(const ReadCall& call) {
  const std::string_view name = call.request.parameter("name");
  const std::int64_t version = TRY(id_of(call.request, "version"));
  const auto found = TRY(store::find_policy_version(call.db, name, version));
  if (!found) return not_found(fmt::format("there is no version {} of policy '{}'", version, name));
  return record_response(*found);
}

Result<Write> attach_policy(const Call& call) {
  const auto request = TRY(body_of<AttachmentRequest>(call.request));
  TRY(check_place(call.actor, request.environment, request.flow));
  const policy::PolicyAttached attached{.policy = std::string(call.request.parameter("name")),
                                        .environment = request.environment,
                                        .flow = request.flow,
                                        .mode = request.mode};
  return Write{[attached, confirm = request.confirm, blobs = call.ports.blobs, exposure = call.ports.exposure,
                actor = call.actor.name](store::Database& db, Instant now) -> Result<Decision> {
    const auto known = TRY(store::find_policy(db, attached.policy));
    if (!known) return no_policy(attached.policy);
    TRY(require_place(db, attached.environment, attached.flow));
    for (const store::AttachmentView& each : known->attachments)
      if (each.environment == attached.environment && each.flow == attached.flow &&
          each.mode == attached.mode)
        return Decision{.answer = [each](auto) { return format::encode(each); }};
    const auto was = mode_in(known->attachments, attached.environment, attached.flow);
    TRY(check_may_count_directly(db, attached, was, attached.mode));
    if (attached.mode == policy::Mode::enforce && !confirm)
      TRY(check_if_enforced(db, *blobs, known->newest, attached, now, exposure.get()));
    return Decision{.events = {attached}, .answer = [attached, actor](auto appended) {
                      return format::encode(store::AttachmentView{.policy = attached.policy,
                                                                  .environment = attached.environment,
                                                                  .flow = attached.flow,
                                                                  .mode = attached.mode,
                                                                  .actor = actor,
                                                                  .attached_at = appended[0].at,
                                                                  .entry = appended[0].index});
                    }};
  }};
}

Result<Write> detach_policy(const Call& call) {
  const policy::PolicyDetached detached{.policy = std::string(call.request.parameter("name")),
                                        .environment = text_of(call.request, "environment"),
                                        .flow = text_of(call.request, "flow")};
  TRY(check_place(call.actor, detached.environment, detached.flow));
  return Write{[detached](store::Database& db, Instant) -> Result<Decision> {
    const auto known = TRY(store::find_policy(db, detached.policy));
    if (!known) return no_policy(detached.policy);
    const auto was = mode_in(known->attachments, detached.environment, detached.flow);
    if (!was)
      return not_found(fmt::format("policy '{}' is not attached to '{}{}'", detached.policy,
                                   detached.environment, detached.flow));
    TRY(check_may_count_directly(db, {detached.policy, detached.environment, detached.flow}, was,
                                 std::nullopt));
    return Decision{.events = {detached}, .answer = [](auto) { return format::encode(Removed()); }};
  }};
}

}  // namespace weir::api
