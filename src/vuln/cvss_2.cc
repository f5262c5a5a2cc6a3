// CVSS v2.0, section 3.2 of its guide.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "vuln/cvss_metrics.h"

namespace weir::vuln {
namespace {

constexpr std::array rows{
    MetricRow{"AV", "L A N", true},     MetricRow{"AC", "H M L", true},  MetricRow{"Au", "M S N", true},
    MetricRow{"C", "N P C", true},      MetricRow{"I", "N P C", true},   MetricRow{"A", "N P C", true},
    MetricRow{"E", "ND U POC F H"},     MetricRow{"RL", "ND OF TF W U"}, MetricRow{"RC", "ND UC UR C"},
    MetricRow{"CDP", "ND N L LM MH H"}, MetricRow{"TD", "ND N L M H"},   MetricRow{"CR", "ND L M H"},
    MetricRow{"IR", "ND L M H"},        MetricRow{"AR", "ND L M H"}};

constexpr std::array access_vector{Weight{"L", 0.395}, Weight{"A", 0.646}, Weight{"N", 1.0}};
constexpr std::array complexity{Weight{"H", 0.35}, Weight{"M", 0.61}, Weight{"L", 0.71}};
constexpr std::array authentication{Weight{"M", 0.45}, Weight{"S", 0.56}, Weight{"N", 0.704}};
constexpr std::array impact{Weight{"N", 0.0}, Weight{"P", 0.275}, Weight{"C", 0.660}};
constexpr std::array exploit{Weight{"U", 0.85}, Weight{"POC", 0.9}, Weight{"F", 0.95}, Weight{"H", 1.0},
                             Weight{"ND", 1.0}};
constexpr std::array remedy{Weight{"OF", 0.87}, Weight{"TF", 0.90}, Weight{"W", 0.95}, Weight{"U", 1.0},
                            Weight{"ND", 1.0}};
constexpr std::array confidence{Weight{"UC", 0.90}, Weight{"UR", 0.95}, Weight{"C", 1.0}, Weight{"ND", 1.0}};
constexpr std::array damage{Weight{"N", 0.0},  Weight{"L", 0.1}, Weight{"LM", 0.3},
                            Weight{"MH", 0.4}, Weight{"H", 0.5}, Weight{"ND", 0.0}};
constexpr std::array distribution{Weight{"N", 0.0}, Weight{"L", 0.25}, Weight{"M", 0.75}, Weight{"H", 1.0},
                                  Weight{"ND", 1.0}};
constexpr std::array requirement{Weight{"L", 0.5}, Weight{"M", 1.0}, Weight{"H", 1.51}, Weight{"ND", 1.0}};

// Half up; what binary fractions fall short of a half is far below the added trifle.
double tenth(double value) { return std::floor(value * 10 + 0.5 + 1e-9) / 10; }

struct Vector {
  Metrics metrics;
  double of(std::string_view name, std::span<const Weight> weights) const {
    const auto found = metrics.find(name);
    return weight_of(found == metrics.end() ? "ND" : found->second, weights);
  }
  bool defines(std::span<const std::string_view> names) const {
    return std::ranges::any_of(names, [&](std::string_view name) {
      const auto found = metrics.find(name);
      return found != metrics.end() && found->second != "ND";
    });
  }
  double base(double impact_score) const {
    const double ease = 20 * of("AV", access_vector) * of("AC", complexity) * of("Au", authentication);
    return tenth((0.6 * impact_score + 0.4 * ease - 1.5) * (impact_score == 0 ? 0 : 1.176));
  }
  double temporal(double base_score) const {
    return tenth(base_score * of("E", exploit) * of("RL", remedy) * of("RC", confidence));
  }
  double plain_impact() const {
    return 10.41 * (1 - (1 - of("C", impact)) * (1 - of("I", impact)) * (1 - of("A", impact)));
  }
  double adjusted_impact() const {
    const double kept = (1 - of("C", impact) * of("CR", requirement)) *
                        (1 - of("I", impact) * of("IR", requirement)) *
                        (1 - of("A", impact) * of("AR", requirement));
    return std::min(10.0, 10.41 * (1 - kept));
  }
};

constexpr std::array<std::string_view, 3> temporal_metrics{"E", "RL", "RC"};
constexpr std::array<std::string_view, 5> environmental_metrics{"CDP", "TD", "CR", "IR", "AR"};

}  // namespace

Result<CvssScores> score_cvss_2(std::string_view text) {
  Metrics metrics = TRY(read_metrics(text, rows));
  const Vector vector{std::move(metrics)};
  CvssScores scores{.version = CvssVersion::v2_0, .base = std::max(0.0, vector.base(vector.plain_impact()))};
  if (vector.defines(temporal_metrics)) scores.temporal = std::max(0.0, vector.temporal(scores.base));
  if (vector.defines(environmental_metrics)) {
    const double adjusted = vector.temporal(vector.base(vector.adjusted_impact()));
    const double raised = adjusted + (10 - adjusted) * vector.of("CDP", damage);
    scores.environmental = std::max(0.0, tenth(raised * vector.of("TD", distribution)));
  }
  return scores;
}

}  // namespace weir::vuln
