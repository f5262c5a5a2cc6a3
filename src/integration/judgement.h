// What the gate says of all that was built from a commit, as one verdict and as a comment for people: what is missing,
// who can supply it, when a window opens next. Pure.
#pragma once
#include <span>

#include "integration/integration.h"

namespace weir::integration {

// Of one artifact.
struct Judged {
  Sha256 artifact;
  std::string name;
  policy::Verdict verdict = policy::Verdict::undecided;
  std::int64_t decision = 0;             // its entry
  std::vector<std::string> explanation;  // as policy::explain gives it
};

struct Judgement {
  std::vector<Judged> artifacts;
  std::string problem;  // why nothing could be judged
};

// One deny denies all; without one, one undecided, or nothing to judge, leaves all undecided.
policy::Verdict verdict_of(const Judgement& judgement);

// At most 3000 bytes, lines of plain text.
std::string comment_on(const Judgement& judgement, const std::string& environment);

}  // namespace weir::integration
