// How a trail is shown to people: what it is, its beads, and what is missing. Pure.
#pragma once
#include <string>

#include "cli/output.h"

namespace weir::cli {

// "yes", "no", or that the flow required nothing of it, which is no yes.
std::string standing_of(const format::Json& trail);
std::string trail_story(const format::Json& trail, Color color);

}  // namespace weir::cli
