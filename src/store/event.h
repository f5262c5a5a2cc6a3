// The acts the ledger records: one row per entry type and the record that is its payload. Payloads are JSON in member
// order; unknown members of later versions are ignored when read. Everything in the derived tables comes from these.
#pragma once
#include <array>
#include <memory>
#include <tuple>
#include <type_traits>

#include "access/account.h"
#include "access/group.h"
#include "access/organization.h"
#include "alert/alert.h"
#include "alert/channel.h"
#include "artifact/record.h"
#include "dbom/issue.h"
#include "deploy/approval.h"
#include "deploy/break_glass.h"
#include "deploy/deployment.h"
#include "deploy/request.h"
#include "evidence/attestation.h"
#include "evidence/flow.h"
#include "evidence/signing_key.h"
#include "exceptions/exception.h"
#include "integration/integration.h"
#include "ledger/entry.h"
#include "policy/decision_recorded.h"
#include "policy/proposal.h"
#include "policy/record.h"
#include "runtime/environment.h"
#include "vuln/campaign.h"
#include "vuln/own_advisory.h"
#include "vuln/record.h"
#include "window/act.h"

namespace weir::store {

// The first entry of every ledger.
struct LedgerOpened {
  std::string organization;  // name
  std::string origin;        // of its checkpoints
  std::string public_key;    // base64, Ed25519
  std::string server_actor;  // 32 hex digits: who the server's own acts are by
  static void members(auto& visit, auto& self) {
    visit("organization", self.organization);
    visit("origin", self.origin);
    visit("public_key", self.public_key);
    visit("server_actor", self.server_actor);
  }
};

template <ledger::EntryType Type, class T>
struct EventRow {
  static constexpr ledger::EntryType type = Type;
  using Record = T;
};

using EventTable = std::tuple<
    EventRow<ledger::EntryType::ledger_opened, LedgerOpened>,
    EventRow<ledger::EntryType::account_created, access::AccountCreated>,
    EventRow<ledger::EntryType::account_removed, access::AccountRemoved>,
    EventRow<ledger::EntryType::join_token_issued, access::JoinTokenIssued>,
    EventRow<ledger::EntryType::join_token_revoked, access::JoinTokenRevoked>,
    EventRow<ledger::EntryType::group_declared, access::GroupDeclared>,
    EventRow<ledger::EntryType::service_declared, evidence::Service>,
    EventRow<ledger::EntryType::flow_declared, evidence::Flow>,
    EventRow<ledger::EntryType::trail_begun, evidence::Trail>,
    EventRow<ledger::EntryType::artifact_recorded, artifact::ArtifactRecorded>,
    EventRow<ledger::EntryType::attestation_recorded, evidence::AttestationRecorded>,
    EventRow<ledger::EntryType::attestation_type_declared, evidence::AttestationTypeDeclared>,
    EventRow<ledger::EntryType::signing_key_declared, evidence::SigningKeyDeclared>,
    EventRow<ledger::EntryType::signing_key_removed, evidence::SigningKeyRemoved>,
    EventRow<ledger::EntryType::approval_given, deploy::ApprovalGiven>,
    EventRow<ledger::EntryType::approval_revoked, deploy::ApprovalRevoked>,
    EventRow<ledger::EntryType::deployment_declared, deploy::DeploymentDeclared>,
    EventRow<ledger::EntryType::deployment_changed, deploy::DeploymentChanged>,
    EventRow<ledger::EntryType::approval_requested, deploy::ApprovalRequested>,
    EventRow<ledger::EntryType::approval_consented, deploy::VoteGiven>,
    EventRow<ledger::EntryType::approval_request_ended, deploy::RequestEnded>,
    EventRow<ledger::EntryType::environment_declared, runtime::EnvironmentDeclared>,
    EventRow<ledger::EntryType::reporter_enrolled, runtime::ReporterEnrolled>,
    EventRow<ledger::EntryType::report_accepted, runtime::ReportAccepted>,
    EventRow<ledger::EntryType::reporter_faulted, runtime::ReporterFaulted>,
    EventRow<ledger::EntryType::scope_declared, runtime::ScopeDeclared>,
    EventRow<ledger::EntryType::scope_removed, runtime::ScopeRemoved>,
    EventRow<ledger::EntryType::verdicts_given, runtime::VerdictsGiven>,
    EventRow<ledger::EntryType::snapshot_taken, runtime::SnapshotTaken>,
    EventRow<ledger::EntryType::host_inventory_taken, runtime::HostInventoryTaken>,
    EventRow<ledger::EntryType::alert_opened, alert::AlertOpened>,
    EventRow<ledger::EntryType::alerts_resolved, alert::AlertsResolved>,
    EventRow<ledger::EntryType::alerts_acknowledged, alert::AlertsAcknowledged>,
    EventRow<ledger::EntryType::channel_declared, alert::ChannelDeclared>,
    EventRow<ledger::EntryType::channel_removed, alert::ChannelRemoved>,
    EventRow<ledger::EntryType::reporter_removed, runtime::ReporterRemoved>,
    EventRow<ledger::EntryType::organization_named, access::OrganizationNamed>,
    EventRow<ledger::EntryType::policy_created, policy::PolicyCreated>,
    EventRow<ledger::EntryType::policy_attached, policy::PolicyAttached>,
    EventRow<ledger::EntryType::policy_detached, policy::PolicyDetached>,
    EventRow<ledger::EntryType::policy_proposed, policy::PolicyProposed>,
    EventRow<ledger::EntryType::policy_consented, policy::PolicyConsented>,
    EventRow<ledger::EntryType::policy_proposal_ended, policy::PolicyProposalEnded>,
    EventRow<ledger::EntryType::policy_roles_named, policy::PolicyRolesNamed>,
    EventRow<ledger::EntryType::decision_recorded, policy::DecisionRecorded>,
    EventRow<ledger::EntryType::window_declared, window::WindowDeclared>,
    EventRow<ledger::EntryType::window_removed, window::WindowRemoved>,
    EventRow<ledger::EntryType::freeze_declared, window::FreezeDeclared>,
    EventRow<ledger::EntryType::freeze_ended, window::FreezeEnded>,
    EventRow<ledger::EntryType::window_overridden, window::WindowOverridden>,
    EventRow<ledger::EntryType::exception_requested, exceptions::ExceptionRequested>,
    EventRow<ledger::EntryType::exception_granted, exceptions::ExceptionGranted>,
    EventRow<ledger::EntryType::exception_refused, exceptions::ExceptionRefused>,
    EventRow<ledger::EntryType::exception_ended, exceptions::ExceptionEnded>,
    EventRow<ledger::EntryType::exception_warned, exceptions::ExceptionWarned>,
    EventRow<ledger::EntryType::break_glass_opened, deploy::BreakGlassOpened>,
    EventRow<ledger::EntryType::break_glass_reviewed, deploy::BreakGlassReviewed>,
    EventRow<ledger::EntryType::dbom_issued, dbom::DbomIssued>,
    EventRow<ledger::EntryType::advisories_updated, vuln::AdvisoriesUpdated>,
    EventRow<ledger::EntryType::findings_changed, vuln::FindingsChanged>,
    EventRow<ledger::EntryType::campaign_opened, vuln::CampaignOpened>,
    EventRow<ledger::EntryType::campaign_closed, vuln::CampaignClosed>,
    EventRow<ledger::EntryType::advisory_published, vuln::AdvisoryPublished>,
    EventRow<ledger::EntryType::advisory_withdrawn, vuln::AdvisoryWithdrawn>,
    EventRow<ledger::EntryType::remedy_times_declared, vuln::RemedyTimesDeclared>,
    EventRow<ledger::EntryType::integration_declared, integration::IntegrationDeclared>,
    EventRow<ledger::EntryType::integration_removed, integration::IntegrationRemoved>,
    EventRow<ledger::EntryType::caller_answered, integration::CallerAnswered>>;

constexpr std::size_t event_row_count = std::tuple_size_v<EventTable>;
template <std::size_t I>
using RecordAt = std::tuple_element_t<I, EventTable>::Record;

// Where a record's type stands in the table; `event_row_count` if it is no record of the ledger.
template <class T>
constexpr std::size_t event_row_of = []<std::size_t... I>(std::index_sequence<I...>) {
  std::size_t row = event_row_count;
  ((std::is_same_v<T, RecordAt<I>> ? row = I : row), ...);
  return row;
}(std::make_index_sequence<event_row_count>());

// A record of any of the table's types, unchanging once made; copies share it. (A variant says the same, but one this
// wide costs every unit that moves it more than the rest of the unit.)
class Event {
 public:
  template <class T>
    requires(event_row_of<T> < event_row_count)
  Event(T record) : row_(event_row_of<T>), record_(std::make_shared<const T>(std::move(record))) {}

  template <class T>
    requires(event_row_of<T> < event_row_count)
  const T* as() const {  // null if it is of another type
    return row_ == event_row_of<T> ? static_cast<const T*>(record_.get()) : nullptr;
  }
  std::size_t row() const { return row_; }

  // What `visitor` returns for the record; it takes each type of the table.
  auto visit(const auto& visitor) const {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      using Returned = decltype(visitor(std::declval<const RecordAt<0>&>()));
      using Call = Returned (*)(decltype(visitor), const void*);
      static constexpr std::array<Call, event_row_count> calls{[](decltype(visitor) call, const void* record) {
        return call(*static_cast<const RecordAt<I>*>(record));
      }...};
      return calls[row_](visitor, record_.get());
    }(std::make_index_sequence<event_row_count>());
  }

 private:
  std::size_t row_;
  std::shared_ptr<const void> record_;
};

ledger::EntryType type_of(const Event& event);
std::string encode_payload(const Event& event);
Result<Event> decode_payload(ledger::EntryType type, BytesView payload);

// The digests the entry is about: what the leaf names and searches find it by.
std::vector<Sha256> subjects_of(const Event& event);

}  // namespace weir::store
