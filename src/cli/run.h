// The command line from its words to its exit code: 0 yes, 1 no (a deny, a mismatch, not found), 2 usage, 3
// not authorised, 4 server unavailable, 5 internal.
#pragma once
#include <span>
#include <string>

#include "cli/environment.h"

namespace weir::cli {

// `words` without the name of the program. Exceptions of third-party code end here, as `internal`.
int run(std::span<const std::string> words, Environment& environment);
int run(int argc, const char* const* argv, Environment& environment);

inline constexpr std::string_view version = WEIR_VERSION;

}  // namespace weir::cli
