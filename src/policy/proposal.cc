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

bool spoke(const Proposal& proposal, const std::string& actor) {
  return std::any_of(proposal.voices.begin(), proposal.voices.end(), [&](const Voiced& each) {
    return each.actor == actor && each.voice != Voice::comment;
  });
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

Result<PolicyProposed> propose(const ProposalRequest& request, const ProposalFacts& facts) {
  TRY(check_name(request.policy, "policy"));
  TRY(check_text(request.description, "description"));
  const Document document = TRY(read_policy(request.source, request.form.value_or(recognise_form(request.source))));
  const Sha256 digest = crypto::sha256(request.source);
  if (facts.newest_digest == digest)
    return Error{Errc::conflict, fmt::format("this is what version {} of '{}' says already", facts.newest_version,
                                             request.policy), "source"};
  return PolicyProposed{.policy = request.policy,
                        .base_version = facts.newest_version,
                        .form = document.form,
                        .digest = digest,
                        .source = request.source,
                        .description = request.description,
                        .roles = facts.roles};
}

Result<PolicyConsented> give_voice(const VoiceRequest& request, const Proposal& proposal, const access::Actor& actor,
                                   const std::vector<std::string>& groups) {
  TRY(check_text(request.comment, "comment"));
  if (proposal.ended)
    return Error{Errc::conflict, fmt::format("the proposal has ended: {}", format::name_of(*proposal.ended))};
  if (request.voice == Voice::comment) {
    if (request.comment.empty()) return invalid("a comment needs words", "comment");
    return PolicyConsented{.proposal = proposal.id, .voice = Voice::comment, .comment = request.comment};
  }
  if (actor.kind != access::AccountKind::person) return forbidden("only people consent; this is a service account");
  if (actor.name == proposal.proposer) return forbidden("who proposes a change does not consent to it");
  if (spoke(proposal, actor.name)) return forbidden("you have spoken on this proposal already");
  std::string role = TRY(role_of(request, proposal, groups));
  return PolicyConsented{.proposal = proposal.id, .voice = request.voice, .role = std::move(role),
                         .comment = request.comment};
}

std::vector<std::string> open_roles(const Proposal& proposal) {
  std::vector<std::string> open;
  for (const std::string& role : proposal.proposed.roles)
    if (std::none_of(proposal.voices.begin(), proposal.voices.end(), [&](const Voiced& each) {
          return each.voice == Voice::consent && each.role == role;
        }))
      open.push_back(role);
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
