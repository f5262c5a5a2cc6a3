// What the ledger keeps of vulnerabilities: that the advisories changed, and which findings that made or ended.
// A finding is one pair of a flaw (a cluster of advisories that are aliases of each other) and a component; which
// artifacts hold the component is not repeated in it, because their bills of materials say so.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "format/members.h"
#include "vuln/vex_words.h"

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
  // Which lists of CVEs lay beside them, "1404 of 2026-11-20"; empty: none.
  std::string exploited_list, likelihood_list;
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
    visit.maybe("exploited_list", self.exploited_list);
    visit.maybe("likelihood_list", self.likelihood_list);
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
  // Since when the flaw is known to be exploited, as CISA's catalogue says it; empty: it does not stand there.
  std::string exploited;
  bool by_ransomware = false;
  std::string epss;  // "0.97431", as it was when this was written; empty: no list says it
  FindingState state = FindingState::opened;
  std::int64_t artifacts = 0;  // that hold the component, when this was written
  static void members(auto& visit, auto& self) {
    visit("cluster", self.cluster);
    visit.maybe("records", self.records);
    visit("component", self.component);
    visit.maybe("fixed", self.fixed);
    visit.maybe("severity", self.severity);
    visit.maybe("score", self.score);
    visit.maybe("scope", self.scope);
    visit.maybe("summary", self.summary);
    visit.maybe("exploited", self.exploited);
    visit.maybe("by_ransomware", self.by_ransomware);
    visit.maybe("epss", self.epss);
    visit("state", self.state);
    visit.maybe("artifacts", self.artifacts);
  }
  bool operator==(const FindingChange&) const = default;
};

// A bill of materials that was taken into the index, or could not be.
struct BillRead {
  std::int64_t attestation = 0;  // entry
  std::int64_t components = 0;   // of its artifact, known by a package URL or a name; of its other bills too
  std::string subject;           // package URL of what the bill is of; empty where it says none
  std::string error;             // why it can't be read; empty when it could
  static void members(auto& visit, auto& self) {
    visit("attestation", self.attestation);
    visit.maybe("components", self.components);
    visit.maybe("subject", self.subject);
    visit.maybe("error", self.error);
  }
  bool operator==(const BillRead&) const = default;
};

// A document of statements about flaws (VEX) that was taken in, or could not be.
struct StatementsRead {
  std::int64_t attestation = 0;  // entry
  std::int64_t statements = 0;
  std::string error;  // why it can't be read; empty when it could
  static void members(auto& visit, auto& self) {
    visit("attestation", self.attestation);
    visit.maybe("statements", self.statements);
    visit.maybe("error", self.error);
  }
  bool operator==(const StatementsRead&) const = default;
};

// The statement that holds for a finding: in one artifact, or wherever no row of the artifact says otherwise. The
// document itself is what `attestation` recorded.
struct FindingStated {
  std::string cluster, component;
  std::optional<Sha256> artifact;
  std::optional<VexStatus> status;  // none: nothing is said of it any more
  std::string justification, impact, action;
  std::string author;  // as the document names them
  Authority authority = Authority::unknown;
  std::string attested_by;  // account, or "key NAME (identity)" where a signature was verified
  std::optional<Instant> at;
  std::int64_t attestation = 0;  // entry
  std::int64_t position = 0;     // in the document
  std::int64_t outranked = 0;    // statements that cover it too
  bool suppresses() const { return status == VexStatus::not_affected || status == VexStatus::fixed; }
  static void members(auto& visit, auto& self) {
    visit("cluster", self.cluster);
    visit("component", self.component);
    visit.maybe("artifact", self.artifact);
    visit.maybe("status", self.status);
    visit.maybe("justification", self.justification);
    visit.maybe("impact", self.impact);
    visit.maybe("action", self.action);
    visit.maybe("author", self.author);
    visit.maybe("authority", self.authority);
    visit.maybe("attested_by", self.attested_by);
    visit.maybe("at", self.at);
    visit.maybe("attestation", self.attestation);
    visit.maybe("position", self.position);
    visit.maybe("outranked", self.outranked);
  }
  bool operator==(const FindingStated&) const = default;
};

struct FindingsChanged {
  FindingCause cause = FindingCause::advisories;
  std::optional<Sha256> advisories;  // what was matched with; none: there were none yet
  std::vector<BillRead> bills;
  std::vector<FindingChange> changes;  // folded: findings_entry.h
  std::vector<StatementsRead> documents;
  std::vector<FindingStated> stated;
  bool more = false;  // the next entry goes on with it
  static void members(auto& visit, auto& self) {
    visit("cause", self.cause);
    visit.maybe("advisories", self.advisories);
    visit.maybe("bills", self.bills);
    visit.maybe("changes", self.changes);
    visit.maybe("documents", self.documents);
    visit.maybe("stated", self.stated);
    visit.maybe("more", self.more);
  }
};

// In what time findings of each severity are to be mended; the newest counts. What is left out has no clock.
struct RemedyTimesDeclared {
  std::optional<Duration> critical, high, medium, low;
  std::optional<Duration> exploited;  // for whatever is known to be exploited, where that is sooner
  static void members(auto& visit, auto& self) {
    visit.maybe("critical_us", self.critical);
    visit.maybe("high_us", self.high);
    visit.maybe("medium_us", self.medium);
    visit.maybe("low_us", self.low);
    visit.maybe("exploited_us", self.exploited);
  }
  bool operator==(const RemedyTimesDeclared&) const = default;
};

// Names a finding in paths and texts: "CVE-2021-44228/pkg:maven/…".
inline std::string finding_key(std::string_view cluster, std::string_view component) {
  return std::string(cluster) + '/' + std::string(component);
}

}  // namespace weir::vuln
