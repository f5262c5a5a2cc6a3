// A campaign mends one flaw wherever it runs: what each owner has come to, and how what runs with it grows less. Nobody
// types in how far anything is: it follows from findings, exceptions, statements, releases and what runs. The ledger
// keeps that a campaign was opened and closed. Pure.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "format/members.h"

namespace weir::vuln {

struct CampaignOpened {
  std::string cluster;               // the flaw, as findings name it
  std::vector<std::string> records;  // its other names when it was opened
  std::string severity, summary;     // when it was opened; empty: not known
  std::optional<Instant> due;
  std::string note;
  static void members(auto& visit, auto& self) {
    visit("cluster", self.cluster);
    visit.maybe("records", self.records);
    visit.maybe("severity", self.severity);
    visit.maybe("summary", self.summary);
    visit.maybe("due", self.due);
    visit.maybe("note", self.note);
  }
};

struct CampaignClosed {
  std::int64_t campaign = 0;  // entry that opened it
  std::string note;
  static void members(auto& visit, auto& self) {
    visit("campaign", self.campaign);
    visit.maybe("note", self.note);
  }
};

// What an affected workload has come to, what needs most first. `fix_released`: a release without the flaw exists and
// does not run there yet. `accepted`: by an exception in force. `not_affected`: no finding of it is open any more.
// `rolled_out`: no affected copy runs any more.
enum class CampaignStanding { not_started, fix_released, accepted, not_affected, rolled_out };
constexpr auto names_of(CampaignStanding) {
  return std::array<std::string_view, 5>{"not-started", "fix-released", "accepted", "not-affected",
                                         "rolled-out"};
}

struct Span {
  Instant from;
  std::optional<Instant> until;  // none: it goes on
  bool operator==(const Span&) const = default;
};
// When both held; each side's spans in any order. In order, without overlaps.
std::vector<Span> both(std::vector<Span> a, std::vector<Span> b);

// A workload that ran an affected artifact while the campaign was open.
struct AffectedRun {
  std::string owner, service;
  std::string workload, name, host, environment;
  Sha256 artifact;
  std::string artifact_name;
  std::vector<std::string> components;  // that have the flaw
  std::vector<std::string> fixed;       // versions that mend it, of these components
  std::string fixed_release;  // commit or digest of the newest release without the flaw; empty: none
  std::optional<std::int64_t> exception;  // that accepts it
  std::optional<Instant> accepted_until;
  CampaignStanding standing = CampaignStanding::not_started;
  bool runs = false;           // now
  std::vector<Span> affected;  // when it ran and had the flaw
};

struct StandingCount {
  CampaignStanding standing = CampaignStanding::not_started;
  std::int64_t workloads = 0;
  static void members(auto& visit, auto& self) {
    visit("standing", self.standing);
    visit("workloads", self.workloads);
  }
  bool operator==(const StandingCount&) const = default;
};

struct CampaignOwner {
  std::string owner;
  std::vector<std::string> services;
  CampaignStanding standing = CampaignStanding::not_started;  // the first of what its workloads have come to
  std::int64_t workloads = 0;                                 // that were affected, ever while it was open
  std::int64_t open = 0;                                      // that are and nobody has accepted or answered
  std::vector<StandingCount> counts;                          // of each standing there is, in their order
  std::vector<std::string> environments, artifacts, components, fixed, fixed_releases;
  std::vector<std::int64_t> exceptions;
  static void members(auto& visit, auto& self) {
    visit("owner", self.owner);
    visit("services", self.services);
    visit("standing", self.standing);
    visit("workloads", self.workloads);
    visit("open", self.open);
    visit("counts", self.counts);
    visit("environments", self.environments);
    visit("artifacts", self.artifacts);
    visit("components", self.components);
    visit("fixed", self.fixed);
    visit("fixed_releases", self.fixed_releases);
    visit("exceptions", self.exceptions);
  }
};
// One for each owner, what needs most first, then by name.
std::vector<CampaignOwner> owners_of(std::span<const AffectedRun> runs);

struct BurnPoint {
  Instant at;
  std::int64_t running = 0;  // workloads with the flaw, from then on
  static void members(auto& visit, auto& self) {
    visit("at", self.at);
    visit("running", self.running);
  }
  bool operator==(const BurnPoint&) const = default;
};
// A point at `from`, one at each change, and one at `until`; where those would be more than `most` (2 at least), the
// first, the last, and the highest of each of the equal parts of time between.
std::vector<BurnPoint> burn_down(std::span<const AffectedRun> runs, Instant from, Instant until,
                                 std::size_t most);

// What a request to open one rests on.
struct CampaignFacts {
  bool is_known = false;                      // an advisory or a finding names the flaw
  std::optional<std::int64_t> open_campaign;  // of the same flaw
};
// Errors: not_found, conflict, invalid.
Result<CampaignOpened> open_campaign(CampaignOpened wanted, const CampaignFacts& facts, Instant now);

}  // namespace weir::vuln
