// The river: services own flows, a flow is a delivery process with a template of required attestations, a trail is one
// run of a flow. What a trail still misses is computed from its template and its latest attestations.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "format/members.h"

namespace weir::evidence {

struct Service {
  std::string name, team, contact, tier, repository;
  std::string runbook;  // where it says what to do when something is wrong, an http(s) address
  static void members(auto& visit, auto& self) {
    visit.maybe("name", self.name);
    visit("team", self.team);
    visit.maybe("contact", self.contact);
    visit.maybe("tier", self.tier);
    visit.maybe("repository", self.repository);
    visit.maybe("runbook", self.runbook);
  }
};

struct Requirement {
  std::string name;
  std::string type = "*";
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit.maybe("type", self.type);
  }
  bool operator==(const Requirement&) const = default;
};
struct ArtifactRequirement {
  std::string name;
  std::vector<Requirement> attestations;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit.maybe("attestations", self.attestations);
  }
  bool operator==(const ArtifactRequirement&) const = default;
};
struct Template {
  std::vector<Requirement> attestations;
  std::vector<ArtifactRequirement> artifacts;
  static void members(auto& visit, auto& self) {
    visit.maybe("attestations", self.attestations);
    visit.maybe("artifacts", self.artifacts);
  }
  bool operator==(const Template&) const = default;
};

struct Flow {
  std::string name, service, description;
  Template required;
  std::map<std::string, std::string> tags;  // what windows and policies select it by
  static void members(auto& visit, auto& self) {
    visit.maybe("name", self.name);
    visit.maybe("service", self.service);
    visit.maybe("description", self.description);
    visit.maybe("template", self.required);
    visit.maybe("tags", self.tags);
  }
};

struct Trail {
  std::string flow, name, commit, branch, url, author, description;
  static void members(auto& visit, auto& self) {
    visit.maybe("flow", self.flow);
    visit.maybe("name", self.name);
    visit.maybe("commit", self.commit);
    visit.maybe("branch", self.branch);
    visit.maybe("url", self.url);
    visit.maybe("author", self.author);
    visit.maybe("description", self.description);
  }
};

Status check(const Service& service);
Status check(const Flow& flow);
Status check(const Trail& trail);

// One slot of a template against what was attested: the beads on the river.
enum class BeadState { met, failed, missing, extra };
constexpr auto names_of(BeadState) { return std::array<std::string_view, 4>{"met", "failed", "missing", "extra"}; }
struct Bead {
  std::string name, type, artifact;
  BeadState state = BeadState::missing;
  std::optional<std::int64_t> entry;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("type", self.type);
    visit.maybe("artifact", self.artifact);
    visit("state", self.state);
    visit.maybe("entry", self.entry);
  }
};

// The newest attestation of one (artifact, name) on a trail.
struct Attested {
  std::string name, type, artifact;  // artifact: its name on the trail, empty for the trail itself
  std::optional<bool> compliant;     // unset is undecided, and undecided does not meet a requirement
  std::int64_t entry = 0;
};

std::vector<Bead> beads_of(const Template& required, const std::vector<Attested>& latest);
bool is_compliant(const std::vector<Bead>& beads);
std::vector<std::string> missing_of(const std::vector<Bead>& beads);  // "tests (test) of api"

}  // namespace weir::evidence
