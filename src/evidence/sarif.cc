#include "evidence/sarif.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "base/limits.h"
#include "evidence/document.h"
#include "evidence/sarif_parts.h"

namespace weir::evidence {
namespace {

using format::Json;

struct SeverityRow {
  std::string_view name;
  double from;
};
// As code hosts map the number; 0 is none.
constexpr std::array severities{SeverityRow{"critical", 9.0}, SeverityRow{"high", 7.0},
                                SeverityRow{"medium", 4.0}, SeverityRow{"low", 0.1}};

struct RuleCount {
  std::string_view level;
  std::int64_t count = 0;
};

struct Tally {
  std::map<std::string_view, std::int64_t> by_level, by_severity;
  std::map<std::string, RuleCount> rules;
  std::int64_t open = 0, suppressed = 0, runs = 0;
  bool executed = true;
  Json::Array tools;
};

double severity_number(const Json& rule) {
  const Json& said = rule.at("properties").at("security-severity");
  if (const double* real = said.real()) return *real;
  if (const std::int64_t* whole = said.integer()) return static_cast<double>(*whole);
  const std::string_view text = said.string() == nullptr ? "" : std::string_view(*said.string());
  double value = 0;
  return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc() ? value : 0;
}

void add_result(Tally& tally, const Json& result, const SarifRules& rules) {
  if (!is_sarif_result_there(result)) return;
  if (is_sarif_result_suppressed(result)) {
    ++tally.suppressed;
    return;
  }
  const Json& rule = rules.of(result);
  const std::string_view level = sarif_level(result, rule);
  ++tally.open;
  ++tally.by_level[level];
  const double number = severity_number(rule);
  const auto* row =
      std::find_if(severities.begin(), severities.end(), [&](auto& r) { return number >= r.from; });
  if (row != severities.end()) ++tally.by_severity[row->name];
  const std::string_view named = rules.name_of(result);
  RuleCount& count = tally.rules[fact_text(named)];
  count.level = level;
  ++count.count;
}

Status add_run(Tally& tally, const Json& run) {
  if (run.object() == nullptr) return invalid("'runs' must hold objects", "runs");
  ++tally.runs;
  const Json& driver = run.at("tool").at("driver");
  const std::string_view version =
      driver.text("semanticVersion").empty() ? driver.text("version") : driver.text("semanticVersion");
  if (tally.tools.size() < fact_items_max)
    tally.tools.push_back(
        Json::object({{"name", fact_text(driver.text("name"))}, {"version", fact_text(version)}}));
  for (const Json& invocation : run.items("invocations"))
    if (const bool* done = invocation.at("executionSuccessful").boolean(); done != nullptr && !*done)
      tally.executed = false;
  if (run.items("results").size() > limits::evidence_records_max)
    return Error{Errc::too_large, fmt::format("more than {} results", limits::evidence_records_max)};
  const SarifRules rules(run.at("tool"));
  for (const Json& result : run.items("results")) add_result(tally, result, rules);
  return {};
}

Json most_frequent(const std::map<std::string, RuleCount>& rules) {
  std::vector<std::pair<std::string, RuleCount>> sorted(rules.begin(), rules.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](auto& a, auto& b) { return a.second.count > b.second.count; });
  if (sorted.size() > fact_items_max) sorted.resize(fact_items_max);
  Json::Array rows;
  for (const auto& [id, rule] : sorted)
    rows.push_back(Json::object({{"id", id}, {"level", rule.level}, {"count", rule.count}}));
  return rows;
}

Json facts_of(Tally& tally) {
  Json by_level = Json::object({}), by_severity = Json::object({});
  for (const std::string_view level : sarif_levels) by_level.set(std::string(level), tally.by_level[level]);
  for (const SeverityRow& row : severities)
    by_severity.set(std::string(row.name), tally.by_severity[row.name]);
  return Json::object({{"format", "sarif"},
                       {"tools", std::move(tally.tools)},
                       {"results", tally.open},
                       {"by_level", std::move(by_level)},
                       {"by_severity", std::move(by_severity)},
                       {"suppressed", tally.suppressed},
                       {"rules", most_frequent(tally.rules)},
                       {"executed", tally.executed}});
}

}  // namespace

Result<Summary> summarise_sarif(BytesView content) {
  const Json json = TRY(read_json(content));
  const Json::Array* runs = json.at("runs").array();
  if (runs == nullptr) return invalid("expected SARIF with an array 'runs'", "runs");
  if (!json.text("version").starts_with("2.1"))
    return invalid(fmt::format("expected SARIF 2.1.0, got version '{}'", fact_text(json.text("version"))),
                   "version");
  Tally tally;
  for (const Json& run : *runs) TRY(add_run(tally, run));
  std::optional<bool> compliant;
  if (tally.by_level["error"] > 0) compliant = false;
  else if (tally.runs > 0 && tally.executed) compliant = true;
  return Summary{.type = "scan", .compliant = compliant, .facts = facts_of(tally)};
}

}  // namespace weir::evidence
