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

// Of a role that has nobody, whoever may change policies consents instead: late enough to be seen and refused.
bool stands_in(const Proposal& proposal, const std::string& role, const access::Actor& actor, Instant now) {
  return holds(proposal.proposed.vacant, role) && changes_policies(actor) &&
         now >= proposal.proposed_at + stand_in_after;
}

// Those of the open roles in which the actor may speak.
std::vector<std::string> own_roles(const Proposal& proposal, const access::Actor& actor,
                                   const std::vector<std::string>& groups, Instant now) {
  std::vector<std::string> open = open_roles(proposal);
  std::erase_if(open, [&](const std::string& role) {
    return !holds(groups, role) && !stands_in(proposal, role, actor, now);
  });
  return open;
}

Error speaks_for_none(const Proposal& proposal) {
  const std::string missing = fmt::format("the consent that is missing is of {}; you are of none of them",
                                          fmt::join(open_roles(proposal), ", "));
  if (proposal.proposed.vacant.empty()) return forbidden(missing);
  return forbidden(fmt::format("{}. Of {} nobody is left: who may change policies stands in from {}", missing,
                               fmt::join(proposal.proposed.vacant, ", "),
                               to_string(proposal.proposed_at + stand_in_after)));
}

// The role in which the actor speaks, of those that are `own`.
Result<std::string> role_of(const VoiceRequest& request, const Proposal& proposal,
                            std::vector<std::string> own) {
  if (proposal.proposed.roles.empty()) return std::string();
  if (!request.role.empty())
    std::erase_if(own, [&](const std::string& role) { return role != request.role; });
  if (own.size() == 1) return own[0];
  if (own.size() > 1)
    return invalid(fmt::format("say in which role you speak: {}", fmt::join(own, ", ")), "role");
  return speaks_for_none(proposal);
}

// Whether it is so already.
bool changes_nothing(const PolicyProposed& proposed, const ProposalFacts& facts) {
  if (proposed.attachment) return facts.mode == proposed.attachment->mode;
  if (proposed.named_roles) return facts.roles == *proposed.named_roles;
  if (proposed.group) return facts.group == proposed.group;
  return proposed.digest && facts.newest_digest == proposed.digest;
}

Error is_so_already(const PolicyProposed& proposed, const ProposalFacts& facts) {
  if (proposed.digest)
    return {
        Errc::conflict,
        fmt::format("this is what version {} of '{}' says already", facts.newest_version, proposed.policy),
        "source"};
  return {Errc::conflict, fmt::format("it is so already: {}", title_of(proposed))};
}

std::string title_of_roles(const std::vector<std::string>& roles) {
  if (roles.empty()) return "changes of policies need nobody's consent";
  return fmt::format("changes of policies need the consent of {}", fmt::join(roles, ", "));
}

std::string title_of_group(const access::GroupDeclared& group) {
  std::string text = fmt::format("group {}: {}", group.name, fmt::join(group.people, ", "));
  if (group.people.empty()) text += "nobody";
  for (const access::Role role : group.roles) text += fmt::format(", each {}", format::name_of(role));
  return text;
}

std::string place_of(const AttachmentProposed& attachment) {
  return attachment.environment.empty() ? fmt::format("flow {}", attachment.flow)
                                        : fmt::format("environment {}", attachment.environment);
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

std::string subject_of(std::int64_t proposal) { return fmt::format("proposal {}", proposal); }

std::string title_of(const PolicyProposed& proposed) {
  if (proposed.named_roles) return title_of_roles(*proposed.named_roles);
  if (proposed.group) return title_of_group(*proposed.group);
  if (proposed.attachment)
    return fmt::format(
        "policy {} in {}: {}", proposed.policy, place_of(*proposed.attachment),
        proposed.attachment->mode ? format::name_of(*proposed.attachment->mode) : "not attached");
  return fmt::format("{} policy {}", proposed.base_version == 0 ? "the new" : "a change of", proposed.policy);
}

Result<PolicyProposed> read_proposal(const ProposalRequest& request) {
  TRY(check_text(request.description, "description"));
  const int changes = int(!request.source.empty()) + int(request.attachment.has_value()) +
                      int(request.named_roles.has_value()) + int(request.group.has_value());
  if (changes != 1)
    return invalid("a proposal is one change: a 'source', an 'attachment', 'named_roles' or a 'group'",
                   "source");
  if (!request.source.empty() || request.attachment) TRY(check_name(request.policy, "policy"));
  else if (!request.policy.empty()) return invalid("roles and groups are of no single policy", "policy");
  PolicyProposed proposed{.policy = request.policy,
                          .base_version = request.base_version.value_or(-1),
                          .source = request.source,
                          .description = request.description,
                          .attachment = request.attachment,
                          .named_roles = request.named_roles,
                          .group = request.group};
  if (request.source.empty()) return proposed;
  proposed.form =
      TRY(read_policy(request.source, request.form.value_or(recognise_form(request.source)))).form;
  proposed.digest = crypto::sha256(request.source);
  return proposed;
}

namespace {

std::string standing_of(PolicyProposed proposed, const ProposalFacts& facts) {
  if (proposed.digest) return "";
  if (proposed.attachment) proposed.attachment->mode = facts.mode;
  if (proposed.named_roles) proposed.named_roles = facts.roles;
  if (proposed.group)
    proposed.group = facts.group.value_or(access::GroupDeclared{.name = proposed.group->name});
  return title_of(proposed);
}

}  // namespace

Result<PolicyProposed> based_on(PolicyProposed proposed, const ProposalFacts& facts) {
  if (proposed.base_version >= 0 && proposed.base_version != facts.newest_version)
    return Error{Errc::conflict,
                 fmt::format("it is made from version {} of '{}'; the newest is {}", proposed.base_version,
                             proposed.policy, facts.newest_version),
                 "base_version"};
  if (changes_nothing(proposed, facts)) return is_so_already(proposed, facts);
  if (facts.open >= open_proposals_max)
    return Error{Errc::conflict,
                 fmt::format("{} proposals for '{}' are open already", facts.open, proposed.policy)};
  proposed.base_version = facts.newest_version;
  proposed.was = standing_of(proposed, facts);
  proposed.accounts = facts.accounts;
  proposed.roles = facts.roles;
  proposed.vacant = facts.vacant;
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
                                   const access::Actor& actor, const std::vector<std::string>& groups,
                                   Instant now) {
  TRY(check_text(request.comment, "comment"));
  TRY(check_open(proposal));
  if (request.voice == Voice::comment) {
    if (request.comment.empty()) return invalid("a comment needs words", "comment");
    TRY(check_room(proposal, actor));
    return PolicyConsented{.proposal = proposal.id, .voice = Voice::comment, .comment = request.comment};
  }
  TRY(check_may_speak(proposal, actor));
  std::string role = TRY(role_of(request, proposal, own_roles(proposal, actor, groups, now)));
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
                                        const std::vector<std::string>& groups, Instant now) {
  if (!check_open(proposal).ok() || !check_may_speak(proposal, actor).ok()) return {};
  if (proposal.proposed.roles.empty()) return {""};
  return own_roles(proposal, actor, groups, now);
}

std::optional<ProposalEnd> end_of(const Proposal& proposal, const ProposalFacts& facts) {
  if (proposal.ended) return proposal.ended;
  const PolicyProposed& proposed = proposal.proposed;
  if (facts.newest_version != proposed.base_version || facts.accounts != proposed.accounts ||
      changes_nothing(proposed, facts))
    return ProposalEnd::outdated;
  const auto said = [&](Voice voice) {
    return std::any_of(proposal.voices.begin(), proposal.voices.end(),
                       [&](const Voiced& each) { return each.voice == voice; });
  };
  if (said(Voice::refuse)) return ProposalEnd::refused;
  if (said(Voice::consent) && open_roles(proposal).empty()) return ProposalEnd::in_force;
  return std::nullopt;
}

}  // namespace weir::policy
