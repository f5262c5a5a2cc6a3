// The packages rpm has installed, by asking rpm itself: its database has had three forms (Berkeley DB, ndb, SQLite) in
// three places, and the host's own rpm reads the host's own form (docs/adr/0015). The program is the host's
// /usr/bin/rpm, never one below another root; it gets no environment, its output and time are bounded. The
// format is fixed, one package a line, fields parted by US (0x1f), which no field may hold. Safe from any thread.
#pragma once
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "agent/inventory/component.h"
#include "base/result.h"

namespace weir::agent {

inline constexpr const char* rpm_program = "/usr/bin/rpm";
// What rpm is asked to print of each package.
std::string_view rpm_query_format();

// Keys that were imported with `rpm --import` (gpg-pubkey) are no packages. A line that isn't whole is left out.
std::vector<InstalledPackage> parse_rpm_lines(std::string_view text);

std::string rpm_stamp(const std::string& root);  // "" when there is no database
// Errors: not_found when there is no database; unavailable when rpm is not there, fails, takes
// too long or is stopped.
Result<std::vector<InstalledPackage>> read_rpm(const std::string& root,
                                               const std::string& program = rpm_program,
                                               std::stop_token stop = {});

}  // namespace weir::agent
