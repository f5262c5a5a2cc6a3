// Every bound that inventories meet on a host. What lies beyond one is left out, and the source says so.
#pragma once
#include <cstddef>

#include "base/time.h"

namespace weir::agent::inventory {

inline constexpr std::size_t packages_max = 50'000;
inline constexpr std::size_t database_bytes_max = 256 * 1024 * 1024;  // of dpkg's status, of what rpm prints
inline constexpr Duration rpm_time_max = seconds(60);

inline constexpr std::size_t zip_entries_max = 100'000;  // of one archive
inline constexpr std::size_t zip_directory_bytes_max = 16 * 1024 * 1024;
inline constexpr std::size_t archive_bytes_max = std::size_t{1}
                                                 << 30;  // one that is not hashed and opened beyond it
inline constexpr std::size_t inflated_archive_bytes_max = 128 << 20;  // of a nested one that is compressed
inline constexpr std::size_t text_entry_bytes_max = 64 * 1024;        // pom.properties, MANIFEST.MF
inline constexpr std::size_t work_bytes_max = std::size_t{1}
                                              << 30;  // hashed and inflated for one archive, at any depth
inline constexpr int nesting_max = 4;
inline constexpr std::size_t folded_max = 2'000;       // packages folded into one archive
inline constexpr std::size_t components_max = 20'000;  // of one program

inline constexpr std::size_t programs_max = 1'000;
inline constexpr std::size_t jars_max = 4'096;     // of one program
inline constexpr std::size_t handles_max = 4'096;  // of one program that are looked at
inline constexpr std::size_t cached_jars_max = 8'192;

inline constexpr std::size_t document_components = 256;  // about so many in one document
inline constexpr std::size_t document_bytes_max = 512 * 1024;
inline constexpr Duration look_interval = seconds(10);  // at programs; stretched so that it costs ≤ 0.5 %
inline constexpr Duration package_look_interval = seconds(2);  // at the stamps of the databases
inline constexpr Duration program_age = seconds(15);           // before its archives are looked at

}  // namespace weir::agent::inventory
