#include "api/new_version.h"

#include <algorithm>

#include "store/view_proposal.h"

namespace weir::api {

Status check_may_come_directly(store::Database& db, const std::string& name, const Attachments& attachments) {
  const bool decides =
      std::any_of(attachments.begin(), attachments.end(),
                  [](const store::AttachmentView& each) { return each.mode == policy::Mode::enforce; });
  if (!decides) return {};
  const auto roles = TRY(store::find_policy_roles(db)).roles;
  if (roles.empty()) return {};
  return Error{Errc::conflict,
               fmt::format("'{}' is enforced, and a change of it needs the consent of {}: propose it with "
                           "`weir policy propose {} FILE`",
                           name, fmt::join(roles, ", "), name),
               "name"};
}

Status check_where_enforced(store::Database& db, blob::BlobStore& blobs, const policy::PolicyCreated& next,
                            const Attachments& attachments, Instant now, const jobs::Exposure* exposure) {
  std::optional<policy::Prepared> candidate;
  for (const store::AttachmentView& each : attachments) {
    if (each.mode != policy::Mode::enforce) continue;
    if (!candidate)
      candidate = TRY(policy::Prepared::prepare(
          {.name = next.name, .version = next.version, .text = next.source, .form = next.form}));
    TRY(check_lets_something_through(db, blobs, candidate->clone(),
                                     {.environment = each.environment,
                                      .flow = each.flow,
                                      .since = now - tried_on,
                                      .now = now,
                                      .exposure = exposure}));
  }
  return {};
}

Status end_outdated(store::Database& db, const policy::PolicyCreated& next,
                    std::vector<store::Event>& events) {
  for (const std::int64_t id : TRY(store::open_proposals_of(db, next.name)))
    if (id != next.proposal)
      events.push_back(policy::PolicyProposalEnded{id, policy::ProposalEnd::outdated,
                                                   fmt::format("version {} came before it", next.version)});
  return {};
}

store::PolicyVersionView version_view(const policy::PolicyCreated& created, const std::string& actor,
                                      const sequencer::Appended& at) {
  return {.name = created.name,
          .version = created.version,
          .form = created.form,
          .digest = created.digest,
          .source = created.source,
          .description = created.description,
          .actor = actor,
          .created_at = at.at,
          .entry = at.index,
          .proposal = created.proposal};
}

}  // namespace weir::api
