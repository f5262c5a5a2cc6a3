// Our own small statements about a change: that somebody reviewed it, and that a ticket asked for it. Shapes:
// docs/formats/predicates.md. They are the sender's word; where a forge's webhook or a signature proves them,
// policies can ask for that. Pure.
#pragma once
#include "evidence/summary.h"

namespace weir::evidence {

// Facts: format "review", change, commit, author, reviewers (who approve this commit and are not the author),
// approvals, stale (approvals of another commit), four_eyes. Compliant: four_eyes; undecided without an
// author.
Result<Summary> summarise_review(BytesView content);

// Facts: format "ticket", key, url, system, title, state, found. Compliant: found.
Result<Summary> summarise_ticket(BytesView content);

}  // namespace weir::evidence
