// A change of a policy as a proposal: the new source, beside the version it is made from, waits for the consent
// of the roles the organization names (groups: security, risk, development). It is in force once each of them
// has consented, by different people, none of them who proposed it. A refusal ends it; so does another version
// in the meantime. Where the organization names no roles, one person who may change policies anyway consents.
// Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "access/account.h"
#include "policy/record.h"

namespace weir::policy {

// Whose consent a change of a policy needs: names of groups; none named: changes need no proposal.
struct PolicyRolesNamed {
  std::vector<std::string> roles;
  static void members(auto& visit, auto& self) { visit("roles", self.roles); }
};
inline constexpr std::size_t proposal_roles_max = 16;
// Errc::invalid: a role that comes twice, or too many of them. `unknown`: those of which there is no group.
Status check_roles(const std::vector<std::string>& roles, const std::vector<std::string>& unknown);

struct PolicyProposed {
  std::string policy;
  std::int64_t base_version = 0;  // the newest when it was proposed; 0: the policy is new
  Form form = Form::yaml;
  Sha256 digest;  // of the source's bytes
  std::string source, description;
  std::vector<std::string> roles;  // groups whose consent it needs
  static void members(auto& visit, auto& self) {
    visit("policy", self.policy);
    visit("base_version", self.base_version);
    visit("form", self.form);
    visit("digest", self.digest);
    visit("source", self.source);
    visit.maybe("description", self.description);
    visit("roles", self.roles);
  }
};

enum class Voice { consent, refuse, comment };
constexpr auto names_of(Voice) { return std::array<std::string_view, 3>{"consent", "refuse", "comment"}; }

struct PolicyConsented {
  std::int64_t proposal = 0;  // its entry
  Voice voice = Voice::consent;
  std::string role;  // in which the person speaks; empty for a comment
  std::string comment;
  static void members(auto& visit, auto& self) {
    visit("proposal", self.proposal);
    visit("voice", self.voice);
    visit.maybe("role", self.role);
    visit.maybe("comment", self.comment);
  }
};

enum class ProposalEnd { in_force, refused, withdrawn, outdated };
constexpr auto names_of(ProposalEnd) {
  return std::array<std::string_view, 4>{"in-force", "refused", "withdrawn", "outdated"};
}
struct PolicyProposalEnded {
  std::int64_t proposal = 0;
  ProposalEnd outcome = ProposalEnd::in_force;
  std::string reason;
  static void members(auto& visit, auto& self) {
    visit("proposal", self.proposal);
    visit("outcome", self.outcome);
    visit.maybe("reason", self.reason);
  }
};

// What was said on a proposal, as the tables hold it.
struct Voiced {
  std::string account;  // id, 32 hex digits
  std::string actor;    // its name
  Voice voice = Voice::consent;
  std::string role, comment;
  Instant at;
  std::int64_t entry = 0;
};
struct Proposal {
  std::int64_t id = 0;   // its entry
  std::string account;   // id of who proposed it
  std::string proposer;  // its name
  PolicyProposed proposed;
  Instant proposed_at;
  std::vector<Voiced> voices;  // in order
  std::optional<ProposalEnd> ended;
  std::optional<Instant> ended_at;
  std::string ended_reason;
};
inline constexpr std::size_t proposal_comments_max = 1000;
inline constexpr std::size_t comments_of_one_max = 20;  // of one account, so that nobody fills a proposal alone

struct ProposalRequest {
  std::string policy, source, description;
  std::optional<Form> form;
  std::optional<std::int64_t> base_version;  // that it was made from; the newest unless said
  static void members(auto& visit, auto& self) {
    visit("policy", self.policy);
    visit("source", self.source);
    visit.maybe("description", self.description);
    visit.maybe("form", self.form);
    visit.maybe("base_version", self.base_version);
  }
};
struct ProposalFacts {
  std::int64_t newest_version = 0;  // 0: there is no such policy yet
  std::optional<Sha256> newest_digest;
  std::vector<std::string> roles;  // that the organization names
  std::size_t open = 0;            // proposals for this policy
};
inline constexpr std::size_t open_proposals_max = 100;  // for one policy
// Errc::invalid when the source does not read. `base_version` is the wanted one, or none yet: -1.
Result<PolicyProposed> read_proposal(const ProposalRequest& request);
// Errc::conflict when it is what is in force already, is made from another version, or too many are open.
Result<PolicyProposed> based_on(PolicyProposed proposed, const ProposalFacts& facts);
Result<PolicyProposed> propose(const ProposalRequest& request, const ProposalFacts& facts);  // both

struct VoiceRequest {
  Voice voice = Voice::consent;
  std::string role, comment;
  bool confirm = false;  // to bring in force what is enforced somewhere and would let nothing through
  static void members(auto& visit, auto& self) {
    visit.maybe("voice", self.voice);
    visit.maybe("role", self.role);
    visit.maybe("comment", self.comment);
    visit.maybe("confirm", self.confirm);
  }
};
// `groups` are the actor's. The role may be left out when only one that is still open is the actor's.
// Errc::forbidden: a service account, the proposer, who is not of that role, or spoke for another one; without
// roles, who may not change policies.
Result<PolicyConsented> give_voice(const VoiceRequest& request, const Proposal& proposal,
                                   const access::Actor& actor, const std::vector<std::string>& groups);

// Errc::forbidden: somebody else's; conflict: it has ended.
Result<PolicyProposalEnded> withdraw(const Proposal& proposal, const std::string& account,
                                     const std::string& reason);

std::vector<std::string> open_roles(const Proposal& proposal);  // whose consent is still missing
// In which of them the actor may speak now; with no roles named one empty word, when the actor may consent.
std::vector<std::string> voices_open_to(const Proposal& proposal, const access::Actor& actor,
                                        const std::vector<std::string>& groups);

// How it ends with these voices, if it does. Without roles one consent is enough, of anybody but who proposed it.
std::optional<ProposalEnd> end_of(const Proposal& proposal, std::int64_t newest_version);

}  // namespace weir::policy
