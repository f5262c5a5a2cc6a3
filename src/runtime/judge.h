// The verdict on what runs: a pure function of what was seen and of what is known about its digests at a moment. One
// table maps each reason to its verdict; the reasons are what people and machines are told.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "deploy/approval.h"
#include "runtime/report.h"

namespace weir::runtime {

enum class Verdict { approved, explained, unknown, unapproved, expired, revoked, changed, early, late };
constexpr auto names_of(Verdict) {
  return std::array<std::string_view, 9>{"approved", "explained", "unknown", "unapproved", "expired",
                                         "revoked",  "changed",   "early",   "late"};
}

enum class ReasonCode {
  approved, adopted, approved_by_manifest, approval_after_start, approval_expired, approval_revoked,
  approval_not_yet_valid, explained_by_package, changed_content, not_approved_here, unknown_digest, program_unseen,
  unhashed, foreign_content, outside_runtime, unknown_interpreter, not_judged_yet, policy_not_met,
  started_in_freeze, started_outside_window, excepted,
};

struct ReasonRow {
  ReasonCode code;
  std::string_view name;
  Verdict verdict;
  std::string_view severity;  // of the alert it raises; empty: none
  std::string_view remedy;    // what would make it right
};

inline constexpr std::array reason_table{
    ReasonRow{ReasonCode::approved, "approved", Verdict::approved, "", ""},
    ReasonRow{ReasonCode::adopted, "adopted", Verdict::approved, "", ""},
    ReasonRow{ReasonCode::approved_by_manifest, "approved-by-manifest", Verdict::approved, "", ""},
    ReasonRow{ReasonCode::approval_after_start, "approval-after-start", Verdict::late, "", ""},
    ReasonRow{ReasonCode::approval_expired, "approval-expired", Verdict::expired, "medium",
              "approve it again, or stop it"},
    ReasonRow{ReasonCode::approval_revoked, "approval-revoked", Verdict::revoked, "high", "stop it"},
    ReasonRow{ReasonCode::approval_not_yet_valid, "approval-not-yet-valid", Verdict::early, "medium",
              "wait for the approval's period, or approve it from now"},
    ReasonRow{ReasonCode::explained_by_package, "explained-by-package", Verdict::explained, "", ""},
    ReasonRow{ReasonCode::changed_content, "changed-content", Verdict::changed, "critical",
              "restore the approved content, or record and approve what it became"},
    ReasonRow{ReasonCode::not_approved_here, "not-approved-here", Verdict::unapproved, "high",
              "approve it for this environment, or stop it"},
    ReasonRow{ReasonCode::unknown_digest, "unknown-digest", Verdict::unknown, "high",
              "record and approve it, exclude it by a scope rule that ends, or stop it"},
    ReasonRow{ReasonCode::program_unseen, "program-unseen", Verdict::unknown, "low",
              "run it from a file that can be approved, or exclude its origin by a scope rule that ends"},
    ReasonRow{ReasonCode::unhashed, "unhashed", Verdict::unknown, "high",
              "find out what ran; grant the agent what its sources say it lacks"},
    ReasonRow{ReasonCode::foreign_content, "foreign-content", Verdict::unknown, "critical",
              "build it into the image and approve that, or stop the container"},
    ReasonRow{ReasonCode::outside_runtime, "outside-runtime", Verdict::unknown, "critical",
              "start it through a container runtime, or stop it"},
    ReasonRow{ReasonCode::unknown_interpreter, "unknown-interpreter", Verdict::unknown, "high",
              "approve the interpreter too, or run the script with a packaged one"},
    ReasonRow{ReasonCode::not_judged_yet, "not-judged-yet", Verdict::unknown, "", ""},
    ReasonRow{ReasonCode::policy_not_met, "policy-not-met", Verdict::unapproved, "high",
              "supply what the rule asks for, have an exception granted, or stop it"},
    ReasonRow{ReasonCode::started_in_freeze, "started-in-freeze", Verdict::unapproved, "high",
              "stop it, or adopt what runs, which says that it may stay"},
    ReasonRow{ReasonCode::started_outside_window, "started-outside-window", Verdict::unapproved, "high",
              "stop it, or adopt what runs, which says that it may stay; next time override the window first"},
    ReasonRow{ReasonCode::excepted, "excepted", Verdict::explained, "", ""},
};
constexpr const ReasonRow& row_of(ReasonCode code) { return reason_table[static_cast<std::size_t>(code)]; }
static_assert([] {
  for (std::size_t i = 0; i < reason_table.size(); ++i)
    if (reason_table[i].code != static_cast<ReasonCode>(i)) return false;
  return true;
}(), "reason_table is in the order of ReasonCode");
constexpr auto names_of(ReasonCode) {
  std::array<std::string_view, reason_table.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = reason_table[i].name;
  return names;
}

struct Reason {
  ReasonCode code = ReasonCode::not_judged_yet;
  std::string message;
  std::optional<std::int64_t> entry;  // of the approval, artifact or report it rests on
  static void members(auto& visit, auto& self) {
    visit("code", self.code);
    visit("message", self.message);
    visit("entry", self.entry);
  }
  bool operator==(const Reason&) const = default;
};

// What was seen, reduced to what matters: the earliest start among the instances that live, or the last one's.
struct Subject {
  std::string name;
  std::vector<Sha256> digests;
  WorkloadKind kind = WorkloadKind::process;
  Seen seen = Seen::whole;
  std::string seen_note;
  std::vector<std::string> marks;
  std::optional<PackageClaim> package;
  std::optional<Interpreter> interpreter;
  Instant started_at;
  Duration uncertainty;
};

// What is known about its digests, in its environment.
struct MatchedApproval {
  deploy::Approval approval;
  bool primary = true;  // matched the content itself (or its image's config), not only a manifest claimed for it
};
// A decision that what runs does not meet the policies that are enforced here.
struct Objection {
  std::int64_t decision = 0;  // entry
  std::string message;        // the rules that are not met
};
// An exception in force that covers this very workload.
struct Excepted {
  std::int64_t entry = 0;  // of the grant
  Instant until;
  std::string granted_by, reason;
};
struct Knowledge {
  std::vector<MatchedApproval> approvals;            // here, of any artifact whose identity holds one of the digests
  std::optional<std::int64_t> recorded;              // entry of a recorded artifact with one of the digests
  std::vector<std::string> approved_elsewhere;       // other environments where an approval is active
  std::optional<std::int64_t> same_name_approved;    // an approval here of other content under the same name
  std::optional<std::int64_t> same_layers_approved;  // an approved image with equal layers under another config
  bool primary_linked = false;     // the image's config is known, so a claimed manifest alone proves nothing
  bool interpreter_approved = false;
  std::optional<Objection> objection;
  std::optional<Reason> shut_at_start;  // a freeze or a window did not let anything start here when it started
  std::optional<Excepted> excepted;
};

struct Judgement {
  Verdict verdict = Verdict::unknown;
  std::vector<Reason> reasons;  // the first one decides
};

Judgement judge(const Subject& subject, const Knowledge& known, Instant now);

}  // namespace weir::runtime
