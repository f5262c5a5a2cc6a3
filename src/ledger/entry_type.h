// The registry of entry types: one row per kind of act that the ledger records. A number, once released, keeps its
// meaning for ever; names are for people and may be read in `Entry.type` of the API. A leaf whose type this build
// doesn't know still decodes, hashes and verifies: only its meaning is missing.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace weir::ledger {

enum class EntryType : std::uint16_t {
  ledger_opened = 1,
  account_created = 2,
  account_removed = 3,
  join_token_issued = 4,
  join_token_revoked = 5,
  group_declared = 6,
  service_declared = 10,
  flow_declared = 11,
  trail_begun = 12,
  artifact_recorded = 13,
  attestation_recorded = 14,
  attestation_type_declared = 15,
  approval_given = 20,
  approval_revoked = 21,
  deployment_declared = 22,
  deployment_changed = 23,
  approval_consented = 24,
  approval_request_ended = 25,
  approval_requested = 26,
  environment_declared = 30,
  reporter_enrolled = 31,
  report_accepted = 32,
  reporter_faulted = 33,
  scope_declared = 34,
  scope_removed = 35,
  verdicts_given = 36,
  snapshot_taken = 37,
  alert_opened = 40,
  alerts_resolved = 41,
  alerts_acknowledged = 42,
  channel_declared = 43,
  channel_removed = 44,
  policy_created = 50,
  policy_attached = 51,
  policy_detached = 52,
  policy_proposed = 53,
  policy_consented = 54,
  policy_proposal_ended = 55,
  decision_recorded = 56,
  policy_roles_named = 57,
  window_declared = 60,
  window_removed = 61,
  freeze_declared = 62,
  freeze_ended = 63,
  window_overridden = 64,
  exception_requested = 65,
  exception_granted = 66,
  exception_refused = 67,
  exception_ended = 68,
  exception_warned = 69,
  break_glass_opened = 70,
  break_glass_reviewed = 71,
  dbom_issued = 75,
  advisories_updated = 80,
  findings_changed = 81,
  integration_declared = 90,
  integration_removed = 91,
  caller_answered = 92,
};

struct EntryTypeRow {
  EntryType type;
  std::string_view name;
};

inline constexpr std::array entry_type_table{
    EntryTypeRow{EntryType::ledger_opened, "ledger-opened"},
    EntryTypeRow{EntryType::account_created, "account-created"},
    EntryTypeRow{EntryType::account_removed, "account-removed"},
    EntryTypeRow{EntryType::join_token_issued, "join-token-issued"},
    EntryTypeRow{EntryType::join_token_revoked, "join-token-revoked"},
    EntryTypeRow{EntryType::group_declared, "group-declared"},
    EntryTypeRow{EntryType::service_declared, "service-declared"},
    EntryTypeRow{EntryType::flow_declared, "flow-declared"},
    EntryTypeRow{EntryType::trail_begun, "trail-begun"},
    EntryTypeRow{EntryType::artifact_recorded, "artifact-recorded"},
    EntryTypeRow{EntryType::attestation_recorded, "attestation-recorded"},
    EntryTypeRow{EntryType::attestation_type_declared, "attestation-type-declared"},
    EntryTypeRow{EntryType::approval_given, "approval-given"},
    EntryTypeRow{EntryType::approval_revoked, "approval-revoked"},
    EntryTypeRow{EntryType::deployment_declared, "deployment-declared"},
    EntryTypeRow{EntryType::deployment_changed, "deployment-changed"},
    EntryTypeRow{EntryType::approval_consented, "approval-consented"},
    EntryTypeRow{EntryType::approval_request_ended, "approval-request-ended"},
    EntryTypeRow{EntryType::approval_requested, "approval-requested"},
    EntryTypeRow{EntryType::environment_declared, "environment-declared"},
    EntryTypeRow{EntryType::reporter_enrolled, "reporter-enrolled"},
    EntryTypeRow{EntryType::report_accepted, "report-accepted"},
    EntryTypeRow{EntryType::reporter_faulted, "reporter-faulted"},
    EntryTypeRow{EntryType::scope_declared, "scope-declared"},
    EntryTypeRow{EntryType::scope_removed, "scope-removed"},
    EntryTypeRow{EntryType::verdicts_given, "verdicts-given"},
    EntryTypeRow{EntryType::snapshot_taken, "snapshot-taken"},
    EntryTypeRow{EntryType::alert_opened, "alert-opened"},
    EntryTypeRow{EntryType::alerts_resolved, "alerts-resolved"},
    EntryTypeRow{EntryType::alerts_acknowledged, "alerts-acknowledged"},
    EntryTypeRow{EntryType::channel_declared, "channel-declared"},
    EntryTypeRow{EntryType::channel_removed, "channel-removed"},
    EntryTypeRow{EntryType::policy_created, "policy-created"},
    EntryTypeRow{EntryType::policy_attached, "policy-attached"},
    EntryTypeRow{EntryType::policy_detached, "policy-detached"},
    EntryTypeRow{EntryType::policy_proposed, "policy-proposed"},
    EntryTypeRow{EntryType::policy_consented, "policy-consented"},
    EntryTypeRow{EntryType::policy_proposal_ended, "policy-proposal-ended"},
    EntryTypeRow{EntryType::decision_recorded, "decision-recorded"},
    EntryTypeRow{EntryType::policy_roles_named, "policy-roles-named"},
    EntryTypeRow{EntryType::window_declared, "window-declared"},
    EntryTypeRow{EntryType::window_removed, "window-removed"},
    EntryTypeRow{EntryType::freeze_declared, "freeze-declared"},
    EntryTypeRow{EntryType::freeze_ended, "freeze-ended"},
    EntryTypeRow{EntryType::window_overridden, "window-overridden"},
    EntryTypeRow{EntryType::exception_requested, "exception-requested"},
    EntryTypeRow{EntryType::exception_granted, "exception-granted"},
    EntryTypeRow{EntryType::exception_refused, "exception-refused"},
    EntryTypeRow{EntryType::exception_ended, "exception-ended"},
    EntryTypeRow{EntryType::exception_warned, "exception-warned"},
    EntryTypeRow{EntryType::break_glass_opened, "break-glass-opened"},
    EntryTypeRow{EntryType::break_glass_reviewed, "break-glass-reviewed"},
    EntryTypeRow{EntryType::dbom_issued, "dbom-issued"},
    EntryTypeRow{EntryType::advisories_updated, "advisories-updated"},
    EntryTypeRow{EntryType::findings_changed, "findings-changed"},
    EntryTypeRow{EntryType::integration_declared, "integration-declared"},
    EntryTypeRow{EntryType::integration_removed, "integration-removed"},
    EntryTypeRow{EntryType::caller_answered, "caller-answered"},
};

constexpr std::string_view name_of(EntryType type) {
  for (const EntryTypeRow& row : entry_type_table)
    if (row.type == type) return row.name;
  return "unknown";
}

}  // namespace weir::ledger
