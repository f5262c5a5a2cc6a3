// CVSS vectors to scores: 2.0, 3.0, 3.1 and 4.0, by the formulas of FIRST's specifications, exactly to the tenth.
// Metrics may come in any order, each once; what a version requires must be there. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "format/json.h"

namespace weir::vuln {

enum class CvssVersion { v2_0, v3_0, v3_1, v4_0 };

struct CvssScores {
  CvssVersion version = CvssVersion::v3_1;
  double base = 0;  // of 4.0: the one score it has
  // 2.0: absent where the vector defines no metric of the group. 3.x: always there. 4.0: never.
  std::optional<double> temporal, environmental;
};

// Errors: invalid, naming the metric.
Result<CvssScores> score_cvss(std::string_view vector);

// "none", "low", "medium", "high", "critical": the qualitative scale of 3.x and 4.0.
std::string_view rating_of(double score);

// One line of `weir vuln cvss --batch`: {"vector", "scores": [base, temporal, environmental]}, of 4.0 {"scores": [s]},
// or {"vector", "error"}.
format::Json answer_cvss(std::string_view vector);

}  // namespace weir::vuln
