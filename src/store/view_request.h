// Approval requests and their votes, as the API shows them and as the rules need them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "deploy/request.h"
#include "store/sql.h"

namespace weir::store {

struct BallotView {
  deploy::Ballot ballot;
  static void members(auto& visit, auto& self) {
    visit("actor", self.ballot.actor);
    visit("vote", self.ballot.vote);
    visit("note", self.ballot.note);
    visit("groups", self.ballot.groups);
    visit("at", self.ballot.at);
    visit("entry", self.ballot.entry);
  }
};

struct RequestedApprovalView {
  deploy::RequestedApproval request;
  deploy::RequestState state = deploy::RequestState::open;
  std::int64_t needed = 1;  // consents, of different persons
  std::vector<BallotView> votes;
  std::string link;  // of the page, for a chat; ends with the request
  static void members(auto& visit, auto& self) {
    visit("id", self.request.id);
    visit("artifact", self.request.asked.artifact);
    visit("artifact_name", self.request.artifact_name);
    visit("environment", self.request.asked.environment);
    visit("from", self.request.asked.from);
    visit("until", self.request.asked.until);
    visit("reason", self.request.asked.reason);
    visit("change", self.request.asked.change);
    visit("approvals", self.request.asked.approvals);
    visit("groups", self.request.asked.groups);
    visit("needed", self.needed);
    visit("votes", self.votes);
    visit("commit", self.request.asked.commit);
    visit("tree", self.request.asked.tree);
    visit("requester", self.request.requester);
    visit("requested_at", self.request.requested_at);
    visit("expires_at", self.request.asked.expires_at);
    visit("state", self.state);
    visit("ended_at", self.request.ended_at);
    visit("ended_note", self.request.ended_note);
    visit("approval", self.request.approval);
    visit("link", self.link);
    visit("entry", self.request.id);
  }
};
RequestedApprovalView view_of(deploy::RequestedApproval request, Instant now);

struct RequestFilter {
  std::string environment;
  std::optional<Sha256> artifact;
  std::int64_t limit = 100;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
};
Result<std::vector<deploy::RequestedApproval>> list_requests(Database& db, const RequestFilter& filter);
Result<std::optional<deploy::RequestedApproval>> find_request(Database& db, std::int64_t id);
// Those nobody ended whose time is over.
Result<std::vector<std::int64_t>> requests_due(Database& db, Instant now);

// What a request is bound to: the commit the artifact is recorded from, and the tree its newest review names.
struct Reviewed {
  std::string commit, tree;
};
Result<Reviewed> reviewed_source(Database& db, const Sha256& artifact);

}  // namespace weir::store
