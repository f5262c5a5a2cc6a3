#include "api/policy_change.h"

#include <algorithm>

#include "api/attestation.h"
#include "crypto/digest.h"
#include "policy/catalogue.h"
#include "store/view_alert.h"
#include "store/view_deploy.h"
#include "store/view_proposal.h"
#include "store/view_record.h"

namespace weir::api {
namespace {

SimulationScope trial_in(const std::string& environment, const std::string& flow, Instant now,
                         const jobs::Exposure* exposure) {
  return {
      .environment = environment, .flow = flow, .since = now - tried_on, .now = now, .exposure = exposure};
}

}  // namespace

Error no_policy(std::string_view name) {
  return not_found(
      fmt::format("there is no policy '{}'; create it with `weir policy create {} FILE`", name, name));
}

Status check_place(const access::Actor& actor, const std::string& environment, const std::string& flow) {
  if (environment.empty() == flow.empty())
    return invalid("a policy is attached to an environment or to a flow: name one of the two", "environment");
  if (!environment.empty()) return access::check_environment_scope(actor, environment);
  return access::check_flow_scope(actor, flow);
}

Status require_place(store::Database& db, const std::string& environment, const std::string& flow) {
  if (!environment.empty() && !TRY(store::environment_exists(db, environment)))
    return not_found(
        fmt::format("there is no environment '{}'; create it with `weir env create {} --kind host`",
                    environment, environment));
  if (!flow.empty() && !TRY(store::flow_exists(db, flow)))
    return not_found(fmt::format("there is no flow '{}'; create it with `weir flow create {}`", flow, flow));
  return {};
}

std::optional<policy::Mode> mode_in(const Attachments& attachments, std::string_view environment,
                                    std::string_view flow) {
  for (const store::AttachmentView& each : attachments)
    if (each.environment == environment && each.flow == flow) return each.mode;
  return std::nullopt;
}

Status check_needs_no_consent(const std::vector<std::string>& roles, std::string_view what,
                              std::string_view command) {
  if (roles.empty()) return {};
  return Error{Errc::conflict,
               fmt::format("{}, and a change of that needs the consent of {}: propose it with `{}`", what,
                           fmt::join(roles, ", "), command)};
}

Status check_may_come_directly(store::Database& db, const std::string& name, const Attachments& attachments) {
  const bool decides =
      std::any_of(attachments.begin(), attachments.end(),
                  [](const store::AttachmentView& each) { return each.mode == policy::Mode::enforce; });
  if (!decides) return {};
  return check_needs_no_consent(TRY(store::find_policy_roles(db)).roles,
                                fmt::format("'{}' is enforced", name),
                                fmt::format("weir policy propose {} FILE", name));
}

Status check_may_count_directly(store::Database& db, const policy::PolicyAttached& there,
                                std::optional<policy::Mode> was, std::optional<policy::Mode> is) {
  using policy::Mode;
  if (was != Mode::enforce && is != Mode::enforce) return {};
  const std::string place = there.environment.empty() ? fmt::format("--flow {}", there.flow)
                                                      : fmt::format("--environment {}", there.environment);
  const std::string command = is ? fmt::format("weir policy attach {} {} --mode {} --propose", there.policy,
                                               place, format::name_of(*is))
                                 : fmt::format("weir policy detach {} {} --propose", there.policy, place);
  return check_needs_no_consent(
      TRY(store::find_policy_roles(db)).roles,
      fmt::format("'{}' {} enforced there", there.policy, was == Mode::enforce ? "is" : "would be"), command);
}

Status check_if_enforced(store::Database& db, blob::BlobStore& blobs, const store::PolicyVersionView& newest,
                         const policy::PolicyAttached& there, Instant now, const jobs::Exposure* exposure) {
  auto candidate = TRY(policy::Prepared::prepare(
      {.name = newest.name, .version = newest.version, .text = newest.source, .form = newest.form}));
  return check_lets_something_through(db, blobs, std::move(candidate),
                                      trial_in(there.environment, there.flow, now, exposure));
}

Status end_proposal(store::Database& db, policy::PolicyProposalEnded ended,
                    std::vector<store::Event>& events) {
  for (const auto& alert : TRY(store::open_alerts_of_subject(db, policy::subject_of(ended.proposal))))
    events.push_back(
        alert::AlertsResolved{{alert.id}, fmt::format("the proposal is {}", format::name_of(ended.outcome))});
  events.push_back(std::move(ended));
  return {};
}

Status check_types_asked_for(store::Database& db, const policy::Document& document, const Sha256& digest) {
  for (const policy::Bundle& shipped : policy::bundles())
    if (crypto::sha256(shipped.source) == digest) return {};
  for (const policy::Rule& rule : document.policy.rules) {
    const std::string place = fmt::format("rule {}", rule.id);
    if (rule.require.attestation && rule.require.attestation->type != "*")
      TRY(check_type_exists(db, rule.require.attestation->type, place));
    if (!rule.require.promotion) continue;
    for (const std::string& type : rule.require.promotion->evidence) TRY(check_type_exists(db, type, place));
  }
  return {};
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
                                     trial_in(each.environment, each.flow, now, exposure)));
  }
  return {};
}

Status end_outdated(store::Database& db, const policy::PolicyCreated& next,
                    std::vector<store::Event>& events) {
  for (const std::int64_t id : TRY(store::open_proposals_of(db, next.name)))
    if (id != next.proposal)
      TRY(end_proposal(
          db, {id, policy::ProposalEnd::outdated, fmt::format("version {} came before it", next.version)},
          events));
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
