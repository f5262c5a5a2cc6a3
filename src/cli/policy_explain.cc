// Shows how a decision came about: of each rule what it looked at, which condition was false, and what was seen.
#include <fmt/format.h>

#include <filesystem>

#include "base/limits.h"
#include "cli/decision_bundle.h"
#include "cli/exchange.h"
#include "cli/families_policy.h"
#include "cli/policy_files.h"
#include "policy/test_cases.h"
#include "policy/trace.h"

namespace weir::cli {
namespace {

using format::Json;

struct Arguments {
  std::optional<std::string> decision, input, rule;
  std::vector<std::string> policies;
};

struct Decided {
  policy::DecisionRecord record;
  std::vector<policy::Prepared> policies;
};

// A whole input document, or what differs from the small standard one, as in a policy's own tests.
Result<policy::Input> read_subject(const std::optional<std::string>& path) {
  const std::string text = TRY(read_document(path));
  Json said;
  if (!text.empty()) said = TRY(format::parse_json(text));
  if (said.find("version") != nullptr) return policy::read_input(text);
  return policy::input_of_test(said);
}

Result<policy::Prepared> prepare_file(const std::string& path, const policy::Form form) {
  policy::Source source{.name = std::filesystem::path(path).stem().string(), .form = form};
  source.text = TRY(read_file(path, limits::policy_bytes_max));
  const auto document = policy::read_policy(source.text, form);
  if (document.ok() && !document->policy.name.empty()) source.name = document->policy.name;
  auto prepared = policy::Prepared::prepare(source);
  if (!prepared.ok())
    return Error{prepared.error().code, fmt::format("{}: {}", path, prepared.error().message)};
  return prepared;
}

Result<Decided> decide_here(const Arguments& arguments) {
  const policy::Input input = TRY(read_subject(arguments.input));
  Decided out;
  for (const std::string& path : arguments.policies) {
    auto prepared = TRY(prepare_file(path, path.ends_with(".rego") ? policy::Form::rego : policy::Form::yaml));
    out.policies.push_back(std::move(prepared));
  }
  std::vector<policy::Attached> attached;
  for (policy::Prepared& each : out.policies) attached.push_back({&each, policy::Mode::enforce});
  out.record = policy::decide(attached, input, {});
  return out;
}

Result<Decided> ask_decision(Session& session, const std::string& what) {
  Json bundle;
  if (is_entry_number(what)) {
    bundle = TRY(fetch_bundle(session, what));
  } else {
    const std::string text = TRY(read_file(what, limits::blob_bytes_max));
    bundle = TRY(format::parse_json(text));
  }
  Decided out;
  out.record = TRY(record_of(bundle));
  out.policies = TRY(prepare_policies(bundle));
  return out;
}

Result<Exit> explain(Session& session, const Arguments& arguments) {
  if (arguments.decision.has_value() != arguments.policies.empty())
    return invalid("name a decision, or --policy FILE with --input FILE", "policy");
  if (arguments.decision && arguments.input) return invalid("a decision has its own input", "input");
  Decided decided =
      TRY(arguments.decision ? ask_decision(session, *arguments.decision) : decide_here(arguments));
  Json::Array rules;
  std::string people =
      fmt::format("{} in {}: {}\n", cleaned(decided.record.artifact), cleaned(decided.record.environment),
                  format::name_of(decided.record.verdict));
  for (const policy::RuleTrace& each : policy::trace(decided.record, pointers_to(decided.policies))) {
    if (arguments.rule && each.id != *arguments.rule) continue;
    rules.push_back(format::parse_json(format::encode(each)).value());
    for (const std::string& line : policy::trace_lines(each)) people += cleaned(line) + "\n";
  }
  if (arguments.rule && rules.empty())
    return not_found(fmt::format("no rule is called '{}' here", *arguments.rule));
  session.answer(Json::object({{"artifact", decided.record.artifact},
                               {"environment", decided.record.environment},
                               {"verdict", format::name_of(decided.record.verdict)},
                               {"decided_at", to_string(decided.record.decided_at)},
                               {"rules", std::move(rules)}}),
                 people);
  return Exit::yes;
}

}  // namespace

Action policy_explain(Options& options) {
  const auto arguments = std::make_shared<Arguments>();
  options.argument({.name = "DECISION",
                    .help = "entry of a decision, or what `decision export` wrote: that needs no server"},
                   &arguments->decision);
  options.option(
      {.name = "policy", .value = "FILE", .help = "or: decides here by these policies", .many = Many::each},
      &arguments->policies);
  options.option(
      {.name = "input",
       .value = "FILE",
       .help = "on this input document, or on what differs from a small standard one (JSON or YAML)"},
      &arguments->input);
  options.option({.name = "rule", .value = "ID", .help = "only this rule"}, &arguments->rule);
  return [arguments](Session& session) { return explain(session, *arguments); };
}

}  // namespace weir::cli
