#include "policy/compile.h"
#include "policy/compile_parts.h"

namespace weir::policy {
namespace {

// A helper that lists `value` for each way in which the body holds. The body's own helpers stand before it.
void list_of(RegoWriter& out, const std::string& name, std::string_view value,
             const std::vector<std::string>& body) {
  out.line(fmt::format("{} := [{} |", name, value));
  for (const std::string& line : body) out.line("  " + line);
  out.line("]");
}

Compiled compile_trail(RegoWriter& out, const RequireTrail& rule) {
  const std::string trails = out.fresh("trails");
  std::vector<std::string> body{"some trail in input.trails"};
  if (!rule.flows.empty()) body.push_back(out.matches_any("trail.flow", rule.flows));
  list_of(out, trails, "trail", body);
  const std::string entries = fmt::format("entries_of({})", trails);
  const std::string none = rule.flows.empty() ? "no flow recorded this artifact"
                                              : "no trail of flow " + brief(one_of_text(rule.flows));
  std::vector<Branch> branches{
      {fmt::format("lacking({}, [])", rego_text(none)), {fmt::format("count({}) == 0", trails)}}};
  if (rule.compliant) {
    const std::string failed = out.fresh("failed"), missing = out.fresh("missing");
    const std::string some = fmt::format("some trail in {}", trails);
    out.rule(failed + " contains text",
             {some, "not trail.compliant", "count(trail.missing) == 0",
              R"(text := sprintf("trail %s of flow %s is not compliant", [trail.name, trail.flow]))"});
    out.rule(missing + " contains text",
             {some, "not trail.compliant", "count(trail.missing) > 0",
              "text := sprintf(\"trail %s of flow %s misses %s\", "
              "[trail.name, trail.flow, concat(\", \", trail.missing)])"});
    branches.push_back({fmt::format("broken({}, {})", failed, entries), {fmt::format("count({}) > 0", failed)}});
    branches.push_back({fmt::format("lacking(concat(\"; \", {}), {})", missing, entries),
                        {fmt::format("count({}) > 0", missing)}});
  }
  branches.push_back({fmt::format("met({})", entries), {}});
  Quick quick{"[trail.entry | some trail in trails]", {"trails := [trail |"}};
  for (const std::string& line : body) quick.body.push_back("  " + line);
  quick.body.insert(quick.body.end(), {"]", "count(trails) > 0"});
  if (rule.compliant) quick.body.insert(quick.body.end(), {"every trail in trails {", "  trail.compliant", "}"});
  return {std::move(branches), std::move(quick)};
}

Compiled compile_approval(RegoWriter& out, const RequireApproval& rule) {
  const std::string counted = out.fresh("approvals");
  std::vector<std::string> body{"some approval in input.approvals", "approval.entry in in_force"};
  if (rule.person) {
    body.push_back("approval.actor_kind == \"person\"");
    body.push_back("approval.by_rule == \"\"");
  }
  if (!rule.groups.empty()) {
    body.push_back("some group in approval.groups");
    body.push_back(out.matches_any("group", rule.groups));
  }
  if (!rule.by.empty()) body.push_back(out.matches_any("approval.actor", rule.by));
  if (rule.max_age) body.push_back("approval.recorded_at > " + out.ago(rule.max_age->length));
  list_of(out, counted, "approval", body);
  const std::string people = out.fresh("people");
  out.line(fmt::format("{} := {{approval.actor | some approval in {}}}", people, counted));
  const std::string entries = fmt::format("entries_of({})", counted);
  std::string wanted = rule.count == 1 ? "approval" : "approvals";
  if (!rule.groups.empty()) wanted += " of group " + one_of_text(rule.groups);
  if (!rule.by.empty()) wanted += " by " + one_of_text(rule.by);
  Quick quick{"[approval.entry | some approval in counted]", {"counted := [approval |"}};
  for (const std::string& line : body) quick.body.push_back("  " + line);
  quick.body.insert(quick.body.end(), {"]", fmt::format("count({{approval.actor | some approval in counted}}) >= {}",
                                                        rule.count)});
  return {{{fmt::format("met({})", entries), {fmt::format("count({}) >= {}", people, rule.count)}},
           {fmt::format("lacking(sprintf(\"%d of {} %s in force here\", [count({}), {}]), {})", rule.count, people,
                        rego_text(brief(wanted)), entries),
            {}}},
          std::move(quick)};
}

struct Count {
  std::string_view name;
  std::optional<std::int64_t> most;
};

// What is known of the components decides; until it is, what scans said by severity.
Compiled compile_vulnerabilities(RegoWriter& out, const RequireVulnerabilities& rule) {
  const std::array counts{Count{"critical", rule.critical}, Count{"high", rule.high}, Count{"medium", rule.medium},
                          Count{"low", rule.low}, Count{"known_exploited", rule.known_exploited}};
  const std::string faults = out.fresh("faults");
  AttestationPlan scans{.type = "scan", .compliant = false, .max_age = rule.max_age,
                        .missing = "no scan that says how many vulnerabilities there are"};
  for (const Count& each : counts) {
    if (!each.most) continue;
    out.rule(faults + " contains text",
             {fmt::format("input.vulnerabilities[\"{}\"] > {}", each.name, *each.most),
              fmt::format("text := sprintf(\"%d {}, at most {} allowed\", [input.vulnerabilities[\"{}\"]])",
                          each.name == "known_exploited" ? "known to be exploited" : each.name, *each.most,
                          each.name)});
    scans.facts.push_back({fmt::format("summary.by_severity.{}", each.name),
                           compile_expectation(out, Expectation{.at_most = static_cast<double>(*each.most)})});
  }
  std::vector<Branch> branches;
  const std::string known = "input.vulnerabilities != null";
  Quick quick{"[]", {known}};
  for (const Count& each : counts)
    if (each.most) quick.body.push_back(fmt::format("input.vulnerabilities[\"{}\"] <= {}", each.name, *each.most));
  const std::string_view exploited = "input.vulnerabilities.known_exploited";
  if (rule.known_exploited) quick.body.push_back(fmt::format("is_number({})", exploited));  // null is below all numbers
  if (rule.max_age) quick.body.push_back("input.vulnerabilities.as_of > " + out.ago(rule.max_age->length));
  if (rule.max_age)
    branches.push_back({R"(lacking("what is known about vulnerabilities is too old", []))",
                        {known, "input.vulnerabilities.as_of <= " + out.ago(rule.max_age->length)}});
  branches.push_back({fmt::format("broken({}, [])", faults), {known, fmt::format("count({}) > 0", faults)}});
  if (rule.known_exploited)
    branches.push_back({R"(lacking("nothing tells which vulnerabilities are exploited", []))",
                        {known, fmt::format("{} == null", exploited)}});
  branches.push_back({"met([])", {known}});
  for (Branch& each : compile_plan(out, scans).branches) branches.push_back(std::move(each));
  return {std::move(branches), std::move(quick)};
}

Compiled compile_posture(const RequirePosture& rule) {
  const std::string least = format::dump(format::Json(rule.score_at_least));
  return {{{R"(lacking("nothing is known about the posture of this environment", []))", {"input.posture == null"}},
           {"met([])", {"input.posture.score >= " + least}},
           {fmt::format("broken([sprintf(\"the score is %v, wanted at least {}\", [input.posture.score])], [])", least),
            {}}},
          Quick{"[]", {"input.posture.score >= " + least}}};
}

Compiled compile_environment(RegoWriter& out, const RequireEnvironment& rule) {
  std::vector<std::string> fits;
  std::vector<std::string> wanted;
  if (!rule.kinds.empty()) {
    fits.push_back(out.matches_any("input.environment.kind", rule.kinds));
    wanted.push_back("of kind " + one_of_text(rule.kinds));
  }
  if (!rule.names.empty()) {
    fits.push_back(out.matches_any("input.environment.name", rule.names));
    wanted.push_back("named " + one_of_text(rule.names));
  }
  for (const auto& [tag, glob] : rule.tags) {
    fits.push_back(out.matches(fmt::format("input.environment.tags[{}]", rego_text(tag)), glob));
    wanted.push_back(fmt::format("tagged {}={}", tag, glob));
  }
  const std::string text = fmt::format("this environment is not {}", fmt::join(wanted, ", "));
  return {{{"met([])", fits}, {fmt::format("broken([{}], [])", rego_text(brief(text))), {}}}, Quick{"[]", fits}};
}

Compiled compile_workload(RegoWriter& out, const std::map<std::string, Expected>& settings) {
  const std::string faults = out.fresh("faults"), lacks = out.fresh("lacks");
  for (const auto& [path, expected] : settings) {
    const ValueCheck check = compile_expectation(out, expected.value);
    const std::string well = out.fresh("well"), value = rego_path("input.workload", path);
    out.rule(well + "(value)", check.lines("value"));
    out.rule(faults + " contains text",
             {"value := " + value, fmt::format("not {}(value)", well),
              fmt::format("text := sprintf(\"%s is %v, wanted %s\", [{}, value, {}])", rego_text(path),
                          rego_text(brief(check.wanted)))});
    const std::string there = out.fresh("there");
    out.rule(there, {"value := " + value, "value != null"});
    out.rule(lacks + " contains text",
             {"not " + there, "text := " + rego_text(fmt::format("{} is not known", path))});
  }
  return std::vector<Branch>{{"not_applicable", {"input.workload == null"}},
                             {fmt::format("broken({}, [])", faults), {fmt::format("count({}) > 0", faults)}},
                             {fmt::format("lacking(concat(\"; \", {}), [])", lacks),
                              {fmt::format("count({}) > 0", lacks)}},
                             {"met([])", {}}};
}

Compiled compile_change(RegoWriter& out, const RequireChange& rule) {
  const std::string text =
      fmt::format("sprintf(\"the change is of class %s, wanted %s\", [input.change[\"class\"], {}])",
                  rego_text(brief(one_of_text(rule.classes))));
  const std::string fits = out.matches_any("input.change[\"class\"]", rule.classes);
  return {{{"met([])", {fits}}, {fmt::format("broken([{}], [])", text), {}}}, Quick{"[]", {fits}}};
}

Compiled compile_own(std::size_t index) {
  const std::string own = fmt::format("data.weir.rule.r{}", index);
  return std::vector<Branch>{
      {"not_applicable", {own + ".not_applicable == true"}},
      {fmt::format("broken([said(each) | some each in {0}.violation], said_evidence({0}.violation))", own),
       {fmt::format("count({}.violation) > 0", own)}},
      {R"(lacking("the rule says that there is no evidence", []))", {own + ".no_evidence == true"}},
      {fmt::format("lacking(concat(\"; \", [said(each) | some each in {}.no_evidence]), [])", own),
       {fmt::format("count({}.no_evidence) > 0", own)}},
      {"met([])", {}}};
}

Compiled compile_asked(RegoWriter& out, const Requirement& require, std::size_t index) {
  if (require.attestation) return compile_attestation(out, *require.attestation);
  if (require.provenance) return compile_provenance(out, *require.provenance);
  if (require.trail) return compile_trail(out, *require.trail);
  if (require.review) return compile_review(out, *require.review);
  if (require.ticket) return compile_ticket(out, *require.ticket);
  if (require.approval) return compile_approval(out, *require.approval);
  if (require.vulnerabilities) return compile_vulnerabilities(out, *require.vulnerabilities);
  if (require.posture) return compile_posture(*require.posture);
  if (require.promotion) return compile_promotion(out, *require.promotion);
  if (require.environment) return compile_environment(out, *require.environment);
  if (require.workload) return compile_workload(out, *require.workload);
  if (require.change) return compile_change(out, *require.change);
  if (require.window)
    return {{{"met([])", {"window_open"}}, {R"(broken(["a window or a freeze keeps it out now"], []))", {}}},
            Quick{"[]", {"window_open"}}};
  return compile_own(index);
}

}  // namespace

bool bears_on_starts_only(const Requirement& require) {
  return require.promotion || require.window || require.change;
}

Compiled compile_requirement(RegoWriter& out, const Requirement& require, std::size_t index) {
  Compiled compiled = compile_asked(out, require, index);
  if (!bears_on_starts_only(require)) return compiled;
  compiled.branches.insert(compiled.branches.begin(), {"not_applicable", {"input.workload != null"}});
  if (compiled.quick) compiled.quick->body.insert(compiled.quick->body.begin(), "input.workload == null");
  return compiled;
}

}  // namespace weir::policy
