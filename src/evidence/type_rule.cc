#include "evidence/type_rule.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::evidence {
namespace {

using format::Json;

Violation said(const Json& item) {
  if (item.string() != nullptr) return {.place = "", .what = fact_text(*item.string())};
  const std::string_view message = item.text("msg").empty() ? item.text("message") : item.text("msg");
  return {.place = fact_text(item.text("place")),
          .what = message.empty() ? fact_text(format::dump(item)) : fact_text(message)};
}

// A set, one text or object, or true.
void add(std::vector<Violation>& out, const Json& value) {
  const auto room = [&] { return out.size() < fact_items_max; };
  if (value.is_null() || value == Json(false)) return;
  if (value == Json(true)) {
    if (room()) out.push_back({.place = "", .what = "the rule of this type refuses it"});
  } else if (value.array() != nullptr) {
    for (const Json& item : *value.array())
      if (room()) out.push_back(said(item));
  } else if (room()) {
    out.push_back(said(value));
  }
}

}  // namespace

Result<TypeRule> TypeRule::read(std::string_view rego) {
  if (rego.size() > type_rule_bytes_max)
    return Error{Errc::too_large, fmt::format("a rule has at most {} bytes", type_rule_bytes_max), "rule"};
  const std::vector<rego::Module> modules{{.name = "rule", .text = std::string(rego)}};
  auto engine = rego::Engine::load(modules, Json());
  if (!engine.ok()) return Error{engine.error().code, engine.error().message, "rule"};
  std::vector<std::string> questions;
  const std::vector<rego::Rule> rules = TRY(engine->rules());
  for (const rego::Rule& rule : rules) {
    std::string question = fmt::format("{}.{}", rule.package, rule.name);
    const bool decides = (rule.name == "deny" || rule.name == "violation") && !rule.function;
    if (decides && std::find(questions.begin(), questions.end(), question) == questions.end())
      questions.push_back(std::move(question));
  }
  if (questions.empty())
    return invalid("the rule defines neither `deny` nor `violation`, so it can never refuse anything", "rule");
  return TypeRule(std::move(*engine), std::move(questions));
}

Result<std::vector<Violation>> TypeRule::check(const Json& document) {
  const std::string input = format::dump(document);
  std::vector<Violation> violations;
  for (const std::string& question : questions_) {
    const std::optional<Json> value = TRY(engine_.query(question, input));
    if (value) add(violations, *value);
  }
  return violations;
}

}  // namespace weir::evidence
