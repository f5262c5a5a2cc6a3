#include <set>

#include "api/routes.h"

namespace weir::api {
namespace {

using format::Json;

// "{org}" and "{path...}" of a pattern, as parameters of the operation.
Json parameters_of(std::string_view pattern) {
  Json::Array parameters;
  for (std::size_t open = pattern.find('{'); open != std::string_view::npos;
       open = pattern.find('{', open + 1)) {
    std::string_view name = pattern.substr(open + 1, pattern.find('}', open) - open - 1);
    if (name.ends_with("...")) name.remove_suffix(3);
    parameters.push_back(Json::object({{"name", name},
                                       {"in", "path"},
                                       {"required", true},
                                       {"schema", Json::object({{"type", "string"}})}}));
  }
  return parameters;
}

std::string openapi_path(std::string_view pattern) {
  std::string path(pattern);
  if (const std::size_t dots = path.find("...}"); dots != std::string::npos) path.erase(dots, 3);
  return path;
}

std::string_view media_type_of(std::string_view answer) {
  if (answer == "text") return "text/plain";
  if (answer == "bytes" || answer == "file") return "application/octet-stream";
  return answer == "events" ? "text/event-stream" : "application/json";
}

Json reference(std::string_view schema) {
  return Json::object({{"$ref", "#/components/schemas/" + std::string(schema)}});
}

Json response_of(const Route& route) {
  const std::string_view media = media_type_of(route.answer);
  const Json schema =
      media == "application/json" ? reference(route.answer) : Json::object({{"type", "string"}});
  return Json::object(
      {{"description", route.summary},
       {"content", Json::object({{std::string(media), Json::object({{"schema", schema}})}})}});
}

Json operation_of(const Route& route) {
  Json operation = Json::object({{"summary", route.summary}, {"parameters", parameters_of(route.pattern)}});
  if (!route.body.empty())
    operation.set(
        "requestBody",
        Json::object({{"required", true},
                      {"content", Json::object({{"application/json",
                                                 Json::object({{"schema", reference(route.body)}})}})}}));
  Json responses = Json::object({{route.writes() ? "201" : "200", response_of(route)}});
  responses.set(
      "default",
      Json::object({{"description", "an error"},
                    {"content",
                     Json::object({{"application/json", Json::object({{"schema", reference("Error")}})}})}}));
  operation.set("responses", std::move(responses));
  if (route.door == Door::token) {
    operation.set("security", Json::Array{Json::object({{"token", Json::Array{}}})});
    operation.set("x-weir-permission", format::name_of(route.permission));
  } else if (route.door == Door::signed_report) {
    operation.set("security", Json::Array{Json::object({{"reporter", Json::Array{}}})});
  } else {
    operation.set("security", Json::Array{});
  }
  return operation;
}

Json schemas() {
  std::set<std::string_view> names;
  for (const Route& route : routes()) {
    if (media_type_of(route.answer) == "application/json") names.insert(route.answer);
    if (!route.body.empty()) names.insert(route.body);
  }
  Json all = Json::object({});
  for (const std::string_view name : names)
    all.set(std::string(name), Json::object({{"type", "object"}, {"description", "see docs/api.md"}}));
  const Json text = Json::object({{"type", "string"}});
  all.set(
      "Error",
      Json::object(
          {{"type", "object"},
           {"required", Json::Array{"error"}},
           {"properties",
            Json::object({{"error", Json::object({{"type", "object"},
                                                  {"properties", Json::object({{"code", text},
                                                                               {"message", text},
                                                                               {"field", text}})}})}})}}));
  return all;
}

}  // namespace

std::string openapi_document(std::string_view version) {
  Json paths = Json::object({});
  for (const Route& route : routes()) {
    std::string method(route.method);
    for (char& c : method) c = static_cast<char>(std::tolower(c));
    const std::string path = openapi_path(route.pattern);
    Json item = paths.at(path).is_null() ? Json::object({}) : paths.at(path);
    item.set(method, operation_of(route));
    paths.set(path, std::move(item));
  }
  const Json security = Json::object(
      {{"token", Json::object({{"type", "http"}, {"scheme", "bearer"}})},
       {"reporter", Json::object({{"type", "apiKey"}, {"in", "header"}, {"name", "Weir-Signature"}})}});
  return dump(Json::object(
      {{"openapi", "3.1.0"},
       {"info",
        Json::object({{"title", "Weir"},
                      {"version", version},
                      {"license", Json::object({{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}})}})},
       {"paths", std::move(paths)},
       {"components", Json::object({{"securitySchemes", security}, {"schemas", schemas()}})}}));
}

}  // namespace weir::api
