// The handlers of campaigns and of the organization's own advisories, and what they take and answer; see handlers.h.
#pragma once
#include "api/routes.h"
#include "store/view_campaign.h"
#include "store/view_exception.h"
#include "store/view_own_advisory.h"

namespace weir::api {

struct CampaignRequest {
  std::string flaw;  // by any of its names
  std::optional<Instant> due;
  std::string note;
  static void members(auto& visit, auto& self) {
    visit("flaw", self.flaw);
    visit.maybe("due", self.due);
    visit.maybe("note", self.note);
  }
};

enum class CampaignState { open, overdue, closed };
constexpr auto names_of(CampaignState) {
  return std::array<std::string_view, 3>{"open", "overdue", "closed"};
}

struct CampaignProgress {
  store::Campaign campaign;
  CampaignState state = CampaignState::open;
  std::int64_t owners = 0, owners_open = 0;        // owners_open: somebody has to do something yet
  std::int64_t workloads = 0, workloads_open = 0;  // that were affected while it was open; that still are
  static void members(auto& visit, auto& self) {
    store::Campaign::members(visit, self.campaign);
    visit("state", self.state);
    visit("owners", self.owners);
    visit("owners_open", self.owners_open);
    visit("workloads", self.workloads);
    visit("workloads_open", self.workloads_open);
  }
};

struct CampaignStory {
  CampaignProgress campaign;
  store::BillCoverageView coverage;
  std::vector<vuln::CampaignOwner> owners;
  std::vector<vuln::BurnPoint> burn_down;
  static void members(auto& visit, auto& self) {
    visit("campaign", self.campaign);
    visit("coverage", self.coverage);
    visit("owners", self.owners);
    visit("burn_down", self.burn_down);
  }
};

struct CampaignWorkloadView {
  vuln::AffectedRun run;
  static void members(auto& visit, auto& self) {
    visit("workload", self.run.workload);
    visit("name", self.run.name);
    visit("host", self.run.host);
    visit("environment", self.run.environment);
    visit("owner", self.run.owner);
    visit("service", self.run.service);
    visit("artifact", self.run.artifact);
    visit("artifact_name", self.run.artifact_name);
    visit("components", self.run.components);
    visit("fixed", self.run.fixed);
    visit("fixed_release", self.run.fixed_release);
    visit("standing", self.run.standing);
    visit("runs", self.run.runs);
    visit("exception", self.run.exception);
    visit("accepted_until", self.run.accepted_until);
  }
};

struct CampaignNote {
  std::string note;
  static void members(auto& visit, auto& self) { visit.maybe("note", self.note); }
};

// The same exception for everything of some owners that is affected and open: one request for each artifact and
// environment, which another person decides.
struct CampaignExceptions {
  std::vector<std::string> owners;
  std::string reason, compensating_control;
  Instant until;
  std::vector<exceptions::EndsOn> ends_on;
  static void members(auto& visit, auto& self) {
    visit("owners", self.owners);
    visit("reason", self.reason);
    visit("compensating_control", self.compensating_control);
    visit("until", self.until);
    visit.maybe("ends_on", self.ends_on);
  }
};

struct CampaignSkipped {
  Sha256 artifact;
  std::string artifact_name, environment, why;
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("artifact_name", self.artifact_name);
    visit("environment", self.environment);
    visit("why", self.why);
  }
};
struct CampaignAsked {
  std::vector<exceptions::ExceptionScope> scopes;  // with ?preview=true alone
  std::vector<store::ExceptionView> exceptions;
  std::vector<CampaignSkipped> skipped;
  static void members(auto& visit, auto& self) {
    visit("scopes", self.scopes);
    visit("exceptions", self.exceptions);
    visit("skipped", self.skipped);
  }
};

// The same statement (VEX) for everything of some owners that is affected and open: one document for each artifact.
struct CampaignStatements {
  std::vector<std::string> owners;
  vuln::VexStatus status = vuln::VexStatus::under_investigation;
  std::string justification, impact, action;
  static void members(auto& visit, auto& self) {
    visit("owners", self.owners);
    visit("status", self.status);
    visit.maybe("justification", self.justification);
    visit.maybe("impact", self.impact);
    visit.maybe("action", self.action);
  }
};
struct CampaignAttested {
  std::int64_t entry = 0;
  Sha256 artifact;
  std::string artifact_name, flow, trail;
  static void members(auto& visit, auto& self) {
    visit("entry", self.entry);
    visit("artifact", self.artifact);
    visit("artifact_name", self.artifact_name);
    visit("flow", self.flow);
    visit("trail", self.trail);
  }
};
struct CampaignStated {
  std::vector<CampaignAttested> attestations;
  std::vector<CampaignSkipped> skipped;
  static void members(auto& visit, auto& self) {
    visit("attestations", self.attestations);
    visit("skipped", self.skipped);
  }
};

Result<Write> open_campaign(const Call& call);
Result<http::Response> list_campaigns(const ReadCall& call);
Result<http::Response> find_campaign(const ReadCall& call);
Result<http::Response> list_campaign_workloads(const ReadCall& call);
Result<Write> close_campaign(const Call& call);
Result<Write> ask_campaign_exceptions(const Call& call);
Result<Write> state_for_campaign(const Call& call);

struct WithdrawRequest {
  std::string reason;
  static void members(auto& visit, auto& self) { visit("reason", self.reason); }
};

Result<Write> publish_own_advisory(const Call& call);
Result<Write> withdraw_own_advisory(const Call& call);
Result<http::Response> list_own_advisories(const ReadCall& call);
Result<http::Response> find_own_advisory(const ReadCall& call);

}  // namespace weir::api
