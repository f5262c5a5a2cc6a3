// CVSS v4.0, section 8: a vector belongs to a macrovector (six equivalence classes), whose score is looked up and
// lowered by how far the vector lies below the highest ones of its class. Distances are whole steps.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "vuln/cvss_4_table.h"
#include "vuln/cvss_metrics.h"

namespace weir::vuln {
namespace {

constexpr std::array rows{MetricRow{"AV", "N A L P", true}, MetricRow{"AC", "L H", true},
                          MetricRow{"AT", "N P", true},     MetricRow{"PR", "N L H", true},
                          MetricRow{"UI", "N P A", true},   MetricRow{"VC", "H L N", true},
                          MetricRow{"VI", "H L N", true},   MetricRow{"VA", "H L N", true},
                          MetricRow{"SC", "H L N", true},   MetricRow{"SI", "H L N", true},
                          MetricRow{"SA", "H L N", true},   MetricRow{"E", "X A P U"},
                          MetricRow{"CR", "X H M L"},       MetricRow{"IR", "X H M L"},
                          MetricRow{"AR", "X H M L"},       MetricRow{"MAV", "X N A L P"},
                          MetricRow{"MAC", "X L H"},        MetricRow{"MAT", "X N P"},
                          MetricRow{"MPR", "X N L H"},      MetricRow{"MUI", "X N P A"},
                          MetricRow{"MVC", "X H L N"},      MetricRow{"MVI", "X H L N"},
                          MetricRow{"MVA", "X H L N"},      MetricRow{"MSC", "X H L N"},
                          MetricRow{"MSI", "X S H L N"},    MetricRow{"MSA", "X S H L N"},
                          MetricRow{"S", "X N P"},          MetricRow{"AU", "X N Y"},
                          MetricRow{"R", "X A U I"},        MetricRow{"V", "X D C"},
                          MetricRow{"RE", "X L M H"},       MetricRow{"U", "X Clear Green Amber Red"}};

// What decides a score, from the most severe value down.
struct Scale {
  std::string_view metric, values;
};
constexpr std::array scales{Scale{"AV", "NALP"}, Scale{"PR", "NLH"}, Scale{"UI", "NPA"}, Scale{"AC", "LH"},
                            Scale{"AT", "NP"},   Scale{"VC", "HLN"}, Scale{"VI", "HLN"}, Scale{"VA", "HLN"},
                            Scale{"CR", "HML"},  Scale{"IR", "HML"}, Scale{"AR", "HML"}, Scale{"SC", "SHLN"},
                            Scale{"SI", "SHLN"}, Scale{"SA", "SHLN"}};
enum At : std::size_t { av, pr, ui, ac, at, vc, vi, va, cr, ir, ar, sc, si, sa };
using Levels = std::array<int, scales.size()>;

// The highest vectors of a class: the values of its metrics, in the order of `scales`.
struct Highest {
  int eq_a, eq_b;  // class, or classes 3 and 6 together
  std::string_view values;
};
constexpr std::array highest_1{Highest{0, 0, "NNN"}, Highest{1, 0, "ANN"}, Highest{1, 0, "NLN"},
                               Highest{1, 0, "NNP"}, Highest{2, 0, "PNN"}, Highest{2, 0, "ALP"}};
constexpr std::array highest_2{Highest{0, 0, "LN"}, Highest{1, 0, "HN"}, Highest{1, 0, "LP"}};
constexpr std::array highest_3_6{Highest{0, 0, "HHHHHH"}, Highest{0, 1, "HHLMMH"}, Highest{0, 1, "HHHMMM"},
                                 Highest{1, 0, "LHHHHH"}, Highest{1, 0, "HLHHHH"}, Highest{1, 1, "LHLHMH"},
                                 Highest{1, 1, "LHHHMM"}, Highest{1, 1, "HLHMHM"}, Highest{1, 1, "HLLMHH"},
                                 Highest{1, 1, "LLHHHM"}, Highest{2, 1, "LLLHHH"}};
constexpr std::array highest_4{Highest{0, 0, "HSS"}, Highest{1, 0, "HHH"}, Highest{2, 0, "LLL"}};

// How many steps a class spans.
constexpr std::array<int, 3> depth_1{1, 4, 5}, depth_4{6, 5, 4};
constexpr std::array<int, 2> depth_2{1, 2};
constexpr std::array<std::array<int, 2>, 3> depth_3_6{{{7, 6}, {8, 8}, {0, 10}}};

using Classes = std::array<int, 6>;  // EQ1 to EQ6

std::optional<int> tenths_of(const Classes& eq) {
  constexpr std::array<int, 6> sizes{3, 2, 3, 3, 3, 2};
  std::size_t index = 0;
  for (std::size_t i = 0; i < eq.size(); ++i) {
    if (eq[i] >= sizes[i]) return std::nullopt;
    index = index * static_cast<std::size_t>(sizes[i]) + static_cast<std::size_t>(eq[i]);
  }
  const std::uint8_t tenths = cvss_4::macrovector_tenths[index];
  return tenths == cvss_4::none ? std::nullopt : std::optional<int>(tenths);
}

std::string_view value_of(const Metrics& metrics, std::string_view name) {
  const auto modified = metrics.find("M" + std::string(name));
  if (modified != metrics.end() && modified->second != "X") return modified->second;
  const auto found = metrics.find(name);
  const std::string_view value = found == metrics.end() ? "X" : found->second;
  if (value != "X") return value;
  return name == "E" ? "A" : "H";  // not known: the worst
}

Levels levels_of(const Metrics& metrics) {
  Levels levels{};
  for (std::size_t i = 0; i < scales.size(); ++i)
    levels[i] = static_cast<int>(scales[i].values.find(value_of(metrics, scales[i].metric)));
  return levels;
}

Classes classes_of(const Levels& level, std::string_view exploit) {
  const auto is_top = [&](At metric) { return level[metric] == 0; };
  const bool any_open = is_top(av) || is_top(pr) || is_top(ui);
  const bool physical = level[av] == 3;
  Classes eq{};
  eq[0] = is_top(av) && is_top(pr) && is_top(ui) ? 0 : any_open && !physical ? 1 : 2;
  eq[1] = is_top(ac) && is_top(at) ? 0 : 1;
  eq[2] = is_top(vc) && is_top(vi) ? 0 : is_top(vc) || is_top(vi) || is_top(va) ? 1 : 2;
  const bool high_beyond = level[sc] == 1 || level[si] == 1 || level[sa] == 1;
  eq[3] = is_top(si) || is_top(sa) ? 0 : high_beyond ? 1 : 2;
  eq[4] = exploit == "A" ? 0 : exploit == "P" ? 1 : 2;
  const bool needed = (is_top(vc) && is_top(cr)) || (is_top(vi) && is_top(ir)) || (is_top(va) && is_top(ar));
  eq[5] = needed ? 0 : 1;
  return eq;
}

// Steps below the first highest vector of the class that none of the metrics exceeds.
int distance(const Levels& levels, At first, std::pair<int, int> eq, std::span<const Highest> highest) {
  for (const Highest& top : highest) {
    if (top.eq_a != eq.first || top.eq_b != eq.second) continue;
    int sum = 0;
    bool below = true;
    for (std::size_t i = 0; i < top.values.size(); ++i) {
      const int step = levels[first + i] - static_cast<int>(scales[first + i].values.find(top.values[i]));
      below &= step >= 0;
      sum += step;
    }
    if (below) return sum;
  }
  return 0;
}

std::optional<int> lower(Classes eq, std::size_t which) {
  ++eq[which];
  return tenths_of(eq);
}

// Classes 3 and 6 depend on each other and go down together.
std::optional<int> lower_3_6(const Classes& eq) {
  if (eq[2] == 0 && eq[5] == 0) return std::max(lower(eq, 5), lower(eq, 2));
  return eq[5] == 0 ? lower(eq, 5) : lower(eq, 2);
}

struct Mean {
  double sum = 0;
  int count = 0;
  // The part of the way to the next lower macrovector that the vector has gone.
  void add(int here, std::optional<int> below, int steps, int depth) {
    if (!below) return;
    ++count;
    sum += static_cast<double>(here - *below) * steps / depth;
  }
  double value() const { return count == 0 ? 0 : sum / count; }
};

double score_of(const Levels& levels, const Classes& eq) {
  const std::optional<int> here = tenths_of(eq);
  CHECK(here.has_value());
  const auto at_class = [](int value) { return static_cast<std::size_t>(value); };
  Mean mean;
  mean.add(*here, lower(eq, 0), distance(levels, av, {eq[0], 0}, highest_1), depth_1[at_class(eq[0])]);
  mean.add(*here, lower(eq, 1), distance(levels, ac, {eq[1], 0}, highest_2), depth_2[at_class(eq[1])]);
  mean.add(*here, lower_3_6(eq), distance(levels, vc, {eq[2], eq[5]}, highest_3_6),
           depth_3_6[at_class(eq[2])][at_class(eq[5])]);
  mean.add(*here, lower(eq, 3), distance(levels, sc, {eq[3], 0}, highest_4), depth_4[at_class(eq[3])]);
  mean.add(*here, lower(eq, 4), 0, 1);
  const double tenths = std::clamp(*here - mean.value(), 0.0, 100.0);
  return std::floor(tenths + 0.5 + 1e-6) / 10;
}

}  // namespace

Result<CvssScores> score_cvss_4(std::string_view text) {
  const Metrics metrics = TRY(read_metrics(text, rows));
  const Levels levels = levels_of(metrics);
  CvssScores scores{.version = CvssVersion::v4_0};
  constexpr std::array impacts{vc, vi, va, sc, si, sa};
  const bool harmless = std::ranges::all_of(impacts, [&](At metric) {
    return levels[metric] == static_cast<int>(scales[metric].values.size()) - 1;
  });
  if (!harmless) scores.base = score_of(levels, classes_of(levels, value_of(metrics, "E")));
  return scores;
}

}  // namespace weir::vuln
