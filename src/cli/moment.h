// ENV[@TIME|#N]: an environment, live, at a moment, or as its snapshot N. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace weir::cli {

struct Moment {
  std::string environment;
  std::string at;        // RFC 3339, µs; empty when not given
  std::string snapshot;  // digits; empty when not given
  std::string spelled() const { return snapshot.empty() ? at : "#" + snapshot; }  // as a difference wants it
};

Result<Moment> parse_moment_of(std::string_view text);

}  // namespace weir::cli
