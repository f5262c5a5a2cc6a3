// How urgent a finding is: 0 to 100 points, the sum of terms that each say what they rest on. Monotone: no
// fact that gets worse lowers the sum. What is not known counts in the middle, never as harmless. Formula:
// docs/formats/priority.md. Pure.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "format/members.h"

namespace weir::vuln {

enum class Exploitation { no, known, by_ransomware };
constexpr auto names_of(Exploitation) {
  return std::array<std::string_view, 3>{"no", "known", "by_ransomware"};
}

// From where the workload can be reached: from nowhere, from its host alone, from a network of containers, from
// whoever reaches its host.
enum class Exposure { none, loopback, internal, unknown, network };
constexpr auto names_of(Exposure) {
  return std::array<std::string_view, 5>{"none", "loopback", "internal", "unknown", "network"};
}

enum class Presence { not_running, unknown, running };
constexpr auto names_of(Presence) {
  return std::array<std::string_view, 3>{"not_running", "unknown", "running"};
}

struct PriorityFacts {
  std::optional<double> score;  // CVSS base, 0 to 10
  std::optional<double> epss;   // probability, 0 to 1
  Exploitation exploited = Exploitation::no;
  Presence presence = Presence::unknown;
  Exposure exposure = Exposure::unknown;
  Duration open;                      // how long its clock has run
  std::optional<Duration> due_after;  // its SLA; none: nothing was agreed
};

struct PriorityTerm {
  std::string name, because;  // "severity", "CVSS 9.8"
  double points = 0, points_max = 0;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("points", self.points);
    visit("points_max", self.points_max);
    visit("because", self.because);
  }
};

struct Priority {
  double points = 0;  // 0 to 100, to the tenth
  std::vector<PriorityTerm> terms;
  static void members(auto& visit, auto& self) {
    visit("points", self.points);
    visit("terms", self.terms);
  }
};

// Facts beyond their ranges are taken as the nearest that is within.
Priority priority(const PriorityFacts& facts);

}  // namespace weir::vuln
