#include "deploy/request.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "access/limits.h"
#include "base/name.h"

namespace weir::deploy {
namespace {

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Status check_groups(const AskRequest& request, const AskFacts& facts) {
  if (request.groups.size() > limits::consents_max)
    return Error{Errc::too_large, fmt::format("'groups' has more than {}", limits::consents_max), "groups"};
  for (const std::string& group : request.groups) TRY(check_name(group, "groups"));
  if (facts.unknown_groups.empty()) return {};
  const std::string& unknown = facts.unknown_groups.front();
  return not_found(
      fmt::format("there is no group '{}'; make it with `weir group create {}`", unknown, unknown));
}

Status check_periods(const AskRequest& request, Instant now) {
  if (request.until && *request.until <= now) return invalid("'until' lies in the past", "until");
  if (request.from && request.until && *request.until <= *request.from)
    return invalid("'until' must be later than 'from'", "until");
  if (request.expires_at && *request.expires_at <= now)
    return invalid("'expires_at' lies in the past", "expires_at");
  if (request.expires_at && *request.expires_at > now + limits::request_open_max)
    return invalid("a request is open for 30 days at most", "expires_at");
  return {};
}

// Finds persons for groups, each person for one: the classic augmenting path.
class Matching {
 public:
  Matching(const std::vector<std::string>& groups, const std::vector<Ballot>& consents)
      : groups_(groups), consents_(consents), taken_by_(consents.size()) {}

  bool covers_all() {
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      seen_.assign(consents_.size(), false);
      if (!find(group)) return false;
    }
    return true;
  }

 private:
  bool find(std::size_t group) {
    for (std::size_t person = 0; person < consents_.size(); ++person) {
      if (seen_[person] || !holds(consents_[person].groups, groups_[group])) continue;
      seen_[person] = true;
      if (taken_by_[person] && !find(*taken_by_[person])) continue;
      taken_by_[person] = group;
      return true;
    }
    return false;
  }

  const std::vector<std::string>& groups_;
  const std::vector<Ballot>& consents_;
  std::vector<std::optional<std::size_t>> taken_by_;
  std::vector<bool> seen_;
};

Status check_open(const RequestedApproval& request, Instant now) {
  const RequestState state = state_at(request, now);
  if (state == RequestState::open) return {};
  const Instant when = request.ended_at.value_or(request.asked.expires_at);
  return Error{Errc::conflict,
               fmt::format("this request was {} at {}; ask again",
                           state == RequestState::expired ? "left to expire" : format::name_of(state),
                           to_string(when))};
}

Status check_voter(const RequestedApproval& request, const Voter& voter) {
  if (voter.kind != access::AccountKind::person)
    return Error{Errc::forbidden, "a service account cannot vote: approval is a person's act"};
  if (voter.account == request.account)
    return Error{Errc::forbidden, "who asks for an approval has no vote in it"};
  const auto& groups = request.asked.groups;
  const bool asked_for = std::any_of(groups.begin(), groups.end(),
                                     [&](const auto& group) { return holds(voter.groups, group); });
  if (voter.approves || asked_for) return {};
  return Error{Errc::forbidden, groups.empty()
                                    ? "voting needs the role approver"
                                    : fmt::format("voting needs the role approver, or to be one of {}",
                                                  fmt::join(groups, ", "))};
}

Status check_binding(const RequestedApproval& request, const VoteFacts& facts, Instant now) {
  if (request.asked.until && *request.asked.until <= now)
    return Error{Errc::conflict, "the window of this request is over; ask again"};
  if (facts.commit != request.asked.commit)
    return Error{Errc::conflict,
                 fmt::format("the artifact is now recorded from commit '{}', not '{}'; ask again",
                             facts.commit, request.asked.commit)};
  if (!request.asked.tree.empty() && facts.tree != request.asked.tree)
    return Error{Errc::conflict,
                 fmt::format("its newest review is now of source tree '{}', not '{}'; ask again", facts.tree,
                             request.asked.tree)};
  return {};
}

ApprovalGiven approval_of(const RequestedApproval& request, const std::vector<Ballot>& consents) {
  const ApprovalRequested& asked = request.asked;
  std::set<std::string> groups;
  for (const Ballot& consent : consents) groups.insert(consent.groups.begin(), consent.groups.end());
  return {.artifact = asked.artifact,
          .environment = asked.environment,
          .from = asked.from,
          .until = asked.until,
          .reason = asked.reason,
          .origin = {.groups = {groups.begin(), groups.end()},
                     .request = request.id,
                     .change = asked.change,
                     .tree = asked.tree}};
}

}  // namespace

RequestState state_at(const RequestedApproval& request, Instant now) {
  if (request.ended) return static_cast<RequestState>(static_cast<int>(*request.ended) + 1);
  return request.asked.expires_at <= now ? RequestState::expired : RequestState::open;
}

Result<ApprovalRequested> ask(const AskRequest& request, const AskFacts& facts, Instant now) {
  TRY(check_name(request.environment, "environment"));
  TRY(check_text(request.reason, "reason"));
  if (!request.change.empty()) TRY(check_name(request.change, "change"));
  if (!facts.environment_exists)
    return not_found(
        fmt::format("environment '{}' does not exist; create it with `weir env create {} --kind host`",
                    request.environment, request.environment));
  if (request.approvals < 1 || request.approvals > static_cast<std::int64_t>(limits::consents_max))
    return invalid(fmt::format("'approvals' is 1 to {}", limits::consents_max), "approvals");
  TRY(check_groups(request, facts));
  TRY(check_periods(request, now));
  Instant expires_at = request.expires_at.value_or(now + hours(24));
  if (request.until) expires_at = std::min(expires_at, *request.until);
  return ApprovalRequested{.artifact = request.artifact,
                           .environment = request.environment,
                           .from = request.from,
                           .until = request.until,
                           .reason = request.reason,
                           .approvals = request.approvals,
                           .groups = request.groups,
                           .expires_at = expires_at,
                           .commit = facts.commit,
                           .tree = facts.tree,
                           .change = request.change};
}

Result<Voted> vote(const RequestedApproval& request, const Voter& voter, const VoteGiven& wanted,
                   const VoteFacts& facts, Instant now) {
  TRY(check_text(wanted.note, "note"));
  TRY(check_voter(request, voter));
  TRY(check_open(request, now));
  for (const Ballot& ballot : request.ballots)
    if (ballot.account == voter.account)
      return Error{Errc::conflict,
                   fmt::format("{} has voted already: {}", voter.name, format::name_of(ballot.vote))};
  Voted voted{.vote = {request.id, wanted.vote, wanted.note, voter.groups}};
  if (wanted.vote == Vote::refuse) {
    voted.ended = RequestEnded{request.id, RequestEnding::refused, wanted.note};
    return voted;
  }
  TRY(check_binding(request, facts, now));
  std::vector<Ballot> consents;
  for (const Ballot& ballot : request.ballots)
    if (ballot.vote == Vote::consent) consents.push_back(ballot);
  consents.push_back({.account = voter.account, .groups = voter.groups});
  if (!is_enough(request.asked, consents)) return voted;
  voted.ended = RequestEnded{request.id, RequestEnding::approved, ""};
  voted.approval = approval_of(request, consents);
  return voted;
}

Result<RequestEnded> withdraw(const RequestedApproval& request, std::string_view account,
                              const std::string& note, Instant now) {
  TRY(check_text(note, "note"));
  if (account != request.account) return Error{Errc::forbidden, "only who asked can withdraw; others refuse"};
  TRY(check_open(request, now));
  return RequestEnded{request.id, RequestEnding::withdrawn, note};
}

std::int64_t consents_needed(const ApprovalRequested& asked) {
  return std::max(asked.approvals, static_cast<std::int64_t>(asked.groups.size()));
}

bool is_enough(const ApprovalRequested& asked, const std::vector<Ballot>& consents) {
  return static_cast<std::int64_t>(consents.size()) >= consents_needed(asked) &&
         Matching(asked.groups, consents).covers_all();
}

}  // namespace weir::deploy
