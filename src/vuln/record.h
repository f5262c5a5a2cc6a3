// What the ledger keeps of vulnerabilities: that the advisories changed, and which findings that made or ended.
// A finding is one pair of a flaw (a cluster of advisories that are aliases of each other) and a component; which
// artifacts hold the component is not repeated in it, because their bills of materials say so.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "format/members.h"

namespace weir::vuln {

// A feed was read and says something else than before. Written before anything is matched with it.
struct AdvisoriesUpdated {
  std::string feed;         // name
  std::string source;       // where it was read from; without user, password or query
  Sha256 digest;            // of all advisories afterwards: findings and decisions name it
  std::int64_t size = 0;    // records afterwards
  std::int64_t added = 0, changed = 0, withdrawn = 0;
  std::int64_t missing = 0;          // that were there before: what they said before still stands
  std::int64_t refused = 0;          // that could not be read, or are older than what is known: the same
  std::vector<std::string> reasons;  // of the first ones refused: "name: why"
  Instant read_at;
  static void members(auto& visit, auto& self) {
    visit("feed", self.feed);
    visit.maybe("source", self.source);
    visit("digest", self.digest);
    visit("size", self.size);
    visit.maybe("added", self.added);
    visit.maybe("changed", self.changed);
    visit.maybe("withdrawn", self.withdrawn);
    visit.maybe("missing", self.missing);
    visit.maybe("refused", self.refused);
    visit.maybe("reasons", self.reasons);
    visit("read_at", self.read_at);
  }
};

enum class FindingState { opened, closed, reopened, retracted };
constexpr auto names_of(FindingState) {
  return std::array<std::string_view, 4>{"opened", "closed", "reopened", "retracted"};
}
constexpr bool is_open(FindingState state) {
  return state == FindingState::opened || state == FindingState::reopened;
}

enum class FindingCause { advisories, sbom, vex, exception, runtime };
constexpr auto names_of(FindingCause) {
  return std::array<std::string_view, 5>{"advisories", "sbom", "vex", "exception", "runtime"};
}

struct FindingChange {
  std::string cluster;               // its smallest CVE, or the smallest id it has
  std::vector<std::string> records;  // ids of the advisories that say so, and their aliases
  std::string component;             // package URL, or the name where it has none
  std::string fixed;                 // lowest fixed version; empty when none is known
  std::string severity;              // "critical" … "low", "none"; empty when no record is scored
  std::string score;                 // "9.8"; empty when no record is scored
  std::string scope;                 // exact, inferred, unscoped
  std::string summary;
  FindingState state = FindingState::opened;
  std::int64_t artifacts = 0;  // that hold the component, when this was written
  static void members(auto& visit, auto& self) {
    visit("cluster", self.cluster);
    visit("records", self.records);
    visit("component", self.component);
    visit.maybe("fixed", self.fixed);
    visit.maybe("severity", self.severity);
    visit.maybe("score", self.score);
    visit.maybe("scope", self.scope);
    visit.maybe("summary", self.summary);
    visit("state", self.state);
    visit.maybe("artifacts", self.artifacts);
  }
  bool operator==(const FindingChange&) const = default;
};

// A bill of materials that was taken into the index, or could not be.
struct BillRead {
  std::int64_t attestation = 0;  // entry
  std::int64_t components = 0;   // of its artifact, known by a package URL or a name; of its other bills too
  std::string error;             // why it can't be read; empty when it could
  static void members(auto& visit, auto& self) {
    visit("attestation", self.attestation);
    visit.maybe("components", self.components);
    visit.maybe("error", self.error);
  }
  bool operator==(const BillRead&) const = default;
};

struct FindingsChanged {
  FindingCause cause = FindingCause::advisories;
  std::optional<Sha256> advisories;  // what was matched with; none: there were none yet
  std::vector<BillRead> bills;
  std::vector<FindingChange> changes;
  bool more = false;  // the next entry goes on with it
  static void members(auto& visit, auto& self) {
    visit("cause", self.cause);
    visit.maybe("advisories", self.advisories);
    visit.maybe("bills", self.bills);
    visit.maybe("changes", self.changes);
    visit.maybe("more", self.more);
  }
};

// Names a finding in paths and texts: "CVE-2021-44228/pkg:maven/…".
inline std::string finding_key(std::string_view cluster, std::string_view component) {
  return std::string(cluster) + '/' + std::string(component);
}

}  // namespace weir::vuln
