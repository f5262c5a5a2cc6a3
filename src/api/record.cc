#include "api/artifact_scope.h"
#include "api/handlers.h"
#include "api/requests.h"
#include "artifact/identity.h"
#include "base/name.h"
#include "evidence/person.h"
#include "store/view_record.h"

namespace weir::api {
namespace {

using sequencer::Decision;

http::Response or_not_found(const auto& found, std::string_view what, std::string_view name) {
  if (!found) return http::error_response(not_found(fmt::format("there is no {} '{}'", what, name)));
  return record_response(*found);
}

// A name in the path is the record's name; one in the body may only repeat it.
template <class T>
Result<T> named(const http::Request& request, std::string_view parameter) {
  T record = TRY(body_of<T>(request));
  const std::string name(request.parameter(parameter));
  if (!record.name.empty() && record.name != name)
    return invalid("'name' differs from the name in the address", "name");
  record.name = name;
  return record;
}

Result<artifact::ArtifactRecorded> recorded_from(const ArtifactRequest& request) {
  TRY(check_name(request.flow, "flow"));
  TRY(check_name(request.trail, "trail"));
  TRY(check_title(request.name, "name"));
  TRY(check_text(request.commit, "commit"));
  TRY(check_text(request.build_url, "build_url"));
  artifact::ArtifactRecorded recorded{.flow = request.flow,
                                      .trail = request.trail,
                                      .name = request.name,
                                      .kind = request.kind,
                                      .digest = request.digest,
                                      .commit = request.commit,
                                      .build_url = request.build_url};
  if (request.documents.empty()) return recorded;
  std::vector<Bytes> documents;
  for (const std::string& text : request.documents) documents.push_back(TRY(decode_base64(text)));
  for (const artifact::IdentityMember& member : TRY(artifact::recompute_identity(request.digest, documents)))
    if (member.parent && member.relation != artifact::Relation::attachment)
      recorded.links.push_back({.parent = *member.parent,
                                .child = member.digest,
                                .relation = std::string(format::name_of(member.relation)),
                                .platform = member.platform,
                                .layers = member.diff_ids});
  return recorded;
}

std::string artifact_json(const artifact::ArtifactRecorded& recorded, const sequencer::Appended& at) {
  return format::encode(store::ArtifactView{.digest = recorded.digest,
                                            .name = recorded.name,
                                            .kind = std::string(format::name_of(recorded.kind)),
                                            .flow = recorded.flow,
                                            .trail = recorded.trail,
                                            .commit = recorded.commit,
                                            .build_url = recorded.build_url,
                                            .created_at = at.at,
                                            .entry = at.index});
}

Status check_reaches(const access::Actor& actor, const std::vector<std::string>& flows) {
  for (const std::string& flow : flows) TRY(access::check_flow_scope(actor, flow));
  return {};
}

// A flow joins a service only by who reaches each flow that it has.
Status check_joins(store::Database& db, const access::Actor& actor, std::string_view service) {
  if (actor.flows.empty() || service.empty()) return {};
  return check_reaches(actor, TRY(store::flows_of_service(db, service)));
}

// A service that stands is changed only by who reaches each of its flows: its owner is who alerts go to.
Status check_service_change(store::Database& db, const access::Actor& actor, std::string_view service) {
  if (actor.flows.empty()) return {};
  const auto flows = TRY(store::flows_of_service(db, service));
  if (flows.empty())
    return Error{Errc::forbidden, fmt::format("service '{}' has no flow yet, and this token is for some flows only",
                                              service)};
  return check_reaches(actor, flows);
}

}  // namespace

Result<Write> declare_service(const Call& call) {
  const auto service = TRY(named<evidence::Service>(call.request, "name"));
  TRY(evidence::check(service));
  return Write{[service, actor = call.actor](store::Database& db, Instant) -> Result<Decision> {
    const auto known = TRY(store::find_service(db, service.name));
    const auto answer = [service](std::int64_t entry) {
      return format::encode(store::ServiceView{service, entry});
    };
    if (known && format::encode(known->service) == format::encode(service))
      return Decision{.answer = [answer, entry = known->entry](auto) { return answer(entry); }};
    if (known) TRY(check_service_change(db, actor, service.name));
    return Decision{.events = {service},
                    .answer = [answer](auto appended) { return answer(appended[0].index); }};
  }};
}

Result<http::Response> list_services(const ReadCall& call) {
  return whole_list_response(call.request, "services", TRY(store::list_services(call.db)));
}

Result<http::Response> find_service(const ReadCall& call) {
  const std::string_view name = call.request.parameter("name");
  return or_not_found(TRY(store::find_service(call.db, name)), "service", name);
}

Result<Write> declare_flow(const Call& call) {
  const auto flow = TRY(named<evidence::Flow>(call.request, "flow"));
  TRY(evidence::check(flow));
  TRY(access::check_flow_scope(call.actor, flow.name));
  return Write{[flow, actor = call.actor](store::Database& db, Instant) -> Result<Decision> {
    if (!flow.service.empty() && !TRY(store::find_service(db, flow.service)))
      return not_found(fmt::format("service '{}' does not exist; create it with `weir service create {}`",
                                   flow.service, flow.service));
    const auto known = TRY(store::find_flow(db, flow.name));
    if (!known || known->service != flow.service) TRY(check_joins(db, actor, flow.service));
    const auto answer = [flow](std::int64_t entry) {
      return format::encode(store::FlowView{.name = flow.name,
                                            .service = flow.service,
                                            .description = flow.description,
                                            .required = flow.required,
                                            .tags = flow.tags,
                                            .entry = entry});
    };
    const bool same = known && known->service == flow.service && known->description == flow.description &&
                      known->required == flow.required && known->tags == flow.tags;
    if (same) return Decision{.answer = [answer, entry = known->entry](auto) { return answer(entry); }};
    return Decision{.events = {flow},
                    .answer = [answer](auto appended) { return answer(appended[0].index); }};
  }};
}

Result<http::Response> list_flows(const ReadCall& call) {
  return whole_list_response(call.request, "flows", TRY(store::list_flows(call.db)));
}

Result<http::Response> find_flow(const ReadCall& call) {
  const std::string_view name = call.request.parameter("flow");
  return or_not_found(TRY(store::find_flow(call.db, name)), "flow", name);
}

Result<Write> begin_trail(const Call& call) {
  auto trail = TRY(named<evidence::Trail>(call.request, "trail"));
  trail.flow = std::string(call.request.parameter("flow"));
  trail.author = std::string(evidence::trim_person(trail.author));
  TRY(evidence::check(trail));
  TRY(access::check_flow_scope(call.actor, trail.flow));
  return Write{[trail](store::Database& db, Instant) -> Result<Decision> {
    if (!TRY(store::flow_exists(db, trail.flow)))
      return not_found(fmt::format("flow '{}' does not exist; create it with `weir flow create {}`",
                                   trail.flow, trail.flow));
    const auto known = TRY(store::find_trail(db, trail.flow, trail.name));
    const bool same = known && known->commit == trail.commit && known->branch == trail.branch &&
                      known->url == trail.url && known->author == trail.author &&
                      known->description == trail.description;
    if (same) return Decision{.answer = [known](auto) { return format::encode(*known); }};
    return Decision{.events = {trail}, .answer = [trail](auto appended) {
                      return format::encode(store::TrailView{.flow = trail.flow,
                                                             .name = trail.name,
                                                             .commit = trail.commit,
                                                             .branch = trail.branch,
                                                             .url = trail.url,
                                                             .author = trail.author,
                                                             .description = trail.description,
                                                             .begun_at = appended[0].at,
                                                             .entry = appended[0].index});
                    }};
  }};
}

Result<http::Response> list_trails(const ReadCall& call) {
  const std::int64_t limit = TRY(limit_of(call.request));
  const std::int64_t before = TRY(cursor_of(call.request));
  const store::Page page{limit, before};
  const std::string_view flow = call.request.parameter("flow");
  if (!TRY(store::flow_exists(call.db, flow))) return not_found(fmt::format("there is no flow '{}'", flow));
  const auto trails = TRY(store::list_trails(call.db, flow, page));
  const bool full = trails.size() == static_cast<std::size_t>(page.limit);
  return list_response("trails", trails, full ? std::to_string(trails.back().entry) : "");
}

Result<http::Response> find_trail(const ReadCall& call) {
  const std::string_view name = call.request.parameter("trail");
  return or_not_found(TRY(store::find_trail(call.db, call.request.parameter("flow"), name)), "trail", name);
}

Result<Write> record_artifact(const Call& call) {
  const auto request = TRY(body_of<ArtifactRequest>(call.request));
  const auto recorded = TRY(recorded_from(request));
  TRY(access::check_flow_scope(call.actor, recorded.flow));
  return Write{[recorded, actor = call.actor](store::Database& db, Instant) -> Result<Decision> {
    TRY(check_record_scope(db, actor, recorded));
    if (!TRY(store::trail_exists(db, recorded.flow, recorded.trail)))
      return not_found(
          fmt::format("trail '{}' of flow '{}' does not exist; begin it with `weir trail begin {} --flow {}`",
                      recorded.trail, recorded.flow, recorded.trail, recorded.flow));
    return Decision{.events = {recorded},
                    .answer = [recorded](auto appended) { return artifact_json(recorded, appended[0]); }};
  }};
}

Result<http::Response> list_artifacts(const ReadCall& call) {
  const std::int64_t limit = TRY(limit_of(call.request));
  const std::int64_t before = TRY(cursor_of(call.request));
  const store::Page page{limit, before};
  const auto artifacts = TRY(store::list_artifacts(call.db,
                                                   {.name = text_of(call.request, "name"),
                                                    .flow = text_of(call.request, "flow"),
                                                    .text = text_of(call.request, "q"),
                                                    .digest = TRY(digest_of(call.request, "digest"))},
                                                   page));
  const bool full = artifacts.size() == static_cast<std::size_t>(page.limit);
  return list_response("artifacts", artifacts, full ? std::to_string(artifacts.back().entry) : "");
}

Result<http::Response> find_artifact(const ReadCall& call) {
  const std::string_view text = call.request.parameter("digest");
  const Sha256 digest = TRY(parse_sha256(text));
  return or_not_found(TRY(store::find_artifact(call.db, digest, call.now)), "artifact", text);
}

}  // namespace weir::api
