#include "vuln/cvss.h"

#include <fmt/format.h>

#include <algorithm>

#include "vuln/cvss_metrics.h"

namespace weir::vuln {
namespace {

using format::Json;

constexpr std::size_t vector_bytes_max = 1024;

std::string_view next_field(std::string_view& text, char separator) {
  const std::size_t stop = std::min(text.find(separator), text.size());
  const std::string_view field = text.substr(0, stop);
  text.remove_prefix(std::min(stop + 1, text.size()));
  return field;
}

bool lists(std::string_view values, std::string_view value) {
  while (!values.empty())
    if (next_field(values, ' ') == value) return true;
  return false;
}

Json or_null(const std::optional<double>& score) { return score ? Json(*score) : Json(); }

}  // namespace

Result<Metrics> read_metrics(std::string_view vector, std::span<const MetricRow> rows) {
  Metrics metrics;
  if (vector.ends_with('/')) return invalid("the vector ends with '/'");
  while (!vector.empty()) {
    std::string_view field = next_field(vector, '/');
    const std::string_view name = next_field(field, ':'), value = field;
    const auto row = std::ranges::find(rows, name, &MetricRow::name);
    if (row == rows.end()) return invalid(fmt::format("there is no metric '{}'", name), std::string(name));
    if (value.empty() || !lists(row->values, value))
      return invalid(fmt::format("'{}' must be one of {}", name, row->values), std::string(name));
    if (!metrics.emplace(name, value).second)
      return invalid(fmt::format("the metric '{}' is given twice", name), std::string(name));
  }
  for (const MetricRow& row : rows)
    if (row.mandatory && !metrics.contains(row.name))
      return invalid(fmt::format("the metric '{}' is missing", row.name), std::string(row.name));
  return metrics;
}

double weight_of(std::string_view value, std::span<const Weight> weights) {
  const auto found = std::ranges::find(weights, value, &Weight::value);
  CHECK(found != weights.end());
  return found->number;
}

Result<CvssScores> score_cvss(std::string_view vector) {
  if (vector.size() > vector_bytes_max)
    return Error{Errc::too_large, fmt::format("a vector has at most {} bytes", vector_bytes_max)};
  const auto after = [&](std::string_view prefix) { return vector.substr(prefix.size()); };
  if (vector.starts_with("CVSS:4.0/")) return score_cvss_4(after("CVSS:4.0/"));
  if (vector.starts_with("CVSS:3.1/")) return score_cvss_3(after("CVSS:3.1/"), CvssVersion::v3_1);
  if (vector.starts_with("CVSS:3.0/")) return score_cvss_3(after("CVSS:3.0/"), CvssVersion::v3_0);
  if (vector.starts_with("CVSS:")) return invalid("expected CVSS:4.0, CVSS:3.1, CVSS:3.0 or a vector of 2.0");
  return score_cvss_2(vector);
}

std::string_view rating_of(double score) {
  if (score < 0.05) return "none";
  if (score < 3.95) return "low";
  if (score < 6.95) return "medium";
  return score < 8.95 ? "high" : "critical";
}

Json answer_cvss(std::string_view vector) {
  const Result<CvssScores> scores = score_cvss(vector);
  if (!scores.ok()) return Json::object({{"vector", vector}, {"error", scores.error().message}});
  Json::Array list{Json(scores->base)};
  if (scores->version != CvssVersion::v4_0) {
    list.push_back(or_null(scores->temporal));
    list.push_back(or_null(scores->environmental));
  }
  return Json::object({{"vector", vector}, {"scores", std::move(list)}});
}

}  // namespace weir::vuln
