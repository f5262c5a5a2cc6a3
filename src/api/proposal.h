// Changes of policies as proposals: the handlers of their routes, and the answer that shows one whole.
#pragma once
#include "api/routes.h"
#include "policy/simulate.h"
#include "store/view_proposal.h"

namespace weir::api {

// A proposal with what people look at before they consent.
struct ProposalShown {
  store::ProposalView proposal;
  std::string source, base_source;
  std::string difference;              // unified, against the version it is made from
  std::vector<std::string> may_speak;  // in which roles who asks may consent now; "" where none are named
  std::optional<policy::Simulation> simulation;  // of one that is open
  static void members(auto& visit, auto& self) {
    store::ProposalView::members(visit, self.proposal);
    visit("source", self.source);
    visit("base_source", self.base_source);
    visit("difference", self.difference);
    visit("may_speak", self.may_speak);
    visit("simulation", self.simulation);
  }
};

Result<Write> propose_policy(const Call& call);
Result<http::Response> list_policy_proposals(const ReadCall& call);
Result<http::Response> find_policy_proposal(const ReadCall& call);
Result<Write> speak_on_proposal(const Call& call);
Result<Write> withdraw_proposal(const Call& call);
Result<Write> name_policy_roles(const Call& call);
Result<http::Response> find_policy_roles(const ReadCall& call);

}  // namespace weir::api
