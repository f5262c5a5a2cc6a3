// CVSS v3.0 and v3.1, section 7 of their specifications (8.1 for 3.0). They differ in rounding and in the modified
// impact under a changed scope.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "vuln/cvss_metrics.h"

namespace weir::vuln {
namespace {

constexpr std::array rows{
    MetricRow{"AV", "N A L P", true}, MetricRow{"AC", "L H", true},  MetricRow{"PR", "N L H", true},
    MetricRow{"UI", "N R", true},     MetricRow{"S", "U C", true},   MetricRow{"C", "N L H", true},
    MetricRow{"I", "N L H", true},    MetricRow{"A", "N L H", true}, MetricRow{"E", "X U P F H"},
    MetricRow{"RL", "X O T W U"},     MetricRow{"RC", "X U R C"},    MetricRow{"CR", "X L M H"},
    MetricRow{"IR", "X L M H"},       MetricRow{"AR", "X L M H"},    MetricRow{"MAV", "X N A L P"},
    MetricRow{"MAC", "X L H"},        MetricRow{"MPR", "X N L H"},   MetricRow{"MUI", "X N R"},
    MetricRow{"MS", "X U C"},         MetricRow{"MC", "X N L H"},    MetricRow{"MI", "X N L H"},
    MetricRow{"MA", "X N L H"}};

constexpr std::array access_vector{Weight{"N", 0.85}, Weight{"A", 0.62}, Weight{"L", 0.55}, Weight{"P", 0.2}};
constexpr std::array complexity{Weight{"L", 0.77}, Weight{"H", 0.44}};
constexpr std::array privileges{Weight{"N", 0.85}, Weight{"L", 0.62}, Weight{"H", 0.27}};
constexpr std::array privileges_changed{Weight{"N", 0.85}, Weight{"L", 0.68}, Weight{"H", 0.50}};
constexpr std::array interaction{Weight{"N", 0.85}, Weight{"R", 0.62}};
constexpr std::array impact{Weight{"N", 0.0}, Weight{"L", 0.22}, Weight{"H", 0.56}};
constexpr std::array exploit{Weight{"X", 1.0}, Weight{"U", 0.91}, Weight{"P", 0.94}, Weight{"F", 0.97},
                             Weight{"H", 1.0}};
constexpr std::array remedy{Weight{"X", 1.0}, Weight{"O", 0.95}, Weight{"T", 0.96}, Weight{"W", 0.97},
                            Weight{"U", 1.0}};
constexpr std::array confidence{Weight{"X", 1.0}, Weight{"U", 0.92}, Weight{"R", 0.96}, Weight{"C", 1.0}};
constexpr std::array requirement{Weight{"X", 1.0}, Weight{"L", 0.5}, Weight{"M", 1.0}, Weight{"H", 1.5}};

struct Vector {
  Metrics metrics;
  CvssVersion version;

  std::string_view given(std::string_view name) const {
    const auto found = metrics.find(name);
    return found == metrics.end() ? "X" : found->second;
  }
  // With `modified`, "MAV" in place of "AV" where it is given.
  std::string_view value(std::string_view name, bool modified) const {
    const std::string_view other = modified ? given("M" + std::string(name)) : "X";
    return other == "X" ? given(name) : other;
  }

  // The lowest tenth that is not below. 3.1 takes five decimals as they are, which no binary fraction disturbs.
  double round_up(double score) const {
    if (version == CvssVersion::v3_0) return std::ceil(score * 10 - 1e-9) / 10;
    const auto scaled = static_cast<long long>(std::llround(score * 100'000));
    return scaled % 10'000 == 0 ? static_cast<double>(scaled) / 100'000
                                : static_cast<double>(scaled / 10'000 + 1) / 10;
  }

  double score(bool modified) const {
    const bool changed = value("S", modified) == "C";
    const auto kept = [&](std::string_view name, std::string_view needed) {
      return 1 - weight_of(value(name, modified), impact) *
                     (modified ? weight_of(given(needed), requirement) : 1);
    };
    double lost = 1 - kept("C", "CR") * kept("I", "IR") * kept("A", "AR");
    if (modified) lost = std::min(lost, 0.915);
    const double impact_score = changed ? changed_impact(lost, modified) : 6.42 * lost;
    if (impact_score <= 0) return 0;
    const double ease = 8.22 * weight_of(value("AV", modified), access_vector) *
                        weight_of(value("AC", modified), complexity) *
                        (changed ? weight_of(value("PR", modified), privileges_changed)
                                 : weight_of(value("PR", modified), privileges)) *
                        weight_of(value("UI", modified), interaction);
    return round_up(std::min((changed ? 1.08 : 1.0) * (impact_score + ease), 10.0));
  }
  double changed_impact(double lost, bool modified) const {
    const bool later = modified && version == CvssVersion::v3_1;
    const double tail = later ? std::pow(lost * 0.9731 - 0.02, 13) : std::pow(lost - 0.02, 15);
    return 7.52 * (lost - 0.029) - 3.25 * tail;
  }
  double in_time(double score) const {
    return round_up(score * weight_of(given("E"), exploit) * weight_of(given("RL"), remedy) *
                    weight_of(given("RC"), confidence));
  }
};

}  // namespace

Result<CvssScores> score_cvss_3(std::string_view text, CvssVersion version) {
  Metrics metrics = TRY(read_metrics(text, rows));
  const Vector vector{.metrics = std::move(metrics), .version = version};
  const double base = vector.score(false);
  return CvssScores{.version = version,
                    .base = base,
                    .temporal = vector.in_time(base),
                    .environmental = vector.in_time(vector.score(true))};
}

}  // namespace weir::vuln
