// Policies, their versions and where they count, in the shape the API shows them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "policy/record.h"
#include "store/sql.h"

namespace weir::store {

struct AttachmentView {
  std::string policy, environment, flow;  // one of the two is empty
  policy::Mode mode = policy::Mode::enforce;
  std::string actor;
  Instant attached_at;
  std::int64_t entry = 0;
  static void members(auto& visit, auto& self) {
    visit("policy", self.policy);
    visit("environment", self.environment);
    visit("flow", self.flow);
    visit("mode", self.mode);
    visit("actor", self.actor);
    visit("attached_at", self.attached_at);
    visit("entry", self.entry);
  }
};

struct PolicyVersionView {
  std::string name;
  std::int64_t version = 0;
  policy::Form form = policy::Form::yaml;
  Sha256 digest;
  std::string source, description, actor;
  Instant created_at;
  std::int64_t entry = 0;
  std::optional<std::int64_t> proposal = {};  // the one it follows from
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("version", self.version);
    visit("form", self.form);
    visit("digest", self.digest);
    visit.maybe("source", self.source);  // left out of lists
    visit("description", self.description);
    visit("actor", self.actor);
    visit("created_at", self.created_at);
    visit("entry", self.entry);
    visit("proposal", self.proposal);
  }
};

// A policy as its newest version, and where it is attached.
struct PolicyView {
  PolicyVersionView newest;
  std::vector<AttachmentView> attachments;
  static void members(auto& visit, auto& self) {
    PolicyVersionView::members(visit, self.newest);
    visit("attachments", self.attachments);
  }
};

Result<std::vector<PolicyView>> list_policies(Database& db);
Result<std::optional<PolicyView>> find_policy(Database& db, std::string_view name);
Result<std::vector<PolicyVersionView>> list_policy_versions(Database& db, std::string_view name);  // newest first
Result<std::optional<PolicyVersionView>> find_policy_version(Database& db, std::string_view name,
                                                             std::int64_t version);
Result<std::optional<PolicyVersionView>> find_policy_by_digest(Database& db, const Sha256& digest);

// What counts for an artifact in this environment, by name: what is attached to the environment, or to a flow that
// recorded the artifact; of one that is attached to several of these, the stricter mode.
struct Attached {
  PolicyVersionView policy;
  policy::Mode mode = policy::Mode::enforce;
};
Result<std::vector<Attached>> policies_for(Database& db, std::string_view environment,
                                           const Sha256& artifact);

}  // namespace weir::store
