// A history with every type of entry in it, and what makes projections hard: full reports, instances that end, are
// reported twice or come already ended, approve-revoke-approve, alerts that join and leave incidents.
#pragma once
#include <vector>

#include "crypto/digest.h"
#include "store/event.h"

namespace weir::test {

struct Reporter {
  std::string id = std::string(64, 'e');
  std::int64_t sequence = 0;

  // `part`: of a full report that goes on.
  runtime::ReportAccepted report(Instant at, std::vector<runtime::Instance> started,
                                 std::vector<runtime::Ended> ended = {}, bool full = false,
                                 std::int64_t part = 0) {
    runtime::Report report{.environment = "prod",
                           .host = "web1",
                           .incarnation = "i1",
                           .sequence = ++sequence,
                           .sent_at = at,
                           .full = full,
                           .part = part,
                           .started = std::move(started),
                           .ended = std::move(ended)};
    report.counts = {{.hour = Instant{} + hours(480'000),
                      .name = "/bin/true",
                      .digest = {},
                      .package = "coreutils 9.1",
                      .count = 3}};
    if (full) report.sources = {{.watches = "processes", .means = "ebpf"}};
    if (full && !report.started.empty())
      report.exposures = {{.instance = report.started.front().id,
                           .network = runtime::Network::own,
                           .listens = {{"tcp 0.0.0.0:80"}}}};
    return {.reporter = id, .signature = "c2ln", .body = format::encode(report)};
  }
};

inline runtime::Instance instance(std::string id, std::string_view content, Instant started_at) {
  return {.id = std::move(id),
          .name = fmt::format("/opt/{}", content),
          .digests = {crypto::sha256(content)},
          .started_at = started_at,
          .origin = {.user = "app", .unit = "api.service", .session = 7, .directory = "/opt/api"}};
}

inline alert::AlertOpened alert_about(std::string key, std::string workload) {
  return {.key = std::move(key),
          .cause = "unknown-digest",
          .workload = std::move(workload),
          .title = "Unknown program",
          .who = "user app",
          .origin = {.environment = "prod", .host = "web1", .user = "app"},
          .incident = "origin 1"};
}

// The events in order; `first` is the index the first of them will have.
inline std::vector<store::Event> history(Instant at, std::int64_t first) {
  std::vector<store::Event> events;
  const auto index_of_next = [&] { return first + static_cast<std::int64_t>(events.size()); };
  const Sha256 api = crypto::sha256("api"), image = crypto::sha256("image"),
               config = crypto::sha256("config");
  const std::string actor(32, 'b'), key = encode_base64(std::string(32, 'k'));
  Reporter reporter;

  events.push_back(store::LedgerOpened{"org", "weir.test/org", key, actor});
  events.push_back(access::AccountCreated{.id = actor,
                                          .name = "ada",
                                          .kind = access::AccountKind::person,
                                          .roles = {access::Role::approver},
                                          .token_digest = api});
  events.push_back(access::AccountCreated{
      .id = std::string(32, 'c'), .name = "ci", .roles = {access::Role::recorder}, .flows = {"api"}});
  events.push_back(access::AccountRemoved{"ci"});
  events.push_back(
      access::AccountCreated{.id = std::string(32, 'd'), .name = "ci", .roles = {access::Role::recorder}});
  events.push_back(access::GroupDeclared{.name = "risk", .people = {"ada", "ci"}});
  events.push_back(access::GroupDeclared{
      .name = "risk", .description = "who may", .people = {"ada"}, .roles = {access::Role::approver}});
  const std::int64_t join_token = index_of_next();
  events.push_back(access::JoinTokenIssued{.environment = "prod", .token_digest = config});
  events.push_back(access::JoinTokenRevoked{join_token});
  events.push_back(evidence::Service{.name = "shop", .team = "one"});
  events.push_back(evidence::Service{.name = "shop", .team = "two", .contact = "two@example.org"});
  events.push_back(
      evidence::Flow{.name = "api", .service = "shop", .required = {.attestations = {{"tests", "test"}}}});
  events.push_back(evidence::Trail{.flow = "api", .name = "t1", .commit = "c0ffee"});
  events.push_back(evidence::Trail{.flow = "api", .name = "t1", .commit = "c0ffee", .branch = "main"});
  events.push_back(artifact::ArtifactRecorded{.flow = "api", .trail = "t1", .name = "api", .digest = api});
  events.push_back(artifact::ArtifactRecorded{.flow = "api",
                                              .trail = "t1",
                                              .name = "image",
                                              .kind = artifact::ArtifactKind::image,
                                              .digest = image,
                                              .links = {{.parent = image,
                                                         .child = config,
                                                         .relation = "config",
                                                         .platform = "linux/amd64",
                                                         .layers = {api, image}}}});
  events.push_back(evidence::AttestationRecorded{.flow = "api",
                                                 .trail = "t1",
                                                 .name = "tests",
                                                 .type = "test",
                                                 .artifact = api,
                                                 .artifact_name = "api",
                                                 .compliant = false});
  events.push_back(evidence::AttestationRecorded{.flow = "api",
                                                 .trail = "t1",
                                                 .name = "tests",
                                                 .type = "test",
                                                 .artifact = api,
                                                 .artifact_name = "api",
                                                 .compliant = true});
  events.push_back(evidence::AttestationTypeDeclared{.name = "pentest",
                                                     .schema = format::Json::object({{"type", "object"}})});
  events.push_back(runtime::EnvironmentDeclared{.name = "prod"});
  events.push_back(
      runtime::EnvironmentDeclared{.name = "prod", .description = "what customers see", .arguments = true,
                                   .tags = {{"tier", "critical"}}});
  events.push_back(runtime::ReporterEnrolled{
      .id = reporter.id, .actor = actor, .environment = "prod", .host = "web1", .public_key = key});
  const std::int64_t approval = index_of_next();
  events.push_back(deploy::ApprovalGiven{
      .artifact = api, .environment = "prod", .until = at + days(9), .reason = "release"});
  events.push_back(deploy::ApprovalRevoked{approval, "mistake"});
  events.push_back(deploy::ApprovalGiven{.artifact = api, .environment = "prod", .adopted = true});
  const std::int64_t request = index_of_next();
  events.push_back(deploy::ApprovalRequested{.artifact = api,
                                             .environment = "prod",
                                             .approvals = 2,
                                             .groups = {"risk"},
                                             .expires_at = at + hours(24),
                                             .commit = "c0ffee"});
  events.push_back(deploy::VoteGiven{.request = request, .note = "fine", .groups = {"risk"}});
  events.push_back(deploy::VoteGiven{.request = request});
  events.push_back(deploy::RequestEnded{request, deploy::RequestEnding::approved, ""});
  events.push_back(deploy::ApprovalGiven{.artifact = api,
                                         .environment = "prod",
                                         .origin = {.groups = {"risk"},
                                                    .request = request,
                                                    .by_rule = "production",
                                                    .decision = 1,
                                                    .change = "normal"}});
  events.push_back(
      deploy::ApprovalRequested{.artifact = image, .environment = "prod", .expires_at = at + hours(1)});
  events.push_back(deploy::RequestEnded{index_of_next() - 1, deploy::RequestEnding::expired, ""});
  const std::int64_t glass = index_of_next();
  events.push_back(deploy::BreakGlassOpened{.artifact = image,
                                            .environment = "prod",
                                            .until = at + hours(1),
                                            .reason = "outage",
                                            .ticket = "INC-1"});
  events.push_back(deploy::ApprovalGiven{.artifact = image,
                                         .environment = "prod",
                                         .until = at + hours(1),
                                         .reason = "outage",
                                         .origin = {.break_glass = glass}});
  events.push_back(deploy::BreakGlassReviewed{glass, "looked at"});
  const std::int64_t deployment = index_of_next();
  events.push_back(
      deploy::DeploymentDeclared{.artifact = api, .environment = "prod", .deadline = at + minutes(15)});
  events.push_back(reporter.report(
      at, {instance("i1", "api", at), instance("i2", "api", at + seconds(1)), instance("i3", "miner", at)},
      {}, true));
  events.push_back(deploy::DeploymentChanged{deployment, deploy::DeploymentState::observed, "seen"});
  const std::string miner = runtime::workload_id("prod", "web1", instance("", "miner", at));
  events.push_back(runtime::VerdictsGiven{
      "prod",
      {{miner, runtime::Verdict::unknown, {{runtime::ReasonCode::unknown_digest, "nobody knows it", {}}}}}});
  events.push_back(runtime::VerdictsGiven{
      // the one before it is kept
      "prod",
      {{miner,
        runtime::Verdict::unapproved,
        {{runtime::ReasonCode::not_approved_here, "somebody recorded it", {}}}}}});
  events.push_back(
      runtime::SnapshotTaken{.environment = "prod", .number = 1, .count = 3, .started = 3, .digest = api});
  const std::int64_t alert = index_of_next();
  events.push_back(alert_about("miner", miner));
  events.push_back(alert_about("miner 2", ""));
  events.push_back(alert::AlertsAcknowledged{{alert}, "looking"});
  runtime::Instance brief = instance("i4", "brief", at + seconds(2));
  brief.ended_at = at + seconds(3);
  events.push_back(reporter.report(at + seconds(4), {brief, instance("i1", "api", at)},
                                   {{"i2", at + seconds(4)}, {"never seen", at}}));
  events.push_back(runtime::SnapshotTaken{
      .environment = "prod", .number = 2, .count = 2, .started = 1, .ended = 2, .digest = image});
  events.push_back(reporter.report(at + seconds(5), {instance("i1", "api", at)}, {}, true));
  events.push_back(alert::AlertsResolved{{alert, alert + 1}, "it ended"});
  events.push_back(alert_about("miner", miner));
  events.push_back(runtime::ReporterFaulted{reporter.id, runtime::ReporterFault::silent, "since noon"});
  events.push_back(runtime::ScopeDeclared{"prod", {.id = "s1", .path = "/tmp/**", .reason = "builds"}});
  events.push_back(runtime::ScopeDeclared{"prod", {.id = "s2", .user = "ci"}});
  events.push_back(runtime::ScopeRemoved{"prod", "s1"});
  events.push_back(deploy::DeploymentChanged{deployment, deploy::DeploymentState::ended, "replaced"});
  events.push_back(alert::ChannelDeclared{.name = "pager", .address = "https://pager.example/hook"});
  events.push_back(alert::ChannelDeclared{
      .name = "chat", .address = "https://chat.example/hook", .environments = {"prod"}});
  events.push_back(alert::ChannelRemoved{"chat"});
  events.push_back(runtime::ReporterFaulted{reporter.id, runtime::ReporterFault::returned, ""});
  const std::int64_t exception = index_of_next();
  exceptions::ExceptionRequested asked{.scope = {.environment = "prod",
                                                 .workload = miner,
                                                 .owner = "risk",
                                                 .reason = "no fix yet",
                                                 .until = at + days(9),
                                                 .ends_on = {exceptions::EndsOn::scope_growth},
                                                 .workloads = {{miner, "/opt/miner", "web1"}}}};
  events.push_back(asked);
  events.push_back(
      exceptions::ExceptionGranted{.exception = exception, .until = at + days(8), .note = "until then"});
  events.push_back(exceptions::ExceptionWarned{exception, at + days(8)});
  events.push_back(exceptions::ExceptionEnded{exception, exceptions::Ending::scope_growth, "grew"});
  asked.scope.workload.clear();
  asked.scope.artifact = api;
  asked.renews = exception;
  events.push_back(asked);
  events.push_back(exceptions::ExceptionRefused{index_of_next() - 1, "mend it"});
  runtime::Instance script = instance("i5", "backup.py", at + seconds(6));
  script.package = {.name = "backup", .version = "1.0"};
  script.interpreter = {.path = "/opt/python", .digest = crypto::sha256("python"), .package = {}};
  events.push_back(reporter.report(at + seconds(7), {instance("i1", "api", at), script}, {}, true, 1));
  for (const std::int64_t version : {1, 2})
    events.push_back(policy::PolicyCreated{.name = "safe", .version = version, .source = "rules: []"});
  events.push_back(
      policy::PolicyAttached{.policy = "safe", .environment = "prod", .mode = policy::Mode::warn});
  events.push_back(policy::PolicyAttached{.policy = "safe", .flow = "api", .mode = policy::Mode::enforce});
  events.push_back(policy::PolicyDetached{.policy = "safe", .flow = "api"});
  policy::DecisionRecorded decided{.change_class = "normal"};
  decided.record.artifact = to_string(api);
  decided.record.environment = "prod";
  decided.record.decided_at = at;
  events.push_back(decided);
  decided.record.verdict = policy::Verdict::allow;
  events.push_back(decided);
  window::Definition nights{.kind = window::Kind::deny, .cron = "0 22 * * *", .duration = "8h"};
  events.push_back(window::WindowDeclared{.name = "nights", .definition = nights});
  events.push_back(window::WindowOverridden{
      .window = "nights", .environment = "prod", .reason = "fix", .ticket = "T-1", .until = at + hours(1)});
  events.push_back(window::WindowRemoved{.name = "nights"});
  const std::int64_t freeze = index_of_next();
  events.push_back(window::FreezeDeclared{
      .environment = "prod", .incident = "https://incident.example/1", .reason = "outage", .until = at + hours(4)});
  events.push_back(window::FreezeEnded{freeze, "over"});
  events.push_back(policy::PolicyRolesNamed{{"risk"}});
  for (const policy::ProposalEnd end : {policy::ProposalEnd::in_force, policy::ProposalEnd::withdrawn}) {
    const std::int64_t proposal = index_of_next();
    events.push_back(policy::PolicyProposed{
        .policy = "safe", .base_version = 2, .digest = api, .source = "rules: []", .roles = {"risk"}});
    events.push_back(
        policy::PolicyConsented{.proposal = proposal, .voice = policy::Voice::comment, .comment = "hm"});
    events.push_back(policy::PolicyConsented{.proposal = proposal, .role = "risk"});
    events.push_back(policy::PolicyProposalEnded{proposal, end, "so"});
    if (end == policy::ProposalEnd::in_force)
      events.push_back(policy::PolicyCreated{
          .name = "safe", .version = 3, .digest = api, .source = "rules: []", .proposal = proposal});
  }
  events.push_back(policy::PolicyRolesNamed{});
  events.push_back(
      dbom::DbomIssued{.artifact = api, .environment = "prod", .at = at, .digest = image, .size = 7});
  evidence::SigningKeyDeclared signing_key{
      .name = "builder", .identity = "ci@example.org", .public_key = key, .algorithm = "ed25519", .key_id = image};
  events.push_back(signing_key);
  events.push_back(evidence::SigningKeyRemoved{"builder"});
  signing_key.flows = {"api"};
  events.push_back(signing_key);
  events.push_back(vuln::AdvisoriesUpdated{
      .feed = "osv", .source = "/srv/osv", .digest = image, .size = 2, .added = 2, .read_at = at});
  vuln::FindingChange finding{.cluster = "CVE-2026-1",
                              .records = {"CVE-2026-1", "GHSA-1"},
                              .component = "pkg:npm/left@1.0.0",
                              .fixed = "1.0.1",
                              .severity = "high",
                              .score = "7.5",
                              .scope = "exact",
                              .artifacts = 1};
  for (const vuln::FindingState state :
       {vuln::FindingState::opened, vuln::FindingState::retracted, vuln::FindingState::reopened}) {
    finding.state = state;
    events.push_back(vuln::FindingsChanged{
        .advisories = image, .bills = {{.attestation = 1, .components = 1}}, .changes = {finding}});
  }
  const std::int64_t campaign = index_of_next();
  events.push_back(vuln::CampaignOpened{.cluster = "CVE-2024-0001", .records = {"GHSA-aaaa-bbbb-cccc"}, .note = "n"});
  events.push_back(vuln::CampaignClosed{campaign, "done"});
  const vuln::AdvisoryPublished advisory{.id = "ORG-1", .record = format::Json::object({{"id", "ORG-1"}})};
  events.push_back(advisory);
  events.push_back(vuln::AdvisoryWithdrawn{"ORG-1", "wrong"});
  events.push_back(advisory);
  events.push_back(vuln::AdvisoryWithdrawn{"ORG-1", "wrong again"});
  vuln::FindingStated stated{.cluster = finding.cluster,
                             .component = finding.component,
                             .status = vuln::VexStatus::not_affected,
                             .justification = "component_not_present",
                             .author = "Acme",
                             .at = at,
                             .attestation = 1};
  events.push_back(vuln::FindingsChanged{.cause = vuln::FindingCause::vex,
                                         .documents = {{.attestation = 1, .statements = 1}},
                                         .stated = {stated}});
  stated.artifact = api;
  stated.status = vuln::VexStatus::affected;
  events.push_back(vuln::FindingsChanged{.cause = vuln::FindingCause::vex, .stated = {stated}});
  stated.status.reset();
  events.push_back(vuln::FindingsChanged{.cause = vuln::FindingCause::vex, .stated = {stated}});
  events.push_back(vuln::RemedyTimesDeclared{.critical = days(7), .exploited = days(1)});
  const runtime::InventoryClaim packages{.parts = {api}, .components = 1, .distribution = "debian-12", .taken_at = at};
  const runtime::InventoryClaim program{.kind = runtime::InventoryKind::program,
                                        .instances = {"i1"},
                                        .parts = {image},
                                        .components = 2,
                                        .taken_at = at};
  for (const runtime::InventoryClaim& claim : {packages, program, packages})
    events.push_back(
        runtime::HostInventoryTaken{.reporter = "r1", .host = "web1", .environment = "prod", .claim = claim});
  const integration::IntegrationDeclared canary{
      .name = "canary", .kind = integration::Kind::flagger, .environment = "prod"};
  events.push_back(canary);
  events.push_back(integration::CallerAnswered{.integration = "github", .answer = "approved", .artifacts = {api}});
  events.push_back(integration::IntegrationRemoved{"canary"});
  events.push_back(canary);
  const std::string gone(64, 'd');
  events.push_back(runtime::ReporterEnrolled{
      .id = gone, .actor = actor, .environment = "prod", .host = "web2", .public_key = key});
  events.push_back(runtime::ReporterRemoved{gone, "the host is gone"});
  events.push_back(access::OrganizationNamed{.title = "Example Ltd", .contact = "ops@example.org"});
  return events;
}

}  // namespace weir::test
