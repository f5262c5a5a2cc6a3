// The metrics of a vector, read against a table of what a version knows. Shared by the formulas.
#pragma once
#include <map>
#include <span>
#include <string_view>

#include "base/result.h"
#include "vuln/cvss.h"

namespace weir::vuln {

struct MetricRow {
  std::string_view name;
  std::string_view values;  // with blanks between; the first stands for a metric that is not given
  bool mandatory = false;
};

using Metrics = std::map<std::string_view, std::string_view>;

// Of "AV:N/AC:L", prefix already gone. Metrics not given are not in it.
Result<Metrics> read_metrics(std::string_view vector, std::span<const MetricRow> rows);

// What a metric weighs: rows of a value and a number.
struct Weight {
  std::string_view value;
  double number;
};
double weight_of(std::string_view value, std::span<const Weight> weights);

Result<CvssScores> score_cvss_2(std::string_view vector);
Result<CvssScores> score_cvss_3(std::string_view vector, CvssVersion version);
Result<CvssScores> score_cvss_4(std::string_view vector);

}  // namespace weir::vuln
