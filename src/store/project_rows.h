// The projection of each kind of event; see project.h. One overload per row of EventTable.
#pragma once
#include "store/project.h"

namespace weir::store {

Status project_row(Database& db, const Stamp& stamp, const LedgerOpened& event);
Status project_row(Database& db, const Stamp& stamp, const access::AccountCreated& event);
Status project_row(Database& db, const Stamp& stamp, const access::AccountRemoved& event);
Status project_row(Database& db, const Stamp& stamp, const access::JoinTokenIssued& event);
Status project_row(Database& db, const Stamp& stamp, const access::JoinTokenRevoked& event);
Status project_row(Database& db, const Stamp& stamp, const access::GroupDeclared& event);
Status project_row(Database& db, const Stamp& stamp, const evidence::Service& event);
Status project_row(Database& db, const Stamp& stamp, const evidence::Flow& event);
Status project_row(Database& db, const Stamp& stamp, const evidence::Trail& event);
Status project_row(Database& db, const Stamp& stamp, const artifact::ArtifactRecorded& event);
Status project_row(Database& db, const Stamp& stamp, const evidence::AttestationRecorded& event);
Status project_row(Database& db, const Stamp& stamp, const evidence::AttestationTypeDeclared& event);
Status project_row(Database& db, const Stamp& stamp, const deploy::ApprovalGiven& event);
Status project_row(Database& db, const Stamp& stamp, const deploy::ApprovalRevoked& event);
Status project_row(Database& db, const Stamp& stamp, const deploy::DeploymentDeclared& event);
Status project_row(Database& db, const Stamp& stamp, const deploy::DeploymentChanged& event);
Status project_row(Database& db, const Stamp& stamp, const deploy::ApprovalRequested& event);
Status project_row(Database& db, const Stamp& stamp, const deploy::VoteGiven& event);
Status project_row(Database& db, const Stamp& stamp, const deploy::RequestEnded& event);
Status project_row(Database& db, const Stamp& stamp, const runtime::EnvironmentDeclared& event);
Status project_row(Database& db, const Stamp& stamp, const runtime::ReporterEnrolled& event);
Status project_row(Database& db, const Stamp& stamp, const runtime::ReportAccepted& event);
Status project_row(Database& db, const Stamp& stamp, const runtime::ReporterFaulted& event);
Status project_row(Database& db, const Stamp& stamp, const runtime::ReporterRemoved& event);
Status project_row(Database& db, const Stamp& stamp, const access::OrganizationNamed& event);
Status project_row(Database& db, const Stamp& stamp, const runtime::ScopeDeclared& event);
Status project_row(Database& db, const Stamp& stamp, const runtime::ScopeRemoved& event);
Status project_row(Database& db, const Stamp& stamp, const runtime::VerdictsGiven& event);
Status project_row(Database& db, const Stamp& stamp, const runtime::SnapshotTaken& event);
Status project_row(Database& db, const Stamp& stamp, const runtime::HostInventoryTaken& event);
Status project_row(Database& db, const Stamp& stamp, const alert::AlertOpened& event);
Status project_row(Database& db, const Stamp& stamp, const alert::AlertsResolved& event);
Status project_row(Database& db, const Stamp& stamp, const alert::AlertsAcknowledged& event);
Status project_row(Database& db, const Stamp& stamp, const alert::ChannelDeclared& event);
Status project_row(Database& db, const Stamp& stamp, const alert::ChannelRemoved& event);
Status project_row(Database& db, const Stamp& stamp, const window::WindowDeclared& event);
Status project_row(Database& db, const Stamp& stamp, const window::WindowRemoved& event);
Status project_row(Database& db, const Stamp& stamp, const window::FreezeDeclared& event);
Status project_row(Database& db, const Stamp& stamp, const window::FreezeEnded& event);
Status project_row(Database& db, const Stamp& stamp, const window::WindowOverridden& event);

Status project_row(Database& db, const Stamp& stamp, const policy::PolicyCreated& event);
Status project_row(Database& db, const Stamp& stamp, const policy::PolicyAttached& event);
Status project_row(Database& db, const Stamp& stamp, const policy::PolicyDetached& event);
Status project_row(Database& db, const Stamp& stamp, const policy::PolicyProposed& event);
Status project_row(Database& db, const Stamp& stamp, const policy::PolicyConsented& event);
Status project_row(Database& db, const Stamp& stamp, const policy::PolicyProposalEnded& event);
Status project_row(Database& db, const Stamp& stamp, const policy::PolicyRolesNamed& event);
Status project_row(Database& db, const Stamp& stamp, const policy::DecisionRecorded& event);
Status project_row(Database& db, const Stamp& stamp, const exceptions::ExceptionRequested& event);
Status project_row(Database& db, const Stamp& stamp, const exceptions::ExceptionGranted& event);
Status project_row(Database& db, const Stamp& stamp, const exceptions::ExceptionRefused& event);
Status project_row(Database& db, const Stamp& stamp, const exceptions::ExceptionEnded& event);
Status project_row(Database& db, const Stamp& stamp, const exceptions::ExceptionWarned& event);
Status project_row(Database& db, const Stamp& stamp, const deploy::BreakGlassOpened& event);
Status project_row(Database& db, const Stamp& stamp, const deploy::BreakGlassReviewed& event);
Status project_row(Database& db, const Stamp& stamp, const dbom::DbomIssued& event);
Status project_row(Database& db, const Stamp& stamp, const evidence::SigningKeyDeclared& event);
Status project_row(Database& db, const Stamp& stamp, const evidence::SigningKeyRemoved& event);
Status project_row(Database& db, const Stamp& stamp, const vuln::AdvisoriesUpdated& event);
Status project_row(Database& db, const Stamp& stamp, const vuln::FindingsChanged& event);
Status project_row(Database& db, const Stamp& stamp, const vuln::CampaignOpened& event);
Status project_row(Database& db, const Stamp& stamp, const vuln::CampaignClosed& event);
Status project_row(Database& db, const Stamp& stamp, const vuln::AdvisoryPublished& event);
Status project_row(Database& db, const Stamp& stamp, const vuln::AdvisoryWithdrawn& event);
Status project_row(Database& db, const Stamp& stamp, const vuln::RemedyTimesDeclared& event);
Status project_row(Database& db, const Stamp& stamp, const integration::IntegrationDeclared& event);
Status project_row(Database& db, const Stamp& stamp, const integration::IntegrationRemoved& event);
Status project_row(Database& db, const Stamp& stamp, const integration::CallerAnswered& event);

// An identity's own row; every digest that is recorded, approved or deployed has one.
Status identify_self(Database& db, const Sha256& digest);
// Ends an instance that lives; one that is unknown or has ended stays as it is.
Status end_instance(Database& db, const Stamp& stamp, const std::string& reporter, const std::string& id,
                    Instant ended_at);
// One digest for an ordered list of layers, to find images that share them all.
Sha256 digest_of_layers(const std::vector<Sha256>& layers);

}  // namespace weir::store
