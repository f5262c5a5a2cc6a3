// Findings as the tables hold them: what is open, what each has been through, which bills of materials they rest
// on; and what runs, to hold them against.
#pragma once
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "store/sql.h"
#include "store/view_exception.h"
#include "vuln/record.h"

namespace weir::store {

struct FindingRow {
  std::int64_t id = 0;
  vuln::FindingChange last;
  Instant opened_at, changed_at;  // opened_at: the first time
  std::int64_t entry = 0;         // of the last change
  Instant began_at;               // opened_at, or when it was reopened last
  Duration open_before;           // how long it was open until then; of one that ended, in all
  std::string cause;              // of its last beginning
};
// When the newest of a flaw's open findings began, or came back: no statement suppresses it any more, or an exception
// for it ended.
Result<Instant> newest_beginning(Database& db, std::string_view cluster);

struct FindingStep {
  Instant at;
  std::int64_t entry = 0;
  std::string cause;
  vuln::FindingChange change;
};

struct FindingFilter {
  std::string cluster;
  std::string component;  // with a cluster alone
  bool open = false;
  std::int64_t skip = 0;  // worst first, then in the order in which they were found
  std::int64_t limit = std::numeric_limits<std::int64_t>::max();
};
Result<std::vector<FindingRow>> list_findings(Database& db, const FindingFilter& filter);
Result<std::vector<std::string>> components_with_ended_findings(Database& db);
Result<std::vector<FindingRow>> ended_findings(Database& db, std::string_view component);
Result<std::vector<FindingRow>> ended_findings_naming(Database& db,
                                                      std::string_view record);  // by any of its ids
// All that had begun at a moment, as they stood then; in the order in which they were found.
Result<std::vector<FindingRow>> list_findings_at(Database& db, Instant at);
Result<std::vector<FindingRow>> findings_naming(Database& db, std::string_view record);  // by any of its ids
Result<std::optional<FindingRow>> find_finding(Database& db, std::int64_t id);
Result<std::vector<FindingStep>> steps_of(Database& db, std::int64_t finding);
// What the finding said at a moment; nothing before its first.
Result<std::optional<FindingStep>> finding_at(Database& db, std::int64_t finding, Instant at);

struct RemedyTimes {
  vuln::RemedyTimesDeclared times;
  std::int64_t entry = 0;
};
// `at`: those that held then. Nothing: nobody had declared any.
Result<std::optional<RemedyTimes>> find_remedy_times(Database& db, std::optional<Instant> at = std::nullopt);

// A bill of materials that is attested of an artifact.
struct BillRow {
  std::int64_t attestation = 0;
  Sha256 artifact;
  std::optional<Sha256> content;
  bool noted = false;  // said to be read, or not
  std::vector<Sha256> parts = {};  // of an inventory: its documents, instead of `content`
};
Result<std::vector<BillRow>> bills_after(Database& db, std::int64_t attestation, std::int64_t limit);

Result<std::optional<Sha256>> artifact_of_bill(Database& db, std::int64_t attestation);

// The contents of the artifact's bills up to this entry but for those that it replaces: of each other flow and name the
// latest one.
Result<std::vector<Sha256>> other_bills(Database& db, const Sha256& artifact, std::int64_t attestation,
                                        std::int64_t limit);

struct Matched {
  Sha256 digest;
  Instant at;
};
Result<std::optional<Matched>> last_matched(Database& db);
// Whether bills were read since then while there were no advisories to hold them against.
Result<bool> has_unmatched_bills(Database& db);
Result<std::optional<vuln::AdvisoriesUpdated>> last_advisories(Database& db, std::string_view feed);

// The last entry that brought a bill; -1 while there is none.
Result<std::int64_t> newest_bill(Database& db);

// What runs and is recorded: one row for each workload and artifact it is; one for each host with an inventory, and
// one for each workload and inventory of what it has loaded, whose holder stands for the artifact (view_inventory.h).
// `at`: then; else now.
struct RunningRow {
  std::string workload, name, host, environment, verdict;
  Instant since;
  Sha256 artifact;
  std::string artifact_name, flow, service, team;
  std::string kind = "artifact";  // what has the component: an artifact, the "packages" of a host, a "program"
};
// Of the columns: workload, name, host, environment, verdict, since, artifact, its name, flow, service, team.
RunningRow read_running(const Row& row);
Result<std::vector<RunningRow>> running_artifacts(Database& db, std::optional<Instant> at);

struct UncoveredView {
  std::string workload, name, host, environment, why;
  static void members(auto& visit, auto& self) {
    visit("workload", self.workload);
    visit("name", self.name);
    visit("host", self.host);
    visit("environment", self.environment);
    visit("why", self.why);
  }
};
// How much of what runs a search could see at all.
struct BillCoverageView {
  std::string sentence;
  std::int64_t running = 0, covered = 0;
  std::vector<UncoveredView> uncovered;
  std::vector<UncoveredView> outdated;  // whose newest bill can't be read: an older one was looked at
  static void members(auto& visit, auto& self) {
    visit("sentence", self.sentence);
    visit("running", self.running);
    visit("covered", self.covered);
    visit("uncovered", self.uncovered);
    visit("outdated", self.outdated);
  }
};
Result<BillCoverageView> bill_coverage(Database& db, std::optional<Instant> at);
// What runs, and hosts, of which an older bill answers because the newest one can't be read: counted in the sentence,
// the first 1,000 listed.
Status add_outdated(Database& db, std::optional<Instant> at, BillCoverageView& coverage);

// The exception that covers a finding: it names the flaw, or one of the records that say it. Null: none does.
const ExceptionInForce* covering(const std::vector<ExceptionInForce>& exceptions,
                                 const vuln::FindingChange& finding);

struct FlowReleaseView {
  Sha256 artifact;
  std::string name, flow, trail, commit;
  Instant recorded_at;
  std::int64_t entry = 0;
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("name", self.name);
    visit("flow", self.flow);
    visit("trail", self.trail);
    visit("commit", self.commit);
    visit("recorded_at", self.recorded_at);
    visit("entry", self.entry);
  }
};
// Of the same flow and name, in the order in which they were recorded.
Result<std::vector<FlowReleaseView>> releases_like(Database& db, const Sha256& artifact);

}  // namespace weir::store
