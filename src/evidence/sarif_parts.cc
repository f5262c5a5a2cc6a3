#include "evidence/sarif_parts.h"

#include <algorithm>

namespace weir::evidence {
namespace {

using format::Json;

const Json nothing;

std::string_view id_of(const Json& result) {
  const std::string_view id = result.text("ruleId");
  return id.empty() ? result.at("rule").text("id") : id;
}

}  // namespace

SarifRules::SarifRules(const Json& tool) : driver_(tool.at("driver").items("rules")) {
  index(driver_);
  for (const Json& extension : tool.items("extensions")) index(extension.items("rules"));
}

void SarifRules::index(const Json::Array& rules) {
  for (const Json& rule : rules) by_id_.emplace(rule.text("id"), &rule);
}

const Json& SarifRules::of(const Json& result) const {
  const std::string_view id = id_of(result);
  if (const auto found = by_id_.find(id); !id.empty() && found != by_id_.end()) return *found->second;
  const std::int64_t* at = result.at("ruleIndex").integer();
  const bool inside = at != nullptr && *at >= 0 && static_cast<std::size_t>(*at) < driver_.size();
  return inside ? driver_[static_cast<std::size_t>(*at)] : nothing;
}

std::string_view SarifRules::name_of(const Json& result) const {
  const std::string_view id = id_of(result);
  return id.empty() ? of(result).text("id") : id;
}

std::string_view sarif_level(const Json& result, const Json& rule) {
  const std::string_view kind = result.text("kind");
  if (!kind.empty() && kind != "fail") return "none";
  for (const std::string_view said : {result.text("level"), rule.at("defaultConfiguration").text("level")})
    if (const auto* found = std::find(sarif_levels.begin(), sarif_levels.end(), said);
        found != sarif_levels.end())
      return *found;
  return "warning";
}

bool is_sarif_result_there(const Json& result) {
  const std::string_view kind = result.text("kind");
  const bool informs = !kind.empty() && kind != "fail" && kind != "open" && kind != "review";
  return !informs && result.text("baselineState") != "absent";
}

bool is_sarif_result_suppressed(const Json& result) {
  const Json::Array& suppressions = result.items("suppressions");
  return !suppressions.empty() &&
         std::all_of(suppressions.begin(), suppressions.end(), [](const Json& suppression) {
           const std::string_view status = suppression.text("status");
           return status.empty() || status == "accepted";
         });
}

}  // namespace weir::evidence
