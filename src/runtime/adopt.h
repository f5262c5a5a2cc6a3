// Adoption takes over, in one act of a person, what an environment runs already. It approves content, by digest: of
// what runs, and of an interpreter that nothing else vouches for. What was not seen has no digest, and a decision that
// somebody took against something is not undone in passing: such is skipped, and said. Pure.
#pragma once
#include <string>
#include <vector>

#include "runtime/judge.h"

namespace weir::runtime {

enum class Skip { none, unseen, unhashed, outside_runtime, revoked };

struct Adoption {
  std::vector<Sha256> digests;  // to approve; none when it is fine as it is; of what is skipped, an interpreter at most
  Skip skip = Skip::none;
};

// What adopting a workload takes, given what it is judged to be now.
Adoption adoption_of(const Subject& subject, const Judgement& judgement);

std::string_view why_of(Skip skip);

}  // namespace weir::runtime
