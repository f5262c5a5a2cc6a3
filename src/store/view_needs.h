// What waits for the one person who looks: exceptions to grant, break-glass to review, proposals to consent to.
#pragma once
#include <vector>

#include "access/account.h"
#include "store/view_overview.h"

namespace weir::store {

// Services of the first tier first, those nobody gave a tier last; then by severity and age; needs_max at most.
void order_needs(std::vector<NeedView>& needs);

// Adds what `viewer` may act on: nothing of the viewer's own, and nothing the viewer's roles, groups or scopes do not
// reach.
Status add_needs_of(Database& db, const access::Actor& viewer, Instant now, std::vector<NeedView>& needs);

}  // namespace weir::store
