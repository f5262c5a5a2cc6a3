#include "policy/trace.h"

#include <algorithm>

#include "policy/compile.h"
#include "policy/compile_parts.h"
#include "policy/form_check.h"
#include "policy/trace_parts.h"

namespace weir::policy {
namespace {

using format::Json;

constexpr std::size_t parts_max = 50;
constexpr std::string_view own_package = "weir.rule.traced";

double number_of(const Json& value) {
  return value.integer() != nullptr ? static_cast<double>(*value.integer()) : *value.real();
}
bool is_number(const Json& value) { return value.integer() != nullptr || value.real() != nullptr; }

bool equal(const Json& one, const Json& other) {
  return is_number(one) && is_number(other) ? number_of(one) == number_of(other) : one == other;
}

void add_count(std::vector<Observation>& out, std::string_view name, std::optional<std::int64_t> seen,
               std::optional<std::int64_t> most) {
  if (most)
    out.push_back({fmt::format("{} at most {}", name, *most), seen ? std::to_string(*seen) : "not known",
                   seen && *seen <= *most});
}

std::vector<Observation> of_vulnerabilities(const RequireVulnerabilities& rule, const Input& input) {
  std::vector<Observation> out;
  out.push_back({"vulnerabilities are known",
                 input.vulnerabilities ? to_string(input.vulnerabilities->as_of) : "not yet; scans say",
                 true});
  if (!input.vulnerabilities) return out;
  const InputVulnerabilities& known = *input.vulnerabilities;
  if (rule.max_age)
    out.push_back({"not older than " + period_text(*rule.max_age), to_string(known.as_of),
                   known.as_of > input.now - rule.max_age->length});
  add_count(out, "critical", known.critical, rule.critical);
  add_count(out, "high", known.high, rule.high);
  add_count(out, "medium", known.medium, rule.medium);
  add_count(out, "low", known.low, rule.low);
  add_count(out, "known to be exploited", known.known_exploited, rule.known_exploited);
  return out;
}

std::vector<Observation> of_trails(const RequireTrail& rule, const Input& input) {
  std::vector<Observation> out;
  for (const InputTrail& trail : input.trails) {
    if (!rule.flows.empty() && !observe_name("", trail.flow, rule.flows).holds) continue;
    const std::string seen = trail.compliant         ? "compliant"
                             : trail.missing.empty() ? "not compliant"
                                                     : "misses " + seen_list(trail.missing);
    if (rule.compliant)
      out.push_back(
          {fmt::format("trail {} of flow {} is compliant", trail.name, trail.flow), seen, trail.compliant});
    else
      out.push_back({"a flow recorded it", fmt::format("trail {} of flow {}", trail.name, trail.flow), true});
  }
  if (out.empty()) out.push_back({"a flow recorded it", "no trail", false});
  return out;
}

// Of the newest of each name since then: none failed, and one passed.
Observation verified_since(const std::string& type, Instant since, const Input& input) {
  std::map<std::string, const InputAttestation*> newest;
  if (const auto found = input.attestations.find(type); found != input.attestations.end())
    for (const InputAttestation& each : found->second)
      if (each.recorded_at >= since) newest[each.name] = &each;  // listed by entry
  bool passed = false, failed = false;
  std::vector<std::string> seen;
  for (const auto& [name, each] : newest) {
    passed = passed || each->compliant == true;
    failed = failed || each->compliant == false;
    seen.push_back(
        fmt::format("{} {}", name, each->compliant ? (*each->compliant ? "passed" : "failed") : "undecided"));
  }
  return {fmt::format("{} passed since {}", type, to_string(since)), seen_list(seen), passed && !failed};
}

void of_runs(std::vector<Observation>& out, const RequirePromotion& rule, const std::string& glob,
             const Input& input) {
  std::vector<std::string> seen;
  std::optional<Instant> since;
  Duration longest{};
  for (const InputRun& run : input.runs) {
    if (!matches_glob(glob, run.environment)) continue;
    seen.push_back(fmt::format("{} since {}{}", run.environment, to_string(run.first_seen),
                               run.live ? "" : " until " + to_string(run.last_seen)));
    since = since ? std::min(*since, run.first_seen) : run.first_seen;
    longest = std::max(longest, (run.live ? input.now : run.last_seen) - run.first_seen);
  }
  out.push_back({"it ran in " + glob, seen_list(seen), since.has_value()});
  if (!since) return;
  const Period whole_minutes{minutes(longest.micros / minutes(1).micros)};
  if (rule.soak)
    out.push_back(
        {"for " + period_text(*rule.soak), period_text(whole_minutes), longest >= rule.soak->length});
  for (const std::string& type : rule.evidence) out.push_back(verified_since(type, *since, input));
}

std::vector<Observation> of_promotion(const RequirePromotion& rule, const Input& input) {
  std::vector<Observation> out;
  for (const std::string& glob : rule.after) of_runs(out, rule, glob, input);
  std::int64_t today = 0;
  std::optional<Instant> last;
  for (const InputDeployment& each : input.deployments) {
    if (each.artifact == input.artifact.digest) continue;
    if (each.declared_at > input.now - days(1)) ++today;
    if (!last || each.declared_at > *last) last = each.declared_at;
  }
  if (rule.cooldown)
    out.push_back({fmt::format("the last deployment here is {} ago", period_text(*rule.cooldown)),
                   last ? to_string(*last) : "none", !last || *last <= input.now - rule.cooldown->length});
  if (rule.per_day)
    out.push_back({fmt::format("fewer than {} deployments in 24 hours", *rule.per_day), std::to_string(today),
                   today < *rule.per_day});
  if (rule.rollback_target) {
    std::vector<std::string> others;
    bool safe = false;
    for (const InputRunning& each : input.running) {
      if (each.digest == input.artifact.digest) continue;
      others.push_back(fmt::format("{} {}", each.digest, each.approved ? "approved" : "not approved"));
      safe = safe || each.approved;
    }
    out.push_back({"what runs here now is approved", seen_list(others), others.empty() || safe});
  }
  return out;
}

std::vector<Observation> of_environment(const RequireEnvironment& rule, const Input& input) {
  std::vector<Observation> out;
  if (!rule.kinds.empty())
    out.push_back(observe_name("kind of environment", input.environment.kind, rule.kinds));
  if (!rule.names.empty()) out.push_back(observe_name("environment", input.environment.name, rule.names));
  for (const auto& [tag, glob] : rule.tags) {
    const auto found = input.environment.tags.find(tag);
    out.push_back(
        observe_name("tag " + tag, found == input.environment.tags.end() ? "" : found->second, {glob}));
  }
  return out;
}

std::vector<Observation> of_window(const Input& input) {
  std::vector<Observation> out;
  for (const InputFreeze& freeze : input.freezes)
    out.push_back({"no freeze", freeze.name + ": " + freeze.reason, false});
  const bool open =
      !input.windows || input.windows->verdict == WindowVerdict::open || input.windows->overridden;
  out.push_back({"no window is in the way",
                 input.windows
                     ? fmt::format("{} is {}", input.windows->window, format::name_of(input.windows->verdict))
                     : "no window here",
                 open});
  return out;
}

std::vector<Observation> required(const Requirement& require, const Input& input) {
  if (require.vulnerabilities) return of_vulnerabilities(*require.vulnerabilities, input);
  if (require.trail) return of_trails(*require.trail, input);
  if (require.promotion) return of_promotion(*require.promotion, input);
  if (require.environment) return of_environment(*require.environment, input);
  if (require.window) return of_window(input);
  if (require.change) return {observe_name("class of change", input.change.cls, require.change->classes)};
  if (require.posture)
    return {{fmt::format("score at least {}", require.posture->score_at_least),
             input.posture ? fmt::format("{}", input.posture->score) : "not known",
             input.posture && input.posture->score >= require.posture->score_at_least}};
  std::vector<Observation> out;
  if (require.workload)
    for (const auto& [path, expected] : *require.workload)
      out.push_back(observe_value(path, value_at(input.workload, path), expected.value));
  return out;
}

// The values of a module's rules on this input, and the lines that were not reached.
void look_inside(RuleTrace& out, const std::string& module, std::string_view package,
                 std::string_view document) {
  const std::vector<rego::Module> modules{{.name = "rule", .text = module}};
  auto engine = rego::Engine::load(modules, Json());
  if (!engine.ok() || !engine->cover().ok()) return;
  const auto value = engine->query(fmt::format("data.{}", package), document);
  if (value.ok() && *value && (*value)->object() != nullptr)
    for (const auto& [name, part] : *(*value)->object())
      if (out.parts.size() < parts_max) out.parts.push_back({name, shown(part)});
  if (const auto covered = engine->coverage(); covered.ok())
    for (const rego::Coverage& each : *covered)
      for (const std::int64_t line : each.not_covered) out.not_reached.push_back(line);
}

RuleTrace plain(const RuleResult& result) {
  return {.id = result.id,
          .policy = result.policy,
          .mode = result.mode,
          .result = result.result,
          .message = result.message};
}

void explain_rule(RuleTrace& out, const Policy& policy, const Rule& rule, const Input& input,
                  std::string_view document) {
  out.title = rule.title;
  out.when = observe(policy.when, input);
  for (Observation& each : observe(rule.when, input)) out.when.push_back(std::move(each));
  out.required = required(rule.require, input);
  out.evidence = evidence_of(rule.require, input);
  if (!rule.require.rego) return;
  look_inside(out, fmt::format("package {}\n{}", own_package, *rule.require.rego), own_package, document);
  for (std::int64_t& line : out.not_reached) --line;  // of the body, without the package
}

}  // namespace

bool meets(const Json& value, const Expectation& expected) {
  if (value.is_null() && !(expected.equals && expected.equals->is_null())) return false;
  if (expected.equals && !equal(value, *expected.equals)) return false;
  if (!expected.one_of.empty() && std::none_of(expected.one_of.begin(), expected.one_of.end(),
                                               [&](const Json& each) { return equal(value, each); }))
    return false;
  if (!expected.matches.empty() &&
      !(value.string() != nullptr && matches_glob(expected.matches, *value.string())))
    return false;
  if ((expected.at_least || expected.at_most) && !is_number(value)) return false;
  if (expected.at_least && number_of(value) < *expected.at_least) return false;
  return !(expected.at_most && number_of(value) > *expected.at_most);
}

std::string shown(const Json& value) {
  if (value.is_null()) return "nothing";
  return brief(value.string() != nullptr ? *value.string() : format::dump(value));
}

std::string wanted_text(const Expectation& expected) {
  RegoWriter out("trace");
  return compile_expectation(out, expected).wanted;
}

Observation observe_value(std::string wanted, const Json& value, const Expectation& expected) {
  return {fmt::format("{}: {}", wanted, brief(wanted_text(expected))), shown(value), meets(value, expected)};
}

Observation observe_name(std::string_view what, const std::string& seen,
                         const std::vector<std::string>& globs) {
  const bool holds = std::any_of(globs.begin(), globs.end(),
                                 [&](const std::string& glob) { return matches_glob(glob, seen); });
  return {fmt::format("{}: like {}", what, brief(one_of_text(globs))), seen.empty() ? "nothing" : brief(seen),
          holds};
}

const Json& value_at(const Json& base, std::string_view path) {
  const Json* at = &base;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    at = &at->at(path.substr(0, dot));
    path = dot == path.npos ? std::string_view() : path.substr(dot + 1);
  }
  return *at;
}

std::string seen_list(const std::vector<std::string>& items) {
  return items.empty() ? "none" : brief(fmt::format("{}", fmt::join(items, ", ")));
}

std::vector<Observation> observe(const Condition& when, const Input& input) {
  std::vector<Observation> out;
  const auto add = [&](std::string_view what, const std::vector<std::string>& seen,
                       const std::vector<std::string>& globs) {
    if (globs.empty()) return;
    Observation one = observe_name(what, seen_list(seen), globs);
    one.holds = std::any_of(seen.begin(), seen.end(),
                            [&](const std::string& each) { return observe_name(what, each, globs).holds; });
    out.push_back(std::move(one));
  };
  std::vector<std::string> flows, authors;
  if (input.flow) flows.push_back(input.flow->name);
  for (const InputTrail& trail : input.trails) {
    flows.push_back(trail.flow);
    authors.push_back(trail.author);
  }
  add("environment", {input.environment.name}, when.environments);
  add("artifact", {input.artifact.name}, when.artifacts);
  add("class of change", {input.change.cls}, when.classes);
  add("flow", flows, when.flows);
  add("author", authors, when.actors);
  for (const auto& [tag, glob] : when.tags) {
    std::vector<std::string> values;
    if (const auto at = input.environment.tags.find(tag); at != input.environment.tags.end())
      values.push_back(at->second);
    if (input.flow)
      if (const auto at = input.flow->tags.find(tag); at != input.flow->tags.end())
        values.push_back(at->second);
    add("tag " + tag, values, {glob});
  }
  if (when.after)
    out.push_back({"from " + to_string(*when.after), to_string(input.now), input.now >= *when.after});
  if (when.before)
    out.push_back({"until " + to_string(*when.before), to_string(input.now), input.now < *when.before});
  return out;
}

std::vector<RuleTrace> trace(const DecisionRecord& decision, std::span<Prepared* const> policies) {
  std::vector<RuleTrace> out;
  const std::string document = format::dump(decision.input);
  const auto input = read_input(document);
  for (const RuleResult& result : decision.rules) {
    RuleTrace one = plain(result);
    const auto policy = std::find_if(policies.begin(), policies.end(),
                                     [&](const Prepared* each) { return each->name() == result.policy; });
    if (policy != policies.end() && input.ok()) {
      const Document& source = (*policy)->document();
      if (source.form == Form::rego)
        look_inside(one, source.rego, package_of(source.rego).substr(5), document);
      for (const Rule& rule : source.policy.rules)
        if (rule.id == result.id) explain_rule(one, source.policy, rule, *input, document);
    }
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<std::string> trace_lines(const RuleTrace& trace) {
  const auto mark = [](bool holds) { return holds ? "ok " : "NOT"; };
  std::vector<std::string> lines{fmt::format("{}{}{}: {}", trace.policy, trace.policy.empty() ? "" : "/",
                                             trace.id, format::name_of(trace.result))};
  if (!trace.title.empty()) lines.push_back("  asks: " + trace.title);
  if (!trace.message.empty()) lines.push_back("  says: " + trace.message);
  for (const Observation& each : trace.when)
    lines.push_back(fmt::format("  {} applies if {}; seen {}", mark(each.holds), each.wanted, each.seen));
  for (const Observation& each : trace.required)
    lines.push_back(fmt::format("  {} {}; seen {}", mark(each.holds), each.wanted, each.seen));
  for (const EvidenceSeen& each : trace.evidence) {
    lines.push_back(fmt::format("  looked at {} (entry {}){}", each.what, each.entry,
                                each.excluded.empty() ? "" : ", does not count: " + each.excluded));
    if (!each.excluded.empty()) continue;
    for (const Observation& fact : each.facts)
      lines.push_back(fmt::format("    {} {}; seen {}", mark(fact.holds), fact.wanted, fact.seen));
  }
  for (const PartValue& each : trace.parts) lines.push_back(fmt::format("  {} is {}", each.name, each.value));
  if (!trace.not_reached.empty())
    lines.push_back(fmt::format("  lines not reached: {}", fmt::join(trace.not_reached, ", ")));
  return lines;
}

}  // namespace weir::policy
