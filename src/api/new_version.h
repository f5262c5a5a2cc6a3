// A next version of a policy, whichever way it comes: created directly, or by a proposal all roles consented to.
#pragma once
#include "api/simulate.h"
#include "store/event.h"
#include "store/view_policy.h"

namespace weir::api {

inline constexpr Duration tried_on = days(30);  // decisions of so long

using Attachments = std::vector<store::AttachmentView>;

// conflict when the organization names roles and the policy decides somewhere: then a change is a proposal.
Status check_may_come_directly(store::Database& db, const std::string& name, const Attachments& attachments);
// A new version counts at once wherever the policy is attached: conflict when it is enforced somewhere and would let
// nothing through of what was decided there of late and runs there.
Status check_where_enforced(store::Database& db, blob::BlobStore& blobs, const policy::PolicyCreated& next,
                            const Attachments& attachments, Instant now, const jobs::Exposure* exposure);
// Adds the end of every open proposal that was made from an older version than `next`.
Status end_outdated(store::Database& db, const policy::PolicyCreated& next,
                    std::vector<store::Event>& events);

store::PolicyVersionView version_view(const policy::PolicyCreated& created, const std::string& actor,
                                      const sequencer::Appended& at);

}  // namespace weir::api
