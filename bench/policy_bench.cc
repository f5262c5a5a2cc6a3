// What a decision costs: 20 YAML rules over an artifact with 50 attestations, from the document as values and
// from JSON; a short Rego policy; a simulation over recorded decisions.
#include <benchmark/benchmark.h>

#include "crypto/digest.h"
#include "policy/decide.h"
#include "policy/simulate.h"
#include "rego/engine.h"

namespace {

using namespace weir;
using namespace weir::policy;

const Instant now = parse_instant("2026-11-28T12:00:00Z").value();

constexpr std::array<std::string_view, 5> types{"test", "scan", "sbom", "provenance", "review"};

constexpr std::string_view summary =
    R"({"failed":0,"total":120,"passed":120,"commit":"c0ffee","author":"ann","reviewers":["ben"],)"
    R"("four_eyes":true,"builder":"https://ci/runner"})";

Input input_of_50() {
  Input input{.artifact = {.commit = "c0ffee", .digest = to_string(crypto::sha256("api")), .entry = 10, .flow = "api",
                           .kind = "oci", .name = "registry/api", .recorded_at = now - hours(3), .trail = "42"},
              .environment = {.kind = "kubernetes", .name = "prod-eu", .tags = {{"tier", "critical"}}},
              .flow = InputFlow{.name = "api", .service = "api"},
              .now = now,
              .trails = {{.author = "ann", .commit = "c0ffee", .compliant = true, .entry = 9, .flow = "api",
                  .name = "42"}}};
  for (int i = 0; i < 50; ++i) {
    const std::string type(types[static_cast<std::size_t>(i) % types.size()]);
    input.attestations[type].push_back(
        {.actor = "ci-main", .compliant = true, .entry = 100 + i, .flow = "api",
         .name = type + "-" + std::to_string(i / 5), .recorded_at = now - minutes(100 - i),
         .summary = format::parse_json(summary).value(),
         .trail = "42", .type = type});
  }
  input.approvals = {{.actor = "eve", .entry = 200, .groups = {"security"}, .recorded_at = now - hours(1)}};
  input.runs = {{.environment = "staging", .first_seen = now - hours(30), .last_seen = now, .live = true}};
  return input;
}

std::string twenty_rules() {
  std::string text = "apiVersion: weir/v1\nkind: Policy\nrules:\n";
  for (int i = 0; i < 10; ++i)
    text += "  - {id: test-" + std::to_string(i) + ", require: {attestation: {type: test, name: "
        "test-" + std::to_string(i) +
            ", where: {summary.failed: {at_most: 0}, summary.total: {at_least: 10}}}}}\n";
  for (int i = 0; i < 4; ++i)
    text += "  - {id: scan-" + std::to_string(i) + ", require: {attestation: {type: scan, name: "
        "scan-" + std::to_string(i) +
            ", max_age: 7d, by: ['ci-*']}}}\n";
  return text + R"(  - {id: sbom, require: {attestation: {type: sbom, name: sbom-1}}}
  - {id: built, require: {attestation: {type: provenance, name: provenance-1,
      where: {summary.builder: {matches: 'https://ci/*'}}}}}
  - {id: trail, require: {trail: {}}}
  - {id: approved, require: {approval: {groups: [security]}}}
  - {id: soaked, require: {promotion: {after: [staging], soak: 24h}}}
  - {id: here, when: {environments: [prod-*]}, require: {environment: {kinds: [kubernetes]}}}
)";
}

Prepared prepared(std::string text) {
  auto policy = Prepared::prepare({.name = "p", .text = std::move(text)});
  if (!policy.ok()) std::fprintf(stderr, "%s\n", policy.error().message.c_str());
  return std::move(policy).value();
}

void twenty_rules_evaluated(benchmark::State& state) {
  Prepared policy = prepared(twenty_rules());
  const Input input = input_of_50();
  const auto document = rego::Input::read(document_of(input)).value();
  for (auto _ : state) benchmark::DoNotOptimize(policy.evaluate(input, document, rego::Engine::version()));
}
BENCHMARK(twenty_rules_evaluated)->Unit(benchmark::kMicrosecond);

void twenty_rules_decided_from_json(benchmark::State& state) {
  Prepared policy = prepared(twenty_rules());
  const std::string document = document_of(input_of_50());
  const Attached attached{&policy, Mode::enforce};
  for (auto _ : state) benchmark::DoNotOptimize(decide_document({&attached, 1}, document, {}));
}
BENCHMARK(twenty_rules_decided_from_json)->Unit(benchmark::kMicrosecond);

void rego_of_three_clauses(benchmark::State& state) {
  Prepared policy = prepared(R"(package policy
deny contains msg if {
  some item in input.attestations.test
  item.compliant == false
  msg := sprintf("%s failed", [item.name])
}
deny contains "no review" if count(input.attestations.review) == 0
deny contains "wrong environment" if not startswith(input.environment.name, "prod")
)");
  const Input input = input_of_50();
  const auto document = rego::Input::read(document_of(input)).value();
  for (auto _ : state) benchmark::DoNotOptimize(policy.evaluate(input, document, rego::Engine::version()));
}
BENCHMARK(rego_of_three_clauses)->Unit(benchmark::kMicrosecond);

// Recorded decisions with ten attestations each, read from their text.
void simulation_of_one_decision(benchmark::State& state) {
  Prepared policy = prepared(twenty_rules());
  Input input = input_of_50();
  for (auto& [type, items] : input.attestations) items.resize(2);
  const Attached attached{&policy, Mode::enforce};
  const std::string record = format::encode(decide({&attached, 1}, input, {}));
  Simulator simulator(policy.clone(), Mode::enforce);
  for (auto _ : state) benchmark::DoNotOptimize(simulator.add_text(1, record).ok());
}
BENCHMARK(simulation_of_one_decision)->Unit(benchmark::kMicrosecond)->Iterations(10'000);

void document_read(benchmark::State& state) {
  const std::string document = document_of(input_of_50());
  for (auto _ : state) benchmark::DoNotOptimize(rego::Input::read(document));
}
BENCHMARK(document_read)->Unit(benchmark::kMicrosecond);

void document_written(benchmark::State& state) {
  const Input input = input_of_50();
  for (auto _ : state) benchmark::DoNotOptimize(document_of(input));
}
BENCHMARK(document_written)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
