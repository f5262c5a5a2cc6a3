#include "evidence/scan_result.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "evidence/document.h"
#include "evidence/sarif_parts.h"
#include "evidence/summary.h"

namespace weir::evidence {
namespace {

using format::Json;

constexpr std::size_t fingerprints_max = 16;

std::vector<std::string> fingerprints_of(const Json& result) {
  std::vector<std::string> values;
  for (const std::string_view kind : {"fingerprints", "partialFingerprints"})
    if (const Json::Object* members = result.at(kind).object())
      for (const auto& [name, value] : *members)
        if (value.string() != nullptr && values.size() < fingerprints_max)
          values.push_back(fact_text(*value.string()));
  return values;
}

ScanResult result_of(const Json& run, const Json& result, const SarifRules& rules) {
  const Json& rule = rules.of(result);
  ScanResult made{.tool = fact_text(run.at("tool").at("driver").text("name")),
                  .rule = fact_text(rules.name_of(result)),
                  .level = std::string(sarif_level(result, rule)),
                  .message = fact_text(result.at("message").text("text")),
                  .fingerprints = fingerprints_of(result)};
  const Json::Array& locations = result.items("locations");
  if (locations.empty()) return made;
  const Json& place = locations.front().at("physicalLocation");
  made.file = fact_text(place.at("artifactLocation").text("uri"));
  if (const std::int64_t* line = place.at("region").at("startLine").integer()) made.line = *line;
  return made;
}

bool is_asked_for(const ScanResult& result, const ScanQuestion& question) {
  if (!question.rule.empty()) return result.rule == question.rule;
  return std::ranges::find(result.fingerprints, question.fingerprint) != result.fingerprints.end();
}

}  // namespace

Result<std::vector<ScanResult>> scan_results(BytesView content, const ScanQuestion& question) {
  const Json json = TRY(read_json(content));
  const Json::Array* runs = json.at("runs").array();
  if (runs == nullptr) return invalid("expected SARIF with an array 'runs'", "runs");
  const ScanQuestion asked{fact_text(question.rule), fact_text(question.fingerprint)};
  std::vector<ScanResult> found;
  for (const Json& run : *runs) {
    if (run.items("results").size() > limits::evidence_records_max)
      return Error{Errc::too_large, fmt::format("more than {} results", limits::evidence_records_max)};
    const SarifRules rules(run.at("tool"));
    for (const Json& result : run.items("results")) {
      if (found.size() == scan_results_max) return found;
      if (!is_sarif_result_there(result) || is_sarif_result_suppressed(result)) continue;
      ScanResult made = result_of(run, result, rules);
      if (is_asked_for(made, asked)) found.push_back(std::move(made));
    }
  }
  return found;
}

bool is_same_result(const ScanResult& a, const ScanResult& b) {
  const bool known = !a.fingerprints.empty() && !b.fingerprints.empty();
  if (!known) return a.rule == b.rule && a.file == b.file;
  return std::ranges::any_of(a.fingerprints, [&](const std::string& each) {
    return std::ranges::find(b.fingerprints, each) != b.fingerprints.end();
  });
}

}  // namespace weir::evidence
