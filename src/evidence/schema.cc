#include "evidence/schema.h"

#include <fmt/format.h>

#include <exception>
#include <nlohmann/json.hpp>
#include <regex>
#include <unordered_map>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validation_visitor.hpp>

#include "base/limits.h"
#include "evidence/document.h"
#include "evidence/schema_rules.h"
#include "evidence/type_rule.h"

namespace weir::evidence {
namespace {

using format::Json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;
using Patterns = std::unordered_map<std::string, std::regex>;

nlohmann::json converted(const Json& json) {
  if (const auto* text = json.string()) return *text;
  if (const auto* integer = json.integer()) return *integer;
  if (const auto* real = json.real()) return *real;
  if (const auto* flag = json.boolean()) return *flag;
  if (const auto* items = json.array()) {
    nlohmann::json array = nlohmann::json::array();
    for (const Json& item : *items) array.push_back(converted(item));
    return array;
  }
  if (const auto* members = json.object()) {
    nlohmann::json object = nlohmann::json::object();
    for (const auto& [key, value] : *members) object.emplace(key, converted(value));
    return object;
  }
  return nullptr;
}

bool has_long_string(const Json& json) {
  if (const auto* text = json.string()) return text->size() > schema_string_bytes_max;
  if (const auto* items = json.array()) return std::any_of(items->begin(), items->end(), has_long_string);
  const auto* members = json.object();
  return members != nullptr && std::any_of(members->begin(), members->end(), [](const Json::Member& member) {
    return member.first.size() > schema_string_bytes_max || has_long_string(member.second);
  });
}

// "<root>", "[build]", "[0]" → "build.0"
std::string place_of(const std::vector<std::string>& context) {
  std::string place;
  for (std::size_t i = 1; i < context.size(); ++i) {
    std::string_view part = context[i];
    if (part.starts_with('[') && part.ends_with(']')) part = part.substr(1, part.size() - 2);
    if (!place.empty()) place += '.';
    place += part;
  }
  return fact_text(place);
}

// Breadth first: no recursion per character, no going back.
Result<Patterns> compile(const std::set<std::string>& patterns) {
  Patterns compiled;
  for (const std::string& pattern : patterns) {
    try {
      compiled.emplace(pattern,
                       std::regex(pattern, std::regex::ECMAScript | std::regex_constants::__polynomial));
    } catch (const std::regex_error&) {
      return invalid(fmt::format("the pattern '{}' is malformed, too large, or has a back reference",
                                 fact_text(pattern)),
                     "pattern");
    }
  }
  return compiled;
}

}  // namespace

struct Schema::State {
  valijson::Schema schema;
  SchemaTraits traits;
  Patterns patterns;
};

Result<Schema> Schema::read(const Json& schema) {
  if (format::dump(schema).size() > limits::schema_bytes_max)
    return Error{Errc::too_large,
                 fmt::format("a JSON Schema is larger than {} bytes", limits::schema_bytes_max)};
  auto state = std::make_shared<State>();
  state->traits = TRY(examine_schema(schema));
  state->patterns = TRY(compile(state->traits.patterns));
  const nlohmann::json document = converted(schema);
  using Parser = valijson::SchemaParser;
  try {
    Parser(state->traits.draft4 ? Parser::kDraft4 : Parser::kDraft7)
        .populateSchema(Adapter(document), state->schema);
  } catch (const std::exception& fault) {
    return invalid(fmt::format("the JSON Schema is not valid: {}", fact_text(fault.what())));
  }
  return Schema(std::move(state));
}

Result<std::vector<Violation>> Schema::check(const Json& document) const {
  if (state_->traits.matches_strings && has_long_string(document))
    return Error{Errc::too_large,
                 fmt::format("the document holds a text longer than {} bytes", schema_string_bytes_max)};
  const nlohmann::json target = converted(document);
  valijson::ValidationResults results;
  Patterns patterns = state_->patterns;  // shares the compiled automata
  try {
    valijson::ValidationVisitor<Adapter> visitor(Adapter(target), {"<root>"}, true, &results, patterns);
    if (visitor.validateSchema(state_->schema)) return std::vector<Violation>{};
  } catch (const std::exception& fault) {
    return invalid(fmt::format("the document could not be checked: {}", fact_text(fault.what())));
  }
  std::vector<Violation> violations;
  valijson::ValidationResults::Error error;
  while (violations.size() < fact_items_max && results.popError(error))
    violations.push_back({.place = place_of(error.context), .what = fact_text(error.description)});
  if (violations.empty()) violations.push_back({.place = "", .what = "does not fit the schema"});
  return violations;
}

namespace {

// By the rule, of a document that fits the schema: nullopt when it cannot be evaluated, with why as the violation.
Result<std::optional<bool>> judge(std::string_view rule, const Json& document, std::vector<Violation>& violations) {
  if (rule.empty() || !violations.empty()) return std::optional(violations.empty());
  TypeRule own = TRY(TypeRule::read(rule));
  auto found = own.check(document);
  if (found.ok()) violations = std::move(*found);
  else violations.push_back({"", fact_text("the rule could not be evaluated: " + found.error().message)});
  return found.ok() ? std::optional(violations.empty()) : std::nullopt;
}

}  // namespace

Result<Summary> summarise_custom(const Schema& schema, BytesView content, std::string_view rule) {
  const Json document = TRY(read_json(content));
  std::vector<Violation> violations = TRY(schema.check(document));
  const std::optional<bool> compliant = TRY(judge(rule, document, violations));
  Json::Array list;
  for (const Violation& violation : violations)
    list.push_back(Json::object({{"place", violation.place}, {"what", violation.what}}));
  return Summary{.type = "custom",
                 .compliant = compliant,
                 .facts = Json::object({{"format", "json"}, {"violations", std::move(list)}})};
}

}  // namespace weir::evidence
