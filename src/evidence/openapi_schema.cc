#include "evidence/openapi_schema.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::evidence {
namespace {

using format::Json;

constexpr int references_max = 32;  // one behind the other
constexpr int depth_max = 100;      // of schemas in schemas; deeper ones exhaust the comparison
const Json nothing;

// "~1" is "/", "~0" is "~" (RFC 6901).
std::string unescaped(std::string_view token) {
  std::string text;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escape = token[i] == '~' && i + 1 < token.size();
    if (escape) text += token[++i] == '1' ? '/' : '~';
    else text += token[i];
  }
  return text;
}

const Json& at_pointer(const Json& document, std::string_view pointer) {
  const Json* at = &document;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t slash = std::min(pointer.find('/'), pointer.size());
    at = at->find(unescaped(pointer.substr(0, slash)));
    if (at == nullptr) return nothing;
    pointer.remove_prefix(slash);
  }
  return *at;
}

// "string", "integer/int64"; 3.1 has lists of types.
std::string type_of(const Json& schema) {
  std::set<std::string> types;
  if (const std::string* one = schema.at("type").string()) types.insert(*one);
  for (const Json& each : schema.items("type"))
    if (each.string() != nullptr) types.insert(*each.string());
  if (schema.at("nullable") == Json(true)) types.insert("null");
  std::string text;
  for (const std::string& type : types) text += (text.empty() ? "" : "|") + type;
  if (!text.empty() && !schema.text("format").empty()) text += fmt::format("/{}", schema.text("format"));
  return text;
}

std::set<std::string> texts_of(const Json& owner, std::string_view name) {
  std::set<std::string> all;
  for (const Json& each : owner.items(name))
    all.insert(each.string() != nullptr ? *each.string() : dump(each));
  return all;
}

bool lacks_some(const std::set<std::string>& of, const std::set<std::string>& wanted) {
  return !std::includes(of.begin(), of.end(), wanted.begin(), wanted.end());
}

void compare_types(const Json& before, const Json& after, const std::string& place,
                   std::vector<ApiChange>& changes) {
  const std::string was = type_of(before), is = type_of(after);
  if (was != is)
    changes.push_back(
        {place,
         fmt::format("is {} and was {}", is.empty() ? "of any type" : is, was.empty() ? "of any type" : was),
         Effect::breaking});
}

// A caller may say what was allowed, and knows what it may be told.
void compare_enums(const Json& before, const Json& after, Written written, const std::string& place,
                   std::vector<ApiChange>& changes) {
  const auto was = texts_of(before, "enum"), is = texts_of(after, "enum");
  if (was == is) return;
  const bool narrower = !is.empty() && (was.empty() || lacks_some(is, was));
  const bool wider = !was.empty() && (is.empty() || lacks_some(was, is));
  const bool breaks = written == Written::by_caller ? narrower : wider;
  changes.push_back({place,
                     narrower && wider ? "has other values"
                     : narrower        ? "has fewer values"
                                       : "has more values",
                     breaks ? Effect::breaking : Effect::compatible});
}

}  // namespace

const Json& SchemaComparison::resolved(const Json& document, const Json& of) {
  const Json* at = &of;
  for (int i = 0; i < references_max; ++i) {
    const std::string_view reference = at->text("$ref");
    if (!reference.starts_with("#/")) return *at;
    at = &at_pointer(document, reference.substr(1));
  }
  return nothing;
}

void SchemaComparison::compare_properties(const Json& before, const Json& after, Written written,
                                          const std::string& place, std::vector<ApiChange>& changes) {
  const auto needed_before = texts_of(before, "required"), needed = texts_of(after, "required");
  const bool by_caller = written == Written::by_caller;
  const auto inner = [&](const std::string& name) { return fmt::format("{}.{}", place, name); };
  if (const Json::Object* properties = before.at("properties").object())
    for (const auto& [name, schema] : *properties) {
      const Json* now = after.at("properties").find(name);
      if (now == nullptr)
        changes.push_back({inner(name), "is gone", by_caller ? Effect::compatible : Effect::breaking});
      else compare(schema, *now, written, inner(name), changes);
    }
  if (const Json::Object* properties = after.at("properties").object())
    for (const auto& [name, schema] : *properties)
      if (before.at("properties").find(name) == nullptr && !needed.contains(name))
        changes.push_back({inner(name), "is new", Effect::compatible});
  for (const std::string& name : needed)
    if (!needed_before.contains(name))
      changes.push_back({inner(name), "is required now", by_caller ? Effect::breaking : Effect::compatible});
  for (const std::string& name : needed_before)
    if (!needed.contains(name) && after.at("properties").find(name) != nullptr)
      changes.push_back(
          {inner(name), "need not be there any more", by_caller ? Effect::compatible : Effect::breaking});
}

void SchemaComparison::compare(const Json& before_raw, const Json& after_raw, Written written,
                               const std::string& place, std::vector<ApiChange>& changes) {
  if (steps_ == 0 || depth_ > depth_max) {
    steps_ = 0;
    return;
  }
  --steps_;
  ++depth_;
  compare_resolved(before(before_raw), after(after_raw), written, place, changes);
  --depth_;
}

void SchemaComparison::compare_resolved(const Json& was, const Json& is, Written written,
                                        const std::string& place, std::vector<ApiChange>& changes) {
  if (!walking_.emplace(&was, &is).second) return;
  compare_types(was, is, place, changes);
  compare_enums(was, is, written, place, changes);
  compare_properties(was, is, written, place, changes);
  if (was.find("items") != nullptr && is.find("items") != nullptr)
    compare(was.at("items"), is.at("items"), written, place + "[]", changes);
  for (const std::string_view rest : {"allOf", "anyOf", "oneOf", "additionalProperties", "pattern", "minimum",
                                      "maximum", "minLength", "maxLength", "minItems", "maxItems"})
    if (!(was.at(rest) == is.at(rest)))
      changes.push_back({place, fmt::format("has another {}", rest), Effect::compatible});
  walking_.erase({&was, &is});
}

}  // namespace weir::evidence
