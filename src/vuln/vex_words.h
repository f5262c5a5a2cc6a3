// The words of statements about flaws (VEX) that records keep.
#pragma once
#include <array>
#include <string_view>

namespace weir::vuln {

// Worst last: of two statements nothing else parts, the worse one holds.
enum class VexStatus { not_affected, fixed, under_investigation, affected };
constexpr auto names_of(VexStatus) {
  return std::array<std::string_view, 4>{"not_affected", "fixed", "under_investigation", "affected"};
}

// Whose word it is; a later row outranks the ones before it.
enum class Authority { unknown, supplier, organization };
constexpr auto names_of(Authority) {
  return std::array<std::string_view, 3>{"unknown", "supplier", "organization"};
}

}  // namespace weir::vuln
