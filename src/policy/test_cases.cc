#include "policy/test_cases.h"

#include <algorithm>

namespace weir::policy {
namespace {

using format::Json;

const Instant standard_now = parse_instant("2026-01-01T12:00:00Z").value();

template <class T>
Json json_of(const T& value) {
  return format::parse_json(format::encode(value)).value();
}

Input standard_input() {
  return {.artifact = {.digest = "sha256:" + std::string(64, '0'), .entry = 1, .flow = "flow", .kind = "oci",
                       .name = "artifact", .recorded_at = standard_now - hours(2), .trail = "trail"},
          .environment = {.kind = "kubernetes", .name = "production"},
          .flow = InputFlow{.name = "flow"},
          .now = standard_now};
}

// What an item of each list is when a test does not say it; also of the objects that may be null.
struct Filling {
  std::string_view name;
  Json item;
};
std::vector<Filling> fillings() {
  const Instant before = standard_now - hours(1);
  return {{"approvals", json_of(InputApproval{.actor = "approver", .recorded_at = before})},
          {"deployments",
           json_of(InputDeployment{.declared_at = before, .environment = "production", .state = "observed"})},
          {"exceptions", json_of(InputException{.owner = "owner"})},
          {"freezes", json_of(InputFreeze{})},
          {"running", json_of(InputRunning{.name = "artifact", .since = before})},
          {"runs", json_of(InputRun{.first_seen = before, .last_seen = standard_now, .live = true})},
          {"trails", json_of(InputTrail{.compliant = true, .flow = "flow", .name = "trail"})},
          {"flow", json_of(InputFlow{})},
          {"service", json_of(InputService{})},
          {"windows", json_of(InputWindow{})},
          {"vulnerabilities", json_of(InputVulnerabilities{.as_of = before})},
          {"posture", json_of(InputPosture{.as_of = before})}};
}

void lay_over(Json& base, const Json& overlay) {
  if (base.object() == nullptr || overlay.object() == nullptr) {
    base = overlay;
    return;
  }
  for (const auto& [name, value] : *overlay.object()) {
    Json merged = base.at(name);
    lay_over(merged, value);
    base.set(name, std::move(merged));
  }
}

class Filler {
 public:
  Json item(const Json& filling, const Json& said) {
    if (said.object() == nullptr) return said;
    Json whole = filling;
    if (whole.find("entry") != nullptr) whole.set("entry", next_entry_++);
    lay_over(whole, said);
    return whole;
  }
  Json list(const Json& filling, const Json& said) {
    if (said.array() == nullptr) return item(filling, said);
    Json::Array items;
    for (const Json& each : *said.array()) items.push_back(item(filling, each));
    return items;
  }
  Json attestations(const Json& said) {
    if (said.object() == nullptr) return said;
    Json all{Json::Object{}};
    for (const auto& [type, items] : *said.object()) {
      Json filling = json_of(InputAttestation{.actor = "pipeline", .compliant = true, .flow = "flow", .name = type,
                                              .recorded_at = standard_now - hours(1), .trail = "trail", .type = type});
      filling.set("summary", Json(Json::Object{}));
      all.set(type, list(filling, items));
    }
    fill_signers(all);
    return all;
  }

 private:
  void fill_signers(Json& all) {
    for (auto& [type, items] : *all.object()) {
      if (items.array() == nullptr) continue;
      for (Json& each : *items.array())
        if (each.at("signer").object() != nullptr) each.set("signer", item(json_of(InputSigner{}), each.at("signer")));
    }
  }

  std::int64_t next_entry_ = 100;
};

std::vector<std::string> faults_of(const TestCase& test, const DecisionRecord& record) {
  std::vector<std::string> faults;
  const std::string_view verdict = format::name_of(record.verdict);
  if (!test.verdict.empty() && test.verdict != verdict)
    faults.push_back(fmt::format("verdict: wanted {}, got {}", test.verdict, verdict));
  for (const auto& [id, wanted] : test.results) {
    const auto found = std::find_if(record.rules.begin(), record.rules.end(),
                                    [&](const RuleResult& rule) { return rule.id == id; });
    const std::string_view got = found == record.rules.end() ? "nothing" : format::name_of(found->result);
    if (wanted != got)
      faults.push_back(fmt::format("{}: wanted {}, got {}{}", id, wanted, got,
                                   found == record.rules.end() || found->message.empty() ? "" : ": " + found->message));
  }
  return faults;
}

}  // namespace

Result<Input> input_of_test(const Json& overlay) {
  if (!overlay.is_null() && overlay.object() == nullptr) return invalid("'input' must be an object", "input");
  Json document = json_of(standard_input());
  Filler filler;
  const std::vector<Filling> known = fillings();
  const Json said = overlay.is_null() ? Json(Json::Object{}) : overlay;
  for (const auto& [name, value] : *said.object()) {
    const auto filling =
        std::find_if(known.begin(), known.end(), [&](const Filling& each) { return each.name == name; });
    Json merged = document.at(name);
    if (name == "attestations") merged = filler.attestations(value);
    else if (filling != known.end()) merged = filler.list(filling->item, value);
    else lay_over(merged, value);
    document.set(name, std::move(merged));
  }
  return format::decode<Input>(document);
}

bool TestReport::passed() const {
  return std::all_of(tests.begin(), tests.end(), [](const TestOutcome& each) { return each.faults.empty(); });
}

std::size_t TestReport::covered() const {
  return static_cast<std::size_t>(
      std::count_if(rules.begin(), rules.end(), [](const RuleCoverage& rule) { return rule.both_ways(); }));
}

TestReport run_tests(Prepared& policy) {
  TestReport report;
  for (const Rule& rule : policy.document().policy.rules) report.rules.push_back({rule.id, {}});
  for (const TestCase& test : policy.document().policy.tests) {
    const auto input = input_of_test(test.input);
    if (!input) {
      report.tests.push_back({test.name, {input.error().message}});
      continue;
    }
    const Attached attached{&policy, Mode::enforce};
    const DecisionRecord record = decide({&attached, 1}, *input, {});
    for (RuleCoverage& rule : report.rules)
      for (const RuleResult& result : record.rules)
        if (result.id == rule.id && !result.policy.empty()) rule.seen.insert(result.result);
    report.tests.push_back({test.name, faults_of(test, record)});
  }
  return report;
}

}  // namespace weir::policy
