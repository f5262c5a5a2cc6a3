// Proposals of changes to policies, what was said on them, and the roles whose consent a change needs, in the shape
// the API shows them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "policy/proposal.h"
#include "store/sql.h"

namespace weir::store {

struct VoiceView {
  policy::Voiced voiced;
  static void members(auto& visit, auto& self) {
    visit("actor", self.voiced.actor);
    visit("voice", self.voiced.voice);
    visit("role", self.voiced.role);
    visit("comment", self.voiced.comment);
    visit("at", self.voiced.at);
    visit("entry", self.voiced.entry);
  }
};

enum class ProposalState { open, in_force, refused, withdrawn, outdated };
constexpr auto names_of(ProposalState) {
  return std::array<std::string_view, 5>{"open", "in-force", "refused", "withdrawn", "outdated"};
}

struct ProposedGroup {
  access::GroupDeclared group;
  static void members(auto& visit, auto& self) {
    visit("name", self.group.name);
    visit("description", self.group.description);
    visit("members", self.group.people);
    visit("roles", self.group.roles);
  }
};

struct ProposalView {
  policy::Proposal proposal;
  ProposalState state = ProposalState::open;
  std::vector<std::string> open_roles;  // whose consent is missing
  std::vector<VoiceView> voices;
  std::optional<std::int64_t> version;  // that followed
  std::string title;                    // what it would change, in words
  std::optional<ProposedGroup> group;
  static void members(auto& visit, auto& self) {
    visit("id", self.proposal.id);
    visit("title", self.title);
    visit("policy", self.proposal.proposed.policy);
    visit("state", self.state);
    visit("base_version", self.proposal.proposed.base_version);
    visit("version", self.version);
    visit("form", self.proposal.proposed.form);
    visit("digest", self.proposal.proposed.digest);
    visit("attachment", self.proposal.proposed.attachment);
    visit("named_roles", self.proposal.proposed.named_roles);
    visit("group", self.group);
    visit("description", self.proposal.proposed.description);
    visit("roles", self.proposal.proposed.roles);
    visit("vacant", self.proposal.proposed.vacant);
    visit("open_roles", self.open_roles);
    visit("voices", self.voices);
    visit("proposer", self.proposal.proposer);
    visit("proposed_at", self.proposal.proposed_at);
    visit("ended_at", self.proposal.ended_at);
    visit("ended_reason", self.proposal.ended_reason);
    visit("entry", self.proposal.id);
  }
};
ProposalView view_of(policy::Proposal proposal);

struct ProposalFilter {
  std::string policy, state;  // empty: of all
  std::int64_t limit = 100;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
};
// Newest first, without their sources.
Result<std::vector<policy::Proposal>> list_proposals(Database& db, const ProposalFilter& filter);
Result<std::optional<policy::Proposal>> find_proposal(Database& db, std::int64_t id);
// Ids of those of a policy that nothing has ended.
Result<std::vector<std::int64_t>> open_proposals_of(Database& db, std::string_view policy);

// The roles the organization names; `entry` 0 until it has named any.
struct PolicyRolesView {
  std::vector<std::string> roles;
  std::string actor;
  std::optional<Instant> named_at;
  std::int64_t entry = 0;
  static void members(auto& visit, auto& self) {
    visit("roles", self.roles);
    visit("actor", self.actor);
    visit("named_at", self.named_at);
    visit("entry", self.entry);
  }
};
Result<PolicyRolesView> find_policy_roles(Database& db);

}  // namespace weir::store
