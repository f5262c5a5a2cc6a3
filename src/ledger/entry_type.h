// The registry of entry types: one row per kind of act that the ledger records. A number, once released, keeps its
// meaning for ever; names are for people and may be read in `Entry.type` of the API. A leaf whose type this build
// doesn't know still decodes, hashes and verifies: only its meaning is missing.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace weir::ledger {

enum class EntryType : std::uint16_t {};

struct EntryTypeRow {
  EntryType type;
  std::string_view name;
};

inline constexpr std::array<EntryTypeRow, 0> entry_type_table{};

constexpr std::string_view name_of(EntryType type) {
  for (const EntryTypeRow& row : entry_type_table)
    if (row.type == type) return row.name;
  return "unknown";
}

}  // namespace weir::ledger
