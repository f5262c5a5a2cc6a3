// What a result of SARIF says by itself and through its rule; shared by who counts them and who looks for one. Pure.
#pragma once
#include <array>
#include <map>
#include <string_view>

#include "format/json.h"

namespace weir::evidence {

inline constexpr std::array<std::string_view, 4> sarif_levels{"error", "warning", "note", "none"};

// A tool's rules by id, of the driver and its extensions. The tool must outlive it.
class SarifRules {
 public:
  explicit SarifRules(const format::Json& tool);
  const format::Json& of(const format::Json& result) const;    // null where there is none
  std::string_view name_of(const format::Json& result) const;  // its own rule id, else its rule's

 private:
  void index(const format::Json::Array& rules);
  const format::Json::Array& driver_;
  std::map<std::string_view, const format::Json*> by_id_;
};

// Its own, else its rule's, else "warning" (§3.27.10).
std::string_view sarif_level(const format::Json& result, const format::Json& rule);
// No pass, and not said to be absent from the new version.
bool is_sarif_result_there(const format::Json& result);
// Every suppression must stand: one that is under review or rejected leaves the result open (§3.27.23).
bool is_sarif_result_suppressed(const format::Json& result);

}  // namespace weir::evidence
