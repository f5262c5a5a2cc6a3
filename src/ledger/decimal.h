// Numbers as notes, proofs and tile paths write them: decimal digits, no sign, no leading zero, at most 64 bits.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::ledger {

std::optional<std::uint64_t> parse_decimal(std::string_view text);            // leading zeros allowed
std::optional<std::uint64_t> parse_canonical_decimal(std::string_view text);  // only what to_string gives

}  // namespace weir::ledger
