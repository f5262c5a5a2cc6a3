// Lines "A < B", "A = B" and "A > B", held against an order of versions: what `weir vuln compare --batch` reads.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "vuln/version_order.h"

namespace weir::vuln {

struct VersionClaim {
  std::string_view left, right;
  char relation = '=';  // < = >
};

// Nothing for a blank line or a comment ("//", or "#" where no claim can be read).
Result<std::optional<VersionClaim>> parse_claim(std::string_view line);

// In both directions. Empty when it holds, else what holds instead: "2 > 10".
std::string refute(VersionOrder order, const VersionClaim& claim);
char relation_of(std::weak_ordering ordering);

}  // namespace weir::vuln
