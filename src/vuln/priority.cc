#include "vuln/priority.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace weir::vuln {
namespace {

// Tenths of points, so that sums are exact.
struct Weights {
  std::int64_t severity = 350, epss = 150, exploited = 200, presence = 100, exposure = 100, age = 100;
};
constexpr Weights weights;
static_assert(weights.severity + weights.epss + weights.exploited + weights.presence + weights.exposure +
                  weights.age ==
              1000);

constexpr double score_unknown = 5.0, epss_unknown = 0.05;
constexpr std::array<std::int64_t, 3> exploited_points{0, 150, 200};
constexpr std::array<std::int64_t, 3> presence_points{0, 50, 100};
constexpr std::array<std::int64_t, 5> exposure_points{0, 15, 30, 50, 100};

struct Term {
  std::string_view name;
  std::int64_t tenths, tenths_max;
  std::string because;
};

double within(double value, double most) { return std::isnan(value) ? most : std::clamp(value, 0.0, most); }

std::int64_t share(double part, std::int64_t tenths) {
  return std::llround(part * static_cast<double>(tenths));
}

Term severity_term(const PriorityFacts& facts) {
  const double score = within(facts.score.value_or(score_unknown), 10);
  return {"severity", share(score / 10, weights.severity), weights.severity,
          facts.score ? fmt::format("CVSS {:.1f}", score) : "no score is known; taken as 5.0"};
}

Term epss_term(const PriorityFacts& facts) {
  const double epss = within(facts.epss.value_or(epss_unknown), 1);
  return {"epss", share(epss, weights.epss), weights.epss,
          facts.epss ? fmt::format("{:.1f} % within 30 days", epss * 100) : "no EPSS is known; taken as 5 %"};
}

Term exploited_term(const PriorityFacts& facts) {
  constexpr std::array<std::string_view, 3> because{
      "not known to be exploited", "known to be exploited (KEV)", "known to be used by ransomware (KEV)"};
  const auto row = static_cast<std::size_t>(facts.exploited);
  return {"exploited", exploited_points[row], weights.exploited, std::string(because[row])};
}

Term presence_term(const PriorityFacts& facts) {
  constexpr std::array<std::string_view, 3> because{"runs nowhere", "where it runs isn't known", "runs"};
  const auto row = static_cast<std::size_t>(facts.presence);
  return {"running", presence_points[row], weights.presence, std::string(because[row])};
}

Term exposure_term(const PriorityFacts& facts) {
  constexpr std::array<std::string_view, 5> because{
      "can't be reached", "can be reached from its host alone", "can be reached from its network of containers",
      "its exposure isn't known", "can be reached over its host's network"};
  const auto row = static_cast<std::size_t>(facts.exposure);
  return {"exposure", exposure_points[row], weights.exposure, std::string(because[row])};
}

std::string in_days(Duration duration) {
  return fmt::format("{:.1f} days",
                     static_cast<double>(duration.micros) / static_cast<double>(days(1).micros));
}

Term age_term(const PriorityFacts& facts) {
  const Duration open = std::max(facts.open, Duration{});
  if (!facts.due_after)
    return {"age", 0, weights.age, fmt::format("open {}; no time was agreed", in_days(open))};
  const double due = static_cast<double>(facts.due_after->micros);
  const double part = due <= 0 ? 1 : within(static_cast<double>(open.micros) / due, 1);
  return {"age", share(part, weights.age), weights.age,
          fmt::format("open {} of {}", in_days(open), in_days(*facts.due_after))};
}

}  // namespace

Priority priority(const PriorityFacts& facts) {
  const std::array terms{severity_term(facts), epss_term(facts),     exploited_term(facts),
                         presence_term(facts), exposure_term(facts), age_term(facts)};
  Priority made;
  std::int64_t sum = 0;
  for (const Term& term : terms) {
    sum += term.tenths;
    made.terms.push_back({.name = std::string(term.name),
                          .because = term.because,
                          .points = static_cast<double>(term.tenths) / 10,
                          .points_max = static_cast<double>(term.tenths_max) / 10});
  }
  made.points = static_cast<double>(sum) / 10;
  return made;
}

}  // namespace weir::vuln
