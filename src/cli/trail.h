// How a trail is shown to people: what it is, its beads, and what is missing. Pure.
#pragma once
#include <string>

#include "cli/output.h"

namespace weir::cli {

std::string trail_story(const format::Json& trail, Color color);

}  // namespace weir::cli
