#include "policy/proposal.h"

#include <algorithm>

#include "base/name.h"
#include "crypto/digest.h"
#include "policy/form.h"

namespace weir::policy {
namespace {

bool holds(const std::vector<std::string>& items, std::string_view item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

Error forbidden(std::string message) { return {Errc::forbidden, std::move(message)}; }

// An account and not a name: another account of the same name is somebody else.
bool spoke(const Proposal& proposal, const std::string& account) {
  return std::any_of(proposal.voices.begin(), proposal.voices.end(), [&](const Voiced& each) {
    return each.account == account && each.voice != Voice::comment;
  });
}

// May change policies of the whole organization without anybody's consent.
bool changes_policies(const access::Actor& actor) {
  return access::permits(actor, access::Permission::administer) && actor.flows.empty() &&
         actor.environments.empty();
}

Status check_open(const Proposal& proposal) {
  if (!proposal.ended) return {};
  return Error{Errc::conflict, fmt::format("the proposal has ended: {}", format::name_of(*proposal.ended))};
}

Status check_may_speak(const Proposal& proposal, const access::Actor& actor) {
  if (actor.kind != access::AccountKind::person)
    return forbidden("only people consent; this is a service account");
  if (!actor.flows.empty() || !actor.environments.empty())
    return forbidden("policies belong to the whole organization; this token is for a part of it");
  if (actor.id == proposal.account) return forbidden("who proposes a change does not consent to it");
  if (spoke(proposal, actor.id)) return forbidden("you have spoken on this proposal already");
  if (proposal.proposed.roles.empty() && !changes_policies(actor))
    return forbidden("no roles are named: who may change policies consents, and your roles may not");
  return {};
}

// The role in which the actor speaks.
Result<std::string> role_of(const VoiceRequest& request, const Proposal& proposal,
                            const std::vector<std::string>& groups) {
  if (proposal.proposed.roles.empty()) return std::string();
  std::vector<std::string> possible;
  for (const std::string& role : open_roles(proposal))
    if (holds(groups, role) && (request.role.empty() || request.role == role)) possible.push_back(role);
  if (possible.size() == 1) return possible[0];
  if (possible.size() > 1)
    return invalid(fmt::format("say in which role you speak: {}", fmt::join(possible, ", ")), "role");
  return forbidden(fmt::format("the consent that is missing is of {}; you are of none of them",
                               fmt::join(open_roles(proposal), ", ")));
}

}  // namespace

Status check_roles(const std::vector<std::string>& roles, const std::vector<std::string>& unknown) {
  if (roles.size() > proposal_roles_max)
    return invalid(fmt::format("at most {} roles are named", proposal_roles_max), "roles");
  for (std::size_t i = 0; i < roles.size(); ++i) {
    TRY(check_name(roles[i], fmt::format("roles[{}]", i)));
    if (holds({roles.begin(), roles.begin() + static_cast<std::ptrdiff_t>(i)}, roles[i]))
      return invalid(fmt::format("'{}' comes twice", roles[i]), fmt::format("roles[{}]", i));
  }
  if (unknown.empty()) return {};
  return Error{
      Errc::not_found,
      fmt::format("there is no group '{}'; make it with `weir group create {}`", unknown[0], unknown[0]),
      "roles"};
}

Result<PolicyProposed> read_proposal(const ProposalRequest& request) {
  TRY(check_name(request.policy, "policy"));
  TRY(check_text(request.description, "description"));
  const Document document =
      TRY(read_policy(request.source, request.form.value_or(recognise_form(request.source))));
  return PolicyProposed{.policy = request.policy,
                        .base_version = request.base_version.value_or(-1),
                        .form = document.form,
                        .digest = crypto::sha256(request.source),
                        .source = request.source,
                        .description = request.description};
}

Result<PolicyProposed> based_on(PolicyProposed proposed, const ProposalFacts& facts) {
  if (proposed.base_version >= 0 && proposed.base_version != facts.newest_version)
    return Error{Errc::conflict,
                 fmt::format("it is made from version {} of '{}'; the newest is {}", proposed.base_version,
                             proposed.policy, facts.newest_version),
                 "base_version"};
  if (facts.newest_digest == proposed.digest)
    return Error{
        Errc::conflict,
        fmt::format("this is what version {} of '{}' says already", facts.newest_version, proposed.policy),
        "source"};
  if (facts.open >= open_proposals_max)
    return Error{Errc::conflict,
                 fmt::format("{} proposals for '{}' are open already", facts.open, proposed.policy)};
  proposed.base_version = facts.newest_version;
  proposed.roles = facts.roles;
  return proposed;
}

Result<PolicyProposed> propose(const ProposalRequest& request, const ProposalFacts& facts) {
  PolicyProposed read = TRY(read_proposal(request));
  return based_on(std::move(read), facts);
}

namespace {

// Comments are bounded, of one and of all; consent and refusal are bounded by the roles and never shut out by them.
Status check_room(const Proposal& proposal, const access::Actor& actor) {
  std::size_t all = 0, own = 0;
  for (const Voiced& each : proposal.voices) {
    if (each.voice != Voice::comment) continue;
    ++all;
    if (each.account == actor.id) ++own;
  }
  if (own >= comments_of_one_max)
    return Error{Errc::conflict, fmt::format("you have said {} comments on this proposal, the most for one", own)};
  if (all >= proposal_comments_max)
    return Error{Errc::conflict, fmt::format("a proposal takes {} comments at most", proposal_comments_max)};
  return {};
}

}  // namespace

Result<PolicyConsented> give_voice(const VoiceRequest& request, const Proposal& proposal,
                                   const access::Actor& actor, const std::vector<std::string>& groups) {
  TRY(check_text(request.comment, "comment"));
  TRY(check_open(proposal));
  if (request.voice == Voice::comment) {
    if (request.comment.empty()) return invalid("a comment needs words", "comment");
    TRY(check_room(proposal, actor));
    return PolicyConsented{.proposal = proposal.id, .voice = Voice::comment, .comment = request.comment};
  }
  TRY(check_may_speak(proposal, actor));
  std::string role = TRY(role_of(request, proposal, groups));
  return PolicyConsented{
      .proposal = proposal.id, .voice = request.voice, .role = std::move(role), .comment = request.comment};
}

Result<PolicyProposalEnded> withdraw(const Proposal& proposal, const std::string& account,
                                     const std::string& reason) {
  TRY(check_text(reason, "note"));
  TRY(check_open(proposal));
  if (account != proposal.account) return forbidden("only who proposed it withdraws it; others refuse");
  return PolicyProposalEnded{proposal.id, ProposalEnd::withdrawn, reason};
}

std::vector<std::string> open_roles(const Proposal& proposal) {
  std::vector<std::string> open;
  for (const std::string& role : proposal.proposed.roles)
    if (std::none_of(proposal.voices.begin(), proposal.voices.end(),
                     [&](const Voiced& each) { return each.voice == Voice::consent && each.role == role; }))
      open.push_back(role);
  return open;
}

std::vector<std::string> voices_open_to(const Proposal& proposal, const access::Actor& actor,
                                        const std::vector<std::string>& groups) {
  if (!check_open(proposal).ok() || !check_may_speak(proposal, actor).ok()) return {};
  if (proposal.proposed.roles.empty()) return {""};
  std::vector<std::string> open = open_roles(proposal);
  std::erase_if(open, [&](const std::string& role) { return !holds(groups, role); });
  return open;
}

std::optional<ProposalEnd> end_of(const Proposal& proposal, std::int64_t newest_version) {
  if (proposal.ended) return proposal.ended;
  if (newest_version != proposal.proposed.base_version) return ProposalEnd::outdated;
  const auto said = [&](Voice voice) {
    return std::any_of(proposal.voices.begin(), proposal.voices.end(),
                       [&](const Voiced& each) { return each.voice == voice; });
  };
  if (said(Voice::refuse)) return ProposalEnd::refused;
  if (said(Voice::consent) && open_roles(proposal).empty()) return ProposalEnd::in_force;
  return std::nullopt;
}

}  // namespace weir::policy
