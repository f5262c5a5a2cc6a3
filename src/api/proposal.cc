#include "api/proposal.h"

#include <algorithm>

#include "access/reach.h"
#include "api/new_version.h"
#include "api/requests.h"
#include "policy/difference.h"
#include "store/view_access.h"

namespace weir::api {
namespace {

using policy::Proposal;
using sequencer::Decision;

constexpr std::int64_t simulated_max = 1000;  // decisions, the newest, for who looks at a proposal

Result<Proposal> existing(store::Database& db, std::int64_t id) {
  auto found = TRY(store::find_proposal(db, id));
  if (!found) return not_found(fmt::format("there is no policy proposal {}", id));
  return std::move(*found);
}

Result<policy::ProposalFacts> facts_of(store::Database& db, const std::string& policy) {
  store::PolicyRolesView named = TRY(store::find_policy_roles(db));
  policy::ProposalFacts facts{.roles = std::move(named.roles)};
  if (const auto known = TRY(store::find_policy(db, policy))) {
    facts.newest_version = known->newest.version;
    facts.newest_digest = known->newest.digest;
  }
  facts.open = TRY(store::open_proposals_of(db, policy)).size();
  return facts;
}

// Enforced where the policy is attached, or everywhere when it is attached nowhere yet.
Result<policy::Simulation> simulated(const ReadCall& call, const Proposal& proposal, bool attached) {
  const auto seat = TRY(call.ports.simulating->take(call.config.workers));
  auto candidate = TRY(policy::Prepared::prepare({.name = proposal.proposed.policy,
                                                  .version = proposal.proposed.base_version + 1,
                                                  .text = proposal.proposed.source,
                                                  .form = proposal.proposed.form}));
  return simulate(call.db, *call.ports.blobs, std::move(candidate), policy::Mode::enforce,
                  {.attached = attached ? proposal.proposed.policy : "",
                   .since = call.now - tried_on,
                   .now = call.now,
                   .exposure = call.ports.exposure.get(),
                   .decisions_max = simulated_max});
}

// As the tables will show it.
std::string after_json(Proposal proposal, const std::optional<policy::PolicyProposalEnded>& ended,
                       Instant now) {
  if (ended) {
    proposal.ended = ended->outcome;
    proposal.ended_at = now;
    proposal.ended_reason = ended->reason;
  }
  return format::encode(store::view_of(std::move(proposal)));
}

// The version that follows when all roles have consented.
policy::PolicyCreated version_of(const Proposal& proposal, const std::optional<store::PolicyView>& known) {
  const policy::PolicyProposed& proposed = proposal.proposed;
  const bool described = !proposed.description.empty() || !known;
  return {.name = proposed.policy,
          .version = proposed.base_version + 1,
          .form = proposed.form,
          .digest = proposed.digest,
          .source = proposed.source,
          .description = described ? proposed.description : known->newest.description,
          .proposal = proposal.id};
}

struct Speaking {
  access::Actor actor;
  policy::VoiceRequest request;
  std::shared_ptr<blob::BlobStore> blobs;
  std::shared_ptr<const jobs::Exposure> exposure;
};

Result<Decision> decide_voice(store::Database& db, const Speaking& by, Proposal proposal, Instant now) {
  if (by.request.voice != policy::Voice::comment &&
      TRY(store::find_policy_roles(db)).roles != proposal.proposed.roles)
    return Error{Errc::conflict, "other roles have been named since it was proposed; it has to be proposed again"};
  const auto groups = TRY(store::groups_of(db, by.actor.id));
  const policy::PolicyConsented said = TRY(policy::give_voice(by.request, proposal, by.actor, groups));
  proposal.voices.push_back({.account = by.actor.id,
                             .actor = by.actor.name,
                             .voice = said.voice,
                             .role = said.role,
                             .comment = said.comment,
                             .at = now});
  const auto known = TRY(store::find_policy(db, proposal.proposed.policy));
  Decision decision{.events = {said}};
  std::optional<policy::PolicyProposalEnded> ended;
  if (const auto outcome = policy::end_of(proposal, known ? known->newest.version : 0)) {
    ended = policy::PolicyProposalEnded{proposal.id, *outcome, said.comment};
    decision.events.push_back(*ended);
  }
  if (ended && ended->outcome == policy::ProposalEnd::in_force) {
    const policy::PolicyCreated next = version_of(proposal, known);
    const Attachments attachments = known ? known->attachments : Attachments();
    if (!by.request.confirm)
      TRY(check_where_enforced(db, *by.blobs, next, attachments, now, by.exposure.get()));
    decision.events.push_back(next);
    TRY(end_outdated(db, next, decision.events));
  }
  decision.answer = [proposal = std::move(proposal), ended](auto appended) mutable {
    proposal.voices.back().entry = appended[0].index;
    proposal.voices.back().at = appended[0].at;
    return after_json(std::move(proposal), ended, appended[0].at);
  };
  return decision;
}

}  // namespace

// The source is read and compiled before anything is decided, on a worker.
Result<Write> propose_policy(const Call& call) {
  const auto request = TRY(body_of<policy::ProposalRequest>(call.request));
  if (call.actor.kind != access::AccountKind::person)
    return Error{Errc::forbidden, "only people propose; a service account could be the other hand of who consents"};
  TRY(access::check_unnarrowed(call.actor, "policies"));
  if (request.source.size() > limits::policy_bytes_max)
    return Error{Errc::too_large, fmt::format("a policy has at most {} bytes", limits::policy_bytes_max),
                 "source"};
  policy::PolicyProposed read = TRY(policy::read_proposal(request));
  TRY(policy::Prepared::prepare({.name = read.policy, .text = read.source, .form = read.form}));
  return Write{[read, actor = call.actor](store::Database& db, Instant) -> Result<Decision> {
    const auto facts = TRY(facts_of(db, read.policy));
    const policy::PolicyProposed proposed = TRY(policy::based_on(read, facts));
    return Decision{.events = {proposed}, .answer = [proposed, actor](auto appended) {
                      return format::encode(store::view_of({.id = appended[0].index,
                                                            .account = actor.id,
                                                            .proposer = actor.name,
                                                            .proposed = proposed,
                                                            .proposed_at = appended[0].at}));
                    }};
  }};
}

Result<http::Response> list_policy_proposals(const ReadCall& call) {
  const std::int64_t limit = TRY(limit_of(call.request));
  const std::int64_t before = TRY(cursor_of(call.request));
  auto all = TRY(store::list_proposals(call.db, {.policy = text_of(call.request, "policy"),
                                                 .state = text_of(call.request, "state"),
                                                 .limit = limit,
                                                 .before = before}));
  const bool full = all.size() == static_cast<std::size_t>(limit);
  const std::string next = full ? std::to_string(all.back().id) : "";
  std::vector<store::ProposalView> views;
  for (Proposal& each : all) views.push_back(store::view_of(std::move(each)));
  return list_response("policy-proposals", views, next);
}

Result<http::Response> find_policy_proposal(const ReadCall& call) {
  Proposal proposal = TRY(existing(call.db, TRY(id_of(call.request, "id"))));
  const policy::PolicyProposed& proposed = proposal.proposed;
  ProposalShown shown{.source = proposed.source};
  const auto base = TRY(store::find_policy_version(call.db, proposed.policy, proposed.base_version));
  if (base) shown.base_source = base->source;
  shown.difference = policy::unified_difference(
      shown.base_source, shown.source,
      base ? fmt::format("{} version {}", proposed.policy, proposed.base_version) : "nothing",
      fmt::format("{} proposal {}", proposed.policy, proposal.id));
  const auto groups = TRY(store::groups_of(call.db, call.actor.id));
  shown.may_speak = policy::voices_open_to(proposal, call.actor, groups);
  if (!proposal.ended) {
    const auto known = TRY(store::find_policy(call.db, proposed.policy));
    shown.simulation = TRY(simulated(call, proposal, known && !known->attachments.empty()));
  }
  shown.proposal = store::view_of(std::move(proposal));
  return record_response(shown);
}

Result<Write> speak_on_proposal(const Call& call) {
  const std::int64_t id = TRY(id_of(call.request, "id"));
  auto request = TRY(body_of<policy::VoiceRequest>(call.request));
  const Speaking by{call.actor, std::move(request), call.ports.blobs, call.ports.exposure};
  return Write{[by, id](store::Database& db, Instant now) -> Result<Decision> {
    Proposal proposal = TRY(existing(db, id));
    return decide_voice(db, by, std::move(proposal), now);
  }};
}

Result<Write> withdraw_proposal(const Call& call) {
  const auto request = TRY(body_of<NoteRequest>(call.request));
  const std::int64_t id = TRY(id_of(call.request, "id"));
  return Write{[request, id, actor = call.actor](store::Database& db, Instant) -> Result<Decision> {
    const Proposal proposal = TRY(existing(db, id));
    const policy::PolicyProposalEnded ended = TRY(policy::withdraw(proposal, actor.id, request.note));
    return Decision{.events = {ended}, .answer = [proposal, ended](auto appended) {
                      return after_json(proposal, ended, appended[0].at);
                    }};
  }};
}

Result<Write> name_policy_roles(const Call& call) {
  const auto named = TRY(body_of<policy::PolicyRolesNamed>(call.request));
  TRY(access::check_unnarrowed(call.actor, "the roles whose consent a policy needs"));
  return Write{[named, actor = call.actor.name](store::Database& db, Instant) -> Result<Decision> {
    std::vector<std::string> unknown;
    for (const std::string& role : named.roles)
      if (!TRY(store::find_group(db, role))) unknown.push_back(role);
    TRY(policy::check_roles(named.roles, unknown));
    const auto known = TRY(store::find_policy_roles(db));
    if (known.roles == named.roles)
      return Decision{.answer = [known](auto) { return format::encode(known); }};
    return Decision{
        .events = {named}, .answer = [named, actor](auto appended) {
          return format::encode(store::PolicyRolesView{
              .roles = named.roles, .actor = actor, .named_at = appended[0].at, .entry = appended[0].index});
        }};
  }};
}

Result<http::Response> find_policy_roles(const ReadCall& call) {
  return record_response(TRY(store::find_policy_roles(call.db)));
}

}  // namespace weir::api
