// Every bound on size, depth, count and time that input meets, in one place. Beyond one of them the answer is
// Errc::too_large (or too_many), naming the bound.
#pragma once
#include <cstddef>

#include "base/time.h"

namespace weir::limits {

inline constexpr std::size_t leaf_bytes_max = 4096;
inline constexpr std::size_t leaf_subjects_max = 64;
inline constexpr std::size_t payload_inline_bytes_max = 64 * 1024;  // larger ones go to the blob store
inline constexpr std::size_t request_body_bytes_max = 1024 * 1024;
inline constexpr std::size_t blob_bytes_max = 64 * 1024 * 1024;
inline constexpr std::size_t report_bytes_max = 16 * 1024 * 1024;
inline constexpr std::size_t header_bytes_max = 16 * 1024;
inline constexpr std::size_t json_depth_max = 64;
inline constexpr std::size_t yaml_nodes_max = 100'000;
inline constexpr std::size_t name_bytes_max = 255;
inline constexpr std::size_t text_bytes_max = 4096;      // descriptions, reasons, messages
inline constexpr std::size_t tags_max = 64;              // of an environment or a flow
inline constexpr std::size_t page_rows_max = 1000;       // of one list answer
inline constexpr std::size_t queue_commands_max = 4096;  // sequencer; full means 503
inline constexpr std::size_t batch_commands_max = 1024;  // of one commit
inline constexpr std::size_t batch_writes_max = 500;     // of one request
inline constexpr std::size_t connections_max = 4096;
inline constexpr std::size_t index_waits_max = 256;    // requests that wait for an entry; then 503
inline constexpr std::size_t token_failures_max = 10;  // per address and minute, then 429

inline constexpr std::size_t query_fields_max = 256;
inline constexpr std::size_t stranger_body_bytes_max =
    16 * 1024;  // of who is not known; connections_max hold 64 MiB
inline constexpr std::size_t bodies_bytes_max =
    256 * 1024 * 1024;  // of all requests in flight together whose sender is known; then 503
inline constexpr std::size_t stranger_bodies_bytes_max =
    64 * 1024 * 1024;  // and of who is not known yet, where one has more than stranger_body_bytes_max
inline constexpr std::size_t read_bytes_per_second_min =
    64 * 1024;                                   // a large body earns its time at this rate
inline constexpr std::size_t refusals_max = 64;  // connections beyond connections_max that are still told why
inline constexpr Duration lingering_time_max = seconds(1);  // a refused client may still be sending

inline constexpr std::size_t tree_entries_max = 1'000'000;  // of a directory that is fingerprinted
inline constexpr std::size_t tree_depth_max = 256;
inline constexpr std::size_t image_document_bytes_max = 4 * 1024 * 1024;
inline constexpr std::size_t image_documents_max = 256;  // of one image
inline constexpr std::size_t image_layers_max = 1024;
inline constexpr std::size_t archive_entries_max = 100'000;
inline constexpr std::size_t evidence_records_max =
    1'000'000;  // test cases, results, components of one document
inline constexpr std::size_t evidence_values_max = 4'000'000;  // JSON values of one document
inline constexpr std::size_t xml_depth_max = 64;
inline constexpr std::size_t xml_nodes_max = 2'000'000;  // elements and attributes
inline constexpr std::size_t schema_bytes_max = 256 * 1024;
inline constexpr std::size_t policy_bytes_max = 512 * 1024;  // of one source

// Rego: a module, one evaluation, and what all engines of the process may hold.
inline constexpr std::size_t rego_policy_bytes_max = 1024 * 1024;
inline constexpr std::size_t rego_memory_bytes_max = std::size_t{1024} * 1024 * 1024;
inline constexpr Duration rego_time_max = milliseconds(200);
inline constexpr std::size_t policy_rules_max = 200;
inline constexpr std::size_t policy_globs_max = 100;  // patterns or conditions of one list
inline constexpr std::size_t expression_tokens_max = 1000;
inline constexpr std::size_t expression_depth_max = 20;

inline constexpr std::size_t window_rule_bytes_max = 1024;
inline constexpr std::int64_t window_count_max = 1'000'000;     // COUNT of a rule
inline constexpr std::int64_t window_interval_max = 1'000'000;  // INTERVAL of a rule
inline constexpr Duration window_duration_max = days(366);      // of one occurrence, of a freeze, of an override
inline constexpr std::size_t windows_max = 1000;                // of one organization
inline constexpr std::size_t selector_globs_max = 64;           // of each list of a selector

inline constexpr Duration request_time_max = seconds(30);
inline constexpr Duration idle_connection_time_max = seconds(120);
inline constexpr Duration coalesce_snapshot = milliseconds(100);
inline constexpr Duration settled_process_age = seconds(10);  // before an explained process joins a snapshot
inline constexpr Duration heartbeat_interval = seconds(5);
inline constexpr int heartbeats_missed_max = 3;  // then the reporter is silent
inline constexpr Duration deployment_within = minutes(15);
inline constexpr Duration adoption_period = days(90);
inline constexpr Duration clock_skew_max = hours(24);  // beyond it a report is refused

}  // namespace weir::limits
