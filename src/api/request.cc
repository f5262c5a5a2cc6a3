// Approval requests: asking, voting, withdrawing, and the link that shows one of them.
#include "api/answers.h"
#include "api/artifact_scope.h"
#include "api/difference.h"
#include "api/handlers.h"
#include "api/requests.h"
#include "api/two_people.h"
#include "api/urgency.h"
#include "base/name.h"
#include "deploy/link.h"
#include "policy/form_check.h"
#include "store/view_access.h"
#include "store/view_deploy.h"
#include "store/view_request.h"

namespace weir::api {
namespace {

using sequencer::Decision;

// Makes and opens the links of this organization's requests.
struct Links {
  Bytes key;
  std::string organization;

  // The token stands behind '#', where a browser keeps it from servers and their logs.
  std::string to(const deploy::RequestedApproval& request) const {
    const std::string token = deploy::encode_link(key, organization, request.id, request.asked.expires_at);
    return fmt::format("/approval-requests/{}#{}", request.id, token);
  }
};
Links links_of(const Call& call) {
  return {deploy::link_key(call.ports.signer->seed()), call.ports.sequencer.identity().organization};
}

store::RequestedApprovalView shown(const Links& links, deploy::RequestedApproval request, Instant now) {
  auto view = store::view_of(std::move(request), now);
  view.link = links.to(view.request);
  return view;
}

Result<deploy::RequestedApproval> existing(store::Database& db, std::int64_t id) {
  auto found = TRY(store::find_request(db, id));
  if (!found) return not_found(fmt::format("there is no approval request {}", id));
  return std::move(*found);
}

Result<deploy::AskFacts> ask_facts(store::Database& db, const deploy::AskRequest& request) {
  deploy::AskFacts facts;
  facts.environment_exists = TRY(store::environment_exists(db, request.environment));
  for (const std::string& group : request.groups)
    if (!TRY(store::find_group(db, group))) facts.unknown_groups.push_back(group);
  store::Reviewed reviewed = TRY(store::reviewed_source(db, request.artifact));
  facts.commit = std::move(reviewed.commit);
  facts.tree = std::move(reviewed.tree);
  return facts;
}

Result<http::Response> show(const ReadCall& call, std::int64_t id) {
  auto request = TRY(existing(call.db, id));
  RequestShown answer{shown(links_of(call), std::move(request), call.now)};
  const auto& asked = answer.request.request.asked;
  answer.difference = TRY(
      release_difference(call.db, *call.ports.blobs, exposure_of(call), asked.artifact, asked.environment));
  return record_response(answer);
}

// As the tables will show it after it has ended, or not yet.
std::string after_json(const Links& links, deploy::RequestedApproval request,
                       const std::optional<deploy::RequestEnded>& ended, Instant now) {
  if (ended) {
    request.ended = ended->how;
    request.ended_at = now;
    request.ended_note = ended->note;
  }
  return format::encode(shown(links, std::move(request), now));
}

struct Voting {
  access::Actor actor;
  Links links;
  deploy::VoteGiven wanted;
};
Result<Decision> decide_vote(store::Database& db, const Voting& by, deploy::RequestedApproval request,
                             Instant now) {
  const access::Actor& actor = by.actor;
  const deploy::Voter voter{.account = actor.id,
                            .name = actor.name,
                            .kind = actor.kind,
                            .approves = access::permits(actor, access::Permission::approve),
                            .groups = TRY(store::groups_of(db, actor.id))};
  const store::Reviewed reviewed = TRY(store::reviewed_source(db, request.asked.artifact));
  const deploy::VoteFacts facts{reviewed.commit, reviewed.tree};
  const deploy::Voted voted = TRY(deploy::vote(request, voter, by.wanted, facts, now));
  if (voted.vote.vote == deploy::Vote::consent)
    for (const deploy::Ballot& ballot : request.ballots) TRY(check_two_people(db, actor, ballot.account));
  Decision decision{.events = {voted.vote}};
  if (voted.ended) decision.events.push_back(*voted.ended);
  if (voted.approval) decision.events.push_back(*voted.approval);
  request.ballots.push_back({.account = actor.id,
                             .actor = actor.name,
                             .vote = voted.vote.vote,
                             .note = voted.vote.note,
                             .groups = voted.vote.groups,
                             .at = now});
  decision.answer = [voted, links = by.links, request = std::move(request)](auto appended) mutable {
    request.ballots.back().entry = appended[0].index;
    if (voted.approval) request.approval = appended[2].index;
    return after_json(links, std::move(request), voted.ended, appended[0].at);
  };
  return decision;
}

}  // namespace

// The difference is read before anything is decided, on a worker: nobody's writes wait for an SBOM.
Result<Write> ask_for_approval(const Call& call) {
  const auto request = TRY(body_of<deploy::AskRequest>(call.request));
  if (!request.change.empty()) TRY(policy::check_change_class(request.change, "change"));
  TRY(check_name(request.environment, "environment"));
  TRY(access::check_environment_scope(call.actor, request.environment));
  auto reader = TRY(call.ports.open_reader());
  auto difference = TRY(release_difference(*reader, *call.ports.blobs, exposure_of(call), request.artifact,
                                           request.environment));
  return Write{[request, actor = call.actor, links = links_of(call), difference = std::move(difference)](
                   store::Database& db, Instant now) -> Result<Decision> {
    TRY(check_artifact_scope(db, actor, request.artifact));
    const auto facts = TRY(ask_facts(db, request));
    const deploy::ApprovalRequested asked = TRY(deploy::ask(request, facts, now));
    return Decision{
        .events = {asked}, .answer = [asked, actor, links, difference](auto appended) {
          deploy::RequestedApproval made{.id = appended[0].index,
                                         .asked = asked,
                                         .artifact_name = difference.after.name,
                                         .account = actor.id,
                                         .requester = actor.name,
                                         .requested_at = appended[0].at};
          return format::encode(RequestShown{shown(links, std::move(made), appended[0].at), difference});
        }};
  }};
}

Result<http::Response> list_approval_requests(const ReadCall& call) {
  const std::int64_t limit = TRY(limit_of(call.request));
  auto requests = TRY(store::list_requests(call.db, {.environment = text_of(call.request, "environment"),
                                                     .artifact = TRY(digest_of(call.request, "artifact")),
                                                     .limit = limit,
                                                     .before = TRY(cursor_of(call.request))}));
  const bool full = requests.size() == static_cast<std::size_t>(limit);
  const std::string next = full ? std::to_string(requests.back().id) : "";
  const std::string state = text_of(call.request, "state");
  const Links links = links_of(call);
  std::vector<store::RequestedApprovalView> views;
  for (deploy::RequestedApproval& each : requests) {
    auto view = shown(links, std::move(each), call.now);
    if (state.empty() || format::name_of(view.state) == state) views.push_back(std::move(view));
  }
  return list_response("approval-requests", views, next);
}

Result<http::Response> find_approval_request(const ReadCall& call) {
  return show(call, TRY(id_of(call.request, "id")));
}

// For who holds the link and is not logged in. It shows, and never acts.
Result<http::Response> shown_by_link(const ReadCall& call) {
  const Links links = links_of(call);
  const auto id =
      TRY(deploy::open_link(links.key, links.organization, call.request.parameter("token"), call.now));
  return show(call, id);
}

Result<Write> vote_on_request(const Call& call) {
  const auto request = TRY(body_of<VoteRequest>(call.request));
  const std::int64_t id = TRY(id_of(call.request, "id"));
  const Voting by{call.actor, links_of(call), {.request = id, .vote = request.vote, .note = request.note}};
  return Write{[by](store::Database& db, Instant now) -> Result<Decision> {
    auto found = TRY(existing(db, by.wanted.request));
    TRY(access::check_environment_scope(by.actor, found.asked.environment));
    TRY(check_artifact_scope(db, by.actor, found.asked.artifact));
    return decide_vote(db, by, std::move(found), now);
  }};
}

Result<Write> withdraw_request(const Call& call) {
  const auto request = TRY(body_of<NoteRequest>(call.request));
  const std::int64_t id = TRY(id_of(call.request, "id"));
  return Write{[request, id, actor = call.actor, links = links_of(call)](store::Database& db,
                                                                         Instant now) -> Result<Decision> {
    const auto found = TRY(existing(db, id));
    const deploy::RequestEnded ended = TRY(deploy::withdraw(found, actor.id, request.note, now));
    return Decision{.events = {ended}, .answer = [found, ended, links](auto appended) {
                      return after_json(links, found, ended, appended[0].at);
                    }};
  }};
}

}  // namespace weir::api
