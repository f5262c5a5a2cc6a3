// Documents and policies for the tests of this folder.
#pragma once
#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "policy/decide.h"
#include "rego/engine.h"

namespace weir::policy {

inline const Instant test_now = parse_instant("2026-11-28T12:00:00Z").value();

inline InputAttestation attested(std::int64_t entry, std::string type, std::string name,
    std::optional<bool> compliant,
                                 std::string_view summary = "{}") {
  return {.actor = "ci-main",
          .compliant = compliant,
          .entry = entry,
          .flow = "api",
          .name = std::move(name),
          .recorded_at = test_now - hours(1000 - entry),
          .summary = format::parse_json(summary).value(),
          .trail = "42",
          .type = std::move(type)};
}

// An artifact of flow api, recorded by trail 42, asked about in prod-eu.
inline Input plain_input() {
  return {.artifact = {.commit = "c0ffee", .digest = to_string(crypto::sha256("api")), .entry = 10, .flow = "api",
                       .kind = "oci", .name = "registry/api", .recorded_at = test_now - days(2), .trail = "42"},
          .environment = {.kind = "kubernetes", .name = "prod-eu", .tags = {{"tier", "critical"}}},
          .flow = InputFlow{.name = "api", .service = "api", .tags = {{"risk-level", "high"}}},
          .now = test_now,
          .trails = {{.author = "Ann", .commit = "c0ffee", .compliant = true, .entry = 9, .flow = "api",
                      .name = "42"}}};
}

inline void add(Input& input, InputAttestation attestation) {
  input.attestations[attestation.type].push_back(std::move(attestation));
}

inline InputApproval approval_of(std::int64_t entry, std::string actor, std::vector<std::string> groups = {}) {
  return {.actor = std::move(actor), .entry = entry, .groups = std::move(groups), .recorded_at = test_now - hours(1)};
}

inline std::string policy_of(std::string_view rules) {
  return "apiVersion: weir/v1\nkind: Policy\nrules:\n" + std::string(rules);
}

inline Prepared prepared(std::string text, std::string name = "p", std::string engine = {}) {
  auto policy = Prepared::prepare(
      {.name = std::move(name), .text = std::move(text), .engine = std::move(engine)});
  EXPECT_TRUE(policy.ok()) << policy.error().message;
  return std::move(policy).value();
}

// A policy is given what it asks for of a document, and must say the same of all of it.
inline void expect_it_asks_for_all_it_looks_at(Prepared& policy, const Input& input) {
  const std::string document = document_of(input);
  const auto said = [](const Prepared::Evaluation& evaluation) {
    return format::encode(evaluation.rules) + format::encode(evaluation.warnings);
  };
  EXPECT_EQ(said(policy.evaluate(input, document)),
            said(policy.evaluate(input, rego::Input::read(document).value(), rego::Engine::version())));
}

inline DecisionRecord decide_by(Prepared& policy, const Input& input, Mode mode = Mode::enforce) {
  expect_it_asks_for_all_it_looks_at(policy, input);
  const Attached attached{&policy, mode};
  return decide({&attached, 1}, input, {.tzdata = "2026a"});
}

inline RuleResult result_of(const std::string& requirement, const Input& input) {
  Prepared policy = prepared(policy_of("  - {id: r, require: " + requirement + "}\n"));
  return decide_by(policy, input).rules.at(0);
}

}  // namespace weir::policy
