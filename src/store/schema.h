// The tables of one organization's database. `ledger` tables are the truth; `derived` tables are computed from entries
// and can be emptied and computed again; `owned` tables hold what is not said by entries (work queues, deliveries,
// idempotency keys, reporter heartbeats) and are migrated.
#pragma once
#include "store/sql.h"

namespace weir::store {

inline constexpr std::int64_t schema_version = 2;

inline constexpr std::array<std::string_view, 4> ledger_tables{"entry", "payload_key", "tile", "head"};
inline constexpr std::array<std::string_view, 29> derived_tables{"organization",
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
                                                                 "approval",
                                                                 "deployment",
                                                                 "environment",
                                                                 "reporter",
                                                                 "full_set",
                                                                 "full_member",
                                                                 "workload",
                                                                 "workload_digest",
                                                                 "workload_interpreter",
                                                                 "instance",
                                                                 "run_count",
                                                                 "scope",
                                                                 "snapshot",
                                                                 "alert",
                                                                 "incident",
                                                                 "channel",
                                                                 "follow_up"};
inline constexpr std::array<std::string_view, 9> owned_tables{
    "idempotency",    "idempotency_key", "idempotency_indexed", "unjudged", "delivery",
    "channel_secret", "heartbeat",       "heartbeat_said",      "timer"};

// Creates what is missing and brings an older version's tables up to this one; refuses a database made by a newer
// version.
Status create_schema(Database& db);

// Empties the derived tables; inside a transaction of the caller's.
Status empty_derived_tables(Database& db);

}  // namespace weir::store
