// The release difference: how an artifact differs from the one that runs where it is to go, as far as both are known.
// What isn't known of one of them is null, never "equal". Pure; what is compared was read by the caller.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/members.h"

namespace weir::deploy {

// One of the two.
struct ReleaseSide {
  Sha256 digest;
  std::string name, flow, trail, commit, branch, author;
  std::optional<Instant> running_since;  // of what runs
  static void members(auto& visit, auto& self) {
    visit("digest", self.digest);
    visit("name", self.name);
    visit("flow", self.flow);
    visit("trail", self.trail);
    visit("commit", self.commit);
    visit("branch", self.branch);
    visit("author", self.author);
    visit("running_since", self.running_since);
  }
};

struct EvidenceFact {
  std::int64_t entry = 0;
  std::optional<bool> compliant;
  static void members(auto& visit, auto& self) {
    visit("entry", self.entry);
    visit("compliant", self.compliant);
  }
};
using EvidenceName = std::pair<std::string, std::string>;  // type, name

// A flaw that is open in a release.
struct Flaw {
  std::string severity;                 // the worst of its components
  std::vector<std::string> components;  // package URLs
  std::string fixed;                    // lowest fixed version of one of them; empty when none is known
  bool exploited = false;               // known to be
};

bool is_worse(std::string_view severity, std::string_view other);  // what nobody scored is the least

struct Release {
  ReleaseSide side;
  std::map<EvidenceName, EvidenceFact> evidence;  // the newest of each
  // By package URL without version; none when no bill of materials can be read.
  std::optional<std::map<std::string, std::vector<std::string>>> components;
  std::map<std::string, std::vector<std::string>> licences;  // of components that say theirs
  // "linux/amd64" → "user" → values; none when no image configuration is kept.
  std::optional<std::map<std::string, std::map<std::string, std::vector<std::string>>>> settings;
  // By CVE; none when its bill was not held against advisories. Those that a statement says it is not affected by are
  // left out, accepted risks are not.
  std::optional<std::map<std::string, Flaw>> flaws;
};

struct EvidenceDifference {
  std::string type, name;
  std::optional<EvidenceFact> before, after;  // none: it lacks it
  static void members(auto& visit, auto& self) {
    visit("type", self.type);
    visit("name", self.name);
    visit("before", self.before);
    visit("after", self.after);
  }
};

struct ComponentDifference {
  std::string component;                   // package URL without version
  std::vector<std::string> before, after;  // versions
  std::vector<std::string> licences_before, licences_after;  // SPDX expressions; empty where it says none
  static void members(auto& visit, auto& self) {
    visit("component", self.component);
    visit("before", self.before);
    visit("after", self.after);
    visit.maybe("licences_before", self.licences_before);
    visit.maybe("licences_after", self.licences_after);
  }
};
struct ComponentDifferences {
  // Changed: in version, or in licence where both say theirs.
  std::vector<ComponentDifference> added, removed, changed;  // at most limits::difference_rows_max of each
  std::int64_t added_count = 0, removed_count = 0, changed_count = 0, unchanged_count = 0;
  std::vector<std::string> new_licences;  // that no component had before
  static void members(auto& visit, auto& self) {
    visit("added", self.added);
    visit("removed", self.removed);
    visit("changed", self.changed);
    visit("added_count", self.added_count);
    visit("removed_count", self.removed_count);
    visit("changed_count", self.changed_count);
    visit("unchanged_count", self.unchanged_count);
    visit.maybe("new_licences", self.new_licences);
  }
};

struct SettingDifference {
  std::string platform, setting;
  std::vector<std::string> before, after;
  static void members(auto& visit, auto& self) {
    visit("platform", self.platform);
    visit("setting", self.setting);
    visit("before", self.before);
    visit("after", self.after);
  }
};

struct FlawDifference {
  std::string flaw, severity;
  std::vector<std::string> components;
  std::string fixed;
  bool exploited = false;
  static void members(auto& visit, auto& self) {
    visit("flaw", self.flaw);
    visit("severity", self.severity);
    visit("components", self.components);
    visit("fixed", self.fixed);
    visit("exploited", self.exploited);
  }
};
struct FlawDifferences {
  std::vector<FlawDifference> added, removed;  // at most limits::difference_rows_max of each, the worst first
  std::int64_t added_count = 0, removed_count = 0, unchanged_count = 0;
  static void members(auto& visit, auto& self) {
    visit("added", self.added);
    visit("removed", self.removed);
    visit("added_count", self.added_count);
    visit("removed_count", self.removed_count);
    visit("unchanged_count", self.unchanged_count);
  }
};

// A run of the flow begun since the older release was recorded, up to the newer one's own.
struct CommitFact {
  std::string commit, trail, branch, author;
  std::int64_t entry = 0;
  static void members(auto& visit, auto& self) {
    visit("commit", self.commit);
    visit("trail", self.trail);
    visit("branch", self.branch);
    visit("author", self.author);
    visit("entry", self.entry);
  }
};

struct ReleaseDifference {
  std::optional<ReleaseSide> before;  // none: nothing of this name runs there
  ReleaseSide after;
  std::vector<EvidenceDifference> evidence;  // of both, by type and name
  std::optional<ComponentDifferences> components;
  std::optional<std::vector<SettingDifference>> configuration;  // only what differs
  std::optional<FlawDifferences> vulnerabilities;
  std::optional<std::vector<CommitFact>> commits;  // in order; none: nothing ran before, or of another flow
  static void members(auto& visit, auto& self) {
    visit("before", self.before);
    visit("after", self.after);
    visit("evidence", self.evidence);
    visit("components", self.components);
    visit("configuration", self.configuration);
    visit("vulnerabilities", self.vulnerabilities);
    visit("commits", self.commits);
  }
};

// Against nothing, everything is new.
ReleaseDifference difference(const std::optional<Release>& before, const Release& after);

}  // namespace weir::deploy
