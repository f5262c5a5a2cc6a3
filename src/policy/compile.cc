#include "policy/compile.h"

#include "policy/compile_parts.h"
#include "policy/library.h"

namespace weir::policy {
namespace {

// Each value of `values` may be the one: a helper with one clause each.
std::string any_of(RegoWriter& out, const std::vector<std::vector<std::string>>& clauses) {
  const std::string name = out.fresh("any");
  for (const auto& body : clauses) out.rule(name, body);
  return name;
}

void one_of(RegoWriter& out, std::vector<std::string>& body, const std::string& value,
            const std::vector<std::string>& globs) {
  if (!globs.empty()) body.push_back(out.matches_any(value, globs));
}

// "[evidence | body]": holds one array when the rule is met at once, and none when the whole rule has to be asked.
std::string comprehension(const std::vector<std::string>& applies, const std::optional<Quick>& quick) {
  if (!quick) return "[]";
  std::string text = fmt::format("[{} |\n", quick->evidence);
  for (const std::string& line : applies) text += fmt::format("    {}\n", line);
  for (const std::string& line : quick->body) text += fmt::format("    {}\n", line);
  if (applies.empty() && quick->body.empty()) text += "    true\n";
  return text + "  ]";
}

// How a rule is asked when all of them are: in its place of the array, or together with others.
struct Asking {
  std::string alone = "[]";
  std::string spec = "\"\"";
};

// Writes `ruleN`, the rule's whole answer, and returns its quick one.
Asking write_rule(RegoWriter& out, const Rule& rule, std::size_t index, const std::string& policy_applies) {
  std::vector<std::string> applies;
  if (!policy_applies.empty()) applies.push_back(policy_applies);
  for (std::string& line : compile_condition(out, rule.when)) applies.push_back(std::move(line));
  if (rule.only_if) applies.push_back(compile_expression(out, *rule.only_if));
  for (const Expression& exception : rule.unless)
    applies.push_back("not " + any_of(out, {{compile_expression(out, exception)}}));
  // Helpers come first: a rule and its else stand together.
  const std::string applies_name = applies.empty() ? "" : any_of(out, {applies});
  Compiled compiled = compile_requirement(out, rule.require, index);
  std::vector<Branch>& branches = compiled.branches;
  if (!applies.empty()) branches.insert(branches.begin(), {"not_applicable", {"not " + applies_name}});
  std::string head = fmt::format("rule{} := ", index);
  for (const Branch& branch : branches) {
    out.rule(head + branch.value, branch.body);
    head = "else := ";
  }
  if (applies.empty() && compiled.quick && !compiled.quick->spec.empty())
    return {.spec = compiled.quick->spec};
  return {.alone = comprehension(applies, compiled.quick)};
}

rego::Module own_module(const Rule& rule, std::size_t index) {
  return {.name = fmt::format("rule {}", rule.id),
          .text = fmt::format("package weir.rule.r{}\n{}", index, *rule.require.rego)};
}

}  // namespace

std::vector<std::string> compile_condition(RegoWriter& out, const Condition& when) {
  std::vector<std::string> body;
  one_of(out, body, "input.environment.name", when.environments);
  one_of(out, body, "input.artifact.name", when.artifacts);
  one_of(out, body, "input.change[\"class\"]", when.classes);
  if (!when.flows.empty())
    body.push_back(any_of(out, {{"some name in flow_names", out.matches_any("name", when.flows)}}));
  if (!when.actors.empty())
    body.push_back(any_of(out, {{"some trail in input.trails", out.matches_any("trail.author", when.actors)}}));
  for (const auto& [tag, glob] : when.tags)
    body.push_back(any_of(out, {{out.matches(fmt::format("input.environment.tags[{}]", rego_text(tag)), glob)},
                                {out.matches(fmt::format("input.flow.tags[{}]", rego_text(tag)), glob)}}));
  if (when.after) body.push_back(fmt::format("input.now >= \"{}\"", to_string(*when.after)));
  if (when.before) body.push_back(fmt::format("input.now < \"{}\"", to_string(*when.before)));
  return body;
}

Program compile(const Document& document) {
  if (document.form == Form::rego) return {.modules = {{.name = "policy", .text = document.rego}}, .asks = {}};
  RegoWriter out("weir.policy");
  const std::vector<std::string> when = compile_condition(out, document.policy.when);
  const std::string applies = when.empty() ? "" : any_of(out, {when});
  std::vector<rego::Module> modules;
  std::vector<Asking> askings;
  for (std::size_t i = 0; i < document.policy.rules.size(); ++i) {
    const Rule& rule = document.policy.rules[i];
    askings.push_back(write_rule(out, rule, i, applies));
    if (rule.require.rego) modules.push_back(own_module(rule, i));
  }
  out.line("met_at_once := [");
  out.line("  weir.met_each(input.attestations, input.now, [");
  for (const Asking& each : askings) out.line(fmt::format("    {},", each.spec));
  out.line("  ]),");
  for (const Asking& each : askings) out.line(fmt::format("  {},", each.alone));
  out.line("]");
  const bool own = !modules.empty();
  modules.push_back({.name = "weir library", .text = std::string(rego_library())});
  const rego::Shape asks = own ? rego::Shape() : rego::Shape::read(out.asked());
  modules.push_back({.name = "compiled policy", .text = std::move(out).take()});
  return {.modules = std::move(modules), .asks = asks};
}

std::string rule_query(std::size_t index) { return fmt::format("data.weir.policy.rule{}", index); }

std::string rule_package(std::size_t index) { return fmt::format("data.weir.rule.r{}", index); }

std::string package_of(std::string_view rego) {
  while (!rego.empty()) {
    const std::size_t end = rego.find('\n');
    std::string_view line = rego.substr(0, end);
    rego = end == rego.npos ? std::string_view() : rego.substr(end + 1);
    if (!line.starts_with("package")) continue;
    line.remove_prefix(7);
    const std::size_t begin = line.find_first_not_of(" \t"), stop = line.find_first_of(" \t\r;#", begin);
    return begin == line.npos ? "data" : "data." + std::string(line.substr(begin, stop - begin));
  }
  return "data";
}

}  // namespace weir::policy
