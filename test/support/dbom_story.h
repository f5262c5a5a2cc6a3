// A small deployment with everything a bill of materials tells of, as entries of a ledger that exists in memory only.
// Nothing in it is random or takes the time, so that the document it makes is the same bytes always.
#pragma once
#include "access/account.h"
#include "artifact/record.h"
#include "crypto/digest.h"
#include "dbom/compose.h"
#include "dbom/envelope.h"
#include "deploy/approval.h"
#include "deploy/deployment.h"
#include "evidence/attestation.h"
#include "ledger/reference_tree.h"
#include "runtime/environment.h"

namespace weir::test {

using ledger::EntryType;

class DbomStory {
 public:
  static constexpr std::string_view origin = "weir.test/org";

  DbomStory() : signer_(crypto::Signer::from_seed(std::string(32, 's')).value()) {}

  std::int64_t add(EntryType type, const auto& record) { return add_text(type, format::encode(record)); }
  std::int64_t add_text(EntryType type, std::string payload) {
    const auto index = static_cast<std::int64_t>(sources_.size());
    ledger::Salt salt;
    salt.bytes.fill(static_cast<std::uint8_t>(index));
    ledger::Leaf leaf{.type = type, .at = time(index), .commitment = ledger::commitment(salt, payload)};
    leaf.organization.bytes.fill('o');
    leaf.actor.bytes.fill('a');
    sources_.push_back(
        {.index = index, .leaf = ledger::encode(leaf), .payload = std::move(payload), .salt = salt});
    return index;
  }
  static Instant time(std::int64_t index) { return Instant{} + days(20'000) + seconds(index); }

  // The usual deployment: built, tested, reviewed, approved, declared, seen. `facts` tell the roles.
  void tell() {
    const auto service =
        add(EntryType::service_declared,
            evidence::Service{.name = "shop", .team = "payments", .contact = "#pay", .tier = "1"});
    const auto flow =
        add(EntryType::flow_declared,
            evidence::Flow{.name = "api", .service = "shop", .required = {{{"unit", "test"}}, {}}});
    const auto environment =
        add(EntryType::environment_declared, runtime::EnvironmentDeclared{.name = "prod"});
    const auto before = add(EntryType::artifact_recorded, artifact_of("old", "c0"));
    const auto trail =
        add(EntryType::trail_begun,
            evidence::Trail{
                .flow = "api", .name = "t2", .commit = "c0ffee", .branch = "main", .author = "lena <\"é\">"});
    const auto artifact = add(EntryType::artifact_recorded, artifact_of("new", "c0ffee"));
    const auto unit =
        add(EntryType::attestation_recorded, attestation("unit", "test", R"({"passed":12,"failed":0})"));
    const auto review =
        add(EntryType::attestation_recorded,
            attestation("review", "review", R"({"change":"PR 812","author":"lena","reviewers":["omar"]})"));
    auto bill = attestation("sbom", "sbom", R"({"components":2,"format":"cyclonedx","spec_version":"1.5"})");
    bill.content = crypto::sha256("bill");
    const auto sbom = add(EntryType::attestation_recorded, bill);
    const auto account =
        add(EntryType::account_created,
            access::AccountCreated{
                .id = std::string(32, '1'), .name = "ann", .kind = access::AccountKind::person});
    const auto approval =
        add(EntryType::approval_given,
            deploy::ApprovalGiven{
                .artifact = crypto::sha256("new"), .environment = "prod", .reason = "released"});
    const auto declared =
        add(EntryType::deployment_declared,
            deploy::DeploymentDeclared{
                .artifact = crypto::sha256("new"), .environment = "prod", .deadline = time(100)});
    const auto report = add_text(EntryType::report_accepted,
                                 R"({"reporter":"r","signature":"","body":"secrets of the host"})");
    const auto observed =
        add(EntryType::deployment_changed, deploy::DeploymentChanged{.deployment = declared});
    facts.artifact = {crypto::sha256("new"), "file", "api"};
    facts.environment = "prod";
    facts.at = time(1000);
    using dbom::Role;
    facts.concerns = {{Role::service, {service}},
                      {Role::flow, {flow}},
                      {Role::requirements, {flow, unit, review, sbom}},
                      {Role::environment, {environment}},
                      {Role::replaced, {before}},
                      {Role::trail, {trail}},
                      {Role::between, {trail}},
                      {Role::artifact, {artifact}},
                      {Role::attestation, {unit}},
                      {Role::attestation, {review}},
                      {Role::attestation, {sbom}},
                      {Role::newest_attestation, {sbom}},
                      {Role::approval, {approval}},
                      {Role::approver, {approval, account}},
                      {Role::deployment, {declared}},
                      {Role::deployer, {declared, account}},
                      {Role::deployment_change, {observed}}};
    facts.sightings = {{.name = "/opt/api",
                        .kind = "process",
                        .host = "web1",
                        .user = "api",
                        .verdict = "approved",
                        .digest = crypto::sha256("new"),
                        .started_at = time(12),
                        .running = 1,
                        .entry = report}};
    facts.bill = dbom::Bill{sbom, crypto::sha256("bill"),
                            list({{"left-pad", "pkg:npm/left-pad@1.3.0", "1.3.0"},
                                  {"openssl", "pkg:deb/openssl@3.0.22", "3.0.22"}})};
    facts.before = dbom::Predecessor{
        .digest = crypto::sha256("old"),
        .name = "api",
        .components = list({{"openssl", "pkg:deb/openssl@3.0.20", "3.0.20"}, {"legacy-xml", "", "2.1"}}),
        .evidence = {{"unit", "test", "", false, 1}}};
    facts.evidence = {{"unit", "test", "", true, unit}};
  }

  // Little of it: what was built, where it may run, that it is to run.
  void tell_little() {
    tell();
    std::erase_if(facts.concerns, [](const dbom::Concern& each) {
      return each.role != dbom::Role::artifact && each.role != dbom::Role::environment &&
             each.role != dbom::Role::approval && each.role != dbom::Role::deployer;
    });
    facts.sightings.clear();
    facts.bill.reset();
    facts.before.reset();
  }

  dbom::Dbom compose() {
    std::vector<Sha256> hashes;
    for (const dbom::SourceEntry& source : sources_) hashes.push_back(ledger::leaf_hash(source.leaf));
    const ledger::ReferenceTree tree(hashes);
    for (dbom::SourceEntry& source : sources_)
      source.proof =
          ledger::ReferenceTree::path(static_cast<std::uint64_t>(source.index), tree.range(0, hashes.size()));
    facts.ledger = origin;
    facts.checkpoint =
        ledger::sign_checkpoint({std::string(origin), tree.size(), tree.root(hashes.size())}, signer_);
    return dbom::compose(facts, sources_).value();
  }
  std::string sign(dbom::Dbom document) const {
    return format::encode(dbom::sign(dbom::statement_of(std::move(document)), origin, signer_));
  }
  ledger::VerifierKey key() const { return {std::string(origin), signer_.public_key()}; }
  const crypto::Signer& signer() const { return signer_; }
  dbom::SourceEntry& source(std::int64_t index) { return sources_[static_cast<std::size_t>(index)]; }

  dbom::Facts facts;

 private:
  static artifact::ArtifactRecorded artifact_of(std::string_view content, std::string commit) {
    return {.flow = "api",
            .trail = "t2",
            .name = "api",
            .digest = crypto::sha256(content),
            .commit = std::move(commit)};
  }
  static evidence::AttestationRecorded attestation(std::string name, std::string type,
                                                   std::string_view facts_text) {
    return {.flow = "api",
            .trail = "t2",
            .name = std::move(name),
            .type = std::move(type),
            .artifact = crypto::sha256("new"),
            .compliant = true,
            .summary = format::parse_json(facts_text).value()};
  }
  static dbom::ComponentList list(std::vector<evidence::Component> components) {
    return std::make_shared<const std::vector<evidence::Component>>(std::move(components));
  }

  crypto::Signer signer_;
  std::vector<dbom::SourceEntry> sources_;
};

}  // namespace weir::test
