// Scope rules say what an environment's reporters leave out. The last rule that matches decides; without one,
// everything
// is reported. What is left out is counted per rule and shown as a source, so that it's never silent. Pure; `Scope`
// belongs to one thread.
#pragma once
#include <vector>

#include "runtime/report.h"

namespace weir::agent {

class Scope {
 public:
  // The rules in force from now on; false when they are the ones already in force.
  bool change(std::int64_t version, std::vector<runtime::ScopeRule> rules);
  bool admits(const runtime::Instance& instance, Instant now);  // counts what it doesn't admit
  std::vector<runtime::Source> sources(Instant now) const;      // one per rule in force
  bool has_rules() const { return !rules_.empty(); }

 private:
  struct Counted {
    runtime::ScopeRule rule;
    std::int64_t left_out = 0;  // since the rule came
  };
  std::int64_t version_ = 0;
  std::vector<Counted> rules_;
};

}  // namespace weir::agent
