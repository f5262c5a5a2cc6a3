// An approval request asks people to allow one artifact in one environment during one window. It is bound to the
// digest and to the commit and tree that were known when it was asked; n different persons consent, never the one who
// asked, and each group that is asked for needs a person of its own. One refusal ends it; it expires by itself.
// When there is enough, an approval follows that cites it. Pure: what a request is worth at a moment is computed.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "deploy/approval.h"

namespace weir::deploy {

struct AskRequest {
  Sha256 artifact;
  std::string environment;
  std::optional<Instant> from, until;
  std::string reason;
  std::int64_t approvals = 1;
  std::vector<std::string> groups;
  std::optional<Instant> expires_at;  // a day from now unless said
  std::string change;                 // class
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("environment", self.environment);
    visit.maybe("from", self.from);
    visit.maybe("until", self.until);
    visit.maybe("reason", self.reason);
    visit.maybe("approvals", self.approvals);
    visit.maybe("groups", self.groups);
    visit.maybe("expires_at", self.expires_at);
    visit.maybe("change", self.change);
  }
};

struct ApprovalRequested {
  Sha256 artifact;
  std::string environment;
  std::optional<Instant> from, until;
  std::string reason;
  std::int64_t approvals = 1;
  std::vector<std::string> groups;
  Instant expires_at;
  std::string commit;  // the artifact is recorded from
  std::string tree;    // that was reviewed, where a review says it
  std::string change;
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("environment", self.environment);
    visit.maybe("from", self.from);
    visit.maybe("until", self.until);
    visit.maybe("reason", self.reason);
    visit("approvals", self.approvals);
    visit.maybe("groups", self.groups);
    visit("expires_at", self.expires_at);
    visit.maybe("commit", self.commit);
    visit.maybe("tree", self.tree);
    visit.maybe("change", self.change);
  }
};

enum class Vote { consent, refuse };
constexpr auto names_of(Vote) { return std::array<std::string_view, 2>{"consent", "refuse"}; }

struct VoteGiven {
  std::int64_t request = 0;
  Vote vote = Vote::consent;
  std::string note;
  std::vector<std::string> groups;  // of the voter, at that time
  static void members(auto& visit, auto& self) {
    visit("request", self.request);
    visit("vote", self.vote);
    visit.maybe("note", self.note);
    visit.maybe("groups", self.groups);
  }
};

enum class RequestEnding { approved, refused, expired, withdrawn };
constexpr auto names_of(RequestEnding) {
  return std::array<std::string_view, 4>{"approved", "refused", "expired", "withdrawn"};
}

struct RequestEnded {
  std::int64_t request = 0;
  RequestEnding how = RequestEnding::approved;
  std::string note;
  static void members(auto& visit, auto& self) {
    visit("request", self.request);
    visit("how", self.how);
    visit.maybe("note", self.note);
  }
};

enum class RequestState { open, approved, refused, expired, withdrawn };
constexpr auto names_of(RequestState) {
  return std::array<std::string_view, 5>{"open", "approved", "refused", "expired", "withdrawn"};
}

// A vote as the tables hold it.
struct Ballot {
  std::int64_t entry = 0;
  std::string account;  // id, 32 hex digits
  std::string actor;    // its name
  Vote vote = Vote::consent;
  std::string note;
  std::vector<std::string> groups;
  Instant at;
};

// A request as the tables hold it.
struct RequestedApproval {
  std::int64_t id = 0;  // its entry
  ApprovalRequested asked;
  std::string artifact_name, account, requester;  // account: id of who asked
  Instant requested_at;
  std::vector<Ballot> ballots;
  std::optional<RequestEnding> ended;
  std::optional<Instant> ended_at;
  std::string ended_note;
  std::optional<std::int64_t> approval;  // entry of what followed
};

RequestState state_at(const RequestedApproval& request, Instant now);

struct AskFacts {
  bool environment_exists = false;
  std::vector<std::string> unknown_groups;
  std::string commit, tree;
};
Result<ApprovalRequested> ask(const AskRequest& request, const AskFacts& facts, Instant now);

struct Voter {
  std::string account, name;
  access::AccountKind kind = access::AccountKind::service;
  bool approves = false;            // by its roles
  std::vector<std::string> groups;  // at this time
};
struct VoteFacts {
  std::string commit;  // the artifact is recorded from now
  std::string tree;    // its newest review names now
};
struct Voted {
  VoteGiven vote;
  std::optional<RequestEnded> ended;
  std::optional<ApprovalGiven> approval;
};
// Refused: who is no person, who asked, who is neither an approver nor of a group asked for (forbidden); what has
// ended, a second vote of the same person, a window that is over, an artifact recorded from another commit since
// (conflict).
Result<Voted> vote(const RequestedApproval& request, const Voter& voter, const VoteGiven& wanted,
                   const VoteFacts& facts, Instant now);
Result<RequestEnded> withdraw(const RequestedApproval& request, std::string_view account,
                              const std::string& note, Instant now);

// How many persons consent for it in the end: as many as are asked for, and one for each group.
std::int64_t consents_needed(const ApprovalRequested& asked);
// Whether they are enough, and each group asked for has one of its own among them.
bool is_enough(const ApprovalRequested& asked, const std::vector<Ballot>& consents);

}  // namespace weir::deploy
