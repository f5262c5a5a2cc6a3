#include "evidence/schema_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "evidence/schema.h"

namespace weir::evidence {
namespace {

using format::Json;

// Keywords of later drafts that change the verdict; a validator of draft 7 would not look at them.
constexpr std::array<std::string_view, 12> later_keywords{
    "prefixItems",      "unevaluatedItems", "unevaluatedProperties", "dependentRequired",
    "dependentSchemas", "minContains",      "maxContains",           "$dynamicRef",
    "$recursiveRef",    "$anchor",          "$dynamicAnchor",        "$vocabulary"};

enum class Holds { schema, schemas, named_schemas };
enum class Applies { in_place, below };
struct KeywordRow {
  std::string_view name;
  Holds holds;
  Applies applies;
};
constexpr std::array keywords{
    KeywordRow{"allOf", Holds::schemas, Applies::in_place},
    KeywordRow{"anyOf", Holds::schemas, Applies::in_place},
    KeywordRow{"oneOf", Holds::schemas, Applies::in_place},
    KeywordRow{"not", Holds::schema, Applies::in_place},
    KeywordRow{"if", Holds::schema, Applies::in_place},
    KeywordRow{"then", Holds::schema, Applies::in_place},
    KeywordRow{"else", Holds::schema, Applies::in_place},
    KeywordRow{"dependencies", Holds::named_schemas, Applies::in_place},
    KeywordRow{"properties", Holds::named_schemas, Applies::below},
    KeywordRow{"patternProperties", Holds::named_schemas, Applies::below},
    KeywordRow{"additionalProperties", Holds::schema, Applies::below},
    KeywordRow{"propertyNames", Holds::schema, Applies::below},
    KeywordRow{"items", Holds::schemas, Applies::below},
    KeywordRow{"additionalItems", Holds::schema, Applies::below},
    KeywordRow{"contains", Holds::schema, Applies::below},
    KeywordRow{"definitions", Holds::named_schemas, Applies::below},
    KeywordRow{"$defs", Holds::named_schemas, Applies::below},
};

std::vector<const Json*> held_by(const Json& value, Holds holds) {
  std::vector<const Json*> schemas;
  if (holds == Holds::named_schemas && value.object() != nullptr) {
    for (const auto& [name, schema] : *value.object()) schemas.push_back(&schema);
  } else if (holds == Holds::schemas && value.array() != nullptr) {
    for (const Json& schema : *value.array()) schemas.push_back(&schema);
  } else if (holds != Holds::named_schemas) {
    schemas.push_back(&value);
  }
  return schemas;
}

std::string unescaped(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    unsigned code = 0;
    const bool percent = token[i] == '%' && i + 2 < token.size() &&
                         std::from_chars(&token[i + 1], &token[i + 1] + 2, code, 16).ec == std::errc();
    if (percent) out += static_cast<char>(code), i += 2;
    else if (token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1'))
      out += token[++i] == '0' ? '~' : '/';
    else out += token[i];
  }
  return out;
}

// A quantifier on a group that holds a quantifier or a choice: the shape of patterns that take forever.
bool may_explode(std::string_view pattern) {
  std::vector<bool> groups{false};
  bool closed_risky = false, in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const bool quantifies = c == '*' || c == '+' || c == '{';
    if (c == '\\') {
      closed_risky = false;
      ++i;
      continue;
    }
    if (in_class || c == '[') {
      in_class = c != ']';
      closed_risky = false;
      continue;
    }
    if (quantifies && closed_risky) return true;
    closed_risky = false;
    if (c == '(') groups.push_back(false);
    else if (c == ')' && groups.size() > 1) closed_risky = groups.back(), groups.pop_back();
    else if (quantifies || c == '|') groups.back() = true;
    if (closed_risky) groups.back() = true;
  }
  return false;
}

class Examiner {
 public:
  explicit Examiner(const Json& root) : root_(root) {}

  Status schema(const Json& at) {
    if (at.boolean() != nullptr || !examined_.insert(&at).second) return {};
    if (at.object() == nullptr) return invalid("a JSON Schema is an object, or true or false");
    for (const std::string_view keyword : later_keywords)
      if (at.find(keyword) != nullptr)
        return invalid(fmt::format("the keyword '{}' belongs to a later draft than 7", keyword),
                       std::string(keyword));
    TRY(patterns(at));
    if (const Json* reference = at.find("$ref")) {
      const Json* target = TRY(resolve(*reference));
      in_place_[&at].push_back(target);
      return schema(*target);
    }
    for (const KeywordRow& row : keywords) TRY(keyword(at, row));
    return {};
  }

  Status check_no_circle() {
    for (const auto& [from, to] : in_place_) TRY(visit(from));
    return {};
  }

  SchemaTraits take() { return std::move(traits_); }

 private:
  Status keyword(const Json& at, const KeywordRow& row) {
    const Json* value = at.find(row.name);
    if (value == nullptr) return {};
    const Holds holds = row.name == "items" && value->array() == nullptr ? Holds::schema : row.holds;
    if (holds == Holds::schemas && value->array() == nullptr)
      return invalid(fmt::format("'{}' of a JSON Schema must be an array", row.name), std::string(row.name));
    if (holds == Holds::named_schemas && value->object() == nullptr)
      return invalid(fmt::format("'{}' of a JSON Schema must be an object", row.name), std::string(row.name));
    for (const Json* held : held_by(*value, holds)) {
      if (row.name == "dependencies" && held->array() != nullptr) continue;  // names, no schema
      if (row.applies == Applies::in_place) in_place_[&at].push_back(held);
      TRY(schema(*held));
    }
    return {};
  }

  Status patterns(const Json& at) {
    traits_.matches_strings = traits_.matches_strings || at.find("format") != nullptr;
    if (const std::string* pattern = at.at("pattern").string()) {
      if (pattern->size() > schema_pattern_bytes_max)
        return invalid("a pattern is longer than 1024 bytes", "pattern");
      traits_.patterns.insert(*pattern);
    }
    const Json::Object* named = at.at("patternProperties").object();
    if (named == nullptr) return {};
    traits_.matches_strings = true;
    for (const auto& [pattern, below] : *named)
      if (pattern.size() > schema_pattern_bytes_max || may_explode(pattern))
        return invalid(fmt::format("the pattern '{}' could take forever", fact_text(pattern)),
                       "patternProperties");
    return {};
  }

  Result<const Json*> resolve(const Json& reference) const {
    const std::string* text = reference.string();
    if (text == nullptr || !text->starts_with('#') || (text->size() > 1 && (*text)[1] != '/'))
      return invalid("'$ref' may only point into the schema itself, as '#/definitions/name'", "$ref");
    const Json* at = &root_;
    std::string_view rest = std::string_view(*text).substr(1);
    while (!rest.empty() && at != nullptr) {
      rest.remove_prefix(1);
      const std::size_t end = std::min(rest.find('/'), rest.size());
      at = member(*at, unescaped(rest.substr(0, end)));
      rest.remove_prefix(end);
    }
    if (at == nullptr)
      return invalid(fmt::format("'$ref' points to nothing: '{}'", fact_text(*text)), "$ref");
    return at;
  }

  static const Json* member(const Json& at, const std::string& token) {
    if (at.array() == nullptr) return at.find(token);
    std::size_t index = 0;
    const auto read = std::from_chars(token.data(), token.data() + token.size(), index);
    return read.ec == std::errc() && index < at.array()->size() ? &(*at.array())[index] : nullptr;
  }

  // Depth is bounded by the number of schemas, which the size of a schema document bounds.
  Status visit(const Json* at) {
    enum : char { untouched, open, done };
    if (state_[at] == done) return {};
    if (state_[at] == open)
      return invalid("the schema refers to itself without going into the document", "$ref");
    state_[at] = open;
    if (const auto found = in_place_.find(at); found != in_place_.end())
      for (const Json* next : found->second) TRY(visit(next));
    state_[at] = done;
    return {};
  }

  const Json& root_;
  SchemaTraits traits_;
  std::map<const Json*, std::vector<const Json*>> in_place_;
  std::map<const Json*, char> state_;
  std::set<const Json*> examined_;
};

}  // namespace

Result<SchemaTraits> examine_schema(const Json& schema) {
  const std::string_view draft = schema.text("$schema");
  const bool known = draft.empty() || draft.find("draft-04") != draft.npos ||
                     draft.find("draft-06") != draft.npos || draft.find("draft-07") != draft.npos;
  if (!known)
    return invalid(fmt::format("JSON Schema drafts 4, 6 and 7 are known here, not '{}'", fact_text(draft)),
                   "$schema");
  Examiner examiner(schema);
  TRY(examiner.schema(schema));
  TRY(examiner.check_no_circle());
  SchemaTraits traits = examiner.take();
  traits.draft4 = draft.find("draft-04") != draft.npos;
  return traits;
}

}  // namespace weir::evidence
