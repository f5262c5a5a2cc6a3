#include "api/proposal.h"

#include <algorithm>

#include "api/policy_change.h"
#include "api/requests.h"
#include "policy/difference.h"
#include "policy/form.h"
#include "store/view_access.h"
#include "store/view_deploy.h"

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

// What there is of the group that is proposed.
Status add_group_facts(store::Database& db, const access::GroupDeclared& proposed,
                       policy::ProposalFacts& facts) {
  if (const auto known = TRY(store::find_group(db, proposed.name))) {
    facts.newest_version = known->entry;
    facts.group = known->group;
  }
  for (const std::string& person : proposed.people)
    facts.accounts.push_back(TRY(store::id_of_account(db, person)).value_or(""));
  return {};
}

Status add_policy_facts(store::Database& db, const policy::PolicyProposed& proposed,
                        policy::ProposalFacts& facts) {
  const auto known = TRY(store::find_policy(db, proposed.policy));
  if (!known) return proposed.attachment ? Status(no_policy(proposed.policy)) : Status();
  facts.newest_version = known->newest.version;
  facts.newest_digest = known->newest.digest;
  if (proposed.attachment)
    facts.mode = mode_in(known->attachments, proposed.attachment->environment, proposed.attachment->flow);
  return {};
}

Result<policy::ProposalFacts> facts_of(store::Database& db, const policy::PolicyProposed& proposed,
                                       Instant now) {
  store::PolicyRolesView named = TRY(store::find_policy_roles(db));
  policy::ProposalFacts facts{.newest_version = proposed.named_roles ? named.entry : 0};
  for (const std::string& role : named.roles)
    if (TRY(store::is_vacant(db, role, now))) facts.vacant.push_back(role);
  facts.roles = std::move(named.roles);
  if (proposed.group) TRY(add_group_facts(db, *proposed.group, facts));
  else if (!proposed.named_roles) TRY(add_policy_facts(db, proposed, facts));
  facts.open = TRY(store::open_proposals_of(db, proposed.policy)).size();
  return facts;
}

// What the verdicts would be: with the proposed version as if enforced where the policy is attached (everywhere when
// it is attached nowhere yet), or with the newest one as it would count in the place that is proposed.
Result<std::optional<policy::Simulation>> simulated(const ReadCall& call,
                                                    const policy::PolicyProposed& proposed) {
  if (proposed.policy.empty()) return std::optional<policy::Simulation>();
  const auto known = TRY(store::find_policy(call.db, proposed.policy));
  policy::Source source{
      .name = proposed.policy, .version = proposed.base_version + 1, .text = proposed.source};
  SimulationScope scope{.since = call.now - tried_on,
                        .now = call.now,
                        .exposure = call.ports.exposure.get(),
                        .decisions_max = simulated_max};
  auto mode = policy::Mode::enforce;
  if (proposed.attachment && known) {
    source = {.name = proposed.policy, .version = known->newest.version, .text = known->newest.source};
    scope.environment = proposed.attachment->environment;
    scope.flow = proposed.attachment->flow;
    mode = proposed.attachment->mode.value_or(policy::Mode::shadow);
  } else if (known && !known->attachments.empty()) {
    scope.attached = proposed.policy;
  }
  source.form = proposed.form.value_or(known ? known->newest.form : policy::Form::yaml);
  const auto seat = TRY(call.ports.simulating->take(call.config.workers));
  auto candidate = TRY(policy::Prepared::prepare(std::move(source)));
  return std::optional(TRY(simulate(call.db, *call.ports.blobs, std::move(candidate), mode, scope)));
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
          .form = *proposed.form,
          .digest = *proposed.digest,
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

Status add_version(store::Database& db, const Speaking& by, const Proposal& proposal, Instant now,
                   std::vector<store::Event>& events) {
  const auto known = TRY(store::find_policy(db, proposal.proposed.policy));
  const policy::PolicyCreated next = version_of(proposal, known);
  const Attachments attachments = known ? known->attachments : Attachments();
  if (!by.request.confirm)
    TRY(check_where_enforced(db, *by.blobs, next, attachments, now, by.exposure.get()));
  events.emplace_back(next);
  return end_outdated(db, next, events);
}

Status add_attachment(store::Database& db, const Speaking& by, const policy::PolicyProposed& proposed,
                      Instant now, std::vector<store::Event>& events) {
  const policy::AttachmentProposed& place = *proposed.attachment;
  TRY(require_place(db, place.environment, place.flow));
  const policy::PolicyAttached next{proposed.policy, place.environment, place.flow,
                                    place.mode.value_or(policy::Mode::shadow)};
  if (!place.mode) {
    events.emplace_back(policy::PolicyDetached{proposed.policy, place.environment, place.flow});
    return {};
  }
  const auto known = TRY(store::find_policy(db, proposed.policy));
  if (!known) return no_policy(proposed.policy);
  if (next.mode == policy::Mode::enforce && !by.request.confirm)
    TRY(check_if_enforced(db, *by.blobs, known->newest, next, now, by.exposure.get()));
  events.emplace_back(next);
  return {};
}

// What all roles have consented to, as if it came directly.
Status add_change(store::Database& db, const Speaking& by, const Proposal& proposal, Instant now,
                  std::vector<store::Event>& events) {
  const policy::PolicyProposed& proposed = proposal.proposed;
  if (proposed.attachment) return add_attachment(db, by, proposed, now, events);
  if (proposed.named_roles) events.emplace_back(policy::PolicyRolesNamed{*proposed.named_roles});
  if (proposed.digest) return add_version(db, by, proposal, now, events);
  if (!proposed.group) return {};
  const access::GroupDeclared group = TRY(read_group(db, *proposed.group));
  events.emplace_back(group);
  return {};
}

Result<Decision> decide_voice(store::Database& db, const Speaking& by, Proposal proposal, Instant now) {
  const auto facts = TRY(facts_of(db, proposal.proposed, now));
  if (by.request.voice != policy::Voice::comment && facts.roles != proposal.proposed.roles)
    return Error{Errc::conflict, "other roles have been named since it was proposed; it has to be proposed again"};
  std::erase_if(proposal.proposed.vacant, [&](const std::string& role) {
    return std::ranges::find(facts.vacant, role) == facts.vacant.end();
  });
  const auto groups = TRY(store::groups_of(db, by.actor.id));
  const policy::PolicyConsented said = TRY(policy::give_voice(by.request, proposal, by.actor, groups, now));
  proposal.voices.push_back({.account = by.actor.id,
                             .actor = by.actor.name,
                             .voice = said.voice,
                             .role = said.role,
                             .comment = said.comment,
                             .at = now});
  Decision decision{.events = {said}};
  std::optional<policy::PolicyProposalEnded> ended;
  if (const auto outcome = policy::end_of(proposal, facts)) {
    ended = policy::PolicyProposalEnded{proposal.id, *outcome, said.comment};
    TRY(end_proposal(db, *ended, decision.events));
  }
  if (ended && ended->outcome == policy::ProposalEnd::in_force)
    TRY(add_change(db, by, proposal, now, decision.events));
  decision.answer = [proposal = std::move(proposal), ended](auto appended) mutable {
    proposal.voices.back().entry = appended[0].index;
    proposal.voices.back().at = appended[0].at;
    return after_json(std::move(proposal), ended, appended[0].at);
  };
  return decision;
}

// Nobody is left of roles whose consent it needs: whoever still is must know that an administrator may stand in.
alert::AlertOpened alarm_of(const policy::PolicyProposed& proposed, const std::string& actor, std::int64_t id,
                            Instant now) {
  const alert::CauseRow& cause = alert::row_of(alert::Cause::consent_vacant);
  const std::string subject = policy::subject_of(id);
  return {.key = fmt::format("{} {}", cause.name, subject),
          .cause = std::string(cause.name),
          .severity = cause.severity,
          .title = fmt::format("Of {} nobody is left to consent to proposal {}: {}",
                               fmt::join(proposed.vacant, ", "), id, policy::title_of(proposed)),
          .who = actor,
          .why = fmt::format("who may change policies stands in from {}",
                             to_string(now + policy::stand_in_after)),
          .remedy = std::string(cause.remedy),
          .subject = subject,
          .incident = subject};
}

// Roles are groups that there are.
Status check_named(store::Database& db, const std::vector<std::string>& roles) {
  std::vector<std::string> unknown;
  for (const std::string& role : roles)
    if (!TRY(store::find_group(db, role))) unknown.push_back(role);
  return policy::check_roles(roles, unknown);
}

// Who may propose it: people of the whole organization, and for a place whoever may act there.
Status check_proposer(const access::Actor& actor, const policy::PolicyProposed& proposed) {
  if (actor.kind != access::AccountKind::person)
    return Error{Errc::forbidden,
                 "only people propose; a service account could be the other hand of who consents"};
  if (!proposed.attachment) return access::check_unnarrowed(actor, "policies");
  return check_place(actor, proposed.attachment->environment, proposed.attachment->flow);
}

// Refuses what could not come in force: places, groups and people that there are not.
Status check_exists(store::Database& db, policy::PolicyProposed& proposed) {
  if (proposed.digest) {
    const auto document = TRY(policy::read_policy(proposed.source, *proposed.form));
    return check_types_asked_for(db, document, *proposed.digest);
  }
  if (proposed.attachment)
    return require_place(db, proposed.attachment->environment, proposed.attachment->flow);
  if (proposed.named_roles) return check_named(db, *proposed.named_roles);
  if (proposed.group) proposed.group = TRY(read_group(db, *proposed.group));
  return {};
}

// What it changes as two texts, for people to compare: sources, or how it stood and would stand.
Status add_texts(store::Database& db, const Proposal& proposal, ProposalShown& shown) {
  const policy::PolicyProposed& proposed = proposal.proposed;
  std::string before = "now", after = fmt::format("proposal {}", proposal.id);
  if (proposed.digest) {
    const auto base = TRY(store::find_policy_version(db, proposed.policy, proposed.base_version));
    if (base) shown.base_source = base->source;
    shown.source = proposed.source;
    before = base ? fmt::format("{} version {}", proposed.policy, proposed.base_version) : "nothing";
    after = fmt::format("{} proposal {}", proposed.policy, proposal.id);
  } else {
    shown.base_source = proposed.was + "\n";
    shown.source = policy::title_of(proposed) + "\n";
  }
  shown.difference = policy::unified_difference(shown.base_source, shown.source, before, after);
  return {};
}

}  // namespace

// The source is read and compiled before anything is decided, on a worker.
Result<Write> propose_policy(const Call& call) {
  const auto request = TRY(body_of<policy::ProposalRequest>(call.request));
  if (request.source.size() > limits::policy_bytes_max)
    return Error{Errc::too_large, fmt::format("a policy has at most {} bytes", limits::policy_bytes_max),
                 "source"};
  const policy::PolicyProposed read = TRY(policy::read_proposal(request));
  TRY(check_proposer(call.actor, read));
  if (read.digest)
    TRY(policy::Prepared::prepare({.name = read.policy, .text = read.source, .form = *read.form}));
  return Write{[read, actor = call.actor](store::Database& db, Instant now) -> Result<Decision> {
    policy::PolicyProposed proposed = read;
    TRY(check_exists(db, proposed));
    const auto facts = TRY(facts_of(db, proposed, now));
    proposed = TRY(policy::based_on(std::move(proposed), facts));
    Decision decision{.events = {proposed}};
    if (!proposed.vacant.empty()) {
      const std::int64_t id = TRY(store::next_index(db));
      decision.events.emplace_back(alarm_of(proposed, actor.name, id, now));
    }
    decision.answer = [proposed, actor](auto appended) {
      return format::encode(store::view_of({.id = appended[0].index,
                                            .account = actor.id,
                                            .proposer = actor.name,
                                            .proposed = proposed,
                                            .proposed_at = appended[0].at}));
    };
    return decision;
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
  ProposalShown shown;
  TRY(add_texts(call.db, proposal, shown));
  const auto groups = TRY(store::groups_of(call.db, call.actor.id));
  shown.may_speak = policy::voices_open_to(proposal, call.actor, groups, call.now);
  if (!proposal.ended) shown.simulation = TRY(simulated(call, proposal.proposed));
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
    Decision decision{
        .answer = [proposal, ended](auto appended) { return after_json(proposal, ended, appended[0].at); }};
    TRY(end_proposal(db, ended, decision.events));
    return decision;
  }};
}

Result<Write> name_policy_roles(const Call& call) {
  const auto named = TRY(body_of<policy::PolicyRolesNamed>(call.request));
  TRY(access::check_unnarrowed(call.actor, "the roles whose consent a policy needs"));
  return Write{[named, actor = call.actor.name](store::Database& db, Instant) -> Result<Decision> {
    TRY(check_named(db, named.roles));
    const auto known = TRY(store::find_policy_roles(db));
    if (known.roles == named.roles)
      return Decision{.answer = [known](auto) { return format::encode(known); }};
    const std::string wanted =
        named.roles.empty() ? "--none" : fmt::format("{}", fmt::join(named.roles, " "));
    TRY(check_needs_no_consent(known.roles, "roles are named",
                               fmt::format("weir policy roles {} --propose", wanted)));
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
