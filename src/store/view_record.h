// What is known about services, flows, trails, artifacts and attestations, in the shape the API shows it (docs/api.md).
// Every function reads on the connection it is given and nothing else.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "evidence/flow.h"
#include "store/event.h"
#include "store/sql.h"
#include "store/view_deploy.h"

namespace weir::store {

struct ServiceView {
  evidence::Service service;
  std::int64_t entry = 0;
  static void members(auto& visit, auto& self) {
    evidence::Service::members(visit, self.service);
    visit("entry", self.entry);
  }
};

struct ArtifactOnTrail {
  std::string name;
  Sha256 digest;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("digest", self.digest);
  }
};

struct TrailView {
  std::string flow, name, commit, branch, url, author, description;
  Instant begun_at;
  std::int64_t entry = 0;
  std::vector<ArtifactOnTrail> artifacts;
  std::vector<evidence::Bead> beads;
  bool compliant = false;
  std::vector<std::string> missing;
  static void members(auto& visit, auto& self) {
    visit("flow", self.flow);
    visit("name", self.name);
    visit("commit", self.commit);
    visit("branch", self.branch);
    visit("url", self.url);
    visit("author", self.author);
    visit("description", self.description);
    visit("begun_at", self.begun_at);
    visit("entry", self.entry);
    visit("artifacts", self.artifacts);
    visit("beads", self.beads);
    visit("compliant", self.compliant);
    visit("missing", self.missing);
  }
};

struct FlowView {
  std::string name, service, description;
  evidence::Template required;
  std::map<std::string, std::string> tags;
  std::int64_t entry = 0;
  std::optional<TrailView> latest_trail;
  std::int64_t trails = 0;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("service", self.service);
    visit("description", self.description);
    visit("template", self.required);
    visit("tags", self.tags);
    visit("entry", self.entry);
    visit("latest_trail", self.latest_trail);
    visit("trails", self.trails);
  }
};

struct AttestationView {
  std::int64_t entry = 0;
  std::string flow, trail, name, type;
  std::optional<Sha256> artifact;
  std::optional<bool> compliant;
  format::Json summary;
  std::string description, url, media_type;
  evidence::Signature signature = evidence::Signature::unsigned_;  // never `none`: what is no statement is unsigned
  std::optional<evidence::Signer> signer;
  std::optional<Sha256> content_digest;
  std::int64_t content_size = 0;
  Instant recorded_at;
  std::string actor;
  static void members(auto& visit, auto& self) {
    visit("entry", self.entry);
    visit("flow", self.flow);
    visit("trail", self.trail);
    visit("name", self.name);
    visit("type", self.type);
    visit("artifact", self.artifact);
    visit("compliant", self.compliant);
    visit("summary", self.summary);
    visit("description", self.description);
    visit("url", self.url);
    visit("media_type", self.media_type);
    visit("signed", self.signature);
    visit.maybe("signer", self.signer);
    visit("content_digest", self.content_digest);
    visit("content_size", self.content_size);
    visit("recorded_at", self.recorded_at);
    visit("actor", self.actor);
  }
};

struct IdentityView {
  Sha256 digest;
  std::string relation, platform;
  std::optional<Sha256> parent;
  static void members(auto& visit, auto& self) {
    visit("digest", self.digest);
    visit("relation", self.relation);
    visit.maybe("platform", self.platform);
    visit.maybe("parent", self.parent);
  }
  bool operator==(const IdentityView&) const = default;
};

struct RunView {
  std::string environment, host, verdict, workload;
  Instant started_at;
  std::optional<Instant> ended_at;
  std::int64_t count = 0;
  static void members(auto& visit, auto& self) {
    visit("environment", self.environment);
    visit("host", self.host);
    visit("verdict", self.verdict);
    visit("workload", self.workload);
    visit("started_at", self.started_at);
    visit("ended_at", self.ended_at);
    visit("count", self.count);
  }
};

struct ArtifactView {
  Sha256 digest;
  std::string name, kind, flow, trail, commit, build_url;
  Instant created_at;
  std::int64_t entry = 0;
  std::string service;
  std::vector<std::string> running_in;
  static void members(auto& visit, auto& self) {
    visit("digest", self.digest);
    visit("name", self.name);
    visit("kind", self.kind);
    visit("flow", self.flow);
    visit("trail", self.trail);
    visit("commit", self.commit);
    visit("build_url", self.build_url);
    visit("created_at", self.created_at);
    visit("entry", self.entry);
    visit("service", self.service);
    visit("running_in", self.running_in);
  }
};

struct ArtifactStory {
  ArtifactView artifact;
  std::vector<IdentityView> identity;
  std::vector<AttestationView> attestations;
  std::vector<ApprovalView> approvals;
  std::vector<DeploymentView> deployments;
  std::vector<RunView> runs;
  static void members(auto& visit, auto& self) {
    ArtifactView::members(visit, self.artifact);
    visit("identity", self.identity);
    visit("attestations", self.attestations);
    visit("approvals", self.approvals);
    visit("deployments", self.deployments);
    visit("runs", self.runs);
  }
};

// A page of a list: at most `limit` rows with an id below `before` (newest first).
struct Page {
  std::int64_t limit = 100;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
};

Result<std::vector<ServiceView>> list_services(Database& db);
Result<std::optional<ServiceView>> find_service(Database& db, std::string_view name);

Result<std::vector<FlowView>> list_flows(Database& db);
Result<std::optional<FlowView>> find_flow(Database& db, std::string_view name);
Result<bool> flow_exists(Database& db, std::string_view name);
Result<std::vector<std::string>> flows_of_service(Database& db, std::string_view service);
Result<bool> trail_exists(Database& db, std::string_view flow, std::string_view name);
Result<std::optional<TrailView>> find_trail(Database& db, std::string_view flow, std::string_view name);
Result<std::vector<TrailView>> list_trails(Database& db, std::string_view flow, const Page& page);

struct ArtifactFilter {
  std::string name, flow, text;
  std::optional<Sha256> digest;
};
Result<std::vector<ArtifactView>> list_artifacts(Database& db, const ArtifactFilter& filter, const Page& page);
Result<std::optional<ArtifactStory>> find_artifact(Database& db, const Sha256& digest, Instant now);
Result<bool> artifact_exists(Database& db, const Sha256& digest);
// The flows that recorded it, or an artifact that shares something with it (an index and the images in it), in order.
Result<std::vector<std::string>> flows_of_artifact(Database& db, const Sha256& digest);
// The name an artifact carries on a trail; empty when it is not on it.
Result<std::string> artifact_name_on_trail(Database& db, std::string_view flow, std::string_view trail,
                                           const Sha256& digest);

struct AttestationFilter {
  std::optional<Sha256> artifact;
  std::string flow, trail;
};
Result<std::vector<AttestationView>> list_attestations(Database& db, const AttestationFilter& filter, const Page& page);
Result<std::optional<AttestationView>> find_attestation(Database& db, std::int64_t entry);

struct AttestationTypeView {
  evidence::AttestationTypeDeclared type;
  std::int64_t entry = 0;
  static void members(auto& visit, auto& self) {
    evidence::AttestationTypeDeclared::members(visit, self.type);
    visit("entry", self.entry);
  }
};
Result<std::vector<AttestationTypeView>> list_attestation_types(Database& db);
Result<std::optional<AttestationTypeView>> find_attestation_type(Database& db, std::string_view name);

}  // namespace weir::store
