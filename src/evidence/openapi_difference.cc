#include "evidence/openapi_difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "evidence/document.h"
#include "evidence/openapi_schema.h"
#include "format/yaml.h"

namespace weir::evidence {
namespace {

using format::Json;

constexpr std::array<std::string_view, 8> methods{"get",     "put",  "post",  "delete",
                                                  "options", "head", "patch", "trace"};
constexpr std::string_view nobody_asked = "nobody is asked who he is";

struct Operation {
  std::string name;  // as its document writes it
  const Json* path = nullptr;
  const Json* value = nullptr;
};
using Operations = std::map<std::string, Operation>;  // by method and path without names of parameters

std::string upper(std::string_view text) {
  std::string made(text);
  for (char& c : made)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 0x20);
  return made;
}

// "/users/{id}" → "/users/{}"
std::string without_names(std::string_view path) {
  std::string made;
  bool inside = false;
  for (const char c : path) {
    if (c == '}') inside = false;
    if (!inside) made += c;
    if (c == '{') inside = true;
  }
  return made;
}

Result<Json> read(BytesView content, std::string_view which) {
  const BytesView text = without_mark(content);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool is_json = first != text.npos && text[first] == '{';
  Result<Json> json = is_json ? read_json(content) : format::parse_yaml(text);
  if (!json.ok()) return Error{json.error().code, fmt::format("{}: {}", which, json.error().message)};
  if (!json->text("openapi").starts_with("3."))
    return invalid(fmt::format("{}: expected OpenAPI 3 with 'openapi'", which), "openapi");
  if (const Json* paths = json->find("paths"); paths != nullptr && paths->object() == nullptr)
    return invalid(fmt::format("{}: 'paths' must be an object", which), "paths");
  return json;
}

Result<Operations> operations_of(const Json& document) {
  Operations all;
  const Json::Object* paths = document.at("paths").object();
  if (paths == nullptr) return all;
  for (const auto& [path, item] : *paths)
    for (const std::string_view method : methods) {
      const Json* operation = item.find(method);
      if (operation == nullptr || operation->object() == nullptr) continue;
      const std::string verb = upper(method);
      all.try_emplace(fmt::format("{} {}", verb, without_names(path)),
                      Operation{fmt::format("{} {}", verb, path), &item, operation});
      if (all.size() > openapi_operations_max)
        return Error{Errc::too_large, fmt::format("more than {} operations", openapi_operations_max)};
    }
  return all;
}

// The operation's own list counts before the document's; an empty list, or an empty way in it, asks nobody.
std::string authorization_of(const Json& document, const Json& operation) {
  const Json* own = operation.find("security");
  const Json& list = own != nullptr ? *own : document.at("security");
  std::vector<std::string> ways;
  for (const Json& way : list.array() != nullptr ? *list.array() : Json::Array()) {
    const Json::Object* schemes = way.object();
    if (schemes == nullptr || schemes->empty()) return std::string(nobody_asked);
    std::vector<std::string> together;
    for (const auto& [name, scopes] : *schemes) {
      std::vector<std::string> texts;
      for (const Json& scope : scopes.array() != nullptr ? *scopes.array() : Json::Array())
        if (scope.string() != nullptr) texts.push_back(*scope.string());
      std::ranges::sort(texts);
      std::string joined;
      for (const std::string& text : texts) joined += (joined.empty() ? "" : " ") + text;
      together.push_back(joined.empty() ? name : fmt::format("{} ({})", name, joined));
    }
    std::ranges::sort(together);
    std::string text;
    for (const std::string& each : together) text += (text.empty() ? "" : " and ") + each;
    ways.push_back(std::move(text));
  }
  if (ways.empty()) return std::string(nobody_asked);
  std::ranges::sort(ways);
  std::string text;
  for (const std::string& way : ways) text += (text.empty() ? "" : " or ") + way;
  return text;
}

class Comparison {
 public:
  Comparison(const Json& before, const Json& after)
      : before_(before), after_(after), schemas_(before, after) {}

  void compare(const Operation& before, const Operation& after, OpenApiDifference& all) {
    std::vector<ApiChange> changes;
    compare_parameters(before, after, changes);
    compare_body(before.value->at("requestBody"), after.value->at("requestBody"), changes);
    compare_responses(before.value->at("responses"), after.value->at("responses"), changes);
    if (before.value->at("deprecated") != Json(true) && after.value->at("deprecated") == Json(true))
      changes.push_back({"operation", "is deprecated now", Effect::compatible});
    compare_authorization(before, after, all, changes);
    if (changes.empty()) return;
    all.breaking += std::ranges::count(changes, Effect::breaking, &ApiChange::effect);
    all.changed.push_back({after.name, std::move(changes)});
  }
  bool exhausted() const { return schemas_.exhausted(); }

 private:
  using Parameters = std::map<std::string, const Json*>;  // "query parameter 'q'"; of paths by place

  Parameters parameters_of(const Operation& operation, bool is_before) const {
    Parameters all;
    for (const Json* owner : {operation.path, operation.value})
      for (const Json& each : owner->items("parameters")) {
        const Json& parameter = is_before ? schemas_.before(each) : schemas_.after(each);
        const std::string_view in = parameter.text("in"), name = parameter.text("name");
        if (in == "path") continue;  // always there: they are compared with the path
        all[fmt::format("{} parameter '{}'", in, name)] = &parameter;
      }
    return all;
  }

  void compare_parameters(const Operation& before, const Operation& after, std::vector<ApiChange>& changes) {
    const Parameters had = parameters_of(before, true), has = parameters_of(after, false);
    for (const auto& [place, parameter] : had) {
      const auto now = has.find(place);
      if (now == has.end()) {
        changes.push_back({place, "is gone", Effect::compatible});
        continue;
      }
      if (parameter->at("required") != Json(true) && now->second->at("required") == Json(true))
        changes.push_back({place, "is required now", Effect::breaking});
      schemas_.compare(parameter->at("schema"), now->second->at("schema"), Written::by_caller, place,
                       changes);
    }
    for (const auto& [place, parameter] : has) {
      if (had.contains(place)) continue;
      const bool required = parameter->at("required") == Json(true);
      changes.push_back({place, required ? "is new and required" : "is new",
                         required ? Effect::breaking : Effect::compatible});
    }
  }

  void compare_body(const Json& before_raw, const Json& after_raw, std::vector<ApiChange>& changes) {
    const Json &before = schemas_.before(before_raw), &after = schemas_.after(after_raw);
    const bool required = after.at("required") == Json(true);
    if (before.is_null() && after.is_null()) return;
    if (before.is_null())
      return changes.push_back({"body", required ? "is new and required" : "is new",
                                required ? Effect::breaking : Effect::compatible});
    if (after.is_null()) return changes.push_back({"body", "is gone", Effect::compatible});
    if (required && before.at("required") != Json(true))
      changes.push_back({"body", "is required now", Effect::breaking});
    compare_content(before, after, Written::by_caller, "body", changes);
  }

  void compare_responses(const Json& before, const Json& after, std::vector<ApiChange>& changes) {
    if (const Json::Object* had = before.object())
      for (const auto& [status, raw] : *had) {
        const std::string place = fmt::format("answer {}", status);
        const Json* now = after.find(status);
        if (now == nullptr)
          changes.push_back(
              {place, "is gone", status.starts_with('2') ? Effect::breaking : Effect::compatible});
        else compare_content(schemas_.before(raw), schemas_.after(*now), Written::by_server, place, changes);
      }
    if (const Json::Object* has = after.object())
      for (const auto& [status, raw] : *has)
        if (before.find(status) == nullptr)
          changes.push_back({fmt::format("answer {}", status), "is new", Effect::compatible});
  }

  // By media type.
  void compare_content(const Json& before, const Json& after, Written written, const std::string& place,
                       std::vector<ApiChange>& changes) {
    if (const Json::Object* had = before.at("content").object())
      for (const auto& [type, media] : *had) {
        const std::string inner = fmt::format("{} {}", place, type);
        const Json* now = after.at("content").find(type);
        if (now == nullptr) changes.push_back({inner, "is gone", Effect::breaking});
        else schemas_.compare(media.at("schema"), now->at("schema"), written, inner, changes);
      }
    if (const Json::Object* has = after.at("content").object())
      for (const auto& [type, media] : *has)
        if (before.at("content").find(type) == nullptr)
          changes.push_back({fmt::format("{} {}", place, type), "is new", Effect::compatible});
  }

  void compare_authorization(const Operation& before, const Operation& after, OpenApiDifference& all,
                             std::vector<ApiChange>& changes) const {
    AuthorizationDifference row{after.name, authorization_of(before_, *before.value),
                                authorization_of(after_, *after.value)};
    if (row.before == row.after) return;
    row.opened = row.after == nobody_asked;
    changes.push_back({"authorization", fmt::format("is '{}' and was '{}'", row.after, row.before),
                       row.opened ? Effect::compatible : Effect::breaking});
    all.authorization.push_back(std::move(row));
  }

  const Json &before_, &after_;
  SchemaComparison schemas_;
};

}  // namespace

Result<OpenApiDifference> openapi_difference(BytesView before_content, BytesView after_content) {
  const Json before = TRY(read(before_content, "the old document"));
  const Json after = TRY(read(after_content, "the new document"));
  const Operations had = TRY(operations_of(before)), has = TRY(operations_of(after));
  OpenApiDifference all{.before_version = std::string(before.at("info").text("version")),
                        .after_version = std::string(after.at("info").text("version"))};
  Comparison comparison(before, after);
  for (const auto& [key, operation] : had) {
    const auto now = has.find(key);
    if (now == has.end()) all.removed.push_back(operation.name);
    else comparison.compare(operation, now->second, all);
    if (comparison.exhausted())
      return Error{Errc::too_large, fmt::format("comparing takes more than {} steps", openapi_steps_max)};
  }
  for (const auto& [key, operation] : has) {
    if (had.contains(key)) continue;
    all.added.push_back(operation.name);
    if (authorization_of(after, *operation.value) == nobody_asked) all.added_open.push_back(operation.name);
  }
  all.breaking += static_cast<std::int64_t>(all.removed.size());
  return all;
}

}  // namespace weir::evidence
