// The tables of one organization's database. `ledger` tables are the truth; `derived` tables are computed from entries
// and can be emptied and computed again; `owned` tables hold what is not said by entries (work queues, deliveries,
// idempotency keys, reporter heartbeats) and are migrated.
#pragma once
#include "store/sql.h"

namespace weir::store {

inline constexpr std::int64_t schema_version = 14;

inline constexpr std::array<std::string_view, 4> ledger_tables{"entry", "payload_key", "tile", "head"};
inline constexpr auto derived_tables = std::to_array<std::string_view>({"organization",
                                                                 "account",
                                                                 "join_token",
                                                                 "service",
                                                                 "flow",
                                                                 "trail",
                                                                 "artifact",
                                                                 "artifact_on_trail",
                                                                 "identity",
                                                                 "layers",
                                                                 "attestation",
                                                                 "attestation_type",
                                                                 "signing_key",
                                                                 "approval",
                                                                 "deployment",
                                                                 "environment",
                                                                 "reporter",
                                                                 "full_set",
                                                                 "full_member",
                                                                 "workload",
                                                                 "verdict_past",
                                                                 "workload_digest",
                                                                 "workload_interpreter",
                                                                 "workload_package",
                                                                 "host_inventory",
                                                                 "program_bill",
                                                                 "instance",
                                                                 "exposure",
                                                                 "run_count",
                                                                 "scope",
                                                                 "snapshot",
                                                                 "alert",
                                                                 "incident",
                                                                 "channel",
                                                                 "integration",
                                                                 "policy",
                                                                 "policy_version",
                                                                 "policy_attachment",
                                                                 "policy_proposal",
                                                                 "policy_voice",
                                                                 "policy_roles",
                                                                 "decision",
                                                                 "decision_current",
                                                                 "window_version",
                                                                 "freeze",
                                                                 "window_override",
                                                                 "people_group",
                                                                 "group_member",
                                                                 "approval_request",
                                                                 "approval_vote",
                                                                 "break_glass",
                                                                 "exception",
                                                                 "exception_workload",
                                                                 "follow_up",
                                                                 "dbom_issued",
                                                                 "advisories",
                                                                 "advisories_matched",
                                                                 "bill_read",
                                                                 "finding",
                                                                 "finding_change",
                                                                 "finding_name",
                                                                 "campaign",
                                                                 "own_advisory",
                                                                 "statements_read",
                                                                 "finding_stated",
                                                                 "remedy_times"});
inline constexpr auto owned_tables = std::to_array<std::string_view>({
    "idempotency",    "idempotency_key", "idempotency_indexed", "unjudged", "delivery",
    "channel_secret", "heartbeat",       "heartbeat_said",      "timer",
    "decision_watch", "integration_secret", "caller_request"});

// Creates what is missing and brings an older version's tables up to this one; refuses a database made by a newer
// version. `empty`: the derived tables changed with the version; the caller fills them from the entries and notes it;
// until then every opening says so.
enum class DerivedTables { filled, empty };
Result<DerivedTables> create_schema(Database& db);
Status note_filled(Database& db);

// Empties the derived tables; inside a transaction of the caller's.
Status empty_derived_tables(Database& db);

}  // namespace weir::store
