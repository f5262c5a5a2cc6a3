// What to go back to, as people read it.
#pragma once
#include <string>

#include "cli/output.h"

namespace weir::cli {

// "rollback: back to app sha256:… (approved, entry 12)", or why there is nothing; empty when nobody asked.
inline std::string rollback_line(const format::Json& target) {
  if (target.is_null()) return "";
  if (target.at("artifact").is_null()) return fmt::format("rollback: none, {}\n", cleaned(target.text("why")));
  return fmt::format("rollback: to {} {} (approved by entry {})\n", cleaned(target.text("name")),
                     cleaned(target.text("artifact")), dump(target.at("approval")));
}

}  // namespace weir::cli
