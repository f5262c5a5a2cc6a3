#include "dbom/line_table.h"

#include <algorithm>

#include "access/account.h"
#include "artifact/record.h"
#include "dbom/gate_lines.h"
#include "dbom/issue.h"
#include "dbom/witness.h"
#include "deploy/approval.h"
#include "deploy/deployment.h"
#include "evidence/attestation.h"
#include "evidence/flow.h"
#include "runtime/environment.h"

namespace weir::dbom {
namespace {

using artifact::ArtifactRecorded;
using deploy::ApprovalGiven;
using deploy::DeploymentChanged;
using deploy::DeploymentDeclared;
using evidence::AttestationRecorded;
using ledger::EntryType;
using Lines = Result<std::vector<Line>>;

template <class T>
Result<T> first(const Ground& ground) {
  return record_of<T>(ground.entries.front());
}

Lines lines(Line line) { return std::vector{std::move(line)}; }
Lines none() { return std::vector<Line>(); }
// A line that is there only when it has something to say.
Lines named(Line line) { return line.name.empty() ? none() : lines(std::move(line)); }

Instant at_of(const Ground& ground) { return ground.entries.front().leaf.at; }

// ---- what ----

Lines artifact_line(const Ground& ground) {
  const auto record = TRY(first<ArtifactRecorded>(ground));
  return lines({.digest = record.digest, .name = record.name, .value = std::string(name_of(record.kind))});
}

Lines identity_lines(const Ground& ground) {
  const auto record = TRY(first<ArtifactRecorded>(ground));
  std::vector<Line> all{{.digest = record.digest, .name = "self"}};
  for (const artifact::RecordedLink& link : record.links)
    all.push_back({.digest = link.child, .name = link.relation, .value = link.platform});
  return all;
}

Lines commit_line(const Ground& ground) {
  const auto record = TRY(first<ArtifactRecorded>(ground));
  return named({.name = record.commit, .value = record.build_url});
}

Lines service_line(const Ground& ground) {
  const auto service = TRY(first<evidence::Service>(ground));
  return lines({.name = service.name, .state = service.tier, .value = service.repository});
}

Lines replaced_line(const Ground& ground) {
  const auto record = TRY(first<ArtifactRecorded>(ground));
  return lines({.at = at_of(ground), .digest = record.digest, .name = record.name, .value = record.commit});
}

Lines rollback_line(const Ground& ground) {
  if (ground.entries.size() < 2) return none();
  const auto given = TRY(first<ApprovalGiven>(ground));
  const auto record = TRY(record_of<ArtifactRecorded>(ground.entries[1]));
  const deploy::Approval approval{.from = given.from, .until = given.until};
  return lines({.digest = given.artifact,
                .name = record.name,
                .state = std::string(name_of(deploy::state_at(approval, ground.at))),
                .until = given.until,
                .value = record.commit});
}

// ---- how ----

Lines flow_line(const Ground& ground) {
  const auto flow = TRY(first<evidence::Flow>(ground));
  return lines({.name = flow.name, .value = flow.description});
}

Lines requirements_line(const Ground& ground) {
  const auto flow = TRY(first<evidence::Flow>(ground));
  std::vector<evidence::Attested> latest;
  for (const Witness& witness : ground.entries.subspan(1)) {
    auto record = TRY(record_of<AttestationRecorded>(witness));
    latest.push_back({record.name, record.type, record.artifact_name, record.compliant, witness.index});
  }
  const auto beads = evidence::beads_of(flow.required, latest);
  const auto required = [](const evidence::Bead& bead) { return bead.state != evidence::BeadState::extra; };
  const auto met = [](const evidence::Bead& bead) { return bead.state == evidence::BeadState::met; };
  std::string value = fmt::format("{} of {} met", std::count_if(beads.begin(), beads.end(), met),
                                  std::count_if(beads.begin(), beads.end(), required));
  if (const auto missing = evidence::missing_of(beads); !missing.empty())
    value += fmt::format("; missing: {}", fmt::join(missing, ", "));
  return lines({.name = flow.name,
                .state = evidence::is_compliant(beads) ? "compliant" : "incomplete",
                .value = std::move(value)});
}

Lines trail_line(const Ground& ground) {
  const auto trail = TRY(first<evidence::Trail>(ground));
  return lines({.at = at_of(ground),
                .name = fmt::format("{}/{}", trail.flow, trail.name),
                .state = trail.branch,
                .value = trail.url.empty() ? trail.description : trail.url});
}

Line evidence_line(const Ground& ground, const AttestationRecorded& record) {
  std::string words = words_of(record.type, record.summary);
  if (words.empty()) words = record.description.empty() ? record.type : record.description;
  return {.at = at_of(ground),
          .digest = record.content,
          .name = record.name,
          .state = std::string(state_of(record.compliant)),
          .value = std::move(words)};
}

template <const std::string_view& Type>
Lines evidence_of_type(const Ground& ground) {
  const auto record = TRY(first<AttestationRecorded>(ground));
  return record.type == Type ? lines(evidence_line(ground, record)) : none();
}
constexpr std::string_view provenance = "provenance", review = "review", test = "test", scan = "scan",
                           ticket = "ticket", sbom = "sbom";

// Evidence of a type that has no row of its own.
Lines other_evidence(const Ground& ground) {
  const auto record = TRY(first<AttestationRecorded>(ground));
  for (const std::string_view known : {provenance, review, test, scan, ticket, sbom})
    if (record.type == known) return none();
  return lines(evidence_line(ground, record));
}

std::string reason_of(const ApprovalGiven& given) {
  if (!given.origin.by_rule.empty()) return fmt::format("by rule of {}", given.origin.by_rule);
  return given.adopted ? fmt::format("adopted: {}", given.reason) : given.reason;
}

Lines approval_line(const Ground& ground) {
  const auto given = TRY(first<ApprovalGiven>(ground));
  deploy::Approval approval{.from = given.from, .until = given.until};
  if (ground.entries.size() > 1) approval.revoked_at = ground.entries[1].leaf.at;
  return lines({.at = given.from.value_or(at_of(ground)),
                .digest = given.artifact,
                .name = given.environment,
                .state = std::string(name_of(deploy::state_at(approval, ground.at))),
                .until = given.until,
                .value = reason_of(given)});
}

// ---- where ----

Lines environment_line(const Ground& ground) {
  const auto environment = TRY(first<runtime::EnvironmentDeclared>(ground));
  return lines({.name = environment.name,
                .state = std::string(name_of(environment.kind)),
                .value = environment.description});
}

Lines setting_lines(const Ground& ground) {
  const auto declared = TRY(first<DeploymentDeclared>(ground));
  std::vector<Line> all{{.name = "instances", .value = fmt::format("at least {}", declared.at_least)}};
  if (declared.alongside) all.push_back({.name = "alongside", .value = "runs beside what was there"});
  if (declared.rollback) all.push_back({.name = "rollback", .value = "goes back to what ran before"});
  return all;
}

Lines host_line(const Ground& ground) {
  const auto reporter = TRY(first<runtime::ReporterEnrolled>(ground));
  return lines({.name = reporter.host, .value = reporter.environment});
}

// ---- when ----

Lines built_line(const Ground& ground) {
  const auto record = TRY(first<ArtifactRecorded>(ground));
  return lines({.at = at_of(ground), .name = record.name});
}

Lines attested_line(const Ground& ground) {
  const auto record = TRY(first<AttestationRecorded>(ground));
  return lines({.at = at_of(ground), .name = record.name, .value = record.type});
}

Lines approved_line(const Ground& ground) {
  const auto given = TRY(first<ApprovalGiven>(ground));
  return lines({.at = at_of(ground), .name = given.environment});
}

Lines declared_line(const Ground& ground) {
  const auto declared = TRY(first<DeploymentDeclared>(ground));
  return lines({.at = at_of(ground), .name = declared.environment, .until = declared.deadline});
}

template <deploy::DeploymentState State>
Lines changed_line(const Ground& ground) {
  const auto changed = TRY(first<DeploymentChanged>(ground));
  if (changed.state != State) return none();
  return lines(
      {.at = at_of(ground), .name = fmt::format("entry {}", changed.deployment), .value = changed.reason});
}

Lines replacement_line(const Ground& ground) {
  const auto declared = TRY(first<DeploymentDeclared>(ground));
  return lines({.at = at_of(ground), .digest = declared.artifact, .name = declared.environment});
}

Lines issued_line(const Ground& ground) {
  const auto issued = TRY(first<DbomIssued>(ground));
  return lines({.at = at_of(ground), .digest = issued.digest, .name = issued.environment});
}

// ---- who ----

Lines author_line(const Ground& ground) {
  const auto trail = TRY(first<evidence::Trail>(ground));
  return named({.name = trail.author, .value = trail.commit});
}

Lines review_author_line(const Ground& ground) {
  const auto record = TRY(first<AttestationRecorded>(ground));
  if (record.type != review) return none();
  return named({.name = std::string(record.summary.text("author")),
                .value = std::string(record.summary.text("change"))});
}

Lines reviewer_lines(const Ground& ground) {
  const auto record = TRY(first<AttestationRecorded>(ground));
  std::vector<Line> all;
  if (record.type != review) return all;
  for (const format::Json& reviewer : record.summary.items("reviewers"))
    if (reviewer.string() != nullptr)
      all.push_back({.name = *reviewer.string(), .value = std::string(record.summary.text("change"))});
  return all;
}

// Of evidence whose signature was verified when it was taken in.
Lines signer_line(const Ground& ground) {
  const auto record = TRY(first<AttestationRecorded>(ground));
  if (record.signature != evidence::Signature::verified || !record.signer) return none();
  return lines({.at = at_of(ground),
                .name = record.signer->identity.empty() ? record.signer->key : record.signer->identity,
                .state = std::string(name_of(record.signature)),
                .value = fmt::format("{} with key {}", record.name, record.signer->key)});
}

Lines actor_line(const Ground& ground) {
  if (ground.entries.size() < 2) return lines({.name = encode_hex(ground.entries.front().leaf.actor.view())});
  const auto account = TRY(record_of<access::AccountCreated>(ground.entries[1]));
  return lines({.name = account.name, .state = std::string(name_of(account.kind))});
}

Lines reporter_line(const Ground& ground) {
  const auto reporter = TRY(first<runtime::ReporterEnrolled>(ground));
  return lines({.name = fmt::format("agent on {}", reporter.host), .value = reporter.id});
}

Lines owner_line(const Ground& ground) {
  const auto service = TRY(first<evidence::Service>(ground));
  return named({.name = service.team, .value = service.contact});
}

// ---- difference ----

Lines change_line(const Ground& ground) {
  const auto trail = TRY(first<evidence::Trail>(ground));
  return lines({.at = at_of(ground),
                .name = trail.commit.empty() ? fmt::format("{}/{}", trail.flow, trail.name) : trail.commit,
                .state = trail.branch,
                .value = trail.author});
}

using enum Section;
using State = deploy::DeploymentState;

constexpr std::array table{
    LineRow{Kind::artifact, what, Role::artifact, EntryType::artifact_recorded, artifact_line},
    LineRow{Kind::identity, what, Role::artifact, EntryType::artifact_recorded, identity_lines},
    LineRow{Kind::commit, what, Role::artifact, EntryType::artifact_recorded, commit_line},
    LineRow{Kind::service, what, Role::service, EntryType::service_declared, service_line},
    LineRow{Kind::sbom, what, Role::attestation, EntryType::attestation_recorded, evidence_of_type<sbom>},
    LineRow{Kind::replaces, what, Role::replaced, EntryType::artifact_recorded, replaced_line},
    LineRow{Kind::rollback, what, Role::rollback, EntryType::approval_given, rollback_line},

    LineRow{Kind::flow, how, Role::flow, EntryType::flow_declared, flow_line},
    LineRow{Kind::required, how, Role::requirements, EntryType::flow_declared, requirements_line},
    LineRow{Kind::trail, how, Role::trail, EntryType::trail_begun, trail_line},
    LineRow{Kind::provenance, how, Role::attestation, EntryType::attestation_recorded,
            evidence_of_type<provenance>},
    LineRow{Kind::review, how, Role::attestation, EntryType::attestation_recorded, evidence_of_type<review>},
    LineRow{Kind::test, how, Role::attestation, EntryType::attestation_recorded, evidence_of_type<test>},
    LineRow{Kind::scan, how, Role::attestation, EntryType::attestation_recorded, evidence_of_type<scan>},
    LineRow{Kind::ticket, how, Role::attestation, EntryType::attestation_recorded, evidence_of_type<ticket>},
    LineRow{Kind::evidence, how, Role::attestation, EntryType::attestation_recorded, other_evidence},
    LineRow{Kind::approval, how, Role::approval, EntryType::approval_given, approval_line},
    LineRow{Kind::request, how, Role::request, EntryType::approval_requested, request_line},
    LineRow{Kind::policy, how, Role::decision, EntryType::decision_recorded, policy_lines},
    LineRow{Kind::decision, how, Role::decision, EntryType::decision_recorded, decision_line},
    LineRow{Kind::exception, how, Role::exception, EntryType::exception_requested, exception_line},
    LineRow{Kind::break_glass, how, Role::break_glass, EntryType::break_glass_opened, break_glass_line},
    LineRow{Kind::freeze, how, Role::freeze, EntryType::freeze_declared, freeze_line},
    LineRow{Kind::override_, how, Role::window_override, EntryType::window_overridden, override_line},

    LineRow{Kind::environment, where, Role::environment, EntryType::environment_declared, environment_line},
    LineRow{Kind::setting, where, Role::deployment, EntryType::deployment_declared, setting_lines},
    LineRow{Kind::host, where, Role::reporter, EntryType::reporter_enrolled, host_line},
    LineRow{Kind::workload, where, Role::sighting, EntryType::report_accepted, nullptr},

    LineRow{Kind::built, when, Role::artifact, EntryType::artifact_recorded, built_line},
    LineRow{Kind::attested, when, Role::newest_attestation, EntryType::attestation_recorded, attested_line},
    LineRow{Kind::approved, when, Role::approval, EntryType::approval_given, approved_line},
    LineRow{Kind::declared, when, Role::deployment, EntryType::deployment_declared, declared_line},
    LineRow{Kind::first_seen, when, Role::sighting, EntryType::report_accepted, nullptr},
    LineRow{Kind::observed, when, Role::deployment_change, EntryType::deployment_changed,
            changed_line<State::observed>},
    LineRow{Kind::missed, when, Role::deployment_change, EntryType::deployment_changed,
            changed_line<State::missed>},
    LineRow{Kind::ended, when, Role::deployment_change, EntryType::deployment_changed,
            changed_line<State::ended>},
    LineRow{Kind::ended, when, Role::departure, EntryType::snapshot_taken, nullptr},
    LineRow{Kind::replaced, when, Role::replacement, EntryType::deployment_declared, replacement_line},
    LineRow{Kind::issued, when, Role::issued, EntryType::dbom_issued, issued_line},

    LineRow{Kind::author, who, Role::trail, EntryType::trail_begun, author_line},
    LineRow{Kind::author, who, Role::attestation, EntryType::attestation_recorded, review_author_line},
    LineRow{Kind::reviewer, who, Role::attestation, EntryType::attestation_recorded, reviewer_lines},
    LineRow{Kind::signer, who, Role::attestation, EntryType::attestation_recorded, signer_line},
    LineRow{Kind::approver, who, Role::approver, EntryType::approval_given, actor_line},
    LineRow{Kind::deployer, who, Role::deployer, EntryType::deployment_declared, actor_line},
    LineRow{Kind::reporter, who, Role::reporter, EntryType::reporter_enrolled, reporter_line},
    LineRow{Kind::owner, who, Role::service, EntryType::service_declared, owner_line},

    LineRow{Kind::change, commits, Role::between, EntryType::trail_begun, change_line},
};

constexpr bool every_kind_has_a_row = [] {
  for (std::size_t kind = 0; kind < names_of(Kind{}).size(); ++kind) {
    bool found = false;
    for (const LineRow& row : table) found |= row.kind == static_cast<Kind>(kind);
    if (!found) return false;
  }
  return true;
}();
static_assert(every_kind_has_a_row);

constexpr bool a_kind_stands_in_one_section = [] {
  for (const LineRow& a : table)
    for (const LineRow& b : table)
      if (a.kind == b.kind && a.section != b.section) return false;
  return true;
}();
static_assert(a_kind_stands_in_one_section);

// Not among them: accounts and join tokens (digests of tokens), reports and verdicts (what else runs on a host).
constexpr std::array shown{
    EntryType::service_declared,      EntryType::flow_declared,          EntryType::trail_begun,
    EntryType::artifact_recorded,     EntryType::attestation_recorded,   EntryType::approval_given,
    EntryType::approval_revoked,      EntryType::deployment_declared,    EntryType::deployment_changed,
    EntryType::approval_requested,    EntryType::approval_consented,     EntryType::approval_request_ended,
    EntryType::decision_recorded,     EntryType::exception_requested,    EntryType::exception_granted,
    EntryType::exception_refused,     EntryType::exception_ended,        EntryType::exception_warned,
    EntryType::break_glass_opened,    EntryType::break_glass_reviewed,   EntryType::freeze_declared,
    EntryType::freeze_ended,          EntryType::window_overridden,      EntryType::environment_declared,
    EntryType::reporter_enrolled,     EntryType::snapshot_taken,         EntryType::dbom_issued,
};

}  // namespace

std::span<const LineRow> line_table() { return table; }

bool may_show(EntryType type) { return std::find(shown.begin(), shown.end(), type) != shown.end(); }

}  // namespace weir::dbom
