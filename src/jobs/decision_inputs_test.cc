// Inputs of decisions gathered together: what is read once is told to each subject as if it had been asked for alone.
#include "store/decision_inputs.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "support/ledger_fixture.h"

namespace weir::store {
namespace {

const std::array artifacts{crypto::sha256("one"), crypto::sha256("two")};
constexpr std::array environments{"prod", "staging"};

void append(test::LedgerFixture& ledger, Event event) {
  const auto done = ledger.append(std::move(event));
  ASSERT_TRUE(done.ok()) << done.error().message;
}

// Two builds of one name in two environments. The first is approved, excepted and running in prod alone, and staging is
// frozen.
void record(test::LedgerFixture& ledger) {
  const Instant end = ledger.clock().now() + days(2);
  append(ledger, evidence::Service{.name = "shop", .team = "one", .tier = "2"});
  append(ledger, evidence::Flow{.name = "api", .service = "shop", .tags = {{"risk", "high"}}});
  for (const char* name : environments) {
    runtime::EnvironmentDeclared declared{};
    declared.name = name;
    declared.tags = {{"tier", name}};
    append(ledger, declared);
  }
  for (const Sha256& digest : artifacts) {
    const std::string trail = to_hex(digest).substr(0, 4);
    append(ledger, evidence::Trail{.flow = "api", .name = trail, .author = "ann"});
    artifact::ArtifactRecorded recorded{};
    recorded.flow = "api", recorded.trail = trail, recorded.name = "registry/api", recorded.digest = digest;
    append(ledger, recorded);
    evidence::AttestationRecorded attested{.flow = "api", .trail = trail, .name = "unit", .type = "test"};
    attested.artifact = digest;
    append(ledger, attested);
  }
  append(ledger, deploy::ApprovalGiven{.artifact = artifacts[0], .environment = "prod"});
  append(ledger, deploy::DeploymentDeclared{.artifact = artifacts[1], .environment = "staging"});
  append(ledger, window::FreezeDeclared{.environment = "staging", .reason = "sale", .until = end});
  exceptions::ExceptionScope scope{.environment = "prod", .artifact = artifacts[0], .rule = "scan", .until = end};
  const Sha256 asked = exceptions::digest_of(scope);
  const std::int64_t exception = ledger.sequencer().size();
  append(ledger, exceptions::ExceptionRequested{.scope = scope, .scope_digest = asked});
  append(ledger, exceptions::ExceptionGranted{.exception = exception, .scope_digest = asked, .until = end});
  const Status running = ledger.alter(fmt::format(
      "INSERT INTO workload (id, environment, host, kind, name, digests, live, first_started, last_started, "
      "first_sight, entry, changed) VALUES ('w', 'prod', 'h', 'container', 'n', '[]', 1, 0, 0, 0, 0, 0);"
      "INSERT INTO workload_digest (digest, workload) VALUES (x'{}', 'w');",
      to_hex(artifacts[0])));
  ASSERT_TRUE(running.ok()) << running.error().message;
}

}  // namespace

TEST(DecisionInputs, are_the_same_together_as_alone) {
  test::LedgerFixture ledger;
  record(ledger);
  const auto db = ledger.reader();
  const Instant now = ledger.clock().now();
  DecisionInputs together(*db, now);
  std::map<std::pair<std::size_t, std::string>, policy::Input> inputs;
  for (const policy::Purpose purpose : {policy::Purpose::running, policy::Purpose::start})
    for (std::size_t i = 0; i < artifacts.size(); ++i)
      for (const char* name : environments) {
        const DecisionSubject subject{.artifact = artifacts[i], .environment = name, .purpose = purpose};
        auto gathered = together.of(subject);
        const auto alone = decision_input(*db, subject, now);
        ASSERT_TRUE(gathered.ok() && alone.ok()) << gathered.error().message;
        EXPECT_EQ(policy::document_of(*gathered), policy::document_of(*alone));
        inputs[{i, name}] = std::move(*gathered);
      }
  const auto count = [&](auto member) {
    std::vector<std::size_t> counts;
    for (std::size_t i = 0; i < artifacts.size(); ++i)
      for (const char* name : environments) counts.push_back((inputs.at({i, name}).*member).size());
    return counts;
  };
  using Counts = std::vector<std::size_t>;  // of the first in prod and staging, of the second in prod and staging
  EXPECT_EQ(count(&policy::Input::approvals), Counts({1, 0, 0, 0}));
  EXPECT_EQ(count(&policy::Input::exceptions), Counts({1, 0, 0, 0}));
  EXPECT_EQ(count(&policy::Input::running), Counts({1, 0, 1, 0}));
  EXPECT_EQ(count(&policy::Input::freezes), Counts({0, 1, 0, 1}));
  EXPECT_EQ(count(&policy::Input::deployments), Counts({0, 1, 0, 1}));
  EXPECT_EQ(count(&policy::Input::attestations), Counts({1, 1, 1, 1}));
  EXPECT_EQ(inputs.at({1, "staging"}).environment.tags.at("tier"), "staging");
  EXPECT_EQ(inputs.at({1, "staging"}).service.value().tier, "2");
}

TEST(DecisionInputs, of_an_environment_that_is_not_there_are_not_found) {
  test::LedgerFixture ledger;
  const auto db = ledger.reader();
  const auto input = DecisionInputs(*db, ledger.clock().now()).of({.artifact = artifacts[0], .environment = "none"});
  ASSERT_FALSE(input.ok());
  EXPECT_EQ(input.error().code, Errc::not_found);
}

}  // namespace weir::store
