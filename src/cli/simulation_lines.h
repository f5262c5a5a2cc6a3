// What a simulation of a policy found, for people.
#pragma once
#include <string>

#include "cli/output.h"

namespace weir::cli {

std::string simulation_lines(const format::Json& found, Color color);

}  // namespace weir::cli
