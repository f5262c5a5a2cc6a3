// A change of what policies decide as a proposal: a next version of one, where one counts and in which mode, whose
// consent such a change needs, or who is in a group that consents. It waits for the consent of the roles the
// organization names (groups: security, risk, development), and is in force once each has consented, by different
// people, none of them who proposed it. A refusal ends it; so does another change of the same in the meantime. Where
// no roles are named, one person who may change policies anyway consents. Of a role that had nobody left when it was
// proposed, such a person stands in, three days later at the earliest. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "access/group.h"
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

// To one of the two, as in PolicyAttached; without a mode it is detached.
struct AttachmentProposed {
  std::string environment, flow;
  std::optional<Mode> mode;
  static void members(auto& visit, auto& self) {
    visit.maybe("environment", self.environment);
    visit.maybe("flow", self.flow);
    visit.maybe("mode", self.mode);
  }
  bool operator==(const AttachmentProposed&) const = default;
};

// One change: a source with its form and digest, an attachment, roles, or a group.
struct PolicyProposed {
  std::string policy;  // empty: of the roles or a group
  // The newest when it was proposed, 0 where the policy is new; of the roles or a group the entry that said them.
  std::int64_t base_version = 0;
  std::optional<Form> form;
  std::optional<Sha256> digest;  // of the source's bytes
  std::string source, description;
  std::optional<AttachmentProposed> attachment;
  std::optional<std::vector<std::string>> named_roles;
  std::optional<access::GroupDeclared> group;
  std::string was;                    // how it stood, in the words of title_of; empty for a source
  std::vector<std::string> accounts;  // ids of the group's members, in their order
  std::vector<std::string> roles;     // groups whose consent it needs
  std::vector<std::string> vacant;    // those of them that had nobody
  static void members(auto& visit, auto& self) {
    visit("policy", self.policy);
    visit("base_version", self.base_version);
    visit.maybe("form", self.form);
    visit.maybe("digest", self.digest);
    visit.maybe("source", self.source);
    visit.maybe("description", self.description);
    visit.maybe("attachment", self.attachment);
    visit.maybe("named_roles", self.named_roles);
    visit.maybe("group", self.group);
    visit.maybe("was", self.was);
    visit.maybe("accounts", self.accounts);
    visit("roles", self.roles);
    visit.maybe("vacant", self.vacant);
  }
};
// What it would change, in words: "policy safe in environment prod: enforce".
std::string title_of(const PolicyProposed& proposed);
std::string subject_of(std::int64_t proposal);  // of its alert

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
inline constexpr Duration stand_in_after = days(3);  // since it was proposed
inline constexpr std::size_t proposal_comments_max = 1000;
inline constexpr std::size_t comments_of_one_max = 20;  // of one account, so that nobody fills a proposal alone

// One of source, attachment, named_roles and group.
struct ProposalRequest {
  std::string policy, source, description;
  std::optional<Form> form;
  std::optional<std::int64_t> base_version;  // that it was made from; the newest unless said
  std::optional<AttachmentProposed> attachment;
  std::optional<std::vector<std::string>> named_roles;
  std::optional<access::GroupDeclared> group;
  static void members(auto& visit, auto& self) {
    visit.maybe("policy", self.policy);
    visit.maybe("source", self.source);
    visit.maybe("description", self.description);
    visit.maybe("form", self.form);
    visit.maybe("base_version", self.base_version);
    visit.maybe("attachment", self.attachment);
    visit.maybe("named_roles", self.named_roles);
    visit.maybe("group", self.group);
  }
};
// What there is now of what a proposal would change.
struct ProposalFacts {
  std::int64_t newest_version = 0;  // as base_version counts; 0: there is no such yet
  std::optional<Sha256> newest_digest;
  std::optional<Mode> mode;                    // of that attachment
  std::optional<access::GroupDeclared> group;  // as it stands
  std::vector<std::string> accounts;           // that the proposed members are now
  std::vector<std::string> roles;              // that the organization names
  std::vector<std::string> vacant;             // those of them that have nobody
  std::size_t open = 0;                        // proposals of the same policy, or without one
};
inline constexpr std::size_t open_proposals_max = 100;  // for one policy
// Errc::invalid when it is not one change, or the source does not read. `base_version` is the wanted one, or none
// yet: -1.
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
// Errc::forbidden: a service account, the proposer, who is not of that role and does not stand in for it, or spoke for
// another one; without roles, who may not change policies.
Result<PolicyConsented> give_voice(const VoiceRequest& request, const Proposal& proposal,
                                   const access::Actor& actor, const std::vector<std::string>& groups,
                                   Instant now);

// Errc::forbidden: somebody else's; conflict: it has ended.
Result<PolicyProposalEnded> withdraw(const Proposal& proposal, const std::string& account,
                                     const std::string& reason);

std::vector<std::string> open_roles(const Proposal& proposal);  // whose consent is still missing
// In which of them the actor may speak now; with no roles named one empty word, when the actor may consent.
std::vector<std::string> voices_open_to(const Proposal& proposal, const access::Actor& actor,
                                        const std::vector<std::string>& groups, Instant now);

// How it ends with these voices, if it does. Without roles one consent is enough, of anybody but who proposed it.
std::optional<ProposalEnd> end_of(const Proposal& proposal, const ProposalFacts& facts);

}  // namespace weir::policy
