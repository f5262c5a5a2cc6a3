// Bounds of advisories: of one record, and of all that one process reads.
#pragma once
#include <cstddef>

namespace weir::vuln {

inline constexpr std::size_t advisory_bytes_max = 16 * 1024 * 1024;
inline constexpr std::size_t advisory_affected_max = 20'000;
inline constexpr std::size_t advisory_ranges_max = 1'000;      // of one affected package
inline constexpr std::size_t advisory_events_max = 10'000;     // of one range
inline constexpr std::size_t advisory_versions_max = 200'000;  // of one affected package
inline constexpr std::size_t advisory_aliases_max = 1'000;
inline constexpr std::size_t advisory_text_bytes_max = 4096;  // of a version, a name, an id
inline constexpr std::size_t advisories_max = 2'000'000;

inline constexpr std::size_t vex_bytes_max = std::size_t{128} * 1024 * 1024;
inline constexpr std::size_t vex_items_max = 500'000;  // of one list
inline constexpr std::size_t vex_text_bytes_max = 64 * 1024;
inline constexpr std::size_t vex_statements_bytes_max = std::size_t{512} * 1024 * 1024;  // of one document
inline constexpr std::size_t vers_constraints_max = 1'000;  // of one range

}  // namespace weir::vuln
