// A change of what policies decide, whichever way it comes: directly, or by a proposal all roles consented to. Where
// the organization names roles, what is enforced, the roles, and who is in their groups change by a proposal alone.
#pragma once
#include "access/reach.h"
#include "api/simulate.h"
#include "store/event.h"
#include "store/view_policy.h"

namespace weir::api {

inline constexpr Duration tried_on = days(30);  // decisions of so long

using Attachments = std::vector<store::AttachmentView>;

Error no_policy(std::string_view name);
// Where a policy is attached: exactly one of the two is named, the actor may act there, and it exists.
Status check_place(const access::Actor& actor, const std::string& environment, const std::string& flow);
Status require_place(store::Database& db, const std::string& environment, const std::string& flow);
std::optional<policy::Mode> mode_in(const Attachments& attachments, std::string_view environment,
                                    std::string_view flow);

// conflict when `roles`, those the organization names, are some: `what` says what would change, `command` is the one
// that proposes it.
Status check_needs_no_consent(const std::vector<std::string>& roles, std::string_view what, std::string_view command);
// conflict when the organization names roles and the policy decides somewhere: then a change is a proposal.
Status check_may_come_directly(store::Database& db, const std::string& name, const Attachments& attachments);
// The same for the mode of an attachment that is none or `was`; no mode is none.
Status check_may_count_directly(store::Database& db, const policy::PolicyAttached& there,
                                std::optional<policy::Mode> was, std::optional<policy::Mode> is);
// What evidence a new version asks for must be of types that there are; see check_type_exists. What ships is taken as
// it is: its own types may be declared later.
Status check_types_asked_for(store::Database& db, const policy::Document& document, const Sha256& digest);
// A new version counts at once wherever the policy is attached: conflict when it is enforced somewhere and would let
// nothing through of what was decided there of late and runs there.
Status check_where_enforced(store::Database& db, blob::BlobStore& blobs, const policy::PolicyCreated& next,
                            const Attachments& attachments, Instant now, const jobs::Exposure* exposure);
// conflict when the policy's newest version, enforced there, would let nothing through; see above.
Status check_if_enforced(store::Database& db, blob::BlobStore& blobs, const store::PolicyVersionView& newest,
                         const policy::PolicyAttached& there, Instant now, const jobs::Exposure* exposure);
// A group as it may stand: of people that there are, in order. Errc as access::declare_group.
Result<access::GroupDeclared> read_group(store::Database& db, const access::GroupDeclared& group);
// Adds the end of a proposal, and of the alert that a role of it has nobody.
Status end_proposal(store::Database& db, policy::PolicyProposalEnded ended, std::vector<store::Event>& events);
// Adds the end of every open proposal that was made from an older version than `next`.
Status end_outdated(store::Database& db, const policy::PolicyCreated& next,
                    std::vector<store::Event>& events);

store::PolicyVersionView version_view(const policy::PolicyCreated& created, const std::string& actor,
                                      const sequencer::Appended& at);

}  // namespace weir::api
