#include "evidence/flow.h"

#include <algorithm>

#include "base/name.h"

namespace weir::evidence {
namespace {

Status check_requirements(const std::vector<Requirement>& requirements, const std::string& field) {
  for (const Requirement& requirement : requirements) {
    TRY(check_title(requirement.name, field + ".name"));
    TRY(check_title(requirement.type, field + ".type"));
  }
  return {};
}

// What a page leads to: nothing that would run in it.
Status check_address(std::string_view address, std::string_view field) {
  if (!address.empty() && !address.starts_with("https://") && !address.starts_with("http://"))
    return invalid(fmt::format("'{}' is an address that begins with https:// or http://", field),
                   std::string(field));
  return check_text(address, field);
}

BeadState state_of(const Requirement& required, const Attested& found) {
  if (required.type != "*" && required.type != found.type) return BeadState::missing;
  if (!found.compliant.has_value()) return BeadState::missing;
  return *found.compliant ? BeadState::met : BeadState::failed;
}

class BeadThreader {
 public:
  explicit BeadThreader(const std::vector<Attested>& latest) : latest_(latest), used_(latest.size()) {}

  void require(const Requirement& required, const std::string& artifact) {
    Bead bead{.name = required.name, .type = required.type, .artifact = artifact};
    for (std::size_t i = 0; i < latest_.size(); ++i) {
      if (latest_[i].name != required.name || latest_[i].artifact != artifact) continue;
      used_[i] = true;
      bead.state = state_of(required, latest_[i]);
      bead.entry = latest_[i].entry;
      if (required.type == "*") bead.type = latest_[i].type;
    }
    beads_.push_back(std::move(bead));
  }

  std::vector<Bead> finish() {
    for (std::size_t i = 0; i < latest_.size(); ++i) {
      if (used_[i]) continue;
      const Attested& extra = latest_[i];
      const bool failed = extra.compliant.has_value() && !*extra.compliant;
      beads_.push_back({.name = extra.name, .type = extra.type, .artifact = extra.artifact,
                        .state = failed ? BeadState::failed : BeadState::extra, .entry = extra.entry});
    }
    return std::move(beads_);
  }

 private:
  const std::vector<Attested>& latest_;
  std::vector<bool> used_;
  std::vector<Bead> beads_;
};

}  // namespace

Status check(const Service& service) {
  TRY(check_name(service.name, "name"));
  TRY(check_title(service.team, "team"));
  TRY(check_text(service.contact, "contact"));
  TRY(check_text(service.tier, "tier"));
  TRY(check_text(service.repository, "repository"));
  return check_address(service.runbook, "runbook");
}

Status check(const Flow& flow) {
  TRY(check_name(flow.name, "name"));
  if (!flow.service.empty()) TRY(check_name(flow.service, "service"));
  TRY(check_text(flow.description, "description"));
  TRY(check_tags(flow.tags, "tags"));
  TRY(check_requirements(flow.required.attestations, "template.attestations"));
  for (const ArtifactRequirement& artifact : flow.required.artifacts) {
    TRY(check_title(artifact.name, "template.artifacts.name"));
    TRY(check_requirements(artifact.attestations, "template.artifacts.attestations"));
  }
  return {};
}

Status check(const Trail& trail) {
  TRY(check_name(trail.flow, "flow"));
  TRY(check_name(trail.name, "name"));
  for (const std::string* text : {&trail.commit, &trail.branch, &trail.url, &trail.author, &trail.description})
    TRY(check_text(*text, "trail"));
  return check_address(trail.url, "url");
}

std::vector<Bead> beads_of(const Template& required, const std::vector<Attested>& latest) {
  BeadThreader threader(latest);
  for (const Requirement& requirement : required.attestations) threader.require(requirement, "");
  for (const ArtifactRequirement& artifact : required.artifacts)
    for (const Requirement& requirement : artifact.attestations) threader.require(requirement, artifact.name);
  return threader.finish();
}

bool is_compliant(const std::vector<Bead>& beads) {
  return std::all_of(beads.begin(), beads.end(), [](const Bead& bead) {
    return bead.state == BeadState::met || bead.state == BeadState::extra;
  });
}

std::vector<std::string> missing_of(const std::vector<Bead>& beads) {
  std::vector<std::string> missing;
  for (const Bead& bead : beads) {
    if (bead.state != BeadState::missing) continue;
    missing.push_back(fmt::format("{} ({}){}", bead.name, bead.type,
                                  bead.artifact.empty() ? "" : " of " + bead.artifact));
  }
  return missing;
}

}  // namespace weir::evidence
