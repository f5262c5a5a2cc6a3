// Approvals and deployments as the API shows them, and as the rules need them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "deploy/approval.h"
#include "deploy/deployment.h"
#include "runtime/judge.h"
#include "store/view_rollback.h"

namespace weir::store {

struct ApprovalView {
  deploy::Approval approval;
  deploy::ApprovalState state = deploy::ApprovalState::active;
  static void members(auto& visit, auto& self) {
    visit("id", self.approval.id);
    visit("artifact", self.approval.artifact);
    visit("artifact_name", self.approval.artifact_name);
    visit("environment", self.approval.environment);
    visit("from", self.approval.from);
    visit("until", self.approval.until);
    visit("reason", self.approval.reason);
    visit("actor", self.approval.actor);
    visit("adopted", self.approval.adopted);
    visit("recorded_at", self.approval.recorded_at);
    visit("revoked_at", self.approval.revoked_at);
    visit("revoked_by", self.approval.revoked_by);
    visit("state", self.state);
    deploy::ApprovalOrigin::members(visit, self.approval.origin);
    visit("entry", self.approval.id);
  }
};

struct DeploymentView {
  deploy::Deployment deployment;
  std::optional<RollbackTarget> rollback_target;  // of one that is not over; of a list only where asked
  static void members(auto& visit, auto& self) {
    visit("id", self.deployment.id);
    visit("artifact", self.deployment.artifact);
    visit("artifact_name", self.deployment.artifact_name);
    visit("environment", self.deployment.environment);
    visit("state", self.deployment.state);
    visit("declared_at", self.deployment.declared_at);
    visit("deadline", self.deployment.deadline);
    visit("observed_at", self.deployment.observed_at);
    visit("ended_at", self.deployment.ended_at);
    visit("at_least", self.deployment.at_least);
    visit("alongside", self.deployment.alongside);
    visit("rollback", self.deployment.rollback);
    visit("rollback_target", self.rollback_target);
    visit("running", self.deployment.running);
    visit("actor", self.deployment.actor);
    visit("entry", self.deployment.id);
    visit.maybe("reason", self.deployment.reason);
    visit.maybe("unwatched", self.deployment.unwatched);
  }
};

struct ApprovalFilter {
  std::string environment;
  std::optional<Sha256> artifact;
  std::int64_t limit = 100;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
};
Result<std::vector<ApprovalView>> list_approvals(Database& db, const ApprovalFilter& filter, Instant now);
Result<std::optional<deploy::Approval>> find_approval(Database& db, std::int64_t id);

// Approvals in an environment of any artifact whose identity holds the digest.
Result<std::vector<deploy::Approval>> approvals_covering(Database& db, const Sha256& digest,
                                                         std::string_view environment);

struct DeploymentFilter {
  std::string environment;
  std::optional<Sha256> artifact;
  bool unfinished_only = false;  // expected, observed or missed
  std::int64_t limit = 100;
  std::int64_t from = 0;  // by entry, this one included
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
};
Result<std::vector<DeploymentView>> list_deployments(Database& db, const DeploymentFilter& filter,
                                                     Instant now);
Result<std::optional<DeploymentView>> find_deployment(Database& db, std::int64_t id, Instant now);

Result<std::string> name_of_artifact(Database& db, const Sha256& digest);  // empty when nobody recorded it
Result<bool> environment_exists(Database& db, std::string_view name);

// The index that the next entry of this transaction will have: for an entry that names one which comes with it. Only
// where a command decides.
Result<std::int64_t> next_index(Database& db);

Result<deploy::DeployFacts> deploy_facts(Database& db, const deploy::DeploymentRequest& request, Instant now);

}  // namespace weir::store
